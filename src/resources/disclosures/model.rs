//! A disclosure as callers see it, and what a caller can ask of it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    AgreementId, ContactId, DisclosedField, DisclosureId, EventId, Instant, OrganisationId, Purpose, WordSet, line_type,
};
use crate::platform::http::Resource;
pub use crate::policy::sharing::{Gateway, RecallCause, RowCode, Status};
pub use crate::resources::agreements::model::Necessity;

mod commands;
mod handover;
mod received;
mod results;

pub use commands::{Disclose, DisclosureFilter, NewGateway};
pub use handover::{DisclosedMembers, Handover};
pub use received::{ReceivedDisclosure, Recipient, RecipientRead};
pub use results::{DisclosureResult, DisclosureResults, DisclosureRow};

line_type! {
    /// The reference of the demand at the authority that made it, one line of at most 200 characters. Sealed at rest.
    DemandReference, 200, "Crime reference 22/4711"
}

line_type! {
    /// The person or body that demands the data, one line of at most 200 characters. Sealed at rest.
    #[schema(as = DemandRequester)]
    Requester, 200, "DC Brown, West Mercia Police"
}

/// The law that requires a disclosure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LegalGateway {
    /// The provision of the Data Protection Act 2018.
    pub code: Gateway,
    /// The reference of the demand. Absent for a contractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reference: Option<DemandReference>,
    /// Who demands the data. Absent for a contractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub requested_by: Option<Requester>,
}

/// A disclosure of one person's data to one organisation. A contractor sees of a recalled one the id, the contact, the status, when
/// it was recalled and why, so that it can delete its copy.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Disclosure {
    /// The disclosure's id.
    pub id: DisclosureId,
    /// The person's contact.
    pub contact_id: ContactId,
    /// The organisation that receives the data.
    pub organisation_id: OrganisationId,
    /// The agreement that allows the disclosure; absent if a law requires it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub agreement_id: Option<AgreementId>,
    /// The law that requires the disclosure; absent if an agreement allows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub legal_gateway: Option<LegalGateway>,
    /// The purpose; absent if a law requires the disclosure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// The event whose attendee list shows the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub event_id: Option<EventId>,
    /// The members of the person's data.
    #[serde(skip_serializing_if = "WordSet::is_empty")]
    #[schema(value_type = BTreeSet<DisclosedField>, required = false)]
    pub fields: WordSet<DisclosedField>,
    /// Why the disclosure is necessary.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub necessity: Option<Necessity>,
    /// The state now.
    pub status: Status,
    /// When the data was disclosed; absent for a proposal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub disclosed_at: Option<Instant>,
    /// When the disclosure ends by itself; absent if it does not.
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
    /// The person who recorded the demand: a token's subject. Absent for a contractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "staff-1")]
    pub proposed_by: Option<String>,
    /// The other person, who approved what a law requires: a token's subject. Absent for a contractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "council-1")]
    pub approved_by: Option<String>,
    /// In a list by `batch`: who read the person in that answer, and when. Absent for a contractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub read: Option<RecipientRead>,
    /// Increases with every change to the disclosure.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Disclosure {
    fn location(&self) -> String {
        format!("/v1/disclosures/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn derived(&self) -> Option<String> {
        Some(<&str>::from(self.status).to_owned())
    }
}
