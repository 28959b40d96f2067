//! Sharing a person's data with an organisation: what may be disclosed to whom, why, and until when (UK GDPR Articles 5, 6, 26 and
//! 28). The person's own refusal overrides every agreement.
//!
//! A call is judged once, which makes a [`Transfer`]. Then each person is judged for it, which makes a [`Disclosure`]. The store
//! writes nothing else.

use macro_rules_attribute::apply;

use super::Lawful;
use super::restriction::Restriction;
use crate::domain::{
    AgreementId, Code, ContactId, DisclosedField, EventId, Instant, Lifecycle, OrganisationId, Purpose, Refusal,
    WordSet, words,
};

mod agreement;
mod law;
#[cfg(test)]
mod tests;

pub use agreement::{Asked, Window, must_be_live, under_agreement};
pub use law::{Approval, Gateway, Proposal, approve, required_by_law};

/// The state of a disclosure.
#[apply(words!)]
#[derive(strum::VariantArray)]
#[schema(as = DisclosureStatus)]
pub enum Status {
    /// Required by law, and not approved yet: the recipient gets nothing.
    Proposed,
    /// The recipient may have the data.
    Live,
    /// Ended before its time. The recipient must not use the data any longer.
    Recalled,
    /// Ended at `expires_at`.
    Expired,
}

impl Lifecycle for Status {
    fn next(self) -> &'static [Self] {
        match self {
            Self::Proposed => &[Self::Live, Self::Recalled],
            Self::Live => &[Self::Recalled],
            Self::Recalled | Self::Expired => &[],
        }
    }
}

/// Returns the state of a disclosure as it reads `now`. A proposal without an approval in time has expired too.
pub fn status_at(stored: Status, expires_at: Option<Instant>, now: Instant) -> Status {
    let is_over = expires_at.is_some_and(|end| end <= now);
    if is_over && stored != Status::Recalled { Status::Expired } else { stored }
}

/// Why a disclosure was recalled.
#[apply(words!)]
#[derive(strum::VariantArray)]
#[schema(as = DisclosureRecallCause)]
pub enum RecallCause {
    /// A caller recalled it.
    Decision,
    /// The person refuses to share data with this kind of organisation.
    RefusedByPerson,
    /// The person no longer shares data at this event.
    SharingWithdrawn,
    /// The person does not come to the event, because the registration or the event was cancelled.
    RegistrationCancelled,
    /// The organisation's part in the event ended early.
    AssignmentEnded,
    /// The agreement ended early.
    AgreementEnded,
    /// The person's data was erased.
    Erased,
    /// Two contacts of one person were merged, and each had this disclosure. The other one continues.
    Merged,
}

/// The organisation that is to receive data.
#[derive(Clone, Copy, Debug)]
pub struct Recipient {
    /// The organisation.
    pub id: OrganisationId,
    /// Whether it is neither suspended nor ended.
    pub is_active: bool,
}

impl Recipient {
    /// # Errors
    /// The refusal: the organisation is suspended or has ended.
    fn must_be_active(self) -> Result<(), Refusal> {
        if self.is_active {
            return Ok(());
        }
        Err(Refusal {
            code: Code::OrganisationNotActive,
            reason: "The organisation is suspended or has ended, so it receives no data. Reinstate it first, or name another.",
            article: "UK GDPR Article 5(1)(f)",
            pointer: None,
        })
    }
}

/// What allows a disclosure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// An agreement with the organisation.
    Agreement {
        /// The agreement.
        agreement: AgreementId,
        /// The purpose, which the agreement names.
        purpose: Purpose,
        /// The event whose attendee list shows the person.
        event: Option<EventId>,
    },
    /// A law that requires it.
    Law(Gateway),
}

/// A decision to disclose data of any number of people to an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The organisation that receives the data.
    pub recipient: OrganisationId,
    /// What allows it.
    pub basis: Basis,
    /// The members of the person's data.
    pub fields: WordSet<DisclosedField>,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
}

/// One person's part of a transfer. [`judge`] makes it lawful:
///
/// ```
/// use iewm::domain::ContactId;
/// use iewm::policy::Lawful;
/// use iewm::policy::sharing::{Disclosure, Facts, RowCode, Transfer, judge};
///
/// fn rule<'a>(transfer: &'a Lawful<Transfer>, contact: ContactId, facts: &Facts) -> Result<Lawful<Disclosure<'a>>, RowCode> {
///     judge(transfer, contact, Some(facts))
/// }
/// ```
///
/// A store cannot make the ruling, so that it cannot write a disclosure that was not judged:
///
/// ```compile_fail,E0624
/// use iewm::policy::{Lawful, sharing::Disclosure};
///
/// fn rule(disclosure: Disclosure<'_>) -> Lawful<Disclosure<'_>> {
///     Lawful::ruled(disclosure)
/// }
/// ```
///
/// Nor is a transfer lawful that no rule has seen:
///
/// ```compile_fail,E0308
/// use iewm::domain::ContactId;
/// use iewm::policy::sharing::{Facts, Transfer, judge};
///
/// fn disclose(transfer: &Transfer, contact: ContactId, facts: &Facts) -> bool {
///     judge(transfer, contact, Some(facts)).is_ok()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disclosure<'a> {
    /// Whose data.
    pub contact: ContactId,
    /// To whom, why and until when.
    pub transfer: &'a Transfer,
}

/// What must be known of a person, as it is in the transaction that discloses.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The person's data was erased, or the contact was merged into another.
    pub erased: bool,
    /// The person's data is restricted.
    pub restriction: Option<Restriction>,
    /// The person refuses to share data with this kind of organisation.
    pub refuses: bool,
}

/// Why one person's data was not disclosed.
#[apply(words!)]
#[derive(strum::VariantArray)]
#[schema(as = DisclosureRefusal)]
pub enum RowCode {
    /// There is no such contact.
    Unknown,
    /// The person's data is restricted: it is stored and not used.
    Restricted,
    /// The person's data was erased, or the contact was merged into another.
    Erased,
    /// The person refuses to share data with this kind of organisation.
    RefusedByPerson,
}

impl RowCode {
    /// The refusal in full, with its reason and article.
    pub fn refusal(self) -> Refusal {
        let (code, reason, article) = match self {
            Self::Unknown => (Code::NotFound, "There is no such contact.", "UK GDPR Article 5(1)(d)"),
            Self::Restricted => (
                Code::Restricted,
                "The person's data is restricted: the service stores it, and discloses it only for legal claims.",
                "UK GDPR Article 18(2)",
            ),
            Self::Erased => {
                (Code::Erased, "The person's data was erased, so there is nothing to disclose.", "UK GDPR Article 17")
            }
            Self::RefusedByPerson => (
                Code::Conflict,
                "The person refuses to share data with this kind of organisation, as the privacy notice allows.",
                "UK GDPR Article 5(1)(a)",
            ),
        };
        Refusal { code, reason, article, pointer: None }
    }
}

/// What bars one person's data from being disclosed, under an agreement or by a law. A law that requires the disclosure overrides a
/// refusal (Schedule 2 of the Data Protection Act 2018). Only legal claims override a restriction (Article 18(2)).
fn bar(law: Option<Gateway>, facts: Option<&Facts>) -> Option<RowCode> {
    let Some(&Facts { erased, restriction, refuses }) = facts else { return Some(RowCode::Unknown) };
    if erased {
        Some(RowCode::Erased)
    } else if restriction.is_some() && !law.is_some_and(Gateway::is_for_legal_claims) {
        Some(RowCode::Restricted)
    } else if refuses && law.is_none() {
        Some(RowCode::RefusedByPerson)
    } else {
        None
    }
}

impl Basis {
    /// The law that requires the disclosure; `None` under an agreement.
    pub fn law(self) -> Option<Gateway> {
        match self {
            Self::Agreement { .. } => None,
            Self::Law(gateway) => Some(gateway),
        }
    }
}

/// Judges one person's part of a transfer.
///
/// # Errors
/// Why the person's data is not disclosed.
pub fn judge<'a>(
    transfer: &'a Lawful<Transfer>,
    contact: ContactId,
    facts: Option<&Facts>,
) -> Result<Lawful<Disclosure<'a>>, RowCode> {
    bar(transfer.basis.law(), facts).map_or_else(|| Ok(Lawful::ruled(Disclosure { contact, transfer })), Err)
}

/// Judges whether the data of a disclosure may be handed over now.
///
/// # Errors
/// 409 for a proposal; 410 for a disclosure that has ended, or when the person was erased; 423 when the data is restricted, but for
/// legal claims.
pub fn may_hand_over(status: Status, law: Option<Gateway>, facts: Option<&Facts>) -> Result<(), Refusal> {
    let refuse = |code, reason| Err(Refusal { code, reason, article: "UK GDPR Article 5(1)(a)", pointer: None });
    match status {
        Status::Live => bar(law, facts).map_or(Ok(()), |code| Err(code.refusal())),
        Status::Proposed => {
            refuse(Code::Conflict, "Another person must approve the disclosure before the data is handed over.")
        }
        Status::Recalled | Status::Expired => {
            refuse(Code::Gone, "The disclosure has ended, so the data is not handed over.")
        }
    }
}
