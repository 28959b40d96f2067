//! What the mailbox is asked to confirm.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Instant;
use crate::resources::organisations::model::OrganisationKind;

/// Sharing with a kind of recipient, which the mailbox is asked to allow.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SharingConfirmation)]
pub struct Allowance {
    /// The kind of recipient.
    pub recipient_kind: OrganisationKind,
    /// Whether the person still refuses.
    #[schema(example = true)]
    pub refused: bool,
    /// Until when the link can be used.
    pub expires_at: Instant,
}
