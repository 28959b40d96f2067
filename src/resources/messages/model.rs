//! The message as the world sees it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{ContactId, Instant, MessageId};
use crate::platform::http::Resource;
pub use crate::platform::outbox::Status;

/// A message to be sent by mail, or that was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Which letter it is, such as `confirmation` or `preferences`.
    #[schema(example = "confirmation")]
    pub kind: String,
    /// Whom it is for; absent where it was asked for by an address alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// What has become of it.
    pub status: Status,
    /// How often its delivery was begun.
    #[schema(example = 1, minimum = 0)]
    pub attempts: i32,
    /// When it is tried next; only while it is queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_attempt_at: Option<Instant>,
    /// Why it was dropped or is dead, or what the last attempt met: a code such as `withdrawn`, `smtp_550`, `timeout`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "smtp_451")]
    pub reason: Option<String>,
    /// When it was queued.
    pub created_at: Instant,
    /// Raised by every change.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Message {
    fn location(&self) -> String {
        format!("/v1/messages/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

/// Which messages to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageFilter {
    /// Only those with this status.
    #[schema(nullable = false)]
    pub status: Option<Status>,
}
