//! What a person is sent of the records that a room holds about them.

use macro_rules_attribute::apply;
use serde::Serialize;

use crate::domain::{Error, words};

/// The identifiers by which the service searches a person's records. Each covers every value that the
/// person has or had.
#[apply(words!)]
#[derive(PartialOrd, Ord)]
pub enum SearchTerm {
    /// The ids of the person's contact, and of every contact that was merged into it.
    ContactId,
    /// The person's e-mail addresses.
    EmailAddress,
    /// The person's telephone numbers, each in combination with the name that the person had with it.
    TelephoneAndName,
}

impl SearchTerm {
    /// For a table whose records all name a contact, or belong to a record that does.
    pub const CONTACT: &'static [Self] = &[Self::ContactId];
    /// For a table that names no contacts.
    pub const ADDRESSES: &'static [Self] = &[Self::EmailAddress, Self::TelephoneAndName];
    /// For a table whose records may name a contact, or have an address alone.
    pub const ALL: &'static [Self] = &[Self::ContactId, Self::EmailAddress, Self::TelephoneAndName];
}

/// The records of a table about a person, as the person may see them: without data about other people,
/// including the members of staff who recorded them.
#[derive(Clone, Debug)]
pub struct Held {
    /// The table.
    pub table: &'static str,
    /// The identifiers that were searched.
    pub searched_by: &'static [SearchTerm],
    /// The records, each an object; empty if the table has none about the person.
    pub records: Vec<serde_json::Value>,
}

impl Held {
    /// Returns the entry of a table, searched by every value of each of the terms.
    ///
    /// # Errors
    /// Internal, for a record that cannot be serialised.
    pub fn new(
        table: &'static str,
        searched_by: &'static [SearchTerm],
        records: impl IntoIterator<Item = impl Serialize>,
    ) -> Result<Self, Error> {
        let records = records
            .into_iter()
            .map(serde_json::to_value)
            .collect::<Result<_, _>>()
            .map_err(|error| Error::internal(error))?;
        Ok(Self { table, searched_by, records })
    }
}
