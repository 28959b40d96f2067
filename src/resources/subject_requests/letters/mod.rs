//! The letters to the requester: the service mails each if there is an address, and offers each as text
//! for the post.

mod api;
mod contents;
mod mails;
mod package;

use super::store::{self, Known};
use crate::domain::{Error, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::outbox::Letters;
use crate::platform::transaction::ReadTx;
use mails::RequestLetter;

use super::letter_queue::Kind;
pub(super) use api::{Form, Sheet};

/// The letters of this room.
pub static LETTERS: Letters = &[
    &RequestLetter(Kind::Acknowledgement),
    &RequestLetter(Kind::IdentityRequest),
    &RequestLetter(Kind::AuthorityRequest),
    &RequestLetter(Kind::Clarification),
    &RequestLetter(Kind::Extension),
    &RequestLetter(Kind::Refusal),
    &RequestLetter(Kind::Outcome),
    &RequestLetter(Kind::Package),
];

/// A letter for the post. The last letter about a person who was erased says until when we keep the name.
///
/// # Errors
/// 404 when there is no such request, or no such letter about it.
pub(super) fn for_the_post(tx: &mut ReadTx<'_>, id: SubjectRequestId, kind: Kind, form: Form) -> Result<Sheet, Error> {
    let Known { request, for_the_last_letter, .. } = store::one(tx, id)?;
    let mut words = contents::words(tx, &request, kind)?.ok_or_else(Error::not_found)?;
    if let Some(head) = contents::head(tx, &request, kind)? {
        words.blocks.insert(0, head);
    }
    if for_the_last_letter && matches!(kind, Kind::Refusal | Kind::Outcome) {
        words.blocks.push(contents::name_kept(&request));
    }
    let entry = Entry::new(Action::SubjectRequestsLetter).contact(request.contact_id).subject(id);
    tx.look(entry.showing_one().with("letter", kind.message()));
    Sheet::of(&words, &tx.identity().controller, form)
}
