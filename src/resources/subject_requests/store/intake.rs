//! What is done about a request before it is decided: proof, questions, an extension, a withdrawal.

use super::super::commands::{
    AnswerClarification, AskClarification, CheckIdentity, Clarification, ExtendRequest, ExtensionReason, ProofOf,
};
use super::super::letter_queue::Kind as Letter;
use super::super::model::{
    Explanation, OutcomeKind, Question, Reason, RequestOutcome, RequestStatus, StepKind, SubjectRequest,
};
use super::super::particulars;
use super::progress::{Deed, check_day, go_on};
use super::steps::{self, NewStep};
use super::{Known, in_our_words, locked, one};
use crate::domain::{Code, Error, Lifecycle, RequestStepId, SubjectRequestId, london_date};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::clock::{self, ClockState};
use crate::policy::subject_requests as policy;

/// What a day of a step cannot be before.
const RECEIPT: &str = "must not be before the day on which the request was received";

fn kinds(of: ProofOf) -> [StepKind; 2] {
    match of {
        ProofOf::Identity => [StepKind::IdentityRequested, StepKind::IdentityReceived],
        ProofOf::Authority => [StepKind::AuthorityRequested, StepKind::AuthorityReceived],
    }
}

/// Proof is asked for, or came.
///
/// # Errors
/// 404; 409 out of order; 422 for a day in the future or before the request.
pub(crate) fn check_identity(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    asked: CheckIdentity,
) -> Result<Recorded<SubjectRequest>, Error> {
    let known = locked(&mut tx, id)?;
    let CheckIdentity { proof_of, requested_on, reason, received_on, sufficient } = asked;
    let gone = match (requested_on.zip(reason), received_on.zip(sufficient)) {
        (Some((on, reason)), _) => {
            check_day(&tx, "/requested_on", on, (known.request.received_on, RECEIPT))?;
            ask_proof(tx, known, proof_of, on, &reason)?
        }
        (_, Some((on, sufficient))) => {
            check_day(&tx, "/received_on", on, (known.request.received_on, RECEIPT))?;
            take_proof(tx, known, proof_of, on, sufficient)?
        }
        (None, None) => return Err(Error::internal("a check of identity without its members")),
    };
    Ok(gone)
}

/// Asks for proof: first of all, or where the same is not being waited for already.
fn ask_proof(
    mut tx: WriteTx<'_>,
    known: Known,
    of: ProofOf,
    on: chrono::NaiveDate,
    reason: &Reason,
) -> Result<Recorded<SubjectRequest>, Error> {
    let status = known.request.status;
    let [request, receipt] = kinds(of);
    let waits = steps::last_of(&mut tx, known.request.id, [request, receipt])? == Some(request);
    let next = match status {
        RequestStatus::IdentityPending if !waits => status,
        _ => status.go_to(RequestStatus::IdentityPending)?,
    };
    let letter = if of == ProofOf::Identity { Letter::IdentityRequest } else { Letter::AuthorityRequest };
    let step = NewStep::new(request, on).telling(reason.as_str());
    go_on(tx, known, Deed::new(step, next, Some(letter))).map(|gone| gone.map(|gone| gone.request))
}

/// Takes proof: work begins once nothing that was asked for is missing any more.
fn take_proof(
    mut tx: WriteTx<'_>,
    known: Known,
    of: ProofOf,
    on: chrono::NaiveDate,
    sufficient: bool,
) -> Result<Recorded<SubjectRequest>, Error> {
    let status = known.request.status;
    if !matches!(status, RequestStatus::Received | RequestStatus::IdentityPending) {
        return Err(status.stays());
    }
    let [request, receipt] = kinds(of);
    if let Some(asked) = steps::newest(&mut tx, known.request.id, request)? {
        check_day(&tx, "/received_on", on, (asked.on, "must not be before the day on which it was asked for"))?;
    }
    let step = NewStep { sufficient, ..NewStep::new(receipt, on) };
    let mut facts = known.facts.clone();
    facts.events.extend(step.event());
    let waits = clock::read(&facts, tx.calendar())?.state == ClockState::NotStarted;
    // Whose authority an agent has is proven, and not yet who asks: work waits for that too.
    let proven = policy::is_proven(known.request.identity_known, &facts.events);
    let next = if waits || !sufficient || !proven { status } else { RequestStatus::InProgress };
    go_on(tx, known, Deed::new(step, next, None)).map(|gone| gone.map(|gone| gone.request))
}

/// Asks what is meant.
///
/// # Errors
/// 404; 409 out of order, or `too_late` for a question about access after the last day; 422 for a day in the future or
/// before the request.
pub fn ask(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    asked: AskClarification,
) -> Result<Recorded<Clarification>, Error> {
    let known = locked(&mut tx, id)?;
    let AskClarification { asked_on, question } = asked;
    check_day(&tx, "/asked_on", asked_on, (known.request.received_on, RECEIPT))?;
    let next = known.request.status.go_to(RequestStatus::ClarificationPending)?;
    let event = policy::ask(&known.facts, asked_on, tx.calendar())?;
    let step = NewStep::new(StepKind::ClarificationRequested, event.on).telling(question.as_str());
    let gone = go_on(tx, known, Deed::new(step, next, Some(Letter::Clarification)))?;
    Ok(gone.map(|gone| Clarification { id: gone.step, request_id: id, asked_on, question }))
}

/// Reads a question.
///
/// # Errors
/// 404 when there is no such request or question; 410 when its words are erased, or not shown any more.
pub(crate) fn read_question(
    tx: &mut ReadTx<'_>,
    id: SubjectRequestId,
    question: RequestStepId,
) -> Result<Clarification, Error> {
    let known = one(tx, id)?;
    let step = steps::one_question(tx, id, question)?;
    let contact = known.request.contact_id;
    tx.look(Entry::new(Action::SubjectRequestsQuestion).contact(contact).subject(id));
    let text = step.text.filter(|_| !known.hides_words());
    let gone =
        || Error::new(Code::Gone, "The words of this request were erased, or are hidden because it is restricted.");
    let question = particulars::told(step.id).read(Question::try_from(text.ok_or_else(gone)?))?;
    Ok(Clarification { id: step.id, request_id: id, asked_on: step.on, question })
}

/// A question is answered, and the clock goes on.
///
/// # Errors
/// 404; 409 when it was answered before or the request is closed; 422 for a day in the future or before the question.
pub(crate) fn answer(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    question: RequestStepId,
    asked: &AnswerClarification,
) -> Result<Recorded<SubjectRequest>, Error> {
    let known = locked(&mut tx, id)?;
    let (asked_on, is_answered) = steps::question(&mut tx, id, question)?;
    let before = (asked_on, "must not be before the day on which it was asked");
    check_day(&tx, "/answered_on", asked.answered_on, before)?;
    let status = known.request.status;
    if is_answered || status != RequestStatus::ClarificationPending {
        return Err(status.stays());
    }
    let step = NewStep { answers: Some(question), ..NewStep::new(StepKind::ClarificationReceived, asked.answered_on) };
    let deed = Deed::new(step, RequestStatus::InProgress, None);
    go_on(tx, known, deed).map(|gone| gone.map(|gone| gone.request))
}

/// Extends the period by two months.
///
/// # Errors
/// 404; 409 `too_late`, `already_extended`, or once the request is closed; 422 for a day in the future or before the
/// request.
pub(crate) fn extend(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    asked: &ExtendRequest,
) -> Result<Recorded<SubjectRequest>, Error> {
    let known = locked(&mut tx, id)?;
    check_day(&tx, "/notified_on", asked.notified_on, (known.request.received_on, RECEIPT))?;
    let status = known.request.status;
    status.must_be_open()?;
    let event = policy::extend(&known.facts, asked.notified_on, tx.calendar())?;
    let because = match asked.reason {
        ExtensionReason::Complexity => "Your request is complex.",
        ExtensionReason::NumberOfRequests => "You have made a number of requests.",
    };
    let told = format!("{because} {}", asked.explanation.as_str());
    let step = NewStep::new(StepKind::ExtensionNotified, event.on).telling(told);
    let deed = Deed::new(step, status, Some(Letter::Extension));
    go_on(tx, known, deed).map(|gone| gone.map(|gone| gone.request))
}

/// Withdraws a request, on behalf of the requester or by the requester's link.
///
/// # Errors
/// 404; 409 when the right was carried out already, or the request is closed.
pub(crate) fn withdraw(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    explanation: Option<Explanation>,
    link: Option<&'static str>,
) -> Result<Recorded<SubjectRequest>, Error> {
    let known = locked(&mut tx, id)?;
    let status = known.request.status.go_to(RequestStatus::Withdrawn)?;
    let today = london_date(tx.now());
    let explanation = match explanation {
        Some(given) => given,
        None => in_our_words("You withdrew your request.")?,
    };
    let outcome = RequestOutcome {
        kind: OutcomeKind::Withdrawn,
        explanation,
        ground: None,
        duplicate_of: None,
        decided_on: today,
    };
    let step = NewStep::new(StepKind::Withdrawn, today);
    let deed = Deed { outcome: Some(outcome), link, ..Deed::new(step, status, Some(Letter::Outcome)) };
    go_on(tx, known, deed).map(|gone| gone.map(|gone| gone.request))
}
