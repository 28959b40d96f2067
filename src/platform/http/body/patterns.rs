//! What a text must be that does not match a pattern of the document.

use crate::domain::{EXTENSION_FORM, EXTENSION_PATTERN};

/// The patterns that are not those of free text, each with the code and the words of its fault.
const FORMS: &[(&str, &str, &str)] = &[
    (EXTENSION_PATTERN, "digits", EXTENSION_FORM),
    (
        r"^(/([^/~]|~[01])*)+$",
        "characters",
        "must be a JSON Pointer (RFC 6901) such as /held/12/records/0/details: begin with a slash, separate the steps by \
         slashes, and write ~0 for a tilde and ~1 for a slash within a step",
    ),
    (
        r"^[0-9a-f]{64}$",
        "characters",
        "must be a SHA-256: 64 characters, each a digit or a lower-case letter from a to f",
    ),
    (
        r"^[A-Za-z0-9._:-]+$",
        "characters",
        "must contain only letters without accents, digits and the characters . _ : -",
    ),
    (r"^https://[!-~]+$", "characters", "must be an address that begins with https:// and has no spaces or accents"),
    (
        r"^[a-z0-9][a-z0-9-]*[a-z0-9]$",
        "characters",
        "must contain only lower-case letters without accents, digits and hyphens, and neither begin nor end with a hyphen",
    ),
    (
        r"^[a-z][a-z0-9_-]*$",
        "characters",
        "must begin with a lower-case letter, and contain only lower-case letters without accents, digits, _ and -",
    ),
];

/// The code and the words of the fault of a text that does not match `pattern`; `None` for a pattern of free text.
pub(super) fn form(pattern: &str) -> Option<(&'static str, &'static str)> {
    FORMS.iter().find(|(known, ..)| *known == pattern).map(|(_, code, words)| (*code, *words))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Calls `found` with each pattern in a schema.
    fn each_pattern(schema: &Value, found: &mut impl FnMut(&str)) {
        match schema {
            Value::Object(members) => {
                if let Some(Value::String(pattern)) = members.get("pattern") {
                    found(pattern);
                }
                members.values().for_each(|member| each_pattern(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| each_pattern(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_pattern_of_a_body_says_in_words_what_it_asks_for() {
        let document = include_str!("../../../../openapi/openapi.json");
        let document: Value = serde_json::from_str(document).unwrap();
        let mut patterns = Vec::new();
        each_pattern(&document["components"]["schemas"], &mut |pattern| patterns.push(pattern.to_owned()));
        // A reference number is in answers alone. A pattern of free text begins with the characters that it refuses.
        patterns.retain(|pattern| !pattern.starts_with("^[A-Z]{2}-") && !pattern.starts_with(r"^[^\u0000"));
        assert!(patterns.len() >= FORMS.len(), "{patterns:?}");
        for pattern in patterns {
            assert!(form(&pattern).is_some(), "{pattern} has no words in FORMS");
        }
    }
}
