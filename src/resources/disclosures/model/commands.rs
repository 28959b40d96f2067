//! What a caller can ask of disclosures.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::{DemandReference, Disclosure, Gateway, Necessity, Requester, Status};
use crate::domain::{AgreementId, ContactField, ContactId, DisclosureBatchId, Instant, OrganisationId, Purpose};
use crate::platform::http::Command;

/// The law that requires a disclosure, and the demand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGateway {
    /// The provision of the Data Protection Act 2018.
    pub code: Gateway,
    /// The reference of the demand.
    pub reference: DemandReference,
    /// Who demands the data.
    pub requested_by: Requester,
}

/// People's data to disclose to an organisation: under an agreement, or because a law requires it.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "has_a_basis"), schema(function = "has_a_purpose"), schema(function = "has_no_agreement"))]
pub struct Disclose {
    /// The contacts, 1 to 1,000 of them.
    #[schema(min_items = 1, max_items = 1000)]
    pub contact_ids: Vec<ContactId>,
    /// The organisation that is to receive the data.
    pub organisation_id: OrganisationId,
    /// The agreement that allows it. Give this or `legal_gateway`.
    #[schema(nullable = false)]
    pub agreement_id: Option<AgreementId>,
    /// The law that requires it. Give this or `agreement_id`.
    #[schema(nullable = false)]
    pub legal_gateway: Option<NewGateway>,
    /// A purpose of the agreement. Leave it out with `legal_gateway`.
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// The members of the person's data: those of the agreement, or those that the law demands.
    #[schema(min_items = 1, max_items = 5)]
    pub fields: Vec<ContactField>,
    /// Why the disclosure is necessary.
    pub necessity: Necessity,
    /// When the disclosure ends: not after the agreement's last day, which is the default.
    #[schema(nullable = false)]
    pub expires_at: Option<Instant>,
}

impl Command for Disclose {
    type Resource = Disclosure;
}

fn fault(code: &'static str, pointer: &'static str, detail: &'static str) -> Result<(), ValidationError> {
    let mut error = ValidationError::new(code).with_message(detail.into());
    error.add_param("pointer".into(), &pointer);
    Err(error)
}

fn has_a_basis(asked: &Disclose) -> Result<(), ValidationError> {
    match (asked.agreement_id, &asked.legal_gateway) {
        (None, None) => fault("missing", "/agreement_id", "is required, unless a law requires the disclosure"),
        _ => Ok(()),
    }
}

fn has_a_purpose(asked: &Disclose) -> Result<(), ValidationError> {
    match (asked.purpose, &asked.legal_gateway) {
        (None, None) => fault("missing", "/purpose", "is required under an agreement: one of its purposes"),
        (Some(_), Some(_)) => {
            fault("superfluous", "/purpose", "must be left out, because a law requires the disclosure")
        }
        _ => Ok(()),
    }
}

fn has_no_agreement(asked: &Disclose) -> Result<(), ValidationError> {
    match (asked.agreement_id, &asked.legal_gateway) {
        (Some(_), Some(_)) => {
            fault("superfluous", "/agreement_id", "must be left out, because a law requires the disclosure")
        }
        _ => Ok(()),
    }
}

/// Which disclosures to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosureFilter {
    /// Only disclosures with this status now.
    #[schema(nullable = false)]
    pub status: Option<Status>,
    /// Only disclosures to this organisation.
    #[schema(nullable = false)]
    pub organisation_id: Option<OrganisationId>,
    /// Only disclosures of this person's data, under any id that the person has or had.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Only disclosures under this agreement.
    #[schema(nullable = false)]
    pub agreement_id: Option<AgreementId>,
    /// Only disclosures for this purpose.
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// Only disclosures that were recalled at this instant or later, the last recalled first.
    #[schema(nullable = false)]
    pub since: Option<Instant>,
    /// Only disclosures that the recipient's answer with this `disclosure_batch` showed. For staff and the council each names the
    /// reader and the time.
    #[schema(nullable = false)]
    pub batch: Option<DisclosureBatchId>,
}
