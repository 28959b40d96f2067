//! The daily digest of what falls due: mailed to those who decide, once on each working day.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Europe::London;
use diesel::prelude::*;

use super::letters::DIGEST;
use super::store::{self, Falling};
use crate::domain::{Error, london_date};
use crate::platform::audit::Entry;
use crate::platform::db::dialect;
use crate::platform::doors::{ReadTx, Recorded, WriteTx};
use crate::platform::outbox::{self, Outgoing};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::InstantSql;

        deadline_digests (day) {
            day -> Date,
            queued_at -> InstantSql,
        }
    }
}
use schema::deadline_digests;

/// From when on it is sent, by the clocks of London.
const FROM: NaiveTime = match NaiveTime::from_hms_opt(7, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// How far it looks ahead, in working days.
const AHEAD: u32 = 5;

/// How long the days on which it was sent are remembered.
const KEPT: chrono::Days = chrono::Days::new(30);

/// The open requests that must be answered within five working days, or should have been.
///
/// # Errors
/// When the database fails; 503 outside the table of bank holidays.
pub(super) fn falling_due(tx: &mut ReadTx<'_>) -> Result<Vec<Falling>, Error> {
    let ahead = tx.calendar().working_days_after(london_date(tx.now()), AHEAD)?;
    store::falling_due(tx, ahead)
}

/// The day whose digest is to be sent now; `None` when it is too early, no working day, sent already, or nothing is due.
fn day_owed(tx: &mut ReadTx<'_>) -> Result<Option<NaiveDate>, Error> {
    let local = tx.now().to_chrono().with_timezone(&London);
    let today = local.date_naive();
    if local.time() < FROM || !tx.calendar().is_working_day(today)? {
        return Ok(None);
    }
    let row = deadline_digests::table.find(today).select(deadline_digests::day);
    let sent: Option<NaiveDate> = row.first(tx.connection()).optional()?;
    let owed = sent.is_none() && !falling_due(tx)?.is_empty();
    Ok(owed.then_some(today))
}

/// Whether a digest is to be sent now.
///
/// # Errors
/// When the database fails; 503 outside the table of bank holidays.
pub fn is_owed(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    Ok(day_owed(tx)?.is_some())
}

/// Queues the digest, if it is still to be sent: of several processes that ask at once, one does.
///
/// # Errors
/// When the database fails; 503 outside the table of bank holidays.
pub fn queue(mut tx: WriteTx<'_>) -> Result<Recorded<bool>, Error> {
    dialect::lock_name(tx.connection(), DIGEST)?;
    let Some(today) = day_owed(&mut tx)? else { return tx.unchanged(None, false) };
    let values = (deadline_digests::day.eq(today), deadline_digests::queued_at.eq(tx.now()));
    diesel::insert_into(deadline_digests::table).values(values).execute(tx.connection())?;
    let old = today.checked_sub_days(KEPT).unwrap_or(today);
    diesel::delete(deadline_digests::table.filter(deadline_digests::day.lt(old))).execute(tx.connection())?;
    outbox::queue(&mut tx, Outgoing { kind: DIGEST, contact: None, subject: None, mark: None })?;
    tx.record(Entry::new("deadlines.digest"), true)
}
