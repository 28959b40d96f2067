//! Writing the state of a consent as its decisions project it.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Date, Integer, Nullable, Text};

use super::consents;
use crate::domain::{ConsentId, ContactId, DecisionId, Error, Instant, Purpose};
use crate::platform::db::{AnyConnection, InstantSql, UuidSql, insert_all, prepared};
use crate::policy::consent::Projection;

/// A consent that is new, as its columns.
#[derive(Insertable)]
#[diesel(table_name = consents, treat_none_as_default_value = false)]
pub(super) struct NewRow {
    id: ConsentId,
    contact_id: ContactId,
    purpose: &'static str,
    state: &'static str,
    since: Instant,
    notice_version: NaiveDate,
    method: &'static str,
    decision_id: DecisionId,
    pending_decision_id: Option<DecisionId>,
    pending_until: Option<Instant>,
    withdrawn_at: Option<Instant>,
    objected_at: Option<Instant>,
    created_at: Instant,
    version: i32,
}

impl NewRow {
    /// A consent of a contact for a purpose, which is made at `now`.
    pub(super) fn of(
        (id, contact_id, purpose): (ConsentId, ContactId, Purpose),
        projection: &Projection,
        now: Instant,
    ) -> Self {
        Self {
            id,
            contact_id,
            purpose: purpose.as_str(),
            state: projection.state.into(),
            since: projection.since,
            notice_version: projection.notice_version,
            method: projection.method.into(),
            decision_id: projection.decision_id,
            pending_decision_id: projection.pending.map(|pending| pending.decision_id),
            pending_until: projection.pending.map(|pending| pending.until),
            withdrawn_at: projection.withdrawn_at,
            objected_at: projection.objected_at,
            created_at: now,
            version: 1,
        }
    }
}

/// Writes the states of consents that are new.
pub(super) fn insert(connection: &mut AnyConnection, rows: &[NewRow]) -> Result<(), Error> {
    insert_all!(connection, consents::table, rows);
    Ok(())
}

/// Writes the state of a consent as it has become. In SQL, since Diesel would prepare its own update anew each time.
pub(super) fn rewrite(
    connection: &mut AnyConnection,
    id: ConsentId,
    projection: &Projection,
    version: i32,
) -> Result<(), Error> {
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
    update.sql(" WHERE id = ").bind::<UuidSql, _>(id).execute(connection)?;
    Ok(())
}

/// Makes the date of a consent's last withdrawal at least `no`, which another record of the same person has. The state stays.
pub(super) fn remember_no(connection: &mut AnyConnection, id: ConsentId, no: Instant) -> Result<(), Error> {
    let earlier = consents::withdrawn_at.is_null().or(consents::withdrawn_at.lt(no));
    let row = consents::table.find(id).filter(earlier.assume_not_null());
    let change = (consents::withdrawn_at.eq(no), consents::version.eq(consents::version + 1));
    diesel::update(row).set(change).execute(connection)?;
    Ok(())
}
