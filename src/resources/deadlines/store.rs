//! The days on which the digest was sent.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::Error;
use crate::platform::transaction::{ReadTx, WriteTx};

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

/// How long the days are remembered.
const KEPT: chrono::Days = chrono::Days::new(30);

/// Whether the digest of a day was queued.
pub(super) fn was_sent(tx: &mut ReadTx<'_>, day: NaiveDate) -> Result<bool, Error> {
    let row = deadline_digests::table.find(day).select(deadline_digests::day);
    let sent: Option<NaiveDate> = row.first(tx.connection()).optional()?;
    Ok(sent.is_some())
}

/// Notes that the digest of a day is queued, and forgets the days of long ago.
pub(super) fn note_sent(tx: &mut WriteTx<'_>, day: NaiveDate) -> Result<(), Error> {
    let values = (deadline_digests::day.eq(day), deadline_digests::queued_at.eq(tx.now()));
    diesel::insert_into(deadline_digests::table).values(values).execute(tx.connection())?;
    let old = day.checked_sub_days(KEPT).unwrap_or(day);
    diesel::delete(deadline_digests::table.filter(deadline_digests::day.lt(old))).execute(tx.connection())?;
    Ok(())
}
