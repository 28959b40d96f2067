//! Plans of erasure that were executed and left something of the person. They are kept beside the keys, so that an older copy of
//! the data is erased again by them: the person's key is still there, and would open what the plan erased.

use diesel::prelude::*;

use crate::domain::{ContactId, ErasurePlanId, Error, Instant};
use crate::platform::db::{Lane, PlanRow};

diesel::table! {
    use diesel::sql_types::*;
    use crate::platform::db::{InstantSql, UuidSql};

    /// Plans that were executed. A plan holds ids, counts and grounds.
    vault.executed_plans (plan_id) {
        /// The plan.
        plan_id -> UuidSql,
        /// Whose erasure it is.
        contact_id -> UuidSql,
        /// Its hash.
        sha256 -> Text,
        /// The plan as JSON.
        plan -> Text,
        /// When it was executed.
        executed_at -> InstantSql,
    }
}

/// A plan that was executed.
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = executed_plans, treat_none_as_default_value = false)]
pub struct ExecutedPlan {
    /// The plan.
    pub plan_id: ErasurePlanId,
    /// Whose erasure it is.
    pub contact_id: ContactId,
    /// Its hash.
    pub sha256: String,
    /// The plan as JSON.
    pub plan: String,
    /// When it was executed.
    pub executed_at: Instant,
}

/// Notes a plan. On SQLite, its row is written once the group has committed.
pub(in crate::platform) fn note(lane: &mut Lane, plan: ExecutedPlan) -> Result<(), Error> {
    if let Some(keys) = lane.keys.as_mut() {
        let ExecutedPlan { plan_id, contact_id, sha256, plan: text, executed_at } = plan;
        keys.note_executed(PlanRow { plan: plan_id.uuid(), contact: contact_id.uuid(), sha256, text, executed_at });
        return Ok(());
    }
    let id = plan.plan_id;
    let known = executed_plans::table.find(id).select(executed_plans::plan_id);
    let known: Option<ErasurePlanId> = known.first(&mut lane.connection).optional()?;
    if known.is_none() {
        diesel::insert_into(executed_plans::table).values(plan).execute(&mut lane.connection)?;
    }
    Ok(())
}
