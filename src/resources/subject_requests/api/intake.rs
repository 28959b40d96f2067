//! The handlers of what is done about a request before it is decided.

use super::super::commands::{
    AnswerClarification, AskClarification, CheckIdentity, Clarification, CorrectReceipt, ExtendRequest, MatchContact,
    WithdrawRequest,
};
use super::super::model::SubjectRequest;
use super::super::store::{self as requests, intake as store};
use crate::domain::{Error, RequestStepId, SubjectRequestId};
use crate::platform::access::Access;
use crate::platform::auth::{SubjectRequestsIntake, SubjectRequestsRead};
use crate::platform::http::{ById, ByPart, Created, Done, Found, MayBeEmpty, Valid};

/// Match a request to a contact
///
/// You can match an open request. A new contact replaces the previous one.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/match")]
pub async fn match_contact(
    access: Access<SubjectRequestsIntake>,
    Valid(asked): Valid<MatchContact>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| requests::match_contact(tx, id, &asked)).await
}

/// Correct the day of receipt
///
/// Use this for an undecided request that was recorded with a wrong day. The service recomputes the
/// clock from the true day. The history keeps both days and the reason.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/receipt-correction")]
pub async fn correct_receipt(
    access: Access<SubjectRequestsIntake>,
    Valid(asked): Valid<CorrectReceipt>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| requests::receipt::correct(tx, id, &asked)).await
}

/// Ask for proof of identity, or record it
///
/// `requested_on` and `reason` record that you asked the requester for proof. `received_on` and
/// `sufficient` record the proof. The clock starts on the day on which everything that you asked for
/// has come. Record unrequested proof that came with the request in the same way; work then starts.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/identity-checks")]
pub async fn check_identity(
    access: Access<SubjectRequestsIntake>,
    Valid(asked): Valid<CheckIdentity>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::check_identity(tx, id, asked)).await
}

/// Ask for clarification
///
/// For access, the clock stops from this day until the day of the answer, both included. For other
/// rights it continues.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/clarifications")]
pub async fn ask(
    access: Access<SubjectRequestsIntake>,
    Valid(asked): Valid<AskClarification>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Created<Clarification>>, Error> {
    access.create(move |tx| store::ask(tx, id, asked)).await
}

/// Read a question
///
/// The question as it was sent to the requester. Answers 410 after the words of the request were
/// erased.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/clarifications/{part}")]
pub async fn read_question(
    access: Access<SubjectRequestsRead>,
    ById(id): ById<SubjectRequestId>,
    ByPart(question): ByPart<RequestStepId>,
) -> Result<Found<Clarification>, Error> {
    access.read(move |tx| store::read_question(tx, id, question)).await.map(Found)
}

/// Record the answer to a question
#[utoipa::path(post, path = "/v1/subject-requests/{id}/clarifications/{part}/answer")]
pub async fn answer(
    access: Access<SubjectRequestsIntake>,
    Valid(asked): Valid<AnswerClarification>,
    ById(id): ById<SubjectRequestId>,
    ByPart(question): ByPart<RequestStepId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::answer(tx, id, question, &asked)).await
}

/// Extend the period by two months
///
/// You can extend once, for complexity or the number of requests. You must notify the requester by the
/// last day of the ordinary period.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/extension")]
pub async fn extend(
    access: Access<SubjectRequestsIntake>,
    Valid(asked): Valid<ExtendRequest>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::extend(tx, id, &asked)).await
}

/// Record that a request is withdrawn
#[utoipa::path(post, path = "/v1/subject-requests/{id}/withdrawal")]
pub async fn withdraw(
    access: Access<SubjectRequestsIntake>,
    MayBeEmpty(asked): MayBeEmpty<WithdrawRequest>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::withdraw(tx, id, asked.explanation, None)).await
}
