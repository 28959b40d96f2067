//! Carrying a right out, and the request with it, in one transaction (UK GDPR Articles 16, 18 and 21).

use chrono::NaiveDate;

use super::super::commands::{Completed, Fulfilment};
use super::super::model::{Channel, StepKind, SubjectRequest};
use super::person::{about, locked_with_contact, whose};
use super::{carry_out, in_our_words, recipients, steps};
use crate::domain::{ContactId, Error, Lifecycle, Purpose, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::clock::Right;
use crate::policy::restriction::RestrictionGround;
use crate::resources::consents::model::Method;
use crate::resources::consents::store::objection;
use crate::resources::contacts::model::PatchContact;
use crate::resources::contacts::store::{self as contacts, changes, restrict};

pub(super) fn whole(explanation: impl Into<String>) -> Result<Completed, Error> {
    Ok(Completed { kind: Fulfilment::Fulfilled, explanation: in_our_words(explanation)?, ground: None })
}

/// Corrects the contact as the person has asked (Article 16).
///
/// # Errors
/// 404; 409 for a request about another right or out of order, `identity_unproven`, or `contact_exists`; 410 when the
/// contact was erased or merged; 422 as for a correction.
pub fn rectify(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    patch: PatchContact,
) -> Result<Recorded<SubjectRequest>, Error> {
    let (contact, request) = whose(&mut tx, id, &[Right::Rectification])?;
    tx.also(|tx| changes::rectify(tx, contact, patch))?;
    let awaits_recipients = recipients::tell(&mut tx, &request)?;
    carry_out(tx, id, whole("We have corrected your data as you asked.")?, awaits_recipients)
}

/// Records that the council has carried a right out by other means than the service's.
///
/// # Errors
/// As [`carry_out`].
pub fn complete(mut tx: WriteTx<'_>, id: SubjectRequestId, done: Completed) -> Result<Recorded<SubjectRequest>, Error> {
    let request = locked_with_contact(&mut tx, id)?.request;
    let awaits_recipients = recipients::tell(&mut tx, &request)?;
    carry_out(tx, id, done, awaits_recipients)
}

/// Restricts the contact (Article 18).
///
/// # Errors
/// 404; 409 for a request about another right or out of order, or `identity_unproven`; 410 when the contact was erased or
/// merged; 423 when it is restricted already.
pub fn restrict(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    ground: RestrictionGround,
) -> Result<Recorded<SubjectRequest>, Error> {
    let (contact, request) = whose(&mut tx, id, &[Right::Restriction])?;
    tx.also(|tx| restrict::restrict(tx, contact, ground))?;
    let awaits_recipients = recipients::tell(&mut tx, &request)?;
    let told = "We have restricted your data: we keep it and do not use it. We will tell you before that ends.";
    carry_out(tx, id, whole(told)?, awaits_recipients)
}

/// Lifts the restriction that a completed request brought about, once the person was told (Article 18(3)).
///
/// # Errors
/// 404; 409 for a request about another right, one that did not bring the restriction about that holds, or when nothing is
/// restricted; 410 when the contact was erased or merged;
/// 422 for a day on which the person cannot have been told.
pub fn lift(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    notified_on: NaiveDate,
) -> Result<Recorded<SubjectRequest>, Error> {
    let request = locked_with_contact(&mut tx, id)?.shown()?;
    let contact = about(&request, &[Right::Restriction])?;
    if !made_what_holds(&mut tx, id, contact)? {
        return Err(request.status.stays());
    }
    tx.also(|tx| restrict::lift(tx, contact, notified_on))?;
    let entry = Entry::new(Action::SubjectRequestsLift).contact(contact).subject(id);
    tx.record(entry, request)
}

/// Returns whether the request was carried out and led to the present restriction: an older or refused
/// request lifts nothing. If nothing is restricted, the caller reports that.
fn made_what_holds(tx: &mut WriteTx<'_>, id: SubjectRequestId, contact: ContactId) -> Result<bool, Error> {
    let mut carried_out = None;
    for kind in [StepKind::CarriedOut, StepKind::Completed] {
        carried_out = carried_out.or(steps::newest(tx, id, kind)?);
    }
    let Some(carried_out) = carried_out else { return Ok(false) };
    let restriction = contacts::facts(tx, contact)?.and_then(|facts| facts.restriction);
    Ok(restriction.is_none_or(|restriction| restriction.since == carried_out.recorded_at))
}

fn method(channel: Channel) -> Method {
    match channel {
        Channel::Email => Method::Email,
        Channel::WebForm => Method::WebForm,
        Channel::Telephone => Method::Telephone,
        Channel::Post => Method::Paper,
        Channel::InPerson => Method::InPerson,
    }
}

/// Carries an objection to direct marketing out (Article 21(2) and (3)): absolute, and for all purposes unless some are
/// named. Where what is done rests on consent, that is the right that applies in place of the general objection.
///
/// # Errors
/// 404; 409 for a request about another right or out of order, or `identity_unproven`; 422 for a purpose that rests on a
/// contract alone.
pub fn object(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    purposes: Option<&[Purpose]>,
) -> Result<Recorded<SubjectRequest>, Error> {
    let (contact, request) = whose(&mut tx, id, &[Right::Objection])?;
    tx.also(|tx| objection::object(tx, contact, purposes, method(request.channel)))?;
    let told = "We have stopped sending you what you object to. We use your data with your consent or for a \
                contract, and the law gives no right to object to that. You can withdraw your consent at any time.";
    carry_out(tx, id, whole(told)?, false)
}
