//! What a person is sent of the records that a room holds about them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Error;

/// What the records of a person are searched by. Each means every value that the person has or had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchTerm {
    /// The ids of their contact, and of every contact that was merged into it.
    ContactId,
    /// Their e-mail addresses.
    EmailAddress,
    /// Their telephone numbers, each together with the name that they had with it.
    TelephoneAndName,
}

impl SearchTerm {
    /// For a table whose records all name a contact, or hang on a record that does.
    pub const CONTACT: &'static [Self] = &[Self::ContactId];
    /// For a table that names no contacts.
    pub const ADDRESSES: &'static [Self] = &[Self::EmailAddress, Self::TelephoneAndName];
    /// For a table whose records may name a contact, or bear an address alone.
    pub const ALL: &'static [Self] = &[Self::ContactId, Self::EmailAddress, Self::TelephoneAndName];
}

/// What a table holds of a person, as they are told it: without what is about others, those who recorded it included.
#[derive(Clone, Debug)]
pub struct Held {
    /// The table.
    pub table: &'static str,
    /// What it was searched by.
    pub searched_by: &'static [SearchTerm],
    /// Its records, each an object; none where it holds nothing of the person.
    pub records: Vec<serde_json::Value>,
}

impl Held {
    /// Answers for a table, which was searched by every value of each of the terms.
    ///
    /// # Errors
    /// Internal, for a record that cannot be written as JSON: none of ours.
    pub fn new(
        table: &'static str,
        searched_by: &'static [SearchTerm],
        records: impl IntoIterator<Item = impl Serialize>,
    ) -> Result<Self, Error> {
        let records =
            records.into_iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(Error::internal)?;
        Ok(Self { table, searched_by, records })
    }
}
