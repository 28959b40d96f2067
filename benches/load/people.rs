//! The people of the bench: the same in every run, none of whom exists.

use std::fmt::Write as _;

/// Beginnings of names, of which the search looks for some.
const FIRST: [&str; 40] = [
    "Aisha", "Alun", "Beatrice", "Bronwen", "Callum", "Catrin", "Declan", "Dilys", "Eleri", "Emeka", "Farah", "Fergus",
    "Gareth", "Grace", "Harpreet", "Hugh", "Imogen", "Ioan", "Jasmine", "Joseph", "Kwame", "Kyra", "Leszek", "Lucy",
    "Margaret", "Mohammed", "Nadia", "Niall", "Olwen", "Oscar", "Priya", "Rhys", "Ruth", "Samuel", "Siân", "Tomasz",
    "Uma", "Victor", "Winifred", "Zoë",
];
const SYLLABLES: [&str; 24] = [
    "ash", "bar", "car", "den", "el", "fair", "gold", "hal", "ing", "kirk", "lang", "mar", "nor", "ock", "pen", "ran",
    "sal", "tor", "um", "ver", "wes", "yar", "lock", "ton",
];

/// A number that stands for `n`, spread evenly (the finaliser of `SplitMix64`).
pub(crate) fn spread(n: usize) -> usize {
    let mut z = (n as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) & 0x7fff_ffff).expect("31 bits")
}

/// The name of person `n`.
pub(crate) fn name(n: usize) -> String {
    let (chance, count) = (spread(n), SYLLABLES.len());
    let (first, rest) = (FIRST[chance % FIRST.len()], chance / FIRST.len());
    let mut last = [rest, rest / count, rest / count / count].map(|at| SYLLABLES[at % count]).concat();
    last[..1].make_ascii_uppercase();
    format!("{first} {last}")
}

/// The search text for person `n`: the first name and the beginning of the last.
pub(crate) fn beginnings(n: usize) -> String {
    let name = name(n);
    let (first, last) = name.split_once(' ').expect("two words");
    format!("{first} {}", last.get(..5).unwrap_or(last))
}

/// The e-mail address of person `n`.
pub(crate) fn email(n: usize) -> String {
    format!("person.{n}@council.example")
}

/// A file of the people of these numbers, to be imported.
pub(crate) fn csv(numbers: std::ops::Range<usize>) -> String {
    let mut file = String::from("name,email,telephone,organisation,job_title\r\n");
    for n in numbers {
        let (name, email, last) = (name(n), email(n), n % 1000);
        writeln!(file, "{name},{email},020 7946 0{last:03},Council {},Officer {}\r", n % 300, n % 40).expect("a text");
    }
    file
}
