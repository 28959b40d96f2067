//! The correction of a day of receipt that was recorded wrongly.

use diesel::prelude::*;

use super::super::commands::CorrectReceipt;
use super::super::model::{StepKind, SubjectRequest};
use super::progress::{Deed, check_day, go_on};
use super::steps::{self, NewStep};
use super::{Known, locked, shown_request, subject_requests as requests};
use crate::domain::{Error, Fault, SubjectRequestId, day_words, london_date};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{Recorded, WriteTx};

/// Corrects the day of receipt, and computes the clock anew. The history keeps both days and the reason. A correction to the
/// day that is recorded already changes nothing.
///
/// # Errors
/// 404; 409 once the right was carried out or the request is closed; 422 for a day in the future, or after something that was
/// done about the request; 503 when the clock ends outside the table of bank holidays.
pub fn correct(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    asked: &CorrectReceipt,
) -> Result<Recorded<SubjectRequest>, Error> {
    let known = locked(&mut tx, id)?;
    let (before, after) = (known.request.received_on, asked.received_on);
    check_day(&tx, "/received_on", after, (chrono::NaiveDate::MIN, ""))?;
    if steps::first_day_of_work(&mut tx, id)?.is_some_and(|first| after > first) {
        let detail = "must not be after the first step of the request";
        return Err(Error::invalid(vec![Fault::new("/received_on", "order", detail)]));
    }
    known.request.status.must_be_undecided()?;
    if before == after {
        let look = Entry::new(Action::SubjectRequestsRead).contact(known.request.contact_id);
        let shown = shown_request(known.request, known.for_the_last_letter)?;
        return tx.unchanged(Some(look.showing_one().subject(id)), shown);
    }
    diesel::update(requests::table.find(id)).set(requests::received_on.eq(after)).execute(tx.connection())?;
    let Known { mut request, mut facts, for_the_last_letter } = known;
    request.received_on = after;
    facts.received_on = after;
    let (status, today) = (request.status, london_date(tx.now()));
    let told = format!(
        "The day of receipt was recorded as {}; the true day is {}. {}",
        day_words(before),
        day_words(after),
        asked.reason.as_str()
    );
    let step = NewStep::new(StepKind::ReceiptCorrected, today).telling(told);
    let known = Known { request, facts, for_the_last_letter };
    go_on(tx, known, Deed::new(step, status, None)).map(|gone| gone.map(|gone| gone.request))
}
