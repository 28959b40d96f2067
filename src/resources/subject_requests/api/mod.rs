//! The handlers of requests and of the law's clock.

pub(super) mod decisions;
pub(super) mod intake;
pub(super) mod rights;

use super::deadline::{self, AskDeadline, ClockAnswer};
use super::letter_queue::Kind;
use super::model::{CreateSubjectRequest, RequestStep, SubjectRequest, SubjectRequestFilter};
use super::{letters, store};
use crate::domain::{Error, RequestStepId, SubjectRequestId};
use crate::platform::access::Access;
use crate::platform::auth::{DeadlinesCompute, SubjectRequestsIntake, SubjectRequestsRead};
use crate::platform::http::{ById, ByWord, Created, Done, Found, Listed, Listing, NoFilter, Plain, Valid};

/// Compute a deadline of the law
///
/// Computes the clock of a request, a complaint or a breach from its facts, and stores nothing. Late
/// facts count as the law counts them: an extension that was notified too late is not accepted, and a
/// question that was asked too late does not stop the clock.
#[utoipa::path(post, path = "/v1/subject-requests/deadline")]
pub(super) async fn deadline(
    access: Access<DeadlinesCompute>,
    Valid(asked): Valid<AskDeadline>,
) -> Result<Plain<ClockAnswer>, Error> {
    access.read(move |tx| deadline::read(asked, tx.calendar())).await.map(Plain)
}

/// List requests
///
/// Newest first. `due_before` compares the last day on the clock now.
#[utoipa::path(get, path = "/v1/subject-requests")]
pub(super) async fn list(
    access: Access<SubjectRequestsRead>,
    asked: Listing<SubjectRequestFilter, SubjectRequestId>,
) -> Result<Listed<SubjectRequest>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Record a request
///
/// Record a request from any channel, with its true day of receipt. It gets a reference number, and its
/// clock starts. The requester gets an acknowledgement by mail if there is an e-mail address. With
/// `identity_known`, work begins at once.
#[utoipa::path(post, path = "/v1/subject-requests")]
pub(super) async fn create(
    access: Access<SubjectRequestsIntake>,
    Valid(asked): Valid<CreateSubjectRequest>,
) -> Result<Done<Created<SubjectRequest>>, Error> {
    access.create(move |tx| store::create(tx, asked)).await
}

/// Read a request
///
/// With its clock as of now.
#[utoipa::path(get, path = "/v1/subject-requests/{id}")]
pub(super) async fn read(
    access: Access<SubjectRequestsRead>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Found<SubjectRequest>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// List the steps of a request
///
/// Newest first: each act about the request.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/history")]
pub(super) async fn history(
    access: Access<SubjectRequestsRead>,
    asked: Listing<NoFilter, RequestStepId>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Listed<RequestStep>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::steps::list(tx, id, after, limit)).await?;
    Ok(page.turn(found))
}

/// Read a letter about a request, for the post
///
/// As text, in the words of the mail, for the present state of the request; as a page to print, with
/// `Accept: text/html`. Answers 404 if there is no such letter. `package` is the covering letter for a
/// package by post.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/letters/{letter}")]
pub(super) async fn letter(
    access: Access<SubjectRequestsRead>,
    form: letters::Form,
    ById(id): ById<SubjectRequestId>,
    ByWord(kind): ByWord<Kind>,
) -> Result<letters::Sheet, Error> {
    access.read(move |tx| letters::for_the_post(tx, id, kind, form)).await
}
