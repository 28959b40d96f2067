//! What the outbox holds of people: ids, and the marks of addresses that asked for something.

use super::store;
use crate::domain::{Card, Error, Obstacle, PersonalRecord};
use crate::personal::{Erasing, Held, Holder, Merging, Person, SearchTerm};
use crate::platform::outbox::{cards, store as outbox};
use crate::platform::transaction::{ReadTx, WriteTx};

/// The room's personal data.
pub struct MessageData;

impl Holder for MessageData {
    fn room(&self) -> &'static str {
        "messages"
    }

    fn cards(&self) -> &'static [Card] {
        cards::CARDS
    }

    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<bool, Error> {
        Ok(false)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        Ok(vec![Held::new("messages", SearchTerm::ALL, store::of(tx, person)?)?])
    }

    // A message to the contact that goes is dropped when it is due; what it was about is asked anew of the one that stays.
    fn merge(&self, _: &mut WriteTx<'_>, _: &Merging) -> Result<(), Error> {
        Ok(())
    }

    fn records(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<PersonalRecord>, Error> {
        Ok(Vec::new())
    }

    fn obstacles(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<Obstacle>, Error> {
        Ok(Vec::new())
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        outbox::forget(tx, &erasing.person.ids, &erasing.person.marks_of_their_own())
    }
}
