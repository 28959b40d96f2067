//! The path of an operation that a caller most likely meant by a path that no operation has. Paths are public: the API
//! document lists them.

use crate::domain::distance;

/// The longest path that is compared, in bytes.
const LONGEST: usize = 200;

/// Returns the known path that resembles the given one most, if one does: a parameter such as `{id}` stands for any segment.
pub(super) fn nearest_path<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if given.len() > LONGEST {
        return None;
    }
    let given = given.trim_end_matches('/');
    let whole = if given.starts_with("/v1/") { given.to_owned() } else { format!("/v1{given}") };
    let whole: Vec<&str> = whole.split('/').collect();
    let distances = known.filter_map(|path| Some((total(&whole, path)?, path)));
    distances.min().map(|(_, path)| path)
}

/// The sum of the distances between the segments of two paths; `None` if a segment resembles the other's too little.
fn total(given: &[&str], known: &str) -> Option<usize> {
    let known: Vec<&str> = known.split('/').collect();
    if known.len() != given.len() {
        return None;
    }
    let pairs = given.iter().zip(&known);
    pairs
        .map(|(given, known)| if *given == *known || known.starts_with('{') { Some(0) } else { distance(given, known) })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_path_leads_to_the_operations() {
        let known = ["/v1/contacts", "/v1/contacts/{id}", "/v1/subject-requests/{id}/erasure-plan", "/v1/events/{id}"];
        for (given, meant) in [
            ("/v1/contact", Some("/v1/contacts")),
            ("/v1/contacts/", Some("/v1/contacts")),
            ("/contacts/7", Some("/v1/contacts/{id}")),
            ("/v1/subject_requests/7/erasureplan", Some("/v1/subject-requests/{id}/erasure-plan")),
            ("/v1/subject-requests/7/plan", None),
            ("/v1/people", None),
            ("/", None),
        ] {
            assert_eq!(nearest_path(given, known.into_iter()), meant, "{given}");
        }
        assert_eq!(nearest_path(&format!("/v1/contacts/{}", "7".repeat(300)), known.into_iter()), None);
    }
}
