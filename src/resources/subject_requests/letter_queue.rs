//! The kinds of letters about requests, and the queue that they leave by.

use macro_rules_attribute::apply;

use super::model::SubjectRequest;
use crate::domain::{Error, MessageId, SubjectId, words};
use crate::platform::http::PathWord;
use crate::platform::outbox::{self, Outgoing};
use crate::platform::transaction::WriteTx;

/// A kind of letter to the requester.
#[apply(words!)]
#[derive(strum::VariantArray)]
#[schema(as = LetterKind)]
pub enum Kind {
    /// That the request came, and by when it is answered.
    Acknowledgement,
    /// What proves who asks.
    IdentityRequest,
    /// What proves that an agent may ask.
    AuthorityRequest,
    /// What is meant.
    Clarification,
    /// That two further months are needed, and why.
    Extension,
    /// That the right is refused, why, and where to complain.
    Refusal,
    /// What became of the request otherwise.
    Outcome,
    /// That the package can be opened by a link, or that it is enclosed.
    Package,
}

impl PathWord for Kind {
    const NAME: &'static str = "letter";
    const MEANING: &'static str = "The kind of letter.";
}

impl Kind {
    /// The kind of message that brings it.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Acknowledgement => "request_acknowledgement",
            Self::IdentityRequest => "request_identity",
            Self::AuthorityRequest => "request_authority",
            Self::Clarification => "request_clarification",
            Self::Extension => "request_extension",
            Self::Refusal => "request_refusal",
            Self::Outcome => "request_outcome",
            Self::Package => "request_package",
        }
    }
}

/// Queues a letter and returns its message, if there is an address that it can be mailed to.
pub(super) fn queue(tx: &mut WriteTx<'_>, request: &SubjectRequest, kind: Kind) -> Result<Option<MessageId>, Error> {
    if request.requester.as_ref().is_none_or(|requester| requester.email.is_none()) {
        return Ok(None);
    }
    let subject = Some(SubjectId::from_uuid(request.id.uuid()));
    outbox::queue(tx, Outgoing { kind: kind.message(), contact: request.contact_id, subject, mark: None }).map(Some)
}
