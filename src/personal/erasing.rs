//! Two contacts that are merged, and a person who is erased.

use uuid::Uuid;

use super::person::{Person, ids_of};
use crate::domain::{ContactId, RecordName};

/// Two contacts of one person.
#[derive(Clone, Debug)]
pub struct Merging {
    /// The contact that ends.
    pub from: ContactId,
    /// The contact that remains.
    pub into: ContactId,
    /// The blind index of the ending contact's address.
    pub from_mark: Option<Vec<u8>>,
    /// The blind index of the remaining contact's address after the merge.
    pub into_mark: Option<Vec<u8>>,
}

/// A person to erase.
#[derive(Clone, Debug)]
pub struct Erasing {
    /// Who.
    pub person: Person,
    /// The records that must be kept whole, by table and id.
    pub withheld: Vec<(&'static str, Uuid)>,
    /// Records that may be about this person or about another: the erasure keeps and restricts them.
    pub unsure: Vec<RecordName>,
}

impl Erasing {
    /// The ids of the records of a table that must be kept whole.
    pub fn withheld_of<K: From<Uuid>>(&self, table: &str) -> Vec<K> {
        self.withheld.iter().filter(|(of, _)| *of == table).map(|(_, id)| K::from(*id)).collect()
    }

    /// The ids of the records of a table that must be restricted, because they may be about another person.
    pub fn unsure_of<K: From<Uuid>>(&self, table: &str) -> Vec<K> {
        ids_of(&self.unsure, table)
    }
}
