//! How a request ends: refused, closed, or carried out.

use super::super::commands::{CloseDuplicate, Completed, Fulfilment, LapseRequest, RefuseRequest};
use super::super::letter_queue::Kind as Letter;
use super::super::model::{Ground, OutcomeKind, RequestOutcome, RequestStatus, StepKind, SubjectRequest};
use super::progress::{Deed, go_on};
use super::steps::NewStep;
use super::{Known, in_our_words, locked, locked_without_words, one};
use crate::domain::{Error, Fault, Lifecycle, SubjectRequestId, london_date};
use crate::platform::db::dialect;
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::subject_requests as policy;

/// Ends a request with an outcome.
fn end(
    tx: WriteTx<'_>,
    known: Known,
    step: StepKind,
    outcome: RequestOutcome,
    letter: Letter,
) -> Result<Recorded<SubjectRequest>, Error> {
    let status = known.request.status.go_to(outcome.kind.ends())?;
    let step = NewStep::new(step, outcome.decided_on);
    let deed = Deed { outcome: Some(outcome), ..Deed::new(step, status, Some(letter)) };
    go_on(tx, known, deed).map(|gone| gone.map(|gone| gone.request))
}

fn check_ground(ground: Ground, known: &Known, pointer: &'static str) -> Result<(), Error> {
    let detail = if !ground.fits(known.request.kind) {
        "is a ground for refusing erasure alone"
    } else if ground == Ground::IdentityNotVerified
        && policy::is_proven(known.request.identity_known, &known.facts.events)
    {
        "contradicts the request, which says that the requester's identity is known or proven"
    } else {
        return Ok(());
    };
    Err(Error::invalid(vec![Fault::new(pointer, "wrong_ground", detail)]))
}

/// Refuses a request. Its letter gives the reasons, and says how to complain (UK GDPR Article 12(4)).
///
/// # Errors
/// 404; 409 out of order; 422 for a ground that is none against this right.
pub fn refuse(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    asked: RefuseRequest,
) -> Result<Recorded<SubjectRequest>, Error> {
    let known = locked(&mut tx, id)?;
    let RefuseRequest { ground, explanation } = asked;
    known.request.status.go_to(RequestStatus::Refused)?;
    check_ground(ground, &known, "/ground")?;
    let decided_on = london_date(tx.now());
    let outcome = RequestOutcome {
        kind: OutcomeKind::Refused,
        explanation,
        ground: Some(ground),
        duplicate_of: None,
        decided_on,
    };
    end(tx, known, StepKind::Refused, outcome, Letter::Refusal)
}

/// Closes a request for which what we had asked did not come.
///
/// # Errors
/// 404; 409 unless we wait for something.
pub fn lapse(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    asked: LapseRequest,
) -> Result<Recorded<SubjectRequest>, Error> {
    let known = locked(&mut tx, id)?;
    let outcome = RequestOutcome {
        kind: OutcomeKind::Lapsed,
        explanation: asked.reason,
        ground: None,
        duplicate_of: None,
        decided_on: london_date(tx.now()),
    };
    end(tx, known, StepKind::Lapsed, outcome, Letter::Outcome)
}

/// Closes a request that is the same as another.
///
/// # Errors
/// 404; 409 out of order; 422 when the other is not there, is this one, is a duplicate itself or about another right.
pub fn close_duplicate(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    asked: &CloseDuplicate,
) -> Result<Recorded<SubjectRequest>, Error> {
    const POINTER: &str = "/of_request_id";
    let of = asked.of_request_id;
    dialect::lock_all(tx.connection(), "subject_requests", &[id.uuid(), of.uuid()])?;
    let known = one(&mut tx, id)?;
    let wrong = |code: &'static str, detail: &'static str| Error::invalid(vec![Fault::new(POINTER, code, detail)]);
    if of == id {
        return Err(wrong("same_request", "must be another request"));
    }
    let other = match one(&mut tx, of) {
        Ok(other) => other.request,
        Err(error) if error.code() == crate::domain::Code::NotFound => {
            return Err(Error::invalid(vec![Fault::unknown_reference(POINTER)]));
        }
        Err(error) => return Err(error),
    };
    if other.kind != known.request.kind {
        return Err(wrong("other_right", "is about another right, so it needs its own answer"));
    }
    if other.status == RequestStatus::Duplicate {
        return Err(wrong("duplicate_too", "is itself a duplicate; name the request that is answered"));
    }
    if matches!(other.status, RequestStatus::Withdrawn | RequestStatus::Lapsed) {
        return Err(wrong("not_answered", "was closed without an answer; name a request that is or will be answered"));
    }
    if let (Some(own), Some(its)) = (known.request.contact_id, other.contact_id)
        && own != its
    {
        return Err(wrong("other_person", "is about another person, so it needs its own answer"));
    }
    let explanation = format!("This request repeats {}, which we answer.", other.reference.as_str());
    let outcome = RequestOutcome {
        kind: OutcomeKind::Duplicate,
        explanation: in_our_words(explanation)?,
        ground: None,
        duplicate_of: Some(of),
        decided_on: london_date(tx.now()),
    };
    end(tx, known, StepKind::Duplicate, outcome, Letter::Outcome)
}

/// Records that a right was carried out here. With `awaits_recipients`, a recipient of the data has yet
/// to do the same (UK GDPR Article 19), and the last recipient completes the request.
///
/// # Errors
/// 404; 409 out of order, or `identity_unproven`; 422 for a ground that is none against this right.
pub fn carry_out(
    tx: WriteTx<'_>,
    id: SubjectRequestId,
    done: Completed,
    awaits_recipients: bool,
) -> Result<Recorded<SubjectRequest>, Error> {
    carried_out(tx, id, done, (awaits_recipients, None))
}

/// Records that a right was carried out here, and in the history how.
///
/// # Errors
/// As [`carry_out`].
pub fn carry_out_telling(
    tx: WriteTx<'_>,
    id: SubjectRequestId,
    done: Completed,
    told: String,
) -> Result<Recorded<SubjectRequest>, Error> {
    carried_out(tx, id, done, (false, Some(told)))
}

fn carried_out(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    done: Completed,
    (awaits_recipients, told): (bool, Option<String>),
) -> Result<Recorded<SubjectRequest>, Error> {
    let known = locked(&mut tx, id)?;
    let request = &known.request;
    policy::must_be_proven(request.status, request.identity_known, &known.facts.events)?;
    let Completed { kind, explanation, ground } = done;
    let kind = match kind {
        Fulfilment::Fulfilled => OutcomeKind::Fulfilled,
        Fulfilment::PartlyFulfilled => OutcomeKind::PartlyFulfilled,
    };
    let next = if awaits_recipients { RequestStatus::AwaitingRecipients } else { kind.ends() };
    let status = request.status.go_to(next)?;
    if let Some(ground) = ground {
        check_ground(ground, &known, "/outcome/ground")?;
    }
    let decided_on = london_date(tx.now());
    let outcome = RequestOutcome { kind, explanation, ground, duplicate_of: None, decided_on };
    let step = if awaits_recipients { StepKind::CarriedOut } else { completed(kind) };
    // The requester gets the answer now: the outstanding acts of recipients do not prolong the period.
    let step = NewStep { told, ..NewStep::new(step, decided_on) };
    let deed = Deed { outcome: Some(outcome), ..Deed::new(step, status, Some(Letter::Outcome)) };
    go_on(tx, known, deed).map(|gone| gone.map(|gone| gone.request))
}

fn completed(kind: OutcomeKind) -> StepKind {
    if kind == OutcomeKind::PartlyFulfilled { StepKind::PartiallyCompleted } else { StepKind::Completed }
}

/// Records that the last of those who were given the data has done the same: the request is complete. The caller can be a recipient,
/// so this unseals nothing of the person.
///
/// # Errors
/// 404; 409 unless the request waits for them.
pub fn recipients_done(mut tx: WriteTx<'_>, id: SubjectRequestId) -> Result<Recorded<SubjectRequest>, Error> {
    let known = locked_without_words(&mut tx, id)?;
    let outcome = match (known.request.status, &known.request.outcome) {
        (RequestStatus::AwaitingRecipients, Some(outcome)) => outcome.kind,
        (status, _) => return Err(status.stays()),
    };
    let step = NewStep::new(completed(outcome), london_date(tx.now()));
    let deed = Deed::new(step, outcome.ends(), None);
    go_on(tx, known, deed).map(|gone| gone.map(|gone| gone.request))
}
