//! What this room holds of people.

use serde_json::json;

use super::store::{self, erase, of_person};
use crate::domain::{ComplaintId, ContactId, Error, Obstacle, PersonalRecord, PossibleMatch};
use crate::personal::{Class, Erasing, Held, Holder, Merging, Person, SearchTerm, Table};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::resources::contacts::model::PersonName;
use crate::resources::contacts::store as contacts;

/// The room's personal data.
pub struct ComplaintData;

impl Holder for ComplaintData {
    fn room(&self) -> &'static str {
        "complaints"
    }

    fn tables(&self) -> &'static [Table] {
        use Class::{BlindIndex, Plain, Pseudonymous, Sealed};
        &[
            Table {
                name: "complaints",
                meaning: "Complaints about the use of personal data. The complainant, the words and the findings are \
                          in `particulars`, sealed under the complaint's own key. The service finds a complaint \
                          without a contact by blind indexes of the complainant's address, number and name. A \
                          complaint that may be about an erased person is restricted.",
                columns: &[
                    ("id", Pseudonymous),
                    ("reference", Pseudonymous),
                    ("contact_id", Pseudonymous),
                    ("channel", Plain),
                    ("received_on", Plain),
                    ("status", Plain),
                    ("acknowledged_on", Plain),
                    ("outcome", Plain),
                    ("closed_on", Plain),
                    ("particulars", Sealed),
                    ("email_index", BlindIndex),
                    ("telephone_index", BlindIndex),
                    ("named_number", BlindIndex),
                    ("name_index", BlindIndex),
                    ("restricted_at", Plain),
                    ("created_at", Plain),
                    ("updated_at", Plain),
                    ("version", Plain),
                ],
            },
            Table {
                name: "complaint_steps",
                meaning: "The steps of each complaint, with time and author.",
                columns: &[
                    ("id", Plain),
                    ("complaint_id", Pseudonymous),
                    ("status", Plain),
                    ("occurred_on", Plain),
                    ("recorded_at", Plain),
                    ("recorded_by", Pseudonymous),
                ],
            },
        ]
    }

    // While something is still owed to the person. Of a complaint that was answered, the proof of that stays, whether or
    // not the contact is still there; its words go with the person.
    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, contact: ContactId) -> Result<bool, Error> {
        let person = contacts::person(tx, contact)?;
        Ok(!of_person::open_ones(tx, &person)?.is_empty())
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
