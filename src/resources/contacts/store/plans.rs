//! The table of plans of erasure: what was proposed, by whom, and who carried it out.

use diesel::prelude::*;
use serde::Deserialize;

use super::super::model::ContactStatus;
use super::contacts;
use crate::domain::{ContactId, ErasurePlanId, Error, Instant, Obstacle, Party, StoredRow, SubjectClaim};
use crate::personal::Person;
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::store::executed_plans::{ExecutedPlan, executed_plans};
use crate::policy::erasure::Said;

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
            proposed_issuer -> Nullable<Text>,
            proposed_claim -> Nullable<Text>,
            executed_issuer -> Nullable<Text>,
        }
    }
}
use schema::erasure_plans;

diesel::allow_tables_to_appear_in_same_query!(erasure_plans, executed_plans);
diesel::allow_tables_to_appear_in_same_query!(erasure_plans, contacts);
diesel::allow_tables_to_appear_in_same_query!(contacts, executed_plans);

/// A plan that waits for another person.
pub(super) struct Open {
    pub(super) id: ErasurePlanId,
    pub(super) sha256: String,
    pub(super) proposer: Party,
    /// What the proposer said.
    pub(super) said: Said,
}

/// What the column `obstacles` holds.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Said(Said),
    /// In rows of an older version.
    Obstacles(Vec<Obstacle>),
}

/// The columns of who proposed a plan: subject, issuer, and the claim that the subject is.
type Proposer = (String, Option<String>, Option<String>);

/// The plan that waits for a contact's erasure.
pub(super) fn open(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Option<Open>, Error> {
    let waits = erasure_plans::contact_id.eq(contact).and(erasure_plans::executed_at.is_null());
    let proposer = (erasure_plans::proposed_by, erasure_plans::proposed_issuer, erasure_plans::proposed_claim);
    let found: Option<(ErasurePlanId, String, String, Proposer)> = erasure_plans::table
        .filter(waits)
        .select((erasure_plans::id, erasure_plans::sha256, erasure_plans::obstacles, proposer))
        .first(tx.connection())
        .optional()?;
    let Some((id, sha256, obstacles, (subject, issuer, claim))) = found else { return Ok(None) };
    let stored = StoredRow::new("erasure_plans", id);
    let said = match stored.read("obstacles", serde_json::from_str(&obstacles))? {
        Kept::Said(said) => said,
        Kept::Obstacles(obstacles) => obstacles.into(),
    };
    let proposer = Party::proposer(&stored, subject, issuer, claim.as_deref())?;
    Ok(Some(Open { id, sha256, proposer, said }))
}

/// A plan as its columns.
#[derive(Insertable)]
#[diesel(table_name = erasure_plans)]
struct NewPlan<'a> {
    id: ErasurePlanId,
    contact_id: ContactId,
    sha256: &'a str,
    plan: &'a str,
    obstacles: String,
    proposed_by: String,
    proposed_issuer: Option<String>,
    proposed_claim: Option<&'static str>,
    proposed_at: Instant,
    executed_by: Option<String>,
    executed_at: Option<Instant>,
}

/// Replaces the open plan of a contact.
pub(super) fn replace(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    (sha256, plan): (&str, &str),
    said: &Said,
) -> Result<ErasurePlanId, Error> {
    let waits = erasure_plans::contact_id.eq(contact).and(erasure_plans::executed_at.is_null());
    diesel::delete(erasure_plans::table.filter(waits)).execute(tx.connection())?;
    let id: ErasurePlanId = tx.new_id();
    let proposer = Party::from(tx.actor());
    let plan = NewPlan {
        id,
        contact_id: contact,
        sha256,
        plan,
        obstacles: in_json(said)?,
        proposed_by: proposer.subject,
        proposed_issuer: proposer.issuer,
        proposed_claim: proposer.claim.map(<&str>::from),
        proposed_at: tx.now(),
        executed_by: None,
        executed_at: None,
    };
    insert(tx, plan)?;
    Ok(id)
}

/// Notes who carries a plan out.
pub(super) fn executed(tx: &mut WriteTx<'_>, id: ErasurePlanId) -> Result<(), Error> {
    let Party { issuer, subject, .. } = Party::from(tx.actor());
    let done = (
        erasure_plans::executed_by.eq(subject),
        erasure_plans::executed_issuer.eq(issuer),
        erasure_plans::executed_at.eq(tx.now()),
    );
    diesel::update(erasure_plans::table.find(id)).set(done).execute(tx.connection())?;
    Ok(())
}

/// The plans that were executed here in part, and that the vault does not have: a crash came between the two commits, or an
/// older version executed them.
pub(super) fn not_in_the_vault(tx: &mut ReadTx<'_>) -> Result<Vec<ExecutedPlan>, Error> {
    let known = executed_plans::table.select(executed_plans::plan_id);
    let in_part = contacts::table.filter(contacts::status.ne(<&str>::from(ContactStatus::Erased))).select(contacts::id);
    let unknown = erasure_plans::id.ne_all(known).and(erasure_plans::contact_id.eq_any(in_part));
    let rows = erasure_plans::table.filter(erasure_plans::executed_at.is_not_null().and(unknown)).select((
        erasure_plans::id,
        erasure_plans::contact_id,
        erasure_plans::sha256,
        erasure_plans::plan,
        erasure_plans::executed_at.assume_not_null(),
    ));
    Ok(rows.load(tx.connection())?)
}

/// The plans that the vault knows as executed, and the data does not, in the order in which they were executed: the data is
/// older than they are.
pub(super) fn not_in_the_data(tx: &mut ReadTx<'_>) -> Result<Vec<ExecutedPlan>, Error> {
    let executed = erasure_plans::table.filter(erasure_plans::executed_at.is_not_null()).select(erasure_plans::id);
    let undone = executed_plans::table.filter(executed_plans::plan_id.ne_all(executed));
    let rows = undone.order((executed_plans::executed_at, executed_plans::plan_id));
    Ok(rows.load(tx.connection())?)
}

/// Writes down, under a contact of its person, that a plan of the vault was executed, which the data had lost.
pub(super) fn restore(tx: &mut WriteTx<'_>, plan: &ExecutedPlan, contact: ContactId) -> Result<(), Error> {
    diesel::delete(erasure_plans::table.find(plan.plan_id)).execute(tx.connection())?;
    let restored = NewPlan {
        id: plan.plan_id,
        contact_id: contact,
        sha256: &plan.sha256,
        plan: &plan.plan,
        obstacles: in_json(&Said::default())?,
        proposed_by: "vault".to_owned(),
        proposed_issuer: None,
        proposed_claim: None,
        proposed_at: plan.executed_at,
        executed_by: Some(tx.actor().label()),
        executed_at: Some(plan.executed_at),
    };
    insert(tx, restored)
}

fn insert(tx: &mut WriteTx<'_>, plan: NewPlan<'_>) -> Result<(), Error> {
    diesel::insert_into(erasure_plans::table).values(plan).execute(tx.connection())?;
    Ok(())
}

fn in_json(said: &Said) -> Result<String, Error> {
    serde_json::to_string(said).map_err(|error| Error::internal(error))
}

/// Returns how many open plans of an issuer name their proposer by another claim than `claim`.
pub(super) fn open_under_another_claim(tx: &mut ReadTx<'_>, issuer: &str, claim: SubjectClaim) -> Result<i64, Error> {
    let open = erasure_plans::executed_at.is_null().and(erasure_plans::proposed_issuer.eq(issuer));
    let other = erasure_plans::proposed_claim.ne(<&str>::from(claim));
    Ok(erasure_plans::table.filter(open.and(other)).count().get_result(tx.connection())?)
}

/// Returns which erasures of a person were proposed: when, and when each was carried out.
pub(super) fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<(Instant, Option<Instant>)>, Error> {
    let theirs = erasure_plans::table.filter(among_ids(erasure_plans::contact_id, &person.ids));
    let theirs = theirs.order(erasure_plans::id);
    Ok(theirs.select((erasure_plans::proposed_at, erasure_plans::executed_at)).load(tx.connection())?)
}
