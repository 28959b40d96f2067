//! What this room holds of people.

use serde_json::{Value, json};

use super::cards;
use super::model::Complaint;
use super::store::{self, erase, of_person};
use crate::domain::{Card, ComplaintId, Error, Obstacle, PersonalRecord, PossibleMatch, RecordName};
use crate::personal::{Erasing, Held, Holder, Merging, Person, SearchTerm, ids_of};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::resources::contacts::store as contacts;

/// The room's personal data.
pub struct ComplaintData;

/// What a package has in the place of a complainant who may be another person.
const ANOTHER: &str = "[Left out: the name, or the address with it, is not one that we have for you. It may be another person's, who also has \
                       rights. If it is yours, tell us.]";

/// A complaint as a package shows it. A complainant who may be another person is left out, and the complaint says so.
fn shown_to(complaint: &Complaint, is_another: bool) -> Result<Value, Error> {
    let mut shown = serde_json::to_value(complaint).map_err(|error| Error::internal(error))?;
    if let Some(complainant) = shown.get_mut("complainant").filter(|_| is_another) {
        *complainant = json!({ "left_out": ANOTHER });
    }
    Ok(shown)
}

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
        let complaints = store::of(tx, person)?;
        let name = contacts::for_the_person(tx, person.contact)?.name.map(|name| contacts::name_index(tx, &name));
        let said_to_be_theirs: Vec<ComplaintId> = person.records_of("complaints");
        let (mut steps, mut shown) = (Vec::new(), Vec::new());
        for complaint in &complaints {
            // A complainant who acted on the person's behalf is a third party (Article 15(4)).
            let is_another = complaint.complainant.as_ref().is_some_and(|complainant| {
                let is_said_to_be_theirs = said_to_be_theirs.contains(&complaint.id);
                !is_said_to_be_theirs && !of_person::is_themself(tx, person, name.as_deref(), complainant)
            });
            shown.push(shown_to(complaint, is_another)?);
            for step in store::all_steps(tx, complaint.id)? {
                steps.push(json!({
                    "complaint": complaint.reference, "status": step.status, "occurred_on": step.occurred_on,
                    "recorded_at": step.recorded_at,
                }));
            }
        }
        Ok(vec![
            Held::new("complaints", SearchTerm::ALL, shown)?,
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

    fn lift_restriction(&self, tx: &mut WriteTx<'_>, records: &[RecordName]) -> Result<(), Error> {
        erase::lift_restriction(tx, &ids_of(records, "complaints"))
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        erase::erase(tx, erasing)
    }
}
