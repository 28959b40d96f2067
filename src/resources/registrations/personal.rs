//! What this room holds of people.

use super::cards;
use super::personal_export;
use super::store::{self, erase, events_moved, merge};
use crate::domain::{Card, Error, EventId, LawfulBasis, Obstacle, PersonalRecord, Purpose, Use};
use crate::personal::{Erasing, Held, Holder, Merging, Person};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::resources::events::followers::EventFollower;

/// The room's personal data.
pub struct RegistrationData;

impl Holder for RegistrationData {
    fn room(&self) -> &'static str {
        "registrations"
    }

    fn cards(&self) -> &'static [Card] {
        cards::PERSONAL
    }

    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
        store::has_any(tx, person)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        personal_export::of(tx, person)
    }

    fn uses(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Use>, Error> {
        let registered = store::has_any(tx, person)?;
        let used = Use { purpose: Purpose::EventAdministration, basis: LawfulBasis::Contract };
        Ok(registered.then_some(used).into_iter().collect())
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        merge::merge(tx, merging)
    }

    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
        erase::records(tx, person)
    }

    fn obstacles(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<Obstacle>, Error> {
        Ok(Vec::new())
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        erase::erase(tx, erasing)
    }
}

impl EventFollower for RegistrationData {
    fn event_changed(&self, tx: &mut WriteTx<'_>, event: EventId) -> Result<(), Error> {
        events_moved::follow(tx, event)
    }
}
