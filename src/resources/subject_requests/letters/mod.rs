//! The letters to the requester: the service mails each if there is an address, and offers each as text
//! for the post.

mod api;
mod contents;
mod mails;
mod package;
mod recipients;

use super::model::SubjectRequest;
use super::store::{self, Known};
use crate::domain::{Error, SubjectId, SubjectRequestId, london_date};
use crate::platform::audit::{Action, Entry};
use crate::platform::outbox::Letters;
use crate::platform::outbox::store as outbox;
use crate::platform::transaction::ReadTx;
use crate::policy::retention::LETTERS_FOR_THE_POST;
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

/// Whether a letter of a request that is closed and restricted still has to go by post. Restricted data is stored alone, unless its
/// use protects the rights of another (UK GDPR Article 18(2)). The requester, who may be another person, has the right to an answer
/// (Article 12(3) and (4)). So the last letter is printed if the request was closed while it was restricted, no mail brought this
/// letter, and the request was closed less than 14 days ago. A request that was closed before has had its answer.
///
/// # Errors
/// When the outbox cannot be read.
fn is_last_by_post(tx: &mut ReadTx<'_>, request: &SubjectRequest, kind: Kind) -> Result<bool, Error> {
    let (Some(outcome), Kind::Refusal | Kind::Outcome) = (&request.outcome, kind) else { return Ok(false) };
    let has_address = request.requester.as_ref().is_some_and(|requester| requester.email.is_some());
    let by_post =
        !has_address || outbox::is_dead_about(tx, SubjectId::from_uuid(request.id.uuid()), &[kind.message()])?;
    let is_owed = by_post && store::was_closed_while_restricted(tx, request.id)?;
    Ok(is_owed && london_date(tx.now()) < outcome.decided_on + LETTERS_FOR_THE_POST)
}

/// A letter for the post. The last letter about a person who was erased says until when we keep the name. Of a request that is
/// closed and restricted there is only a last letter that is still owed and that no mail brings, for 14 days.
///
/// # Errors
/// 404 when there is no such request, or no such letter about it.
pub(super) fn for_the_post(tx: &mut ReadTx<'_>, id: SubjectRequestId, kind: Kind, form: Form) -> Result<Sheet, Error> {
    let Known { request, for_the_last_letter, .. } = store::one(tx, id)?;
    if request.is_set_aside() && !is_last_by_post(tx, &request, kind)? {
        return Err(Error::not_found());
    }
    let mut words = contents::words(tx, &request, kind)?.ok_or_else(Error::not_found)?;
    if let Some(head) = contents::head(tx, &request, kind)? {
        words.blocks.insert(0, head);
    }
    if for_the_last_letter
        && matches!(kind, Kind::Refusal | Kind::Outcome)
        && !store::farewell::is_there(tx, request.contact_id)?
    {
        words.blocks.push(contents::name_kept(&request));
    }
    let entry = Entry::new(Action::SubjectRequestsLetter).contact(request.contact_id).subject(id);
    tx.look(entry.showing_one().with("letter", kind.message()));
    Sheet::of(&words, &tx.identity().controller, form)
}
