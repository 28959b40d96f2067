//! What a legal hold says about a person: that their data is kept.

use serde_json::json;

use super::{cards, store};
use crate::domain::{Card, Error, Obstacle, PersonalRecord};
use crate::personal::holds::HoldKeeper;
use crate::personal::{Erasing, Held, Holder, Merging, Person, SearchTerm};
use crate::platform::transaction::{ReadTx, WriteTx};

/// The room's personal data.
pub struct HoldData;

impl Holder for HoldData {
    fn room(&self) -> &'static str {
        "holds"
    }

    fn cards(&self) -> &'static [Card] {
        cards::CARDS
    }

    fn blocks_deletion(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<bool, Error> {
        Ok(false)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let told = store::catching::told(tx, person)?;
        let refused = store::catching::refused_of(tx, person)?;
        let refused = refused.into_iter().map(|since| json!({ "refused_at": since }));
        let kept = store::values::of(tx, person)?.into_iter().map(|table| json!({ "record": table }));
        Ok(vec![
            Held::new("legal_holds", SearchTerm::CONTACT, told)?,
            Held::new("held_erasures", SearchTerm::CONTACT, refused)?,
            Held::new("held_values", SearchTerm::CONTACT, kept)?,
        ])
    }

    // A hold on a contact that was merged catches the person under every id.
    fn merge(&self, _: &mut WriteTx<'_>, _: &Merging) -> Result<(), Error> {
        Ok(())
    }

    fn records(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<PersonalRecord>, Error> {
        Ok(Vec::new())
    }

    fn obstacles(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obstacle>, Error> {
        store::catching::obstacles(tx, person)
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        if !erasing.withheld.is_empty() {
            return Ok(());
        }
        store::catching::forget_refused(tx, &erasing.person)?;
        store::values::forget(tx, &erasing.person)
    }
}

impl HoldKeeper for HoldData {
    fn keep_out(&self, tx: &mut WriteTx<'_>) -> Result<(), Error> {
        store::catching::keep_out(tx)
    }

    fn must_be_free(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<(), Error> {
        store::catching::must_be_free(tx, person)
    }
}
