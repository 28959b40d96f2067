//! What this room holds of people: marks that outlive them, by design.

use serde_json::json;

use super::store;
use crate::domain::{ContactId, Error, Obstacle, PersonalRecord};
use crate::platform::doors::{ReadTx, WriteTx};
use crate::platform::personal::{Class, Erasing, Held, Holder, Merging, Person, Table};

/// The room's personal data.
pub struct StandingData;

impl Holder for StandingData {
    fn room(&self) -> &'static str {
        "standing"
    }

    fn tables(&self) -> &'static [Table] {
        &[Table {
            name: "suppressions",
            meaning: "Addresses that must not be written to, as blind indexes; they survive erasure.",
            columns: &[("mark", Class::BlindIndex), ("purpose", Class::Plain), ("since", Class::Plain)],
        }]
    }

    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: ContactId) -> Result<bool, Error> {
        Ok(false)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let mut marks = Vec::new();
        for mark in &person.marks {
            marks.extend(store::marks_of(tx, mark)?);
        }
        let told = marks.into_iter().map(|(purpose, since)| json!({ "purpose": purpose, "since": since }));
        Ok(vec![Held::new("suppressions", told)?])
    }

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
        // The one thing that an erasure adds: their addresses are not written to again.
        erasing.person.marks.iter().try_for_each(|mark| store::suppress(tx, mark))
    }
}
