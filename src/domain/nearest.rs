//! The known name that a caller most likely meant by an unknown one.

/// The most characters of a given name that are compared: no known name has as many.
const LONGEST: usize = 64;

/// Returns the known name that the given one most resembles, if it resembles one.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distances = known.into_iter().filter_map(|name| Some((distance(given, name)?, name)));
    distances.min().map(|(_, name)| name)
}

/// Returns the number of letters in which two names differ, apart from case and punctuation; `None` if they differ in more
/// than one letter of four.
pub fn distance(given: &str, known: &str) -> Option<usize> {
    if given.chars().nth(LONGEST).is_some() {
        return None;
    }
    let (given, known) = (folded(given), folded(known));
    let (one, other) = (given.chars().count(), known.chars().count());
    let most = one.div_ceil(4);
    // The distance is at least the difference in length, which is cheap to find.
    let distance = (one.abs_diff(other) <= most).then(|| strsim::damerau_levenshtein(&given, &known))?;
    (distance <= most && distance < other).then_some(distance)
}

/// A name without its punctuation, in lower case: `firstName` and `first-name` are the same.
fn folded(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_leads_to_the_name() {
        let known = ["name", "email", "telephone", "received_on", "contact_id"];
        for (given, meant) in [
            ("e_mail", Some("email")),
            ("emial", Some("email")),
            ("E-Mail", Some("email")),
            ("receivedOn", Some("received_on")),
            ("recieved_on", Some("received_on")),
            ("phone", None),
            ("nickname", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(given, known), meant, "{given}");
        }
        assert_eq!(nearest(&"email".repeat(20), known), None);
    }
}
