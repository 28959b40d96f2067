//! Disclosures under an agreement.

use chrono::NaiveDate;
use macro_rules_attribute::apply;

use super::{Basis, Recipient, Transfer};
use crate::domain::{
    AgreementId, Code, ContactField, DisclosedField, Error, EventId, Fault, Instant, OrganisationId, Purpose, Refusal,
    WordSet, words,
};
use crate::policy::Lawful;
use crate::policy::deadlines::last_moment_of;

/// How an agreement stands today.
#[apply(words!)]
pub enum Standing {
    /// In force on this day in London.
    Live,
    /// Not approved.
    Proposed,
    /// Approved, and in force from a later day.
    NotStarted,
    /// Suspended.
    Suspended,
    /// Ended, or turned down.
    Ended,
}

impl Standing {
    /// Why an agreement that is not live allows nothing.
    fn reason(self) -> Option<&'static str> {
        match self {
            Self::Live => None,
            Self::Proposed => {
                Some("The agreement is proposed. Another person must approve it before data is disclosed under it.")
            }
            Self::NotStarted => {
                Some("The agreement is active, and starts on a later day. Nothing is disclosed under it before.")
            }
            Self::Suspended => {
                Some("The agreement is suspended. Nothing is disclosed under it until it is reinstated.")
            }
            Self::Ended => Some("The agreement has ended. Propose another one to disclose more data."),
        }
    }

    /// The status of such an agreement, as its resource has it.
    fn status(self) -> &'static str {
        match self {
            Self::Live | Self::NotStarted => "active",
            Self::Proposed => "proposed",
            Self::Suspended => "suspended",
            Self::Ended => "ended",
        }
    }
}

/// An agreement, as it is in the transaction that discloses.
#[derive(Clone, Copy, Debug)]
pub struct Agreement<'a> {
    /// Which agreement.
    pub id: AgreementId,
    /// The organisation that it is with.
    pub organisation: OrganisationId,
    /// How it stands today.
    pub standing: Standing,
    /// The purposes that it allows.
    pub purposes: &'a WordSet<Purpose>,
    /// The members of a contact that it allows.
    pub fields: &'a WordSet<ContactField>,
    /// Its last day, in London.
    pub ends_on: NaiveDate,
}

impl Agreement<'_> {
    /// # Errors
    /// The faults of a purpose and of fields that the agreement does not allow, each at its pointer. What a person needs in order to
    /// take part is no member of a contact: an attendee list alone shows it.
    fn must_allow(&self, asked: &Asked<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !self.purposes.contains(asked.purpose) {
            let detail = format!("is not a purpose of the agreement, which allows: {}", listed(self.purposes));
            faults.push(Fault::new("/purpose", "outside_agreement", detail));
        }
        let allows = |field: DisclosedField| match field {
            DisclosedField::AccessRequirements => asked.window.is_some(),
            other => self.fields.iter().any(|allowed| DisclosedField::from(allowed) == other),
        };
        for (at, _) in asked.fields.iter().enumerate().filter(|(_, field)| !allows(**field)) {
            let detail = format!("is not a field of the agreement, which allows: {}", listed(self.fields));
            faults.push(Fault::new(format!("/fields/{at}"), "outside_agreement", detail));
        }
        faults
    }

    /// # Errors
    /// The refusal: the agreement is with another organisation, or is not live.
    fn must_be_live(&self, with: OrganisationId) -> Result<(), Error> {
        let refuse = |code, reason| Refusal { code, reason, article: "UK GDPR Articles 26 and 28(3)", pointer: None };
        if self.organisation != with {
            let reason = "The agreement is with another organisation. Name an agreement of the organisation that is to receive \
                          the data.";
            return Err(refuse(Code::WrongOrganisation, reason).into());
        }
        let Some(reason) = self.standing.reason() else { return Ok(()) };
        let error = Error::from(refuse(Code::AgreementNotLive, reason));
        Err(error.with(|p| p.agreement_status = Some(self.standing.status())))
    }
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
    agreement: &Agreement<'_>,
    asked: &Asked<'_>,
    now: Instant,
) -> Result<Lawful<Transfer>, Error> {
    let end = last_moment_of(agreement.ends_on);
    let latest = asked.window.map_or(end, |window| window.ends_at.min(end));
    let mut faults = agreement.must_allow(asked);
    faults.extend(asked.expires_at.and_then(|expires_at| fault_of_end(expires_at, Some(latest), now)));
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    agreement.must_be_live(recipient.id)?;
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
        basis: Basis::Agreement { agreement: agreement.id, purpose: asked.purpose, event },
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
