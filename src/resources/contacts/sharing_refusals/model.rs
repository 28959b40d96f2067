//! Sharing refusals as the world sees them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Instant;
use crate::platform::http::PathWord;
use crate::resources::organisations::model::OrganisationKind;

impl PathWord for OrganisationKind {
    const NAME: &'static str = "recipient_kind";
}

/// A kind of recipients that a person's data is not shared with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SharingRefusal {
    /// The kind.
    pub recipient_kind: OrganisationKind,
    /// Since when.
    pub since: Instant,
}
