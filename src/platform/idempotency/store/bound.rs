//! The bound on the bodies that are kept for one caller. The oldest bodies go first; the rest of their rows stays.

use diesel::dsl::sum;
use diesel::prelude::*;

use super::super::key::Keyed;
use super::kept_answers;
use crate::domain::{Error, hex};
use crate::platform::db::dialect;
use crate::platform::transaction::ReadTx;

/// How many of the oldest rows are looked at in one query.
const STEP: i64 = 64;

/// What a sealed body counts, in bytes.
pub(super) fn counted(sealed: Option<&[u8]>) -> i32 {
    sealed.map_or(0, |sealed| i32::try_from(sealed.len()).unwrap_or(i32::MAX))
}

/// Makes room for a body of `bytes` among those kept for its caller, and returns whether it may be kept.
///
/// The caller's bodies are locked until the transaction ends, because two transactions that count at the same time would
/// otherwise both find room for theirs. This lock is the last one that a write takes, so that it cannot cause a deadlock.
pub(super) fn make_room(tx: &mut ReadTx<'_>, keyed: &Keyed, bytes: usize) -> Result<bool, Error> {
    if bytes > keyed.most_bytes {
        return Ok(false);
    }
    let connection = tx.connection();
    dialect::lock_name(connection, &format!("kept_bytes {}", hex(&keyed.caller)))?;
    let theirs = kept_answers::caller.assume_not_null().eq(keyed.caller.as_slice());
    let held: Option<i64> =
        kept_answers::table.filter(theirs).select(sum(kept_answers::body_bytes)).first(connection)?;
    let held = usize::try_from(held.unwrap_or_default()).map_err(|error| Error::internal(error))?;
    let mut over = (held + bytes).saturating_sub(keyed.most_bytes);
    while over > 0 {
        let oldest: Vec<(Vec<u8>, i32)> = kept_answers::table
            .filter(theirs)
            .order((kept_answers::kept_until, kept_answers::key))
            .select((kept_answers::key, kept_answers::body_bytes))
            .limit(STEP)
            .load(connection)?;
        let mut going = Vec::new();
        for (key, size) in oldest {
            if over == 0 {
                break;
            }
            over = over.saturating_sub(usize::try_from(size).map_err(|error| Error::internal(error))?);
            going.push(key);
        }
        if going.is_empty() {
            break;
        }
        let of_them = kept_answers::key.eq_any(&going);
        // A problem says that nothing was done, so that its request is judged anew. What was done must be remembered.
        let problems = of_them.and(kept_answers::kind.eq_any(["problem", "refused"]));
        diesel::delete(kept_answers::table.filter(problems)).execute(connection)?;
        let without_body = (
            kept_answers::body.eq(None::<Vec<u8>>),
            kept_answers::body_bytes.eq(0),
            kept_answers::caller.eq(None::<Vec<u8>>),
        );
        diesel::update(kept_answers::table.filter(kept_answers::key.eq_any(&going)))
            .set(without_body)
            .execute(connection)?;
    }
    Ok(true)
}
