//! The words of a name: how names are folded, cut into words, indexed and matched.
//!
//! Two spellings that a clerk would take for the same name fold alike: case, accents, apostrophes and
//! width make no difference. A query finds a name if each of its words begins one of the name's, in any
//! order. The index keeps a few prefixes of each word, which many names share; [`matches`] then decides
//! exactly, over the unsealed name. Whatever matches is found: that is a property the tests hold.

use std::collections::BTreeSet;
use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lengths of the prefixes that are indexed of each word, in characters.
const LENGTHS: [usize; 3] = [2, 3, 5];

/// Why names cannot be searched with a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameQueryFault {
    /// There is nothing to search for.
    Blank,
    /// A word has one character only, which would find too many people. One ideograph is enough.
    ShortWord,
}

impl NameQueryFault {
    /// The fault's stable code in a problem's `errors`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::ShortWord => "too_short",
        }
    }

    /// What to change, in a sentence without the subject.
    pub fn detail(self) -> &'static str {
        match self {
            Self::Blank => "must contain a word to search for",
            Self::ShortWord => "must have at least two characters in each word; one is enough for an ideograph",
        }
    }
}

impl fmt::Display for NameQueryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())
    }
}

/// Whether `query` finds `name`: each word of the query begins some word of the name, in any order and
/// whatever the case and the accents. A query without words, such as an emoji, finds what equals it.
pub fn matches(name: &str, query: &str) -> bool {
    let (name, query) = (fold(name), fold(query));
    let mut sought = words(&query).peekable();
    if sought.peek().is_none() {
        return !query.is_empty() && name == query;
    }
    sought.all(|begin| words(&name).any(|word| word.starts_with(begin)))
}

/// What is indexed of a name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'a> {
    /// The beginning of a word.
    Prefix(&'a str),
    /// The whole of a name that has no words.
    Whole(&'a str),
}

/// What to index of a name, already folded.
pub(super) fn keys_of_name(folded: &str) -> BTreeSet<Key<'_>> {
    let mut words = words(folded).peekable();
    if words.peek().is_none() {
        return BTreeSet::from([Key::Whole(folded)]);
    }
    words.flat_map(|word| lengths(word).filter_map(|length| prefix(word, length)).map(Key::Prefix)).collect()
}

/// What to look up for a query, already folded: one key for each of its words.
pub(super) fn keys_of_query(folded: &str) -> Result<BTreeSet<Key<'_>>, NameQueryFault> {
    if folded.is_empty() {
        return Err(NameQueryFault::Blank);
    }
    let mut words = words(folded).peekable();
    if words.peek().is_none() {
        return Ok(BTreeSet::from([Key::Whole(folded)]));
    }
    words
        .map(|word| {
            let longest = lengths(word).filter_map(|length| prefix(word, length)).last();
            longest.map(Key::Prefix).ok_or(NameQueryFault::ShortWord)
        })
        .collect()
}

/// The form in which spellings of one name are equal, trimmed.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() { fold_ascii(text) } else { fold_unicode(text) }
}

/// As [`fold`], for any text.
fn fold_unicode(text: &str) -> String {
    // Jamo are put together again into syllables, for a syllable is what counts as one character.
    let bare = text.chars().filter(|c| !is_silent(*c)).nfkd().filter(|c| !is_combining_mark(*c)).nfc();
    let mut folded = String::with_capacity(text.len());
    for c in bare.filter(|c| !is_silent(*c)) {
        // Upper case first: it joins what lower case keeps apart, as in Straße, STRASSE and a final sigma.
        for c in c.to_uppercase().flat_map(char::to_lowercase) {
            match undecorated(c) {
                Some(plain) => folded.push_str(plain),
                None if is_combining_mark(c) => {}
                None => folded.push(c),
            }
        }
    }
    folded.trim().to_owned()
}

/// As [`fold`] for a text of ASCII alone, which has no marks to take off and nothing to compose.
fn fold_ascii(text: &str) -> String {
    let mut folded: String = text.chars().filter(|c| !is_silent(*c)).collect();
    folded.make_ascii_lowercase();
    folded.trim().to_owned()
}

/// The form in which two spellings of a whole name are equal: as [`fold`], whatever stands between the words.
pub(super) fn folded_name(name: &str) -> String {
    let folded = fold(name);
    let words: Vec<&str> = words(&folded).collect();
    if words.is_empty() { folded } else { words.join(" ") }
}

fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Apostrophes in their many shapes, and characters without a shape of their own.
fn is_silent(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | '‘' | '’' | '‛' | '′' | '＇' | '\u{2B9}'..='\u{2BF}' | '\u{AD}' | '\u{200B}'
            ..='\u{200D}' | '\u{2060}' | '\u{FEFF}'
    )
}

/// Latin letters that people type without their stroke or ligature, but that Unicode does not take apart.
fn undecorated(c: char) -> Option<&'static str> {
    Some(match c {
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

fn lengths(word: &str) -> impl Iterator<Item = usize> {
    let one = word.starts_with(is_ideograph).then_some(1);
    one.into_iter().chain(LENGTHS)
}

/// The first `length` characters of `word`, if it has as many.
fn prefix(word: &str, length: usize) -> Option<&str> {
    let (last, c) = word.char_indices().nth(length.checked_sub(1)?)?;
    word.get(..last + c.len_utf8())
}

/// Han, Hiragana, Katakana and Hangul, where one character says as much as a syllable or a word.
fn is_ideograph(c: char) -> bool {
    matches!(
        u32::from(c),
        0x1100..=0x11FF
            | 0x3005..=0x3007
            | 0x3041..=0x30FF
            | 0x3130..=0x318F
            | 0x31F0..=0x31FF
            | 0x3400..=0x4DBF
            | 0x4E00..=0x9FFF
            | 0xA960..=0xA97F
            | 0xAC00..=0xD7FF
            | 0xF900..=0xFAFF
            | 0x2_0000..=0x3_FFFF
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn indexed(name: &str) -> Vec<String> {
        let folded = fold(name);
        keys_of_name(&folded)
            .into_iter()
            .map(|key| match key {
                Key::Prefix(text) => text.to_owned(),
                Key::Whole(text) => format!("={text}"),
            })
            .collect()
    }

    #[test]
    fn case_accents_and_apostrophes_make_no_difference() {
        for (one, other) in [
            ("Siân O'Brien", "SIAN O’BRIEN"),
            ("Łukasz Wałęsa", "lukasz walesa"),
            ("Straße", "STRASSE"),
            ("Søren Æbelø", "soren aebelo"),
            ("ΓΙΏΡΓΟΣ", "γιώργος"),
            ("İbrahim Işık", "ibrahim isik"),
            ("ﬁona", "Fiona"),
            ("ｶﾅ", "カナ"),
            ("O´Brien", "obrien"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
    }

    #[test]
    fn the_index_keeps_a_few_prefixes_of_each_word() {
        assert_eq!(indexed("Ada Lovelace"), ["ad", "ada", "lo", "lov", "lovel"]);
        assert_eq!(indexed("王小明"), ["王", "王小", "王小明"]);
        assert_eq!(indexed("김 철수"), ["김", "철", "철수"]);
        assert_eq!(indexed("Anne-Marie Ng"), ["an", "ann", "ma", "mar", "marie", "ng"]);
        assert_eq!(indexed(" 🦄✨ "), ["=🦄✨"]);
        assert_eq!(indexed("J"), [""; 0]);
    }

    #[test]
    fn a_query_uses_the_longest_prefix_there_is_for_each_word() {
        for (query, keys) in
            [("lo", &["lo"][..]), ("love", &["lov"]), ("lovelace ada", &["ada", "lovel"]), ("王", &["王"])]
        {
            let found: Vec<_> = keys_of_query(query).unwrap().into_iter().collect();
            assert_eq!(found, keys.iter().map(|k| Key::Prefix(k)).collect::<Vec<_>>(), "{query}");
        }
        assert_eq!(keys_of_query("ada l"), Err(NameQueryFault::ShortWord));
        assert_eq!(keys_of_query(&fold(" ' ")), Err(NameQueryFault::Blank));
    }

    #[test]
    fn a_query_finds_words_by_their_beginnings_in_any_order() {
        for (name, query) in [
            ("Ada Lovelace", "love ada"),
            ("Anne-Marie Smith", "marie"),
            ("Anne-Marie Smith", "smi-ann"),
            ("Seán Ó Murchú", "murchu sean"),
            ("王小明", "王小"),
            ("김철수", "김"),
            ("🦄", " 🦄 "),
            ("☺\u{FE0F}", "☺"),
        ] {
            assert!(matches(name, query), "{query}");
        }
        for (name, query) in [
            ("Ada Lovelace", "ada byron"),
            ("Ada", "da"),
            ("🦄🦄", "🦄"),
            ("Ada 🦄", "🦄"),
            ("Ada", " "),
            ("🦄", "ada"),
        ] {
            assert!(!matches(name, query), "{query}");
        }
    }

    proptest! {
        #[test]
        fn whatever_matches_is_in_the_index(
            name in "[a-zé' \\-王김łß🦄]{1,24}",
            cuts in prop::collection::vec((0_usize..8, 1_usize..8), 1..4),
        ) {
            let folded = fold(&name);
            let all: Vec<&str> = words(&folded).collect();
            let query = if all.is_empty() {
                name.clone()
            } else {
                let begin = |&(word, length): &(usize, usize)| {
                    all[word % all.len()].chars().take(length).collect::<String>()
                };
                cuts.iter().map(begin).collect::<Vec<_>>().join(" ")
            };
            let sought = fold(&query);
            if let Ok(keys) = keys_of_query(&sought) {
                prop_assert!(matches(&name, &query));
                prop_assert!(keys.is_subset(&keys_of_name(&folded)));
            }
        }

        #[test]
        fn ascii_folds_as_any_text_does(name in "[ -~\\t]{0,40}") {
            prop_assert_eq!(fold_ascii(&name), fold_unicode(&name));
        }

        #[test]
        fn any_text_can_be_folded_and_finds_itself(name in "\\PC{1,40}") {
            let folded = fold(&name);
            if let Ok(keys) = keys_of_query(&folded) {
                prop_assert!(matches(&name, &name));
                prop_assert!(keys.is_subset(&keys_of_name(&folded)));
            }
        }
    }
}
