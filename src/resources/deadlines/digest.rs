//! The daily digest of everything that falls due: mailed to those who decide, once on each working day, and on a day of rest
//! on or after which a breach must be notified before the next working day.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Europe::London;

use super::{all, store};
use crate::domain::{Error, london_date};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::dialect;
use crate::platform::outbox::{self, Outgoing};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::deadlines::{Deadline, DeadlineKind, Due};

/// The kind of message that brings it.
pub(super) const DIGEST: &str = "deadline_digest";

/// From when on it is sent, by the clocks of London.
const FROM: NaiveTime = match NaiveTime::from_hms_opt(7, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// How far it looks ahead, in working days.
const AHEAD: u32 = 5;

/// Returns the deadlines that end by the fifth working day from today, the overdue ones included, those without a last day,
/// and the agreements that end within thirty days. The first to end comes first.
///
/// # Errors
/// 503 outside the table of bank holidays.
pub(super) fn falling_due(tx: &mut ReadTx<'_>) -> Result<Vec<Deadline>, Error> {
    let ahead = tx.calendar().working_days_after(london_date(tx.earliest()), AHEAD)?;
    let mut falling = all(tx)?;
    falling.retain(|deadline| {
        deadline.kind == DeadlineKind::AgreementEnd || deadline.due.day().is_none_or(|day| day <= ahead)
    });
    Ok(falling)
}

/// The day whose digest is to be sent now; `None` when it is too early, sent already, or nothing is due that cannot wait for a
/// working day.
fn day_owed(tx: &mut ReadTx<'_>) -> Result<Option<NaiveDate>, Error> {
    let local = tx.earliest().to_chrono().with_timezone(&London);
    let today = local.date_naive();
    if local.time() < FROM || store::was_sent(tx, today)? {
        return Ok(None);
    }
    let working = tx.calendar().roll_forward(today)?;
    // The 72 hours of a breach run through days of rest.
    let waits = |deadline: &Deadline| match deadline.due {
        Due::On(_) | Due::WithoutUndueDelay(_) => today < working,
        Due::At(at) => !(today..=working).contains(&london_date(at)) && today < working,
    };
    let owed = falling_due(tx)?.iter().any(|deadline| !waits(deadline));
    Ok(owed.then_some(today))
}

/// Whether a digest is to be sent now.
///
/// # Errors
/// 503 outside the table of bank holidays.
pub fn is_owed(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    Ok(day_owed(tx)?.is_some())
}

/// Queues the digest, if it is still to be sent: of several processes that ask at once, one does.
///
/// # Errors
/// 503 outside the table of bank holidays.
pub fn queue(mut tx: WriteTx<'_>) -> Result<Recorded<bool>, Error> {
    dialect::lock_name(tx.connection(), DIGEST)?;
    let Some(today) = day_owed(&mut tx)? else { return tx.unchanged(None, false) };
    store::note_sent(&mut tx, today)?;
    outbox::queue(&mut tx, Outgoing { kind: DIGEST, contact: None, subject: None, mark: None })?;
    tx.record(Entry::new(Action::DeadlinesDigest), true)
}
