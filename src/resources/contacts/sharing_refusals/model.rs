//! Sharing refusals as the world sees them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Instant;
use crate::platform::http::PathWord;
use crate::resources::organisations::model::OrganisationKind;

impl PathWord for OrganisationKind {
    const NAME: &'static str = "recipient_kind";
    const MEANING: &'static str = "The kind of recipient.";
}

/// A kind of recipient that must not receive the person's data.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SharingRefusal {
    /// The kind of recipient.
    pub recipient_kind: OrganisationKind,
    /// Since when.
    pub since: Instant,
}
