//! A person, under every id, address and number that they have or had.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{ContactId, Error, MatchedBy, PossibleMatch, RecordName};

/// A person, under every id, address and number that they have or had here. Values are keyed indexes, never plain. Each list
/// but `ids` is sorted, so that two values are equal if and only if a search by the one finds what a search by the other does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The contact that they are: the survivor of every merge.
    pub contact: ContactId,
    /// That contact first, then those that were merged into it, in the order of their ids.
    pub ids: Vec<ContactId>,
    /// Every e-mail address that they have or had, but those in `passed_on`.
    pub marks: Vec<Vec<u8>>,
    /// E-mail addresses that they had, and whose mailbox has since confirmed for another person: not theirs any more. What
    /// was recorded with one may be about either.
    pub passed_on: Vec<Vec<u8>>,
    /// Those of `marks` that another contact has or had too: what was recorded with one may be about either.
    pub shared: Vec<Vec<u8>>,
    /// Every telephone number that they have or had. Others may share one.
    pub numbers: Vec<Vec<u8>>,
    /// Every telephone number together with the folded name that they had with it: theirs alone.
    pub named_numbers: Vec<Vec<u8>>,
    /// Records that name no contact, and of which the decision-maker said that they are about this person.
    #[serde(default)]
    pub records: Vec<RecordName>,
}

impl Person {
    /// The e-mail addresses that no other contact has or had: what was recorded with one is about this person.
    pub fn marks_of_their_own(&self) -> Vec<Vec<u8>> {
        self.marks.iter().filter(|mark| !self.shared.contains(mark)).cloned().collect()
    }

    /// The ids of the records of a table that were said to be about this person.
    pub fn records_of<K: From<Uuid>>(&self, table: &str) -> Vec<K> {
        ids_of(&self.records, table)
    }
}

/// Makes one possible match of each record of a table, from what it was found by.
///
/// # Errors
/// Internal, for a word that is no [`MatchedBy`]: none of ours.
pub fn possible_matches(
    table: &'static str,
    found: impl IntoIterator<Item = (Uuid, String)>,
) -> Result<Vec<PossibleMatch>, Error> {
    let mut matches: BTreeMap<Uuid, BTreeSet<MatchedBy>> = BTreeMap::new();
    for (id, by) in found {
        matches.entry(id).or_default().insert(by.parse().map_err(Error::internal)?);
    }
    let named = |(id, by): (Uuid, BTreeSet<MatchedBy>)| PossibleMatch {
        record: RecordName { table: table.to_owned(), id },
        by: by.into_iter().collect(),
        answer: None,
    };
    Ok(matches.into_iter().map(named).collect())
}

pub(super) fn ids_of<K: From<Uuid>>(records: &[RecordName], table: &str) -> Vec<K> {
    records.iter().filter(|record| record.table == table).map(|record| K::from(record.id)).collect()
}
