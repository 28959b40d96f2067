//! What this room holds of people.

use serde_json::json;

use super::links;
use crate::domain::{ContactId, Error, Obstacle, PersonalRecord};
use crate::personal::{Class, Erasing, Held, Holder, Merging, Person, SearchTerm, Table};
use crate::platform::transaction::{ReadTx, WriteTx};

/// The room's personal data.
pub struct PreferenceData;

impl Holder for PreferenceData {
    fn room(&self) -> &'static str {
        "preferences"
    }

    fn tables(&self) -> &'static [Table] {
        &[Table {
            name: "preference_links",
            meaning: "The links by which a mailbox sees and changes its own preferences, as hashes.",
            columns: &[
                ("token_hash", Class::Plain),
                ("contact_id", Class::Pseudonymous),
                ("mark", Class::BlindIndex),
                ("expires_at", Class::Plain),
            ],
        }]
    }

    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: ContactId) -> Result<bool, Error> {
        Ok(false)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let sent = links::sent(tx, person)?.into_iter().map(|expires_at| json!({ "expires_at": expires_at }));
        Ok(vec![Held::new("preference_links", SearchTerm::CONTACT, sent)?])
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
        links::forget(tx, &erasing.person.ids)
    }
}
