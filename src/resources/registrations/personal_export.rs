//! The registrations in a person's package (UK GDPR Article 15(3)): without their recorders.

use serde_json::json;

use super::model::Registration;
use super::requirements::store as requirements;
use super::store::{self, check_ins, steps};
use crate::domain::Error;
use crate::personal::{Held, Person, SearchTerm};
use crate::platform::transaction::ReadTx;
use crate::resources::events;

/// Returns what the room's tables hold of a person.
///
/// # Errors
/// Internal when a record cannot be unsealed.
pub(super) fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
    let (mut registrations, mut taken, mut passed, mut needs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for registration in store::of_person(tx, person)? {
        let contact = registration.contact_id;
        let title = events::store::read(tx, registration.event_id)?.title;
        for step in steps::all(tx, registration.id, contact)? {
            taken.push(json!({
                "event": title, "status": step.status, "cause": step.cause, "reason": step.reason,
                "recorded_at": step.recorded_at,
            }));
        }
        for (at, direction) in check_ins::of(tx, registration.id)? {
            passed.push(json!({ "event": title, "direction": direction, "occurred_at": at }));
        }
        if let Some(told) = requirements::for_export(tx, registration.id, contact)? {
            needs.push(json!({ "event": title, "access_requirements": told }));
        }
        // The table of needs has them, in that place alone.
        let registration = Registration { access_requirements: None, ..registration };
        registrations.push(json!({ "event": title, "registration": registration }));
    }
    Ok(vec![
        Held::new("registrations", SearchTerm::CONTACT, registrations)?,
        Held::new("registration_steps", SearchTerm::CONTACT, taken)?,
        Held::new("check_ins", SearchTerm::CONTACT, passed)?,
        Held::new("access_requirements", SearchTerm::CONTACT, needs)?,
    ])
}
