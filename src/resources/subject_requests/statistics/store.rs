//! Requests, counted. Nothing is unsealed.

use std::collections::HashMap;
use std::fmt::Display;

use chrono::NaiveDate;
use diesel::dsl::{self, case_when, count_star};
use diesel::prelude::*;
use strum::VariantArray;

use super::super::model::{OutcomeKind, RequestStatus, Right};
use super::super::store::clock_events::events_of;
use super::super::store::subject_requests as requests;
use super::model::{RequestCounts, RequestStatistics, StatisticsRange};
use crate::domain::{Error, StoredRow, SubjectRequestId, london_date};
use crate::platform::transaction::ReadTx;
use crate::policy::clock::{self, ClockFacts};
use crate::policy::statistics::{Counts, StatisticsUse};

/// Numbers of requests by their kind.
type ByKind = HashMap<Right, Counts>;

/// In place of an id, where the database counted several rows together.
const GROUP: &str = "a group of rows";

fn outcome(id: impl Display, kept: Option<&str>) -> Result<Option<OutcomeKind>, Error> {
    StoredRow::new("subject_requests", id).read("outcome", kept.map(str::parse).transpose())
}

fn right(id: impl Display, kind: &str) -> Result<Right, Error> {
    StoredRow::new("subject_requests", id).read("kind", kind.parse())
}

/// The days of receipt, both ends included. Nothing is received in the future.
fn days(range: StatisticsRange, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let last = range.received_before.and_then(|before| before.pred_opt());
    // Otherwise the day of 1970, before which there are no requests.
    (range.received_from.unwrap_or_default(), last.unwrap_or(today))
}

/// Counts the requests whose day is settled: those that are closed, and those dated by the table of bank holidays in use.
fn settled(tx: &mut ReadTx<'_>, (first, last): (NaiveDate, NaiveDate), counted: &mut ByKind) -> Result<(), Error> {
    let today = london_date(tx.now());
    let closed = RequestStatus::VARIANTS.iter().filter(|status| status.is_final()).map(<&str>::from);
    let is_settled = requests::dated_by.eq(tx.calendar().version()).or(requests::status.eq_any(closed));
    let is_late =
        requests::decided_on.gt(requests::due_on).or(requests::decided_on.is_null().and(requests::due_on.lt(today)));
    let late = dsl::count(case_when(is_late, requests::due_on));
    let groups: Vec<(String, Option<String>, i64, i64)> = requests::table
        .filter(requests::received_on.between(first, last).and(is_settled))
        .group_by((requests::kind, requests::outcome))
        .select((requests::kind, requests::outcome, count_star(), late))
        .load(tx.connection())?;
    for (kind, became, all, late) in groups {
        let number = |number: i64| u64::try_from(number).unwrap_or_default();
        let became = outcome(GROUP, became.as_deref())?;
        let counts = counted.entry(right(GROUP, &kind)?).or_default();
        counts.add(became, true, number(late));
        counts.add(became, false, number(all - late));
    }
    Ok(())
}

/// An open request that was dated by another table of bank holidays.
type Unsettled = (SubjectRequestId, String, NaiveDate, Option<NaiveDate>, Option<String>, Option<NaiveDate>);

/// Counts the others, dating them anew. Where the table does not reach as far, the day stands that another table gave.
fn unsettled(tx: &mut ReadTx<'_>, (first, last): (NaiveDate, NaiveDate), counted: &mut ByKind) -> Result<(), Error> {
    let today = london_date(tx.now());
    let others = requests::final_clock.is_null().and(requests::dated_by.ne(tx.calendar().version()));
    let rows: Vec<Unsettled> = requests::table
        .filter(others.and(requests::received_on.between(first, last)))
        .select((
            requests::id,
            requests::kind,
            requests::received_on,
            requests::due_on,
            requests::outcome,
            requests::decided_on,
        ))
        .load(tx.connection())?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut events = events_of(tx, &rows.iter().map(|row| row.0).collect::<Vec<_>>())?;
    for (id, kind, received_on, kept, became, decided_on) in rows {
        let right = right(id, &kind)?;
        let facts = ClockFacts { right, received_on, events: events.remove(&id).unwrap_or_default() };
        let due_on = clock::read(&facts, tx.calendar()).map_or(kept, |reading| reading.due_on);
        let late = due_on.is_some_and(|due| decided_on.unwrap_or(today) > due);
        counted.entry(right).or_default().add(outcome(id, became.as_deref())?, late, 1);
    }
    Ok(())
}

/// Counts the requests of a range: exactly or, for publication, without the numbers that could show one person.
pub fn count(tx: &mut ReadTx<'_>, range: StatisticsRange) -> Result<RequestStatistics, Error> {
    let counted_on = london_date(tx.now());
    let days = days(range, counted_on);
    let mut counted = ByKind::new();
    settled(tx, days, &mut counted)?;
    unsettled(tx, days, &mut counted)?;
    let StatisticsRange { received_from, received_before, use_for } = range;
    let told = |&kind: &Right| {
        let counts = counted.get(&kind).copied().unwrap_or_default();
        let told = match use_for {
            Some(StatisticsUse::Publication) => counts.told(),
            None => counts.exact(),
        };
        RequestCounts::new(kind, &told)
    };
    Ok(RequestStatistics {
        received_from,
        received_before,
        counted_on,
        kinds: Right::VARIANTS.iter().map(told).collect(),
    })
}
