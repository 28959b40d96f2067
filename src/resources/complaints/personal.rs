//! What this room holds of people.

use serde_json::json;

use super::cards;
use super::store::{self, erase, of_person};
use crate::domain::{Card, ComplaintId, Error, Obstacle, PersonalRecord, PossibleMatch};
use crate::personal::{Erasing, Held, Holder, Merging, Person, SearchTerm};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::resources::contacts::model::PersonName;
use crate::resources::contacts::store as contacts;

/// The room's personal data.
pub struct ComplaintData;

impl Holder for ComplaintData {
    fn room(&self) -> &'static str {
        "complaints"
    }

    fn cards(&self) -> &'static [Card] {
        cards::CARDS
    }

    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
        Ok(!of_person::open_ones(tx, person)?.is_empty())
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        let mut complaints = store::of(tx, person)?;
        let themself = contacts::for_the_person(tx, person.contact)?.name;
        let name = themself.as_ref().map(PersonName::as_str);
        let said_to_be_theirs: Vec<ComplaintId> = person.records_of("complaints");
        for complaint in &mut complaints {
            // A complainant who acted on the person's behalf is a third party (Article 15(4)).
            let is_said_to_be_theirs = said_to_be_theirs.contains(&complaint.id);
            let is_another =
                |complainant: &mut _| !is_said_to_be_theirs && !of_person::is_themself(tx, person, name, complainant);
            complaint.complainant.take_if(is_another);
        }
        let mut steps = Vec::new();
        for complaint in &complaints {
            for step in store::all_steps(tx, complaint.id)? {
                steps.push(json!({
                    "complaint": complaint.reference, "status": step.status, "occurred_on": step.occurred_on,
                    "recorded_at": step.recorded_at,
                }));
            }
        }
        Ok(vec![
            Held::new("complaints", SearchTerm::ALL, complaints)?,
            Held::new("complaint_steps", SearchTerm::ALL, steps)?,
        ])
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        store::merge(tx, merging)
    }

    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
        erase::records(tx, person)
    }

    fn matches(&self, tx: &mut ReadTx<'_>, person: &Person, name: Option<&[u8]>) -> Result<Vec<PossibleMatch>, Error> {
        of_person::matches(tx, person, name)
    }

    fn obstacles(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obstacle>, Error> {
        erase::obstacles(tx, person)
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        erase::erase(tx, erasing)
    }
}
