//! What this room holds of people.

use serde_json::json;

use super::allowances;
use super::cards;
use super::links;
use crate::domain::{Card, Error, Obstacle, PersonalRecord};
use crate::personal::{Erasing, Held, Holder, Merging, Person, SearchTerm};
use crate::platform::transaction::{ReadTx, WriteTx};

/// The room's personal data.
pub struct PreferenceData;

impl Holder for PreferenceData {
    fn room(&self) -> &'static str {
        "preferences"
    }

    fn cards(&self) -> &'static [Card] {
        cards::CARDS
    }

    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<bool, Error> {
        Ok(false)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let sent = links::sent(tx, person)?.into_iter().map(|expires_at| json!({ "expires_at": expires_at }));
        let asked = allowances::links::sent(tx, person)?.into_iter();
        let asked = asked.map(|(kind, expires_at)| json!({ "recipient_kind": kind, "expires_at": expires_at }));
        Ok(vec![
            Held::new("preference_links", SearchTerm::CONTACT, sent)?,
            Held::new("sharing_allowance_links", SearchTerm::CONTACT, asked)?,
        ])
    }

    // A link belongs to the mailbox's present owner.
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
        links::forget(tx, &erasing.person.ids)?;
        allowances::links::forget(tx, &erasing.person.ids)
    }
}
