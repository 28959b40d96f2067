//! The days by which open requests must be answered, worked out without unsealing anything.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::model::RequestStatus;
use super::clock_events::events_of;
use super::{stored, subject_requests as requests};
use crate::domain::{Error, SubjectId, SubjectRequestId, london_date};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::working_days;
use crate::policy::clock::{self, ClockFacts, Right};
use crate::policy::deadlines::{Deadline, DeadlineKind, Due};

/// How many requests are dated at a time.
const BATCH: i64 = 200;

/// An open request and its day.
struct Falling {
    id: SubjectRequestId,
    reference: String,
    status: RequestStatus,
    /// The last lawful day; `None` while its clock does not run.
    due_on: Option<NaiveDate>,
    /// The day that was kept to look for it by.
    kept: Option<NaiveDate>,
}

type Dated = (SubjectRequestId, String, String, NaiveDate, Option<NaiveDate>, String);

/// What the clocks of some open requests show now.
fn date(tx: &mut ReadTx<'_>, rows: Vec<Dated>) -> Result<Vec<Falling>, Error> {
    let ids: Vec<SubjectRequestId> = rows.iter().map(|row| row.0).collect();
    let mut events = events_of(tx, &ids)?;
    let date = |(id, reference, kind, received_on, kept, status): Dated| {
        let kind: Right = stored(id).read("kind", kind.parse())?;
        let facts = ClockFacts { right: kind, received_on, events: events.remove(&id).unwrap_or_default() };
        let due_on = clock::read(&facts, tx.calendar())?.due_on;
        Ok(Falling { id, reference, status: stored(id).read("status", status.parse())?, due_on, kept })
    };
    rows.into_iter().map(date).collect()
}

/// The columns that a request is dated from.
macro_rules! dated {
    () => {
        requests::table.filter(requests::final_clock.is_null().and(requests::outcome.is_null())).select((
            requests::id,
            requests::reference,
            requests::kind,
            requests::received_on,
            requests::due_on,
            requests::status,
        ))
    };
}

/// The answers that are still owed, of requests whose clock runs, in no order.
///
/// # Errors
/// 503 when the table of bank holidays does not reach as far as one of them is due.
pub fn deadlines(tx: &mut ReadTx<'_>) -> Result<Vec<Deadline>, Error> {
    let rows: Vec<Dated> = dated!().load(tx.connection())?;
    let owed = |request: Falling| {
        Some(Deadline {
            kind: DeadlineKind::RightsRequest,
            id: SubjectId::from_uuid(request.id.uuid()),
            reference: request.reference,
            due: Due::On(request.due_on?),
            status: request.status.into(),
        })
    };
    Ok(date(tx, rows)?.into_iter().filter_map(owed).collect())
}

/// Returns the reference numbers of some requests.
///
/// # Errors
/// When the requests cannot be read.
pub fn references(tx: &mut ReadTx<'_>, ids: &[SubjectRequestId]) -> Result<HashMap<SubjectRequestId, String>, Error> {
    let those = requests::table.filter(among_ids(requests::id, ids)).select((requests::id, requests::reference));
    let rows: Vec<(SubjectRequestId, String)> = those.load(tx.connection())?;
    Ok(rows.into_iter().collect())
}

/// Returns the last day for the answer to each open request for a copy among the requests `ids`. It is `None` where the clock
/// does not run, the day has passed, or it lies outside the table of bank holidays.
pub(super) fn last_days_for_copies(
    tx: &mut ReadTx<'_>,
    ids: &[SubjectRequestId],
) -> Result<Vec<Option<NaiveDate>>, Error> {
    let copies = [Right::Access, Right::Portability].map(<&str>::from);
    let open = among_ids(requests::id, ids).and(requests::final_clock.is_null());
    let running: Vec<(SubjectRequestId, String, NaiveDate)> = requests::table
        .filter(open.and(requests::kind.eq_any(copies)))
        .select((requests::id, requests::kind, requests::received_on))
        .load(tx.connection())?;
    let running_ids: Vec<SubjectRequestId> = running.iter().map(|row| row.0).collect();
    let (mut events, today) = (events_of(tx, &running_ids)?, london_date(tx.now()));
    let mut days = Vec::new();
    for (id, kind, received_on) in running {
        let right: Right = stored(id).read("kind", kind.parse())?;
        let facts = ClockFacts { right, received_on, events: events.remove(&id).unwrap_or_default() };
        let due_on = clock::read(&facts, tx.calendar()).ok().and_then(|reading| reading.due_on);
        days.push(due_on.filter(|&due| due >= today));
    }
    Ok(days)
}

/// Adopts the table of bank holidays that this process was started with. If it is another than before, the days of the
/// open requests are worked out anew, which is written down with how many have moved.
///
/// # Errors
/// 503 when a clock ends outside the table.
pub fn adopt_working_days(mut tx: WriteTx<'_>) -> Result<Recorded<()>, Error> {
    let Some(new) = working_days::adopt(&mut tx)? else { return tx.unchanged(None, ()) };
    let mut moved = 0;
    loop {
        let rows: Vec<Dated> = dated!().filter(requests::dated_by.ne(&new.to)).limit(BATCH).load(tx.connection())?;
        if rows.is_empty() {
            break;
        }
        for request in date(&mut tx, rows)? {
            moved += usize::from(request.due_on != request.kept);
            let dated = (requests::due_on.eq(request.due_on), requests::dated_by.eq(&new.to));
            diesel::update(requests::table.find(request.id)).set(dated).execute(tx.connection())?;
        }
    }
    let entry = Entry::new(Action::CalendarChanged).with("from", new.from).with("to", new.to).with("moved", moved);
    tx.record(entry, ())
}
