//! Kept answers, sealed under a key of their own.

use diesel::prelude::*;
use uuid::Uuid;

use super::keyed::{Keyed, in_use};
use crate::domain::{Code, ContactId, Error};
use crate::platform::db::dialect;
use crate::platform::doors::{ReadTx, WriteTx};
use crate::platform::http::Answer;
use crate::platform::http::answer::KeptAnswer;
use crate::platform::vault::Place;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        kept_answers (key) {
            key -> Binary,
            fingerprint -> Binary,
            sealed -> Binary,
            contact_id -> Nullable<UuidSql>,
            reading -> Bool,
            kept_until -> InstantSql,
        }
    }
}
use schema::kept_answers;

/// How long an answer is kept.
const KEPT: chrono::Duration = chrono::Duration::hours(24);

fn place(keyed: &Keyed) -> Place<'static> {
    let mut row = [0; 16];
    row.iter_mut().zip(keyed.key).for_each(|(to, from)| *to = from);
    Place { table: "kept_answers", column: "sealed", row: Uuid::from_bytes(row) }
}

/// The answer that was kept for this request.
///
/// # Errors
/// 422 when the key was used for another request.
pub(super) fn find(tx: &mut ReadTx<'_>, keyed: &Keyed) -> Result<Option<Answer>, Error> {
    let now = tx.now();
    let found: Option<(Vec<u8>, Vec<u8>)> = kept_answers::table
        .filter(kept_answers::key.eq(keyed.key.as_slice()))
        .filter(kept_answers::kept_until.gt(now))
        .select((kept_answers::fingerprint, kept_answers::sealed))
        .first(tx.connection())
        .optional()?;
    let Some((fingerprint, sealed)) = found else { return Ok(None) };
    if fingerprint != keyed.fingerprint {
        return Err(Error::new(
            Code::KeyReused,
            "This Idempotency-Key was used for a request with another query, content type or body.",
        ));
    }
    let plain = tx.open_for_house(&place(keyed), &sealed)?;
    let kept: KeptAnswer = serde_json::from_slice(&plain).map_err(Error::internal)?;
    Ok(Some(Answer::from_kept(kept)))
}

/// Takes the key for this transaction against other processes, and looks once more for an answer.
///
/// # Errors
/// 409 when another process is carrying the request out; 422 as [`find`].
pub(in crate::platform) fn claim(tx: &mut ReadTx<'_>, keyed: &Keyed) -> Result<Option<Answer>, Error> {
    if !dialect::try_lock_name(tx.connection(), &keyed.key)? {
        return Err(in_use());
    }
    find(tx, keyed)
}

/// Keeps an answer; what has been kept long enough is swept.
pub(in crate::platform) fn keep(
    tx: &mut ReadTx<'_>,
    keyed: &Keyed,
    kept: &KeptAnswer,
    contact: Option<ContactId>,
    reading: bool,
) -> Result<(), Error> {
    let plain = serde_json::to_vec(kept).map_err(Error::internal)?;
    let sealed = tx.keyring().house.seal(tx.entropy(), &place(keyed), &plain);
    let now = tx.now();
    let connection = tx.connection();
    diesel::delete(kept_answers::table.filter(kept_answers::kept_until.le(now))).execute(connection)?;
    let values = (
        kept_answers::key.eq(keyed.key.as_slice()),
        kept_answers::fingerprint.eq(keyed.fingerprint.as_slice()),
        kept_answers::sealed.eq(sealed),
        kept_answers::contact_id.eq(contact),
        kept_answers::reading.eq(reading),
        kept_answers::kept_until.eq(now.plus(KEPT)),
    );
    diesel::insert_into(kept_answers::table).values(values).execute(connection)?;
    Ok(())
}

/// Answers that tell of `from` belong to `into` from now on: the two are one person.
///
/// # Errors
/// When the database fails.
pub fn pass_on(tx: &mut WriteTx<'_>, from: ContactId, into: ContactId) -> Result<(), Error> {
    let of_contact = kept_answers::table.filter(kept_answers::contact_id.eq(from));
    diesel::update(of_contact).set(kept_answers::contact_id.eq(into)).execute(tx.connection())?;
    Ok(())
}

/// Forgets every answer that may tell of a person: those of deeds about one of their ids, and those of reads,
/// which may have shown anybody.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &mut WriteTx<'_>, ids: &[ContactId]) -> Result<(), Error> {
    let of_contact = kept_answers::contact_id.assume_not_null().eq_any(ids).or(kept_answers::reading.eq(true));
    diesel::delete(kept_answers::table.filter(of_contact)).execute(tx.connection())?;
    Ok(())
}
