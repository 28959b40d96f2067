//! What this room holds of people: marks that outlive them, by design.

use serde_json::json;

use super::cards;
use super::store::{self, former};
use crate::domain::{Card, ContactId, Error, Obstacle, PersonalRecord};
use crate::personal::{Erasing, Held, Holder, Merging, Person, SearchTerm};
use crate::platform::transaction::{ReadTx, WriteTx};

/// The room's personal data.
pub struct SuppressionData;

impl Holder for SuppressionData {
    fn room(&self) -> &'static str {
        "suppressions"
    }

    fn cards(&self) -> &'static [Card] {
        cards::CARDS
    }

    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<bool, Error> {
        Ok(false)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let told =
            store::of(tx, person)?.into_iter().map(|(purpose, since)| json!({ "purpose": purpose, "since": since }));
        let former =
            former::of(tx, &person.ids)?.into_iter().map(|(kind, since)| json!({ "kind": kind, "until": since }));
        Ok(vec![
            Held::new("suppressions", SearchTerm::ADDRESSES, told)?,
            Held::new("former_addresses", SearchTerm::CONTACT, former)?,
        ])
    }

    // The former addresses were handed over with the contacts themselves.
    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        match (&merging.from_mark, &merging.into_mark) {
            (Some(from), Some(into)) if from != into => store::spread(tx, from, into),
            _ => Ok(()),
        }
    }

    fn records(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<PersonalRecord>, Error> {
        Ok(Vec::new())
    }

    fn obstacles(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<Obstacle>, Error> {
        Ok(Vec::new())
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        // An erasure adds one thing: their addresses are not written to again, and no import brings them back by a number.
        // A number and name that another contact has or had lead to that one.
        let Erasing { person, .. } = erasing;
        let numbers = person.named_numbers_of_their_own();
        person.marks.iter().chain(&numbers).try_for_each(|mark| store::suppress(tx, mark))?;
        // While the person's own record is withheld, what leads to it stays.
        let withheld: Vec<ContactId> = erasing.withheld_of("contacts");
        if withheld.is_empty() { former::forget(tx, &person.ids) } else { Ok(()) }
    }
}
