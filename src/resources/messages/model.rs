//! The message as the world sees it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{ContactId, EventId, Instant, MessageId, SubjectRequestId};
use crate::platform::http::Resource;
pub use crate::platform::outbox::Status;

/// A mail message, queued or settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Message {
    /// The message's id.
    pub id: MessageId,
    /// The kind of letter, such as `confirmation` or `preferences`.
    #[schema(example = "confirmation")]
    pub kind: String,
    /// The recipient. Absent while an address alone asked for the message, and where no contact had that address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// The state of its delivery.
    pub status: Status,
    /// The number of attempts to deliver the message.
    #[schema(example = 1, minimum = 0)]
    pub attempts: i32,
    /// When the next attempt is due; only while the message is queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_attempt_at: Option<Instant>,
    /// The reason why the message was dropped or is dead, or the result of the last attempt: a code such as
    /// `withdrawn`, `smtp_550`, `timeout`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "smtp_451")]
    pub reason: Option<String>,
    /// When the message was queued.
    pub created_at: Instant,
    /// Increases with every change to the message.
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
    /// Only messages with this status.
    #[schema(nullable = false)]
    pub status: Option<Status>,
    /// Only those for this contact.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Only those about this request.
    #[schema(nullable = false)]
    pub request_id: Option<SubjectRequestId>,
    /// Only those about registrations for this event.
    #[schema(nullable = false)]
    pub event_id: Option<EventId>,
}
