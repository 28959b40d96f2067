//! How a request goes on: by a step that is written down, into a state that follows.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::letter_queue;
use super::super::model::{ClockRuns, RequestClock, RequestOutcome, RequestStatus, SubjectRequest};
use super::super::particulars;
use super::package_rows;
use super::steps::{NewStep, add};
use super::{Known, shown, shown_request, subject_requests as requests};
use crate::domain::{Error, Fault, Lifecycle, RequestStepId, london_date};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::transaction::{Recorded, WriteTx};

/// What is done about a request.
pub(super) struct Deed {
    /// The step that is written down.
    pub(super) step: NewStep,
    /// The state afterwards, which the state before was asked for.
    pub(super) status: RequestStatus,
    /// What became of the request, where that is decided.
    pub(super) outcome: Option<RequestOutcome>,
    /// The words to the requester.
    pub(super) letter: Option<letter_queue::Kind>,
    /// The link that carries out the act, if no caller with a token does.
    pub(super) link: Option<&'static str>,
}

impl Deed {
    /// A step into a state, and a letter about it.
    pub(super) fn new(step: NewStep, status: RequestStatus, letter: Option<letter_queue::Kind>) -> Self {
        Self { step, status, outcome: None, letter, link: None }
    }
}

/// A request after something was done about it, and the step that says so.
pub(super) struct Gone {
    pub(super) request: SubjectRequest,
    pub(super) step: RequestStepId,
}

/// A day on which something happened is not in the future, and not before another.
pub(super) fn check_day(
    tx: &WriteTx<'_>,
    pointer: &'static str,
    on: NaiveDate,
    (earliest, before): (NaiveDate, &'static str),
) -> Result<(), Error> {
    let fault = if on > london_date(tx.now()) {
        Fault::new(pointer, "future", "must not be in the future")
    } else if on < earliest {
        Fault::new(pointer, "order", before)
    } else {
        return Ok(());
    };
    Err(Error::invalid(vec![fault]))
}

/// Does it: adds the step, works the clock out anew, or stops it where the request is closed, and queues the letter.
///
/// # Errors
/// 409 when the state afterwards does not follow; 503 when the clock ends outside the table of bank holidays.
pub(super) fn go_on(mut tx: WriteTx<'_>, known: Known, deed: Deed) -> Result<Recorded<Gone>, Error> {
    let Known { request: before, mut facts, for_the_last_letter } = known;
    let Deed { step, status, outcome, letter, link } = deed;
    let was = Before::of(&before)?;
    // Some steps leave a request where it is.
    if status != before.status {
        before.status.go_to(status)?;
        package_rows::stop(&mut tx, before.id)?;
    }
    let kind: &str = step.kind.into();
    facts.events.extend(step.event());
    let (now, id) = (tx.now(), before.id);
    let clock = shown(&facts, tx.calendar(), now)?;
    let clock = if status.is_final() { RequestClock { state: ClockRuns::Stopped, ..clock } } else { clock };
    let step = add(&mut tx, id, step, link)?;
    let after =
        SubjectRequest { status, clock, outcome: outcome.or(before.outcome), version: before.version + 1, ..before };
    let kept =
        status.is_final().then(|| serde_json::to_string(&clock)).transpose().map_err(|error| Error::internal(error))?;
    let changes = (
        requests::status.eq(<&str>::from(status)),
        requests::due_on.eq(clock.due_on),
        requests::dated_by.eq(tx.calendar().version()),
        requests::final_clock.eq(kept),
        requests::updated_at.eq(now),
        requests::version.eq(after.version),
    );
    let decided = match &after.outcome {
        None => None,
        Some(outcome) => {
            let place = particulars::explanation(id);
            let explanation = tx.seal_for_service(&place, outcome.explanation.as_str().as_bytes())?;
            Some((
                requests::outcome.eq(<&str>::from(outcome.kind)),
                requests::outcome_ground.eq(outcome.ground.map(<&str>::from)),
                requests::outcome_explanation.eq(explanation),
                requests::decided_on.eq(outcome.decided_on),
                requests::duplicate_of.eq(outcome.duplicate_of),
            ))
        }
    };
    let row = requests::table.find(id);
    match decided {
        Some(decided) => diesel::update(row).set((changes, decided)).execute(tx.connection())?,
        None => diesel::update(row).set(changes).execute(tx.connection())?,
    };
    if let Some(letter) = letter {
        letter_queue::queue(&mut tx, &after, letter)?;
    }
    let entry = Entry::new(Action::SubjectRequestsStep).contact(after.contact_id).subject(id);
    let entry = entry.changed(was.changed(&after)?).with("step", kind).with("to", <&str>::from(status));
    tx.record(entry, Gone { request: shown_request(after, for_the_last_letter)?, step })
}
