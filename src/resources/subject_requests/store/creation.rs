//! Taking a request in.

use diesel::prelude::*;

use super::super::letter_queue;
use super::super::model::{CreateSubjectRequest, RequestStatus, StepKind, SubjectRequest};
use super::super::particulars::Particulars;
use super::of_person::FoundBy;
use super::steps::{NewStep, add};
use super::{shown, subject_requests as requests};
use crate::domain::{ContactId, Error, Fault, SubjectRequestId, london_date};
use crate::platform::audit::{Action, Entry};
use crate::platform::reference;
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::clock::ClockFacts;
use crate::resources::contacts::store as contacts;

/// The letters of the series of references.
const SERIES: &str = "SR";

/// The contact whom a request is about is there.
pub(super) fn check_contact(tx: &mut WriteTx<'_>, contact: ContactId, faults: &mut Vec<Fault>) -> Result<(), Error> {
    if let Some(known) = contacts::lock(tx, contact)? {
        // The restricted may ask: that is theirs to do.
        return known.there();
    }
    faults.push(Fault::unknown_reference("/contact_id"));
    Ok(())
}

/// Takes a request in, under a reference number of its own, and queues its acknowledgement.
///
/// # Errors
/// 422 for an unknown contact or a day in the future; 410 for a contact that was erased or merged; 503 when its clock
/// ends outside the table of bank holidays.
pub fn create(mut tx: WriteTx<'_>, asked: CreateSubjectRequest) -> Result<Recorded<SubjectRequest>, Error> {
    let CreateSubjectRequest { kind, contact_id, requester, channel, received_on, details, identity_known } = asked;
    let (now, today) = (tx.now(), london_date(tx.now()));
    let mut faults = Vec::new();
    if received_on > today {
        faults.push(Fault::new("/received_on", "future", "must not be in the future"));
    }
    if let Some(contact) = contact_id {
        check_contact(&mut tx, contact, &mut faults)?;
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let facts = ClockFacts { right: kind, received_on, events: Vec::new() };
    let clock = shown(&facts, tx.calendar(), now)?;
    let id: SubjectRequestId = tx.new_id();
    let key = tx.make_key(id.uuid())?;
    let found_by = FoundBy::of(&tx, contact_id, &requester);
    let told = Particulars { requester: requester.with_extension_apart(), details };
    let particulars = told.seal(&key, tx.entropy(), id)?;
    let made = SubjectRequest {
        id,
        reference: reference::next(&mut tx, SERIES)?.try_into().map_err(|fault: &str| Error::internal(fault))?,
        kind,
        status: RequestStatus::first(identity_known),
        contact_id,
        requester: Some(told.requester),
        channel,
        received_on,
        details: told.details,
        identity_known,
        clock,
        outcome: None,
        restricted: None,
        version: 1,
    };
    let values = (
        requests::id.eq(id),
        requests::reference.eq(made.reference.as_str()),
        requests::kind.eq(<&str>::from(kind)),
        requests::status.eq(<&str>::from(made.status)),
        requests::contact_id.eq(contact_id),
        requests::channel.eq(<&str>::from(channel)),
        requests::received_on.eq(received_on),
        requests::identity_known.eq(identity_known),
        requests::particulars.eq(particulars),
        found_by,
        requests::due_on.eq(clock.due_on),
        requests::dated_by.eq(tx.calendar().version()),
        requests::created_at.eq(now),
        requests::updated_at.eq(now),
        requests::version.eq(made.version),
    );
    diesel::insert_into(requests::table).values(values).execute(tx.connection())?;
    add(&mut tx, id, NewStep::new(StepKind::Received, received_on), None)?;
    letter_queue::queue(&mut tx, &made, letter_queue::Kind::Acknowledgement)?;
    let entry = Entry::new(Action::SubjectRequestsCreate).contact(contact_id).subject(id);
    tx.record(entry.with("kind", <&str>::from(kind)), made)
}
