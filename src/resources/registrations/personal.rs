//! What this room holds of people.

use super::personal_export;
use super::store::{self, erase, events_moved, merge};
use crate::domain::{ContactId, Error, EventId, LawfulBasis, Obstacle, PersonalRecord, Purpose, Use};
use crate::personal::{Class, Erasing, Held, Holder, Merging, Person, Table};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::resources::events::followers::EventFollower;

/// The room's personal data.
pub struct RegistrationData;

impl Holder for RegistrationData {
    fn room(&self) -> &'static str {
        "registrations"
    }

    fn tables(&self) -> &'static [Table] {
        use Class::{Plain, Pseudonymous, Sealed};
        &[
            Table {
                name: "registrations",
                meaning: "Registrations for events: places, waiting list and offers.",
                columns: &[
                    ("id", Pseudonymous),
                    ("event_id", Plain),
                    ("contact_id", Pseudonymous),
                    ("status", Plain),
                    ("sequence", Plain),
                    ("offer_expires_at", Plain),
                    ("share_with_partners", Plain),
                    ("share_with_venue", Plain),
                    ("source", Plain),
                    ("created_at", Plain),
                    ("updated_at", Plain),
                    ("version", Plain),
                ],
            },
            Table {
                name: "registration_steps",
                meaning: "The steps of each registration, append-only: author, time, cause. A reason in words is \
                          sealed.",
                columns: &[
                    ("registration_id", Pseudonymous),
                    ("version", Plain),
                    ("status", Plain),
                    ("cause", Plain),
                    ("recorded_at", Plain),
                    ("recorded_by", Pseudonymous),
                    ("reason", Sealed),
                ],
            },
            Table {
                name: "check_ins",
                meaning: "Check-ins at events, by the registration's id.",
                columns: &[
                    ("event_id", Plain),
                    ("device_id", Plain),
                    ("nonce", Plain),
                    ("registration_id", Pseudonymous),
                    ("direction", Plain),
                    ("occurred_at", Plain),
                    ("received_at", Plain),
                    ("position", Plain),
                ],
            },
            Table {
                name: "access_requirements",
                meaning: "What people need in order to take part: dietary and access requirements, which may reveal \
                          health or belief. Deleted thirty days after the event.",
                columns: &[
                    ("registration_id", Pseudonymous),
                    ("contact_id", Pseudonymous),
                    ("event_id", Plain),
                    ("requirements", Sealed),
                ],
            },
        ]
    }

    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, contact: ContactId) -> Result<bool, Error> {
        store::has_any(tx, contact)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        personal_export::of(tx, person)
    }

    fn uses(&self, tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Vec<Use>, Error> {
        let registered = store::has_any(tx, contact)?;
        let used = Use { purpose: Purpose::EventAdministration, basis: LawfulBasis::Contract };
        Ok(registered.then_some(used).into_iter().collect())
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        merge::merge(tx, merging)
    }

    fn records(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
        erase::records(tx, person)
    }

    fn obstacles(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<Obstacle>, Error> {
        Ok(Vec::new())
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        erase::erase(tx, erasing)
    }
}

impl EventFollower for RegistrationData {
    fn event_changed(&self, tx: &mut WriteTx<'_>, event: EventId) -> Result<(), Error> {
        events_moved::follow(tx, event)
    }
}
