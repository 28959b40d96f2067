//! Disclosures under an agreement.

use chrono::NaiveDate;

use super::{Basis, Recipient, Transfer};
use crate::domain::{
    Code, DisclosedField, Error, EventId, Fault, Instant, OrganisationId, Purpose, Refusal, WordSet, london_date,
};
use crate::policy::Lawful;
use crate::policy::agreements::{AgreementStatus, Terms};
use crate::policy::deadlines::last_moment_of;

/// Why an agreement that is not live allows nothing; `None` for a live one.
fn why_not_live(terms: &Terms, today: NaiveDate) -> Option<&'static str> {
    match terms.status {
        AgreementStatus::Active if terms.starts_on > today => {
            Some("The agreement is active, and starts on a later day. Nothing is disclosed under it before.")
        }
        AgreementStatus::Active => None,
        AgreementStatus::Proposed => {
            Some("The agreement is proposed. Another person must approve it before data is disclosed under it.")
        }
        AgreementStatus::Suspended => {
            Some("The agreement is suspended. Nothing is disclosed under it until it is reinstated.")
        }
        AgreementStatus::Ended => Some("The agreement has ended. Propose another one to disclose more data."),
    }
}

/// The faults of a purpose and of fields that an agreement does not allow, each at its pointer. What a person needs in order to take
/// part is no member of a contact: an attendee list alone shows it.
fn faults_outside(terms: &Terms, asked: &Asked<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !terms.purposes.contains(asked.purpose) {
        let detail = format!("is not a purpose of the agreement, which allows: {}", listed(&terms.purposes));
        faults.push(Fault::new("/purpose", "outside_agreement", detail));
    }
    let allows = |field: DisclosedField| match field {
        DisclosedField::AccessRequirements => asked.window.is_some(),
        other => terms.fields.iter().any(|allowed| DisclosedField::from(allowed) == other),
    };
    for (at, _) in asked.fields.iter().enumerate().filter(|(_, field)| !allows(**field)) {
        let detail = format!("is not a field of the agreement, which allows: {}", listed(&terms.fields));
        faults.push(Fault::new(format!("/fields/{at}"), "outside_agreement", detail));
    }
    faults
}

/// Judges whether an agreement is with an organisation, and in force on a day in London.
///
/// # Errors
/// The refusal: the agreement is with another organisation, or is not live.
pub fn must_be_live(terms: &Terms, with: OrganisationId, today: NaiveDate) -> Result<(), Error> {
    let refuse = |code, reason| Refusal { code, reason, article: "UK GDPR Articles 26 and 28(3)", pointer: None };
    if terms.organisation_id != with {
        let reason = "The agreement is with another organisation. Name an agreement of the organisation that is to receive the \
                      data.";
        return Err(refuse(Code::WrongOrganisation, reason).into());
    }
    let Some(reason) = why_not_live(terms, today) else { return Ok(()) };
    let error = Error::from(refuse(Code::AgreementNotLive, reason));
    Err(error.with(|p| p.agreement_status = Some(terms.status.into())))
}

fn listed<W: Copy + Ord + Into<&'static str>>(words: &WordSet<W>) -> String {
    words.iter().map(Into::into).collect::<Vec<_>>().join(", ")
}

/// The part of an organisation in an event: when it may read the attendee list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The event.
    pub event: EventId,
    /// From when.
    pub starts_at: Instant,
    /// Until when.
    pub ends_at: Instant,
}

/// What is to be disclosed.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The purpose.
    pub purpose: Purpose,
    /// The members, in the order of the request.
    pub fields: &'a [DisclosedField],
    /// When the disclosure is to end; by default with the agreement, or with the organisation's part in the event.
    pub expires_at: Option<Instant>,
    /// The organisation's part in the event whose attendee list shows the people.
    pub window: Option<Window>,
}

/// Judges a disclosure under an agreement (Articles 5(1)(b) and (c), 26 and 28(3)).
///
/// # Errors
/// 422 for a purpose or field outside of the agreement, or an end in the past or after the agreement's last day, at their pointers.
/// 409 when the agreement is another organisation's or not live, when the organisation is not active, or outside of its part in
/// the event.
pub fn under_agreement(
    recipient: Recipient,
    terms: &Terms,
    asked: &Asked<'_>,
    now: Instant,
) -> Result<Lawful<Transfer>, Error> {
    let end = last_moment_of(terms.ends_on);
    let latest = asked.window.map_or(end, |window| window.ends_at.min(end));
    let mut faults = faults_outside(terms, asked);
    faults.extend(asked.expires_at.and_then(|expires_at| fault_of_end(expires_at, Some(latest), now)));
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    must_be_live(terms, recipient.id, london_date(now))?;
    recipient.must_be_active()?;
    if asked.window.is_some_and(|window| now < window.starts_at || now >= window.ends_at) {
        return Err(Refusal {
            code: Code::Conflict,
            reason: "The organisation's part in the event has not begun or is over.",
            article: "UK GDPR Article 5(1)(c)",
            pointer: None,
        }
        .into());
    }
    let event = asked.window.map(|window| window.event);
    Ok(Lawful::ruled(Transfer {
        recipient: recipient.id,
        basis: Basis::Agreement { agreement: terms.id, purpose: asked.purpose, event },
        fields: asked.fields.iter().copied().collect(),
        expires_at: Some(asked.expires_at.unwrap_or(latest)),
    }))
}

/// The fault of an end that has passed, or that is later than it may be.
pub(super) fn fault_of_end(expires_at: Instant, latest: Option<Instant>, now: Instant) -> Option<Fault> {
    let at = |code, detail| Some(Fault::new("/expires_at", code, detail));
    match latest {
        _ if expires_at <= now => at("past", "must be in the future".to_owned()),
        Some(latest) if expires_at > latest => {
            at("too_late", format!("must not be later than {latest}, the end of the agreement's last day"))
        }
        _ => None,
    }
}
