//! What every room that holds personal data must be able to say and do, so that nothing about a
//! person can be forgotten. The trait lies below the rooms; the list of those who implement it above.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::{
    ContactId, Error, EventId, MatchedBy, NetworkId, Obstacle, PersonalRecord, PossibleMatch, RecordName, Use,
};
use crate::platform::transaction::{ReadTx, WriteTx};

/// How sensitive a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A person's particulars: sealed, under their own key unless said otherwise.
    Sealed,
    /// A keyed hash of a person's particulars.
    BlindIndex,
    /// Names a person or an actor without telling who it is.
    Pseudonymous,
    /// Nothing of a person.
    Plain,
}

/// A table and the class of each of its columns.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name, with `vault.` before those of the vault.
    pub name: &'static str,
    /// What it is for, for `docs/PRIVACY.md`.
    pub meaning: &'static str,
    /// Its columns.
    pub columns: &'static [(&'static str, Class)],
}

/// Two contacts that turned out to be one person.
#[derive(Clone, Debug)]
pub struct Merging {
    /// The contact that goes.
    pub from: ContactId,
    /// The contact that stays.
    pub into: ContactId,
    /// The blind index of the address that the one had.
    pub from_mark: Option<Vec<u8>>,
    /// The blind index of the address that the other has from now on.
    pub into_mark: Option<Vec<u8>>,
}

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

fn ids_of<K: From<Uuid>>(records: &[RecordName], table: &str) -> Vec<K> {
    records.iter().filter(|record| record.table == table).map(|record| K::from(record.id)).collect()
}

/// A person who is being erased.
#[derive(Clone, Debug)]
pub struct Erasing {
    /// Who.
    pub person: Person,
    /// The records that must be kept whole, by table and id.
    pub withheld: Vec<(&'static str, Uuid)>,
    /// Records that may be about this person or about another: they are kept, and restricted.
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

/// A room that holds personal data.
pub trait Holder: Send + Sync {
    /// The room's name.
    fn room(&self) -> &'static str;

    /// Its tables.
    fn tables(&self) -> &'static [Table];

    /// Whether something here depends on the contact, so that it can only be erased by request.
    ///
    /// # Errors
    /// When the database fails.
    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, contact: ContactId) -> Result<bool, Error>;

    /// Searches each of the room's tables by everything that leads to the person, and returns what they hold, unsealed (UK
    /// GDPR Article 15(3)): one answer for every table, those that hold nothing included. The caller records the access.
    ///
    /// # Errors
    /// Internal when a record cannot be unsealed.
    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error>;

    /// The contacts who are in a network now, by falling id, those before `after`, at most `most` of them; `None` from a
    /// room that knows of no networks.
    ///
    /// # Errors
    /// When the database fails.
    fn members(
        &self,
        _tx: &mut ReadTx<'_>,
        _network: NetworkId,
        _after: Option<ContactId>,
        _most: i64,
    ) -> Result<Option<Vec<ContactId>>, Error> {
        Ok(None)
    }

    /// Follows an event that was changed, in the transaction that changed it. The event is locked.
    ///
    /// # Errors
    /// When the database fails.
    fn event_moved(&self, _tx: &mut WriteTx<'_>, _event: EventId) -> Result<(), Error> {
        Ok(())
    }

    /// The purposes that the room uses the contact's data for, or has used it for, and on which basis.
    ///
    /// # Errors
    /// When the database fails.
    fn uses(&self, _tx: &mut ReadTx<'_>, _contact: ContactId) -> Result<Vec<Use>, Error> {
        Ok(Vec::new())
    }

    /// Follows a contact whose e-mail address is another one than before, in the transaction that changed it. The contact is
    /// held, and its row has the new address. Not called where an address is only removed.
    ///
    /// # Errors
    /// When the room cannot write what follows from it.
    fn address_changed(&self, _tx: &mut WriteTx<'_>, _contact: ContactId) -> Result<(), Error> {
        Ok(())
    }

    /// Hands over what the room holds of the contact that goes to the one that stays, so that nothing
    /// that protected the person before is lost. Both are locked.
    ///
    /// # Errors
    /// When the database fails.
    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error>;

    /// Every record about the person in the tables whose records a plan of erasure counts (`policy::erasure`), with its
    /// version: what must not change between the plan and its execution. Nothing is unsealed.
    ///
    /// # Errors
    /// When the database fails.
    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error>;

    /// Finds the records that name no contact and have something in common with the person that others may have too: the
    /// number alone, an address that passed to another person, or the name, whose keyed index is `name`. Records that are the
    /// person's for certain are left out. Nothing is unsealed.
    ///
    /// # Errors
    /// When the records cannot be read.
    fn matches(
        &self,
        _tx: &mut ReadTx<'_>,
        _person: &Person,
        _name: Option<&[u8]>,
    ) -> Result<Vec<PossibleMatch>, Error> {
        Ok(Vec::new())
    }

    /// What this room knows that stands in the way of erasing the person, here or in other rooms.
    ///
    /// # Errors
    /// When the database fails.
    fn obstacles(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obstacle>, Error>;

    /// Deletes or empties what the room holds of the person, but the records that are withheld, and restricts the records that
    /// may be about them. The contact is locked;
    /// the person's key is still there or not, so that nothing may depend on it: the caller destroys it afterwards. Keys
    /// of the room's own records go here.
    ///
    /// # Errors
    /// When the database fails.
    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error>;
}

/// All rooms that hold personal data.
pub type Holders = &'static [&'static dyn Holder];
