//! The table of what is kept for keys.

use diesel::prelude::*;
use uuid::Uuid;

use super::kept::{Kept, KeptBody};
use super::key::{Keyed, in_use};
use crate::domain::{Code, Error, Instant, StoredRow};
use crate::platform::db::{AnyConnection, dialect};
use crate::platform::transaction::ReadTx;
use crate::platform::vault::Place;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::InstantSql;

        kept_answers (key) {
            key -> Binary,
            fingerprint -> Binary,
            kind -> Text,
            status -> Integer,
            path -> Nullable<Text>,
            body -> Nullable<Binary>,
            body_bytes -> Integer,
            caller -> Nullable<Binary>,
            kept_until -> InstantSql,
        }
    }
}
use schema::kept_answers;

mod bound;

/// How many expired rows one transaction deletes at most.
const AT_ONCE: i64 = 500;

/// How long a key is remembered.
const KEPT: chrono::Duration = chrono::Duration::hours(24);

fn place(keyed: &Keyed) -> Place<'static> {
    let mut row = [0; 16];
    row.iter_mut().zip(keyed.key).for_each(|(to, from)| *to = from);
    Place { table: "kept_answers", column: "body", row: Uuid::from_bytes(row) }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = kept_answers)]
struct Row {
    fingerprint: Vec<u8>,
    kind: String,
    status: i32,
    path: Option<String>,
    body: Option<Vec<u8>>,
}

/// Returns what was kept for this request.
///
/// # Errors
/// 422 when the key was used for another request.
pub fn find(tx: &mut ReadTx<'_>, keyed: &Keyed) -> Result<Option<Kept>, Error> {
    let now = tx.earliest();
    let found: Option<Row> = kept_answers::table
        .filter(kept_answers::key.eq(keyed.key.as_slice()))
        .filter(kept_answers::kept_until.gt(now))
        .select(Row::as_select())
        .first(tx.connection())
        .optional()?;
    let Some(Row { fingerprint, kind, status, path, body }) = found else { return Ok(None) };
    if fingerprint != keyed.fingerprint {
        return Err(Error::new(
            Code::KeyReused,
            "This Idempotency-Key was used for a request with another query, content type or body.",
        ));
    }
    let place = place(keyed);
    let stored = StoredRow::new(place.table, place.row);
    let status = stored.read("status", u16::try_from(status))?;
    let body = body.map(|sealed| tx.open_for_service(&place, &sealed)).transpose()?;
    let body: Option<KeptBody> = place.read(body.map(|plain| serde_json::from_slice(&plain)).transpose())?;
    let kept = match (kind.as_str(), path, body) {
        ("resource", Some(path), _) => Kept::Resource { status, path },
        ("status", ..) => Kept::Status(status),
        ("body", _, body) => Kept::Body(body),
        ("problem", _, Some(body)) => Kept::Problem(body),
        ("refused", _, Some(instance)) => Kept::Refused(instance),
        _ => return Err(stored.unreadable("kind", &"the columns do not fit it")),
    };
    Ok(Some(kept))
}

/// Takes the key for this transaction against other processes.
///
/// # Errors
/// 409 when another process is carrying the request out, or has answered it since it was looked up; 422 as [`find`].
pub fn claim(tx: &mut ReadTx<'_>, keyed: &Keyed) -> Result<(), Error> {
    if !dialect::try_lock_name(tx.connection(), &keyed.key)? {
        return Err(in_use());
    }
    match find(tx, keyed)? {
        None | Some(Kept::Refused(_)) => Ok(()),
        Some(_) => Err(in_use()),
    }
}

/// Keeps the answer to a request that was claimed, for 24 hours. A body that is larger than everything its caller may have is
/// not kept: its row stays without it.
pub fn keep(tx: &mut ReadTx<'_>, keyed: &Keyed, kept: Kept) -> Result<(), Error> {
    let kind = kept.kind();
    let (status, path, body) = match kept {
        Kept::Resource { status, path } => (status, Some(path), None),
        Kept::Status(status) => (status, None, None),
        Kept::Body(None) => (200, None, None),
        Kept::Body(Some(body)) | Kept::Problem(body) | Kept::Refused(body) => (body.status, None, Some(body)),
    };
    let sealed = match body {
        Some(body) => {
            let plain = serde_json::to_vec(&body).map_err(|error| Error::internal(error))?;
            Some(tx.keyring().service.seal(tx.entropy(), &place(keyed), &plain))
        }
        None => None,
    };
    let sealed = match sealed {
        Some(sealed) if bound::make_room(tx, keyed, sealed.len())? => Some(sealed),
        _ => None,
    };
    if sealed.is_none() && matches!(kind, "problem" | "refused") {
        return Ok(());
    }
    let now = tx.now();
    let connection = tx.connection();
    // An answer whose time is over, or a refusal that was judged anew.
    diesel::delete(kept_answers::table.find(keyed.key.as_slice())).execute(connection)?;
    let values = (
        kept_answers::key.eq(keyed.key.as_slice()),
        kept_answers::fingerprint.eq(keyed.fingerprint.as_slice()),
        kept_answers::kind.eq(kind),
        kept_answers::status.eq(i32::from(status)),
        kept_answers::path.eq(path),
        kept_answers::body_bytes.eq(bound::counted(sealed.as_deref())),
        kept_answers::caller.eq(sealed.is_some().then_some(keyed.caller.as_slice())),
        kept_answers::body.eq(sealed),
        kept_answers::kept_until.eq(now.plus(KEPT)),
    );
    diesel::insert_into(kept_answers::table).values(values).execute(connection)?;
    Ok(())
}

/// Returns the keys of some rows whose time is over, oldest first; none when no such row is left.
pub fn expired(connection: &mut AnyConnection, earliest: Instant) -> Result<Vec<Vec<u8>>, Error> {
    let over = kept_answers::table.filter(kept_answers::kept_until.le(earliest)).order(kept_answers::kept_until);
    Ok(over.select(kept_answers::key).limit(AT_ONCE).load(connection)?)
}

/// Deletes those of the rows whose time is still over, and returns how many. A key may have been used again meanwhile.
pub fn delete_expired(connection: &mut AnyConnection, keys: &[Vec<u8>], earliest: Instant) -> Result<usize, Error> {
    let over = kept_answers::key.eq_any(keys).and(kept_answers::kept_until.le(earliest));
    Ok(diesel::delete(kept_answers::table.filter(over)).execute(connection)?)
}
