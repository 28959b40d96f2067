//! How each table reads to the person: under which heading, and each member of a record in which words. A member is either
//! part of the letter, or a technical detail for the annex.

mod choices;
mod events;
mod person;
mod requests;

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
    [person::TABLES, choices::TABLES, events::TABLES, requests::TABLES].into_iter().flatten()
}

/// The words of a table; `None` for one that has none.
pub(super) fn of(table: &str) -> Option<&'static TableInWords> {
    all().find(|words| words.table == table)
}

/// The heading of a table, or its name where it has no words.
pub(super) fn heading(table: &str) -> &str {
    of(table).map_or(table, |words| words.heading)
}
