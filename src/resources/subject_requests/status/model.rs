//! Where a request stands, as the world sees it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::super::model::{Reference, RequestStatus, Right, SubjectRequest};
use super::super::package::delivery::PackageReady;
use crate::platform::http::Command;
use crate::resources::contacts::model::NothingElse;

/// Where a request stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatusView {
    /// Its reference number.
    pub reference: Reference,
    /// The right that was asked for.
    pub kind: Right,
    /// Where it is in its life.
    pub status: RequestStatus,
    /// The last day for our answer; null while it cannot be known.
    #[schema(required, example = "2026-05-01")]
    pub due_on: Option<NaiveDate>,
    /// The copy that can be opened by the link that was mailed, while it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub package: Option<PackageReady>,
}

impl StatusView {
    pub(super) fn of(request: &SubjectRequest, package: Option<PackageReady>) -> Self {
        let SubjectRequest { reference, kind, status, clock, .. } = request;
        Self { reference: reference.clone(), kind: *kind, status: *status, due_on: clock.due_on, package }
    }
}

/// What can be done by the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkAction {
    /// The request is withdrawn.
    Withdraw,
    /// The link to the copy is mailed again, to the address of the request.
    MailPackageLink,
}

/// What is done by the link.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActByLink {
    /// What.
    pub action: LinkAction,
}

impl Command for ActByLink {
    type Resource = NothingElse;
}
