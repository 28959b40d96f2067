//! What this room holds of people.

use super::cards;
use super::store::{Recall, merge, of_person, recall};
use crate::domain::{AgreementId, Card, Error, Obstacle, PersonalRecord};
use crate::personal::{Erasing, Held, Holder, Merging, Person, SearchTerm};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::sharing::RecallCause;
use crate::resources::agreements::followers::AgreementFollower;

/// The room's personal data.
pub struct DisclosureData;

impl Holder for DisclosureData {
    fn room(&self) -> &'static str {
        "disclosures"
    }

    fn cards(&self) -> &'static [Card] {
        cards::PERSONAL
    }

    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
        of_person::has_any(tx, person)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let disclosures = of_person::told(tx, person)?;
        let reads = of_person::reads(tx, person, &disclosures)?;
        Ok(vec![
            Held::new("disclosures", SearchTerm::CONTACT, disclosures)?,
            Held::new("disclosure_batches", SearchTerm::CONTACT, reads)?,
        ])
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        merge::merge(tx, merging)
    }

    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
        of_person::records(tx, person)
    }

    fn obstacles(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<Obstacle>, Error> {
        Ok(Vec::new())
    }

    // The rows hold ids and dates, and stay: the recipients must be told (Article 19).
    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        let ids = erasing.person.ids.clone();
        recall(tx, &Recall::Erased { ids }, RecallCause::Erased).map(drop)
    }
}

impl AgreementFollower for DisclosureData {
    fn agreement_ended(&self, tx: &mut WriteTx<'_>, agreement: AgreementId) -> Result<(), Error> {
        recall(tx, &Recall::Agreement(agreement), RecallCause::AgreementEnded).map(drop)
    }
}
