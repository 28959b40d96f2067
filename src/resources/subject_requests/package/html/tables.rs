//! How each table reads to the person: under which heading, and each member of a record in which words. A member is either
//! part of the letter, or a technical detail for the annex.

mod choices;
mod events;
mod obligations;
mod person;
mod requests;
mod sharing;

use super::codes::{self, Words};

/// How a value reads.
#[derive(Clone, Copy)]
pub(super) enum Reading {
    /// As it is.
    Text,
    /// Yes or no.
    YesOrNo,
    /// A date, with its time if it has one.
    When,
    /// A code, or a list of codes.
    Code(Words),
    /// The same words whatever the value is.
    Always(&'static str),
}

/// A member of a record, by its pointer within that.
pub(super) struct Member {
    pub(super) pointer: &'static str,
    pub(super) label: &'static str,
    pub(super) reading: Reading,
}

/// How the records of a table are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Each record by itself, a line for each member.
    List,
    /// Together as a table, a column for each member.
    Rows,
}

/// A table in words.
pub(super) struct TableInWords {
    /// Its name in the database.
    pub(super) table: &'static str,
    /// Its heading.
    pub(super) heading: &'static str,
    /// What its records are, where the heading does not say it.
    pub(super) lead: &'static str,
    pub(super) layout: Layout,
    pub(super) members: &'static [Member],
    /// Pointers to what the annex alone shows; each stands for everything beneath it.
    pub(super) technical: &'static [&'static str],
}

const fn member(pointer: &'static str, label: &'static str, reading: Reading) -> Member {
    Member { pointer, label, reading }
}

/// The particulars about the source of the data.
pub(super) const SOURCE: &[Member] = &[
    member("/kind", "Who gave it to us", Reading::Code(codes::source_kind)),
    member("/detail", "More about that", Reading::Text),
    member("/obtained_on", "When we got it", Reading::When),
];

/// What stands in the place of a record that was left out. Every table may have one.
pub(super) const LEFT_OUT: [Member; 1] = [member("/left_out", "Left out", Reading::Text)];

/// Every table, in the order of the letter.
pub(super) fn all() -> impl Iterator<Item = &'static TableInWords> {
    let tables =
        [person::TABLES, choices::TABLES, sharing::TABLES, events::TABLES, requests::TABLES, obligations::TABLES];
    tables.into_iter().flatten()
}

/// The words of a table; `None` for one that has none.
pub(super) fn of(table: &str) -> Option<&'static TableInWords> {
    all().find(|words| words.table == table)
}

/// The heading of a table, or its name where it has no words.
pub(super) fn heading(table: &str) -> &str {
    of(table).map_or(table, |words| words.heading)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Adds the pointers of the members beneath a schema that are no objects.
    fn leaves(document: &Value, schema: &Value, pointer: &str, found: &mut Vec<String>) {
        let referenced = schema["$ref"].as_str().and_then(|path| document.pointer(path.trim_start_matches('#')));
        let schema = referenced.unwrap_or(schema);
        let parts = ["oneOf", "anyOf", "allOf"].iter().filter_map(|name| schema[name].as_array()).flatten();
        let parts: Vec<&Value> = parts.filter(|part| part["type"] != "null").collect();
        if let Some(members) = schema["properties"].as_object() {
            for (name, member) in members {
                leaves(document, member, &format!("{pointer}/{name}"), found);
            }
        } else if parts.is_empty() {
            found.push(pointer.to_owned());
        } else {
            for part in parts {
                leaves(document, part, pointer, found);
            }
        }
    }

    #[test]
    fn every_member_of_a_resource_is_in_the_letter_or_in_the_annex() {
        let document = include_str!("../../../../../openapi/openapi.json");
        let document: Value = serde_json::from_str(document).unwrap();
        for (table, schema, within) in [
            ("contacts", "Contact", ""),
            ("consents", "Consent", ""),
            ("memberships", "Membership", "/membership"),
            ("registrations", "Registration", "/registration"),
            ("complaints", "Complaint", ""),
            ("subject_requests", "SubjectRequest", ""),
            ("messages", "Message", ""),
        ] {
            let TableInWords { members, technical, .. } = of(table).unwrap();
            let known = members.iter().map(|member| member.pointer).chain(technical.iter().copied());
            let known: Vec<&str> = known.collect();
            let schema = &document["components"]["schemas"][schema];
            let mut found = Vec::new();
            leaves(&document, schema, within, &mut found);
            assert!(found.len() > 5, "{table}: {found:?}");
            for pointer in found {
                let is_known = known.iter().any(|known| {
                    pointer.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                });
                assert!(is_known, "{pointer} of {table} has no words: see package/html/tables");
            }
        }
    }
}
