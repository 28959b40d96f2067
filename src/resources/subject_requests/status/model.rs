//! Where a request stands, as the world sees it.

use crate::domain::words;
use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::super::model::{Reference, RequestStatus, Right, SubjectRequest};
use super::super::package::delivery::PackageReady;
use crate::platform::http::Command;
use crate::policy::obligations::{ObligationStatus, RecipientAct};
use crate::resources::contacts::model::NothingElse;
use crate::resources::organisations::model::OrganisationName;

/// The stage of a request, as its link shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RequestStatusView)]
pub struct StatusView {
    /// The reference number.
    pub reference: Reference,
    /// The right that was asked for.
    pub kind: Right,
    /// The stage of the request.
    pub status: RequestStatus,
    /// The last day for our answer; null while it cannot be known.
    #[schema(required, example = "2026-05-01")]
    pub due_on: Option<NaiveDate>,
    /// The recipients of the data that must do the same, after a rectification, a restriction or an erasure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub recipients: Vec<RecipientView>,
    /// The copy of the data that the person can open by the mailed link, while it is available.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub package: Option<PackageReady>,
}

impl StatusView {
    pub(super) fn of(request: &SubjectRequest, package: Option<PackageReady>) -> Self {
        let SubjectRequest { reference, kind, status, clock, .. } = request;
        Self {
            reference: reference.clone(),
            kind: *kind,
            status: *status,
            due_on: clock.due_on,
            recipients: Vec::new(),
            package,
        }
    }
}

/// A recipient of the data that must do the same.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RequestRecipient)]
pub struct RecipientView {
    /// The recipient's name.
    pub name: OrganisationName,
    /// Whether the recipient has acted.
    pub status: ObligationStatus,
    /// What the recipient did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub action: Option<RecipientAct>,
    /// The day in London on which the recipient did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-12-01")]
    pub acted_on: Option<NaiveDate>,
}

/// The actions that the link offers.
#[apply(words!)]
#[schema(as = RequestLinkAction)]
pub enum LinkAction {
    /// The request is withdrawn.
    Withdraw,
    /// The link to the copy is mailed again, to the address of the request.
    MailPackageLink,
}

/// The action to take by the link.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActByLink {
    /// The action to take.
    pub action: LinkAction,
}

impl Command for ActByLink {
    type Resource = NothingElse;
}
