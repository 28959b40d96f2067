//! The assignment as callers see it, and what they can ask of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{AgreementId, AssignmentId, EventId, Instant, OrganisationId};
use crate::platform::http::{Command, Resource};
pub use crate::policy::assignments::Profile;

/// The part of an organisation in an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Assignment {
    /// The assignment's id.
    pub id: AssignmentId,
    /// The event.
    pub event_id: EventId,
    /// The organisation.
    pub organisation_id: OrganisationId,
    /// The agreement that allows the assignment. While it is not live, the organisation sees nothing of the event.
    pub agreement_id: AgreementId,
    /// What the organisation does at the event.
    pub profile: Profile,
    /// From when the organisation may read the attendee list.
    pub starts_at: Instant,
    /// Until when the organisation may read the attendee list. What it was shown by then is disclosed until then.
    pub ends_at: Instant,
    /// Increases with every change to the assignment.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Assignment {
    fn location(&self) -> String {
        format!("/v1/events/{}/assignments/{}", self.event_id, self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

/// An assignment to make.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssignOrganisation)]
pub struct Assign {
    /// The organisation. It needs a live agreement that allows the profile.
    pub organisation_id: OrganisationId,
    /// What the organisation does at the event.
    pub profile: Profile,
    /// From when the organisation may read the attendee list.
    pub starts_at: Instant,
    /// Until when the organisation may read the attendee list: after `starts_at`, and in the future.
    pub ends_at: Instant,
}

impl Command for Assign {
    type Resource = Assignment;
}

/// Changes to an assignment, as a merge patch.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchAssignment {
    /// The new end, after `starts_at`. An end in the past ends the assignment now.
    #[schema(nullable = false)]
    pub ends_at: Option<Instant>,
}

impl Command for PatchAssignment {
    type Resource = Assignment;
}
