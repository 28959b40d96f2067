//! Writing the state of a consent as its decisions project it.

use diesel::prelude::*;
use diesel::sql_types::{Date, Integer, Nullable, Text};

use super::consents;
use crate::domain::{ConsentId, ContactId, Error, Purpose};
use crate::platform::db::{InstantSql, UuidSql, direct, prepared};
use crate::platform::doors::WriteTx;
use crate::policy::consent::Projection;

/// Writes the state of a consent that is new.
pub(super) fn insert(
    tx: &mut WriteTx<'_>,
    (id, contact_id, purpose): (ConsentId, ContactId, Purpose),
    projection: &Projection,
    version: i32,
) -> Result<(), Error> {
    let identity = (
        consents::id.eq(id),
        consents::contact_id.eq(contact_id),
        consents::purpose.eq(purpose.as_str()),
        consents::created_at.eq(tx.now()),
    );
    let state = (
        consents::state.eq(<&str>::from(projection.state)),
        consents::since.eq(projection.since),
        consents::notice_version.eq(projection.notice_version),
        consents::method.eq(<&str>::from(projection.method)),
        consents::decision_id.eq(projection.decision_id),
        consents::pending_decision_id.eq(projection.pending.map(|pending| pending.decision_id)),
        consents::pending_until.eq(projection.pending.map(|pending| pending.until)),
        consents::withdrawn_at.eq(projection.withdrawn_at),
        consents::objected_at.eq(projection.objected_at),
        consents::version.eq(version),
    );
    let insert = diesel::insert_into(consents::table).values((identity, state));
    direct!(tx.connection(), engine => insert.execute(engine))?;
    Ok(())
}

/// Writes the state of a consent as it has become. In SQL, since Diesel would prepare its own update anew each time.
pub(super) fn rewrite(tx: &mut WriteTx<'_>, id: ConsentId, projection: &Projection, version: i32) -> Result<(), Error> {
    let update = prepared("UPDATE consents SET state = ").bind::<Text, _>(<&str>::from(projection.state));
    let update = update.sql(", since = ").bind::<InstantSql, _>(projection.since);
    let update = update.sql(", notice_version = ").bind::<Date, _>(projection.notice_version);
    let update = update.sql(", method = ").bind::<Text, _>(<&str>::from(projection.method));
    let update = update.sql(", decision_id = ").bind::<UuidSql, _>(projection.decision_id);
    let (pending, until) = projection.pending.map(|pending| (pending.decision_id, pending.until)).unzip();
    let update = update.sql(", pending_decision_id = ").bind::<Nullable<UuidSql>, _>(pending);
    let update = update.sql(", pending_until = ").bind::<Nullable<InstantSql>, _>(until);
    let update = update.sql(", withdrawn_at = ").bind::<Nullable<InstantSql>, _>(projection.withdrawn_at);
    let update = update.sql(", objected_at = ").bind::<Nullable<InstantSql>, _>(projection.objected_at);
    let update = update.sql(", version = ").bind::<Integer, _>(version);
    update.sql(" WHERE id = ").bind::<UuidSql, _>(id).execute(tx.connection())?;
    Ok(())
}
