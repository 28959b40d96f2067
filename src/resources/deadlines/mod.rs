//! Everything that the law sets a time for: in one list, in a digest by mail, and counted for an alarm.
//!
//! Invariants: nothing of it is kept here, but the days on which the digest was sent. Each room that owes something in time tells what it still owes by a function of its
//! own, which stands in [`SOURCES`]; by when is computed from the facts at the moment of asking. What is owed is as much as
//! people have in hand, so that all of it is sorted in memory.

mod api;
pub mod cards;
pub mod digest;
mod letters;
mod model;
mod store;

pub use letters::LETTERS;

use chrono::Duration;
use strum::VariantArray;

use crate::domain::{Code, Error};
use crate::platform::serve::Room;
use crate::platform::telemetry::DeadlineCount;
use crate::platform::transaction::ReadTx;
use crate::policy::deadlines::{Deadline, DeadlineKind};
use crate::resources::{agreements, breaches, complaints, holds, obligations, subject_requests};

/// The room's operations.
pub fn routes() -> Room {
    Room::new("deadlines", "Every deadline of the law, in one list.")
        .serve(api::__path_list, api::list)
        .problems(&[Code::CalendarExhausted])
}

/// What a room still owes in time, in no order. It unseals nothing.
type Source = fn(&mut ReadTx<'_>) -> Result<Vec<Deadline>, Error>;

/// The rooms that owe something in time.
const SOURCES: &[Source] = &[
    complaints::store::deadlines,
    breaches::store::deadlines,
    agreements::store::deadlines,
    holds::store::deadlines,
    subject_requests::store::deadlines,
    subject_requests::store::held::deadlines,
    subject_requests::package::store::deadlines,
    obligations::deadlines,
];

/// Everything that is still owed in time, what ends first first.
fn all(tx: &mut ReadTx<'_>) -> Result<Vec<Deadline>, Error> {
    let mut owed = Vec::new();
    for source in SOURCES {
        owed.extend(source(tx)?);
    }
    owed.sort_by_key(Deadline::place);
    Ok(owed)
}

/// How near a deadline is counted as: by name, and in days. Who is within one is within the longer ones too.
const NEAR: &[(&str, i64)] = &[("within_1_day", 1), ("within_3_days", 3), ("within_7_days", 7)];

/// How many deadlines of each kind are over, and how many are near and not over yet.
///
/// # Errors
/// or the table of bank holidays does not reach as far as something is due.
pub fn counts(tx: &mut ReadTx<'_>) -> Result<Vec<DeadlineCount>, Error> {
    let (owed, now) = (all(tx)?, tx.now());
    let mut counts = Vec::new();
    for &kind in DeadlineKind::VARIANTS {
        let (over, left): (Vec<_>, Vec<_>) =
            owed.iter().filter(|deadline| deadline.kind == kind).partition(|deadline| deadline.due.is_over(now));
        let kind = kind.into();
        counts.push(DeadlineCount { kind, due: "overdue", count: over.len() });
        for &(due, days) in NEAR {
            let until = now.plus(Duration::days(days));
            let near = |deadline: &&&Deadline| deadline.due.last_moment().is_some_and(|last| last <= until);
            counts.push(DeadlineCount { kind, due, count: left.iter().filter(near).count() });
        }
        let undated = left.iter().filter(|deadline| deadline.due.day().is_none()).count();
        counts.push(DeadlineCount { kind, due: "without_a_last_day", count: undated });
    }
    Ok(counts)
}
