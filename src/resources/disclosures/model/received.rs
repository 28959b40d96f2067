//! What organisations received of a person, and when they read it.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Gateway, RecallCause, Status};
use crate::domain::{
    AgreementId, DisclosedField, DisclosureBatchId, DisclosureId, EventId, Instant, OrganisationId, Purpose, WordSet,
};
use crate::resources::disclosures::batches::model::{self as batches, ReadOperation};
use crate::resources::organisations::model::{OrganisationKind, OrganisationName};

/// An organisation that received a person's data.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DisclosureRecipient)]
pub struct Recipient {
    /// The organisation.
    pub organisation_id: OrganisationId,
    /// The organisation's name.
    pub name: OrganisationName,
    /// The organisation's relation to IEWM.
    pub kind: OrganisationKind,
}

/// One time that a recipient read a person's data.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DisclosureRead)]
pub struct RecipientRead {
    /// The id that the answer to the recipient named.
    pub disclosure_batch: DisclosureBatchId,
    /// When.
    pub read_at: Instant,
    /// How.
    pub operation: ReadOperation,
    /// Who read: a token's subject.
    #[schema(example = "contractor-1")]
    pub caller: String,
}

impl From<&batches::RecipientRead> for RecipientRead {
    fn from(read: &batches::RecipientRead) -> Self {
        let batches::RecipientRead { batch, read_at, operation, caller, .. } = read;
        Self { disclosure_batch: *batch, read_at: *read_at, operation: *operation, caller: caller.clone() }
    }
}

/// A disclosure of a person's data, with each time that the recipient read it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceivedDisclosure {
    /// The disclosure's id.
    pub id: DisclosureId,
    /// The recipient.
    pub recipient: Recipient,
    /// The agreement that allows it; absent if a law requires it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub agreement_id: Option<AgreementId>,
    /// The law that requires it; absent if an agreement allows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub legal_gateway: Option<Gateway>,
    /// The purpose; absent if a law requires the disclosure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// The event whose attendee list shows the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub event_id: Option<EventId>,
    /// The members of the person's data.
    #[schema(value_type = BTreeSet<DisclosedField>)]
    pub fields: WordSet<DisclosedField>,
    /// The state now.
    pub status: Status,
    /// When the data was disclosed; absent for a proposal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub disclosed_at: Option<Instant>,
    /// When the disclosure ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_at: Option<Instant>,
    /// When it was recalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub recalled_at: Option<Instant>,
    /// Why it was recalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub recall_cause: Option<RecallCause>,
    /// Each time that the recipient read the person while this disclosure was live, newest first. A read under several disclosures is
    /// in each.
    #[schema(max_items = 1000)]
    pub reads: Vec<RecipientRead>,
}
