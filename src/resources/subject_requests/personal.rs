//! What this room holds of people.

use super::cards;
use super::{package, personal_export, store};
use crate::domain::{Card, Error, Obstacle, PersonalRecord, PossibleMatch, RecordClass, RecordName};
use crate::personal::{Erasing, Held, Holder, Merging, Person, ids_of};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::resources::holds::store::catching as holds;

/// The room's personal data.
pub struct SubjectRequestData;

impl Holder for SubjectRequestData {
    fn room(&self) -> &'static str {
        "subject_requests"
    }

    fn cards(&self) -> &'static [Card] {
        cards::CARDS
    }

    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
        store::has_open(tx, person)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        personal_export::of(tx, person)
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        store::merge::merge(tx, merging)?;
        // A package that is being built, or was built and not released, is not about the whole person.
        package::store::discard_drafts_about(tx, merging.into)?;
        package::store::building::begin_again(tx, merging.into)
    }

    // The request for the erasure itself goes on between its plan and its execution: no plan counts requests.
    fn records(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<PersonalRecord>, Error> {
        Ok(Vec::new())
    }

    fn matches(&self, tx: &mut ReadTx<'_>, person: &Person, name: Option<&[u8]>) -> Result<Vec<PossibleMatch>, Error> {
        store::of_person::matches(tx, person, name)
    }

    fn obstacles(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obstacle>, Error> {
        store::farewell::obstacles(tx, person)
    }

    fn lift_restriction(&self, tx: &mut WriteTx<'_>, records: &[RecordName]) -> Result<(), Error> {
        store::farewell::lift_restriction(tx, &ids_of(records, "subject_requests"))
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        store::farewell::restrict(tx, erasing)?;
        let theirs = store::of_person::ids_of(tx, &erasing.person)?;
        store::of_person::adopt(tx, &erasing.person)?;
        package::store::forget(tx, erasing)?;
        if holds::keeps(tx, &erasing.person, RecordClass::SubjectRequest)? {
            return Ok(());
        }
        store::farewell::erase(tx, erasing, theirs)
    }
}
