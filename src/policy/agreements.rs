//! Agreements to share personal data with an organisation: which state follows which, when an agreement is in force, and who
//! may approve one.
//!
//! The council shares data with another controller under an arrangement or a data sharing agreement (UK GDPR Article 26; the
//! Data Sharing Code of the Information Commission, Data Protection Act 2018 section 121), and with a processor under a
//! contract (Article 28(3)). Either says for which purposes, which data and how long.

use chrono::NaiveDate;
use macro_rules_attribute::apply;

use super::deadlines::last_moment_of;
use super::{Lawful, two_people};
use crate::domain::{
    Actor, AgreementId, Code, ContactField, Error, Fault, Instant, Lifecycle, OrganisationId, Party, Purpose, WordSet,
    words,
};

/// Accountability, and the agreement that it takes to share data.
const ARTICLE: &str = "UK GDPR Articles 5(2), 26 and 28(3)";

/// The stage of an agreement to share data.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum AgreementStatus {
    /// It waits for the approval of another person.
    Proposed,
    /// It was approved. It is in force from `starts_on` to `ends_on`.
    Active,
    /// Nothing is shared under it for now.
    Suspended,
    /// It was turned down, was ended early, or its last day has passed.
    Ended,
}

impl Lifecycle for AgreementStatus {
    fn next(self) -> &'static [Self] {
        match self {
            Self::Proposed | Self::Suspended => &[Self::Active, Self::Ended],
            Self::Active => &[Self::Suspended, Self::Ended],
            Self::Ended => &[],
        }
    }
}

impl AgreementStatus {
    /// The status on a day in London of an agreement that has this stored status: after its last day it has ended.
    #[must_use]
    pub fn as_of(self, ends_on: NaiveDate, today: NaiveDate) -> Self {
        if today > ends_on { Self::Ended } else { self }
    }
}

/// What an agreement allows, as of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The agreement's id.
    pub id: AgreementId,
    /// The recipient.
    pub organisation_id: OrganisationId,
    /// Whether the recipient is active: nothing is shared with a suspended or ended organisation.
    pub organisation_is_active: bool,
    /// The purposes that it allows.
    pub purposes: WordSet<Purpose>,
    /// The members of a contact that it allows to share.
    pub fields: WordSet<ContactField>,
    /// Its first day in London.
    pub starts_on: NaiveDate,
    /// Its last day in London, that day included.
    pub ends_on: NaiveDate,
    /// Its status, computed for the moment of the read.
    pub status: AgreementStatus,
}

impl Terms {
    /// Whether data may be shared under the agreement on a day in London.
    pub fn is_live(&self, today: NaiveDate) -> bool {
        let in_force = self.starts_on <= today && today <= self.ends_on;
        self.status == AgreementStatus::Active && in_force && self.organisation_is_active
    }

    /// The last microsecond of the agreement: the end of its last day in London.
    pub fn last_moment(&self) -> Instant {
        last_moment_of(self.ends_on)
    }
}

/// The organisation with which an agreement is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Whether the organisation is active.
    pub is_active: bool,
    /// Whether the organisation is the council itself.
    pub is_council: bool,
}

impl Recipient {
    /// Checks that the organisation is active.
    ///
    /// # Errors
    /// 409 `organisation_not_active`, with `allowed_transitions` of the agreement, if there is one.
    fn must_be_active(self, allowed: Option<Vec<&'static str>>) -> Result<(), Error> {
        if self.is_active {
            return Ok(());
        }
        let detail = "The organisation is suspended or has ended, so no data can be shared with it. Reinstate it first, \
                      if it is suspended.";
        Err(Error::new(Code::OrganisationNotActive, detail).with(|p| p.allowed_transitions = allowed))
    }
}

/// Judges the proposal of an agreement.
///
/// # Errors
/// 422 for the council itself, a last day before the first, and a last day in the past; 409 for an organisation that is not active.
pub fn propose(
    recipient: Recipient,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    today: NaiveDate,
) -> Result<Lawful<AgreementStatus>, Error> {
    let mut faults = Vec::new();
    if recipient.is_council {
        let detail = "must be another organisation: the council is the controller, and shares nothing with itself";
        faults.push(Fault::new("/organisation_id", "own_organisation", detail));
    }
    if ends_on < starts_on {
        faults.push(Fault::new("/ends_on", "before_start", "must not be before starts_on"));
    } else if ends_on < today {
        faults.push(Fault::new("/ends_on", "past", "must not be in the past"));
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    recipient.must_be_active(None)?;
    Ok(Lawful::ruled(AgreementStatus::Proposed))
}

/// What must be known to judge that an agreement becomes active, as it is in the transaction that makes it so.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The agreement's status as of now.
    pub status: AgreementStatus,
    /// The organisation.
    pub recipient: Recipient,
    /// Who proposed the agreement.
    pub proposer: Party,
}

/// That an agreement may become active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activation(());

/// Judges the approval by `approver` of a proposed agreement.
///
/// # Errors
/// 403 for a program, and for the proposer; 409 unless the agreement is proposed and the organisation is active.
pub fn approve(facts: &Facts, approver: &Actor) -> Result<Lawful<Activation>, Error> {
    two_people::may_authorise(approver, &facts.proposer, ARTICLE)?;
    if facts.status != AgreementStatus::Proposed {
        return Err(facts.status.stays());
    }
    activate(facts)
}

/// Judges the reinstatement of a suspended agreement. It was approved by two people once, so one can reinstate it.
///
/// # Errors
/// 409 unless the agreement is suspended and the organisation is active.
pub fn reinstate(facts: &Facts) -> Result<Lawful<Activation>, Error> {
    if facts.status != AgreementStatus::Suspended {
        return Err(facts.status.stays());
    }
    activate(facts)
}

fn activate(facts: &Facts) -> Result<Lawful<Activation>, Error> {
    facts.status.go_to(AgreementStatus::Active)?;
    facts.recipient.must_be_active(Some(vec![AgreementStatus::Ended.into()]))?;
    Ok(Lawful::ruled(Activation(())))
}

#[cfg(test)]
mod tests;
