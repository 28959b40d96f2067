//! Disclosures that a law requires: Schedule 2 of the Data Protection Act 2018. One person records the demand, and another person
//! of the council approves it.

use macro_rules_attribute::apply;

use super::agreement::fault_of_end;
use super::{Basis, Facts, Recipient, Status, Transfer, bar};
use crate::domain::{Actor, DisclosedField, Error, Instant, Lifecycle, Party, words};
use crate::policy::{Lawful, two_people};

/// The provision of the Data Protection Act 2018 that requires or allows a disclosure.
#[apply(words!)]
#[derive(strum::VariantArray)]
#[schema(as = LegalGatewayCode)]
pub enum Gateway {
    /// Crime and taxation (Schedule 2, paragraph 2).
    #[serde(rename = "Sch2.p2")]
    #[strum(serialize = "Sch2.p2")]
    CrimeAndTaxation,
    /// Required by an enactment, a rule of law or an order of a court (Schedule 2, paragraph 5(2)).
    #[serde(rename = "Sch2.p5(2)")]
    #[strum(serialize = "Sch2.p5(2)")]
    RequiredByLaw,
    /// Legal proceedings, legal advice, and legal rights (Schedule 2, paragraph 5(3)).
    #[serde(rename = "Sch2.p5(3)")]
    #[strum(serialize = "Sch2.p5(3)")]
    LegalProceedings,
}

impl Gateway {
    /// Whether the disclosure is for legal claims, for which restricted data can be used (UK GDPR Article 18(2)).
    pub fn is_for_legal_claims(self) -> bool {
        self == Self::LegalProceedings
    }
}

/// Judges a disclosure that a law requires. It is a proposal until another person approves it.
///
/// # Errors
/// 422 for an end in the past; 409 when the organisation is not active.
pub fn required_by_law(
    recipient: Recipient,
    gateway: Gateway,
    fields: &[DisclosedField],
    expires_at: Option<Instant>,
    now: Instant,
) -> Result<Lawful<Transfer>, Error> {
    if let Some(fault) = expires_at.and_then(|end| fault_of_end(end, None, now)) {
        return Err(Error::invalid(vec![fault]));
    }
    recipient.must_be_active()?;
    let fields = fields.iter().copied().collect();
    Ok(Lawful::ruled(Transfer { recipient: recipient.id, basis: Basis::Law(gateway), fields, expires_at }))
}

/// An approval of a proposed disclosure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The state that the disclosure goes to.
    pub status: Status,
    /// When the data may be handed over.
    pub disclosed_at: Instant,
}

/// A proposed disclosure, as it is in the transaction that approves it.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'a> {
    /// The law that requires it.
    pub gateway: Gateway,
    /// The state of the disclosure now.
    pub status: Status,
    /// The organisation that is to receive the data.
    pub recipient: Recipient,
    /// The person who recorded the demand.
    pub proposer: &'a Party,
}

/// Judges the approval of a proposed disclosure by `actor`.
///
/// # Errors
/// 403 `same_person` for the person who recorded it; 409 when it is not proposed, or when the organisation is not active; 410 or
/// 423 when the person was erased or restricted since.
pub fn approve(
    actor: &Actor,
    proposal: &Proposal<'_>,
    facts: Option<&Facts>,
    now: Instant,
) -> Result<Lawful<Approval>, Error> {
    two_people::may_authorise(actor, proposal.proposer, "Data Protection Act 2018 Schedule 2")?;
    let status = proposal.status.go_to(Status::Live)?;
    proposal.recipient.must_be_active()?;
    bar(Some(proposal.gateway), facts).map_or(Ok(()), |code| Err(code.refusal()))?;
    Ok(Lawful::ruled(Approval { status, disclosed_at: now }))
}
