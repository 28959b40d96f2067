//! The table of plans of erasure: what was proposed, by whom, and who carried it out.

use diesel::prelude::*;

use crate::domain::{ContactId, ErasurePlanId, Error, Instant, Obstacle};
use crate::platform::db::among_ids;
use crate::platform::doors::{ReadTx, WriteTx};
use crate::platform::personal::Person;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        erasure_plans (id) {
            id -> UuidSql,
            contact_id -> UuidSql,
            sha256 -> Text,
            plan -> Text,
            obstacles -> Text,
            proposed_by -> Text,
            proposed_at -> InstantSql,
            executed_by -> Nullable<Text>,
            executed_at -> Nullable<InstantSql>,
        }
    }
}
use schema::erasure_plans;

/// A plan that waits for another person.
pub(super) struct Open {
    pub(super) id: ErasurePlanId,
    pub(super) sha256: String,
    pub(super) proposed_by: String,
    /// What whoever proposed it said stands in the way.
    pub(super) obstacles: Vec<Obstacle>,
}

/// The plan that waits for a contact's erasure.
pub(super) fn open(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Option<Open>, Error> {
    let waits = erasure_plans::contact_id.eq(contact).and(erasure_plans::executed_at.is_null());
    let found: Option<(ErasurePlanId, String, String, String)> = erasure_plans::table
        .filter(waits)
        .select((erasure_plans::id, erasure_plans::sha256, erasure_plans::proposed_by, erasure_plans::obstacles))
        .first(tx.connection())
        .optional()?;
    let Some((id, sha256, proposed_by, obstacles)) = found else { return Ok(None) };
    let obstacles = serde_json::from_str(&obstacles);
    let obstacles = obstacles.map_err(|_| Error::internal("a row of erasure_plans cannot be read"))?;
    Ok(Some(Open { id, sha256, proposed_by, obstacles }))
}

/// Puts a plan in the place of the one that waited.
pub(super) fn replace(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    (sha256, plan): (&str, &str),
    obstacles: &[Obstacle],
) -> Result<ErasurePlanId, Error> {
    let waits = erasure_plans::contact_id.eq(contact).and(erasure_plans::executed_at.is_null());
    diesel::delete(erasure_plans::table.filter(waits)).execute(tx.connection())?;
    let id: ErasurePlanId = tx.new_id();
    let values = (
        erasure_plans::id.eq(id),
        erasure_plans::contact_id.eq(contact),
        erasure_plans::sha256.eq(sha256),
        erasure_plans::plan.eq(plan),
        erasure_plans::obstacles.eq(serde_json::to_string(obstacles).map_err(Error::internal)?),
        erasure_plans::proposed_by.eq(tx.actor().label()),
        erasure_plans::proposed_at.eq(tx.now()),
        erasure_plans::executed_by.eq(None::<String>),
        erasure_plans::executed_at.eq(None::<Instant>),
    );
    diesel::insert_into(erasure_plans::table).values(values).execute(tx.connection())?;
    Ok(id)
}

/// Notes who carries a plan out.
pub(super) fn executed(tx: &mut WriteTx<'_>, id: ErasurePlanId) -> Result<(), Error> {
    let done = (erasure_plans::executed_by.eq(tx.actor().label()), erasure_plans::executed_at.eq(tx.now()));
    diesel::update(erasure_plans::table.find(id)).set(done).execute(tx.connection())?;
    Ok(())
}

/// Returns which erasures of a person were proposed: when, and when each was carried out.
pub(super) fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<(Instant, Option<Instant>)>, Error> {
    let theirs = erasure_plans::table.filter(among_ids(erasure_plans::contact_id, &person.ids));
    let theirs = theirs.order(erasure_plans::id);
    Ok(theirs.select((erasure_plans::proposed_at, erasure_plans::executed_at)).load(tx.connection())?)
}
