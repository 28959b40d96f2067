//! What this room holds of people.

use diesel::prelude::*;

use super::cards;
use super::store::{self, consents};
use crate::domain::{Card, ConsentId, ContactId, Error, LawfulBasis, Obstacle, PersonalRecord, StoredRow, Use};
use crate::personal::{AddressChange, Erasing, Held, Holder, Merging, Person};
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, WriteTx};

/// The room's personal data.
pub struct ConsentData;

impl Holder for ConsentData {
    fn room(&self) -> &'static str {
        "consents"
    }

    fn cards(&self) -> &'static [Card] {
        cards::CARDS
    }

    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
        let found: Option<ConsentId> = consents::table
            .filter(among_ids(consents::contact_id, &person.ids))
            .select(consents::id)
            .first(tx.connection())
            .optional()?;
        Ok(found.is_some())
    }

    fn uses(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Use>, Error> {
        let decided = consents::table
            .filter(among_ids(consents::contact_id, &person.ids))
            .select((consents::id, consents::purpose));
        let decided: Vec<(ConsentId, String)> = decided.load(tx.connection())?;
        let used = |(id, purpose): (ConsentId, String)| {
            let purpose = StoredRow::new("consents", id).read("purpose", purpose.parse())?;
            Ok(Use { purpose, basis: LawfulBasis::Consent })
        };
        decided.into_iter().map(used).collect()
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        super::personal_export::of(tx, person)
    }

    fn address_changed(&self, tx: &mut WriteTx<'_>, contact: ContactId, change: AddressChange) -> Result<(), Error> {
        store::new_mailbox::ask(tx, contact, change)
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        store::merge::merge(tx, merging)
    }

    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
        store::erase::records(tx, person)
    }

    fn obstacles(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<Obstacle>, Error> {
        Ok(Vec::new())
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        store::erase::erase(tx, erasing)
    }
}
