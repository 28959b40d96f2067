//! A person, under every id, address and number that they have or had.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{ContactId, Error, MatchedBy, PossibleMatch, RecordName};

/// A person, under every id, address and number that the person has or had here. Values are keyed
/// indexes, never plain. Each list but `ids` is sorted, so that two values are equal if and only if a
/// search by one finds what a search by the other does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The person's contact: the survivor of every merge.
    pub contact: ContactId,
    /// That contact first, then those that were merged into it, in the order of their ids.
    pub ids: Vec<ContactId>,
    /// Every e-mail address that the person has or had, except those in `passed_on`.
    pub marks: Vec<Vec<u8>>,
    /// E-mail addresses that the person had, and whose mailbox has since confirmed for another person. A
    /// record with one may be about either.
    pub passed_on: Vec<Vec<u8>>,
    /// Those of `marks` that another contact has or had too: a record with one may be about either.
    pub shared: Vec<Vec<u8>>,
    /// Every telephone number that the person has or had. Others may share one.
    pub numbers: Vec<Vec<u8>>,
    /// Every telephone number in combination with the folded name that the person had with it.
    pub named_numbers: Vec<Vec<u8>>,
    /// Those of `named_numbers` that another contact has or had too: a record with one may be about either.
    #[serde(default)]
    pub shared_numbers: Vec<Vec<u8>>,
    /// Records without a contact that the council has assigned to this person.
    #[serde(default)]
    pub records: Vec<RecordName>,
}

impl Person {
    /// A person of whom nothing but the contact is known: no id, address or number leads to a record.
    pub fn unknown(contact: ContactId) -> Self {
        Self {
            contact,
            ids: Vec::new(),
            marks: Vec::new(),
            passed_on: Vec::new(),
            shared: Vec::new(),
            numbers: Vec::new(),
            named_numbers: Vec::new(),
            shared_numbers: Vec::new(),
            records: Vec::new(),
        }
    }

    /// The e-mail addresses that no other contact has or had: a record with one is about this person.
    pub fn marks_of_their_own(&self) -> Vec<Vec<u8>> {
        self.marks.iter().filter(|mark| !self.shared.contains(mark)).cloned().collect()
    }

    /// The telephone numbers, each with its name, that no other contact has or had: a record with one is about this person.
    pub fn named_numbers_of_their_own(&self) -> Vec<Vec<u8>> {
        self.named_numbers.iter().filter(|mark| !self.shared_numbers.contains(mark)).cloned().collect()
    }

    /// The ids of the records of a table that were assigned to the person.
    pub fn records_of<K: From<Uuid>>(&self, table: &str) -> Vec<K> {
        ids_of(&self.records, table)
    }
}

/// Makes one possible match of each record of a table, from the identifier that found it.
///
/// # Errors
/// Internal, for an unknown [`MatchedBy`] word.
pub fn possible_matches(
    table: &'static str,
    found: impl IntoIterator<Item = (Uuid, String)>,
) -> Result<Vec<PossibleMatch>, Error> {
    let mut matches: BTreeMap<Uuid, BTreeSet<MatchedBy>> = BTreeMap::new();
    for (id, by) in found {
        matches.entry(id).or_default().insert(by.parse().map_err(|error| Error::internal(error))?);
    }
    let named = |(id, mut by): (Uuid, BTreeSet<MatchedBy>)| {
        if by.contains(&MatchedBy::TelephoneAndName) {
            by.remove(&MatchedBy::Telephone);
        }
        let record = RecordName { table: table.to_owned(), id };
        PossibleMatch { record, by: by.into_iter().collect(), answer: None }
    };
    Ok(matches.into_iter().map(named).collect())
}

/// The ids of the records of a table.
pub fn ids_of<K: From<Uuid>>(records: &[RecordName], table: &str) -> Vec<K> {
    records.iter().filter(|record| record.table == table).map(|record| K::from(record.id)).collect()
}
