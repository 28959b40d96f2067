//! How a released package reaches the person, and how far it has come.

use chrono::Duration;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::super::commands::fault;
use super::super::model::SubjectRequest;
use crate::domain::{Instant, MessageId, prose_type, words};
use crate::platform::http::Command;
use crate::platform::outbox::Status;
use crate::resources::contacts::model::NothingElse;

/// How many times a package can be opened by its links.
pub const MOST_DOWNLOADS: usize = 5;

/// How long after a mail with a link the person can ask for another.
const ONE_EVERY: Duration = Duration::hours(1);

/// How many wrong reference numbers can be tried with a link.
pub const MOST_WRONG: i32 = 5;

prose_type! {
    /// The address of a letter, line by line: at most 500 characters. Sealed at rest, and deleted with the
    /// package.
    PostalAddress, 500, "1 Dorset Street\nLondon W1U 4EG"
}

/// How the person gets the package.
#[apply(words!)]
#[schema(as = PackageDeliveryMethod)]
pub enum Delivery {
    /// By a link that is mailed to the requester's address, which asks for the reference number.
    Link,
    /// By post: the council prints it.
    Post,
    /// From hand to hand: the release says when, and by whom.
    HandedOver,
}

/// Another way for a released package to reach the person.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "changed"))]
pub struct ChangeDelivery {
    /// The new way. `link` mails a link again.
    pub delivery: Delivery,
    /// The address of the letter, for `post` alone. By default the address that was given before.
    #[schema(nullable = false)]
    pub postal_address: Option<PostalAddress>,
}

fn changed(asked: &ChangeDelivery) -> Result<(), ValidationError> {
    match_address(Some(asked.delivery), asked.postal_address.as_ref())
}

/// Refuses a postal address for another way than the post.
pub(super) fn match_address(
    delivery: Option<Delivery>,
    postal_address: Option<&PostalAddress>,
) -> Result<(), ValidationError> {
    if postal_address.is_some() && delivery.is_some_and(|delivery| delivery != Delivery::Post) {
        return Err(fault("not_here", "/postal_address", "is for `post` alone"));
    }
    Ok(())
}

impl Command for ChangeDelivery {
    type Resource = SubjectRequest;
}

/// The mail that brings a link, and what the mail server did with it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LinkMail {
    /// The id of the message.
    pub id: MessageId,
    /// The state of the message. `dead` means that the mailbox refused it, or that the service gave up.
    pub status: Status,
    /// Why the message is not sent: a code such as `smtp_550`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "smtp_550")]
    pub reason: Option<String>,
    /// When the message was queued.
    pub queued_at: Instant,
    /// When the message was sent, dropped or given up; null while it waits.
    #[schema(required)]
    pub settled_at: Option<Instant>,
}

/// A link to a package. `mail` shows whether the mail server took the newest one.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MailedLink {
    /// When the service wrote the mail with the link.
    pub created_at: Instant,
    /// Until when it can be used.
    pub expires_at: Instant,
    /// The number of wrong reference numbers tried with the link. After five it no longer works.
    #[schema(example = 0, minimum = 0)]
    pub wrong_references: i32,
}

/// The delivery of a package to the person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PackageDelivery {
    /// How the package reaches the person; null for a package that was given before the service recorded it.
    #[schema(required)]
    pub delivery: Option<Delivery>,
    /// When the package was released. With `handed_over` from the beginning, when it was handed over.
    pub released_at: Instant,
    /// The subject of the token that released it; null for a package that was given before the service
    /// recorded it.
    #[schema(required, example = "council-1")]
    pub released_by: Option<String>,
    /// When the delivery was last changed after the release. A later change to `handed_over` is the time when the package was
    /// handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub changed_at: Option<Instant>,
    /// The subject of the token that changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "council-1")]
    pub changed_by: Option<String>,
    /// When the service deletes the package.
    pub expires_at: Instant,
    /// The newest mail with a link. Absent if there was none, and thirty days after it was sent or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub mail: Option<LinkMail>,
    /// The links, oldest first.
    pub links: Vec<MailedLink>,
    /// The times at which the person opened the package by a link, oldest first.
    pub downloads: Vec<Instant>,
    /// The number of times that the person can still open it.
    #[schema(example = 4, minimum = 0, maximum = 5)]
    pub downloads_left: usize,
}

/// What became of the newest mail with a link, as its person sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PackageReadyMail)]
pub struct ReadyMail {
    /// The state of the mail. `dead` means that it could not be delivered.
    pub status: Status,
    /// When the mail was sent or given up; null while it waits.
    #[schema(required)]
    pub settled_at: Option<Instant>,
}

impl ReadyMail {
    /// When the person can ask for another mail: an hour after this one was sent. `None` for one that was not sent.
    pub(in super::super) fn again_from(self) -> Option<Instant> {
        self.settled_at.filter(|_| self.status == Status::Sent).map(|at| at.plus(ONE_EVERY))
    }

    /// Whether another mail is needless now: this one waits, or was sent within the hour. A mail that a clock which was ahead has
    /// dated in the future does not count.
    pub(super) fn is_enough(self, now: Instant) -> bool {
        let was_sent =
            || self.settled_at.is_some_and(|at| at <= now) && self.again_from().is_some_and(|from| now < from);
        self.status == Status::Queued || was_sent()
    }
}

/// A package that its person can open by a link.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PackageReady {
    /// The last instant at which the person can open it.
    pub expires_at: Instant,
    /// The number of times that the person can still open it.
    #[schema(example = 4, minimum = 0, maximum = 5)]
    pub downloads_left: usize,
    /// The newest mail with a link. Absent thirty days after it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub mail: Option<ReadyMail>,
    /// Whether the person can ask for another mail now. While a mail waits, and for an hour after one was sent, no other is sent.
    pub can_ask: bool,
}

/// A link to a package. It asks for the reference number of the request.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PackageLink {
    /// When the link expires.
    pub expires_at: Instant,
    /// How many more wrong reference numbers you can try before the link stops working.
    #[schema(example = 5, minimum = 0, maximum = 5)]
    pub tries_left: i32,
}

/// The reference number of the request that a package answers.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPackage {
    /// The number, in any case, with or without spaces.
    #[schema(min_length = 1, max_length = 40, example = "SR-2026-000001")]
    pub reference: String,
}

impl Command for OpenPackage {
    type Resource = NothingElse;
}

impl OpenPackage {
    /// Returns whether this is the number, whichever dash or space it was typed with.
    pub(super) fn names(&self, reference: &str) -> bool {
        let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        plain(&self.reference) == plain(reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_as_people_type_it() {
        let names = |typed: &str| OpenPackage { reference: typed.to_owned() }.names("SR-2026-000001");
        for typed in
            ["SR-2026-000001", "sr-2026-000001", " SR 2026 000001 ", "SR\u{2013}2026\u{2013}000001", "sr2026000001"]
        {
            assert!(names(typed), "{typed}");
        }
        for typed in ["SR-2026-00001", "2026-000001", "SR-2026-000010", "-", ""] {
            assert!(!names(typed), "{typed}");
        }
    }
}
