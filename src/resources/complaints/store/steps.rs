//! How complaints are created and change. A transaction locks the contact before its complaint, as
//! everywhere.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::letter_queue;
use super::super::model::{
    AcknowledgeComplaint, Complaint, ComplaintStatus, GiveOutcome, InvestigateComplaint, ReceiveComplaint,
};
use super::super::particulars::Particulars;
use super::of_person::FoundBy;
use super::{complaint_steps, complaints, contact_of, one};
use crate::domain::{ComplaintId, ComplaintStepId, Error, Fault, Lifecycle, london_date};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::dialect;
use crate::platform::reference;
use crate::platform::transaction::{Recorded, WriteTx};
use crate::platform::vault::DataKey;
use crate::policy::complaints::{day_fault, receipt_fault};
use crate::policy::{complaint_clock, retention};
use crate::resources::contacts::store as contacts;

/// The letters of a complaint's reference.
const SERIES: &str = "DC";

fn entry(action: Action, complaint: &Complaint) -> Entry {
    let entry = Entry::new(action).contact(complaint.contact_id).subject(complaint.id);
    entry.with("reference", complaint.reference.as_str())
}

/// The sealed words of a complaint; empty for an erased person.
fn sealed(tx: &WriteTx<'_>, key: &DataKey, complaint: &Complaint) -> Result<Vec<u8>, Error> {
    let Complaint { complainant, details, note, explanation, .. } = complaint.clone();
    let (Some(complainant), Some(details)) = (complainant, details) else { return Ok(Vec::new()) };
    Particulars { complainant, details, note, explanation }.seal(key, tx.entropy(), complaint.id)
}

/// Takes a complaint.
///
/// # Errors
/// 422 for a day in the future or before the law, or a contact that is not there; 410 for one that was erased or merged;
/// 503 when the table of bank holidays does not reach so far.
pub fn receive(mut tx: WriteTx<'_>, asked: ReceiveComplaint) -> Result<Recorded<Complaint>, Error> {
    let ReceiveComplaint { contact_id, complainant, channel, received_on, details } = asked;
    let mut faults: Vec<Fault> = receipt_fault(received_on, london_date(tx.now())).into_iter().collect();
    let mut known = None;
    if let Some(contact) = contact_id {
        known = contacts::lock(&mut tx, contact)?;
        if known.is_none() {
            faults.push(Fault::unknown_reference("/contact_id"));
        }
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    // The restricted may complain: that is theirs to do.
    if let Some(known) = known {
        known.there()?;
    }
    let made = Complaint {
        id: tx.new_id(),
        acknowledge_by: complaint_clock::acknowledgement(received_on, tx.calendar())?.due_on,
        reference: reference::next(&mut tx, SERIES)?,
        contact_id,
        complainant: Some(complainant.with_extension_apart()),
        channel,
        received_on,
        details: Some(details),
        acknowledged_on: None,
        note: None,
        outcome: None,
        explanation: None,
        closed_on: None,
        keep_until: None,
        status: ComplaintStatus::Received,
        restricted: None,
        version: 1,
    };
    let key = tx.make_key(made.id.uuid())?;
    let now = tx.now();
    let complainant = made.complainant.as_ref();
    let found_by = complainant.map(|complainant| FoundBy::of(&tx, contact_id, complainant)).unwrap_or_default();
    let values = (
        complaints::id.eq(made.id),
        complaints::reference.eq(&made.reference),
        complaints::contact_id.eq(contact_id),
        complaints::channel.eq(<&str>::from(channel)),
        complaints::received_on.eq(received_on),
        complaints::status.eq(<&str>::from(made.status)),
        complaints::particulars.eq(sealed(&tx, &key, &made)?),
        found_by,
        complaints::created_at.eq(now),
        complaints::updated_at.eq(now),
        complaints::version.eq(made.version),
    );
    diesel::insert_into(complaints::table).values(values).execute(tx.connection())?;
    note_step(&mut tx, &made, received_on)?;
    tx.record(entry(Action::ComplaintsReceive, &made), made)
}

/// The complaint, locked until the transaction ends.
fn locked(tx: &mut WriteTx<'_>, id: ComplaintId) -> Result<Complaint, Error> {
    if let Some(contact) = contact_of(tx, id)? {
        contacts::lock(tx, contact)?;
    }
    dialect::lock(tx.connection(), "complaints", id.uuid())?;
    one(tx, id)
}

/// Adds to a complaint's history that it came to its state on a day.
fn note_step(tx: &mut WriteTx<'_>, complaint: &Complaint, on: NaiveDate) -> Result<(), Error> {
    let of = complaint_steps::table.filter(complaint_steps::complaint_id.eq(complaint.id));
    let last: Option<ComplaintStepId> =
        of.select(complaint_steps::id).order(complaint_steps::id.desc()).first(tx.connection()).optional()?;
    let id: ComplaintStepId = tx.new_id_after(last);
    let values = (
        complaint_steps::id.eq(id),
        complaint_steps::complaint_id.eq(complaint.id),
        complaint_steps::status.eq(<&str>::from(complaint.status)),
        complaint_steps::occurred_on.eq(on),
        complaint_steps::recorded_at.eq(tx.now()),
        complaint_steps::recorded_by.eq(tx.actor().label()),
    );
    diesel::insert_into(complaint_steps::table).values(values).execute(tx.connection())?;
    Ok(())
}

/// Writes a complaint as it is after a step that was taken on a day.
fn write(tx: &mut WriteTx<'_>, after: &Complaint, on: NaiveDate) -> Result<(), Error> {
    let key = tx.key_of(after.id.uuid())?;
    let changes = (
        complaints::status.eq(<&str>::from(after.status)),
        complaints::acknowledged_on.eq(after.acknowledged_on),
        complaints::outcome.eq(after.outcome.map(<&str>::from)),
        complaints::closed_on.eq(after.closed_on),
        complaints::particulars.eq(sealed(tx, &key, after)?),
        complaints::updated_at.eq(tx.now()),
        complaints::version.eq(after.version),
    );
    diesel::update(complaints::table.find(after.id)).set(changes).execute(tx.connection())?;
    note_step(tx, after, on)
}

/// A day on which something was done about a complaint.
///
/// # Errors
/// 422 when it is in the future, or before the receipt.
fn must_fit(tx: &WriteTx<'_>, pointer: &str, on: NaiveDate, complaint: &Complaint) -> Result<(), Error> {
    match day_fault(pointer, on, complaint.received_on, london_date(tx.now())) {
        Some(fault) => Err(Error::invalid(vec![fault])),
        None => Ok(()),
    }
}

/// Records that the person was told that the complaint is here, and tells them by mail.
///
/// # Errors
/// 404; 422 for a day that cannot be true; 409 when its state does not allow it.
pub fn acknowledge(
    mut tx: WriteTx<'_>,
    id: ComplaintId,
    asked: &AcknowledgeComplaint,
) -> Result<Recorded<Complaint>, Error> {
    let before = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    let on = asked.acknowledged_on;
    must_fit(&tx, "/acknowledged_on", on, &before)?;
    let after = Complaint {
        status: before.status.go_to(ComplaintStatus::Acknowledged)?,
        acknowledged_on: Some(on),
        version: before.version + 1,
        ..before
    };
    write(&mut tx, &after, on)?;
    letter_queue::queue(&mut tx, letter_queue::ACKNOWLEDGEMENT, &after)?;
    let changed = was.changed(&after)?;
    tx.record(entry(Action::ComplaintsAcknowledge, &after).changed(changed), after)
}

/// Records that the complaint is being looked into.
///
/// # Errors
/// 404; 409 when its state does not allow it.
pub fn investigate(
    mut tx: WriteTx<'_>,
    id: ComplaintId,
    asked: InvestigateComplaint,
) -> Result<Recorded<Complaint>, Error> {
    let before = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    let after = Complaint {
        status: before.status.go_to(ComplaintStatus::Investigating)?,
        note: Some(asked.note),
        version: before.version + 1,
        ..before
    };
    let today = london_date(tx.now());
    write(&mut tx, &after, today)?;
    let changed = was.changed(&after)?;
    tx.record(entry(Action::ComplaintsInvestigate, &after).changed(changed), after)
}

/// The complaint as it is once closed.
fn closed(before: Complaint, as_what: ComplaintStatus, on: NaiveDate) -> Result<Complaint, Error> {
    Ok(Complaint {
        status: before.status.go_to(as_what)?,
        closed_on: Some(on),
        keep_until: Some(retention::keep_until(on)),
        version: before.version + 1,
        ..before
    })
}

/// Gives the outcome of a complaint, and tells the person by mail.
///
/// # Errors
/// 404; 422 for a day that cannot be true; 409 when its state does not allow it.
pub fn give_outcome(mut tx: WriteTx<'_>, id: ComplaintId, asked: GiveOutcome) -> Result<Recorded<Complaint>, Error> {
    let before = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    let GiveOutcome { outcome, explanation, given_on } = asked;
    must_fit(&tx, "/given_on", given_on, &before)?;
    let after = Complaint {
        outcome: Some(outcome),
        explanation: Some(explanation),
        ..closed(before, ComplaintStatus::OutcomeGiven, given_on)?
    };
    write(&mut tx, &after, given_on)?;
    letter_queue::queue(&mut tx, letter_queue::OUTCOME, &after)?;
    let entry = entry(Action::ComplaintsOutcome, &after).changed(was.changed(&after)?);
    tx.record(entry.with("outcome", <&str>::from(outcome)), after.shown())
}

/// Records that the person took the complaint back.
///
/// # Errors
/// 404; 409 when its state does not allow it.
pub fn withdraw(mut tx: WriteTx<'_>, id: ComplaintId) -> Result<Recorded<Complaint>, Error> {
    let before = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    let today = london_date(tx.now());
    let after = closed(before, ComplaintStatus::Withdrawn, today)?;
    write(&mut tx, &after, today)?;
    let changed = was.changed(&after)?;
    tx.record(entry(Action::ComplaintsWithdraw, &after).changed(changed), after.shown())
}
