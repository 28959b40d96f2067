//! The letters as mails.

use super::super::letter_queue::Kind;
use super::super::model::{OutcomeKind, RequestStatus, SubjectRequest};
use super::super::status::store as status;
use super::super::store;
use super::contents;
use super::package;
use crate::domain::{Error, SubjectRequestId};
use crate::platform::mail::{Block, Mail};
use crate::platform::outbox::{Claimed, Composed, Letter};
use crate::platform::transaction::WriteTx;

/// A letter about a request, to the requester.
pub(super) struct RequestLetter(pub(super) Kind);

/// Why a letter need not leave any more.
fn moot(kind: Kind, request: &SubjectRequest) -> Option<&'static str> {
    let status = request.status;
    match kind {
        Kind::Acknowledgement | Kind::Extension => status.is_final().then_some("closed"),
        Kind::IdentityRequest | Kind::AuthorityRequest => {
            (status != RequestStatus::IdentityPending).then_some("superseded")
        }
        Kind::Clarification => (status != RequestStatus::ClarificationPending).then_some("superseded"),
        Kind::Refusal | Kind::Outcome | Kind::Package => None,
    }
}

impl Letter for RequestLetter {
    fn kind(&self) -> &'static str {
        self.0.message()
    }

    fn compose(&self, tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Composed, Error> {
        let subject = message.subject.ok_or_else(|| Error::internal("a letter without its request"))?;
        let request = store::one(tx, SubjectRequestId::from_uuid(subject.uuid()))?.request;
        if let Some(reason) = moot(self.0, &request) {
            return Ok(Composed::Moot(reason));
        }
        let Some(to) = request.requester.as_ref().and_then(|requester| requester.email.clone()) else {
            return Ok(Composed::Moot("no_address"));
        };
        let words = match self.0 {
            Kind::Package => package::linked(tx, &request)?,
            kind => contents::words(tx, &request, kind)?,
        };
        let Some(mut words) = words else {
            return Ok(Composed::Moot("superseded"));
        };
        let is_withdrawn = request.outcome.as_ref().is_some_and(|outcome| outcome.kind == OutcomeKind::Withdrawn);
        if !is_withdrawn && self.0 != Kind::Package {
            let token = status::mint(tx, request.id)?;
            let url = format!("{}/request-status/{token}", tx.identity().pages_url);
            let text = match request.status {
                RequestStatus::AwaitingRecipients => "See which of them have done the same",
                status if status.is_final() => "The outcome of your request",
                _ => "See the progress of your request, or withdraw it",
            };
            words.blocks.push(Block::Link(text, url));
        }
        let controller = &tx.identity().controller;
        Ok(Composed::Mail(Mail {
            to,
            text: words.text(controller)?,
            html: words.html(controller)?,
            subject: words.title,
            unsubscribe_url: None,
            calendar: None,
        }))
    }
}
