//! The tables of breaches and of their steps, and what is read from them.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::{Breach, BreachFilter, BreachStatus, BreachStep, BreachText};
use super::words::Particulars;
use crate::domain::{
    BreachId, BreachStepId, Error, Instant, Limit, ListPage, OrganisationId, Scope, StoredRow, SubjectId, london_date,
};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::ReadTx;
use crate::policy::deadlines::{Deadline, DeadlineKind, Due};
use crate::policy::{breach_clock, retention};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        breaches (id) {
            id -> UuidSql,
            reference -> Text,
            aware_at -> InstantSql,
            categories -> Text,
            approximate_subjects -> Nullable<Integer>,
            approximate_records -> Nullable<Integer>,
            reported_by_organisation_id -> Nullable<UuidSql>,
            status -> Text,
            risk -> Nullable<Text>,
            notify_regulator -> Nullable<Bool>,
            notify_subjects -> Nullable<Bool>,
            notified_at -> Nullable<InstantSql>,
            closed_at -> Nullable<InstantSql>,
            particulars -> Binary,
            created_at -> InstantSql,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        breach_steps (id) {
            id -> UuidSql,
            breach_id -> UuidSql,
            status -> Text,
            phase -> Nullable<Text>,
            occurred_at -> InstantSql,
            words -> Nullable<Binary>,
            recorded_at -> InstantSql,
            recorded_by -> Text,
        }
    }
}
use schema::{breach_steps, breaches};

pub(super) mod steps;

/// What separates the categories in their column.
const SEPARATOR: &str = ",";

#[derive(Queryable, Selectable)]
#[diesel(table_name = breaches)]
struct Row {
    id: BreachId,
    reference: String,
    aware_at: Instant,
    categories: String,
    approximate_subjects: Option<i32>,
    approximate_records: Option<i32>,
    reported_by_organisation_id: Option<OrganisationId>,
    status: String,
    risk: Option<String>,
    notify_regulator: Option<bool>,
    notify_subjects: Option<bool>,
    notified_at: Option<Instant>,
    closed_at: Option<Instant>,
    particulars: Vec<u8>,
    version: i32,
}

/// A row, unsealed, as far as the actor may see it.
fn open(tx: &ReadTx<'_>, row: Row) -> Result<Breach, Error> {
    let Particulars { nature, consequences, measures, reasons, explanation } =
        Particulars::open(tx, row.id, &row.particulars)?;
    let stored = StoredRow::new("breaches", row.id);
    let categories = row.categories.split(SEPARATOR).map(|word| stored.read("categories", word.parse()));
    let whole = Breach {
        id: row.id,
        reference: Some(row.reference),
        aware_at: row.aware_at,
        notify_by: breach_clock::notification(row.aware_at).due_at,
        nature,
        categories: categories.collect::<Result<_, _>>()?,
        approximate_subjects: row.approximate_subjects,
        approximate_records: row.approximate_records,
        consequences,
        measures,
        reported_by_organisation_id: row.reported_by_organisation_id,
        risk: stored.read("risk", row.risk.map(|risk| risk.parse()).transpose())?,
        reasons,
        notify_regulator: row.notify_regulator,
        notify_subjects: row.notify_subjects,
        notified_at: row.notified_at,
        explanation,
        closed_at: row.closed_at,
        keep_until: row.closed_at.map(|at| retention::keep_until(london_date(at))),
        status: stored.read("status", row.status.parse())?,
        version: row.version,
    };
    Ok(as_seen(whole, tx.scope()))
}

/// A breach as far as the actor may see it. A contractor sees what it reported, until an assessment has put other words
/// in its place. It sees neither what the council judged nor the running number.
fn as_seen(whole: Breach, scope: Scope) -> Breach {
    let reported = whole.status == BreachStatus::Reported;
    match scope {
        Scope::All => whole,
        Scope::Organisation(_) => Breach {
            reference: None,
            consequences: whole.consequences.clone().filter(|_| reported),
            measures: whole.measures.clone().filter(|_| reported),
            risk: None,
            reasons: None,
            notify_regulator: None,
            notify_subjects: None,
            notified_at: None,
            explanation: None,
            ..whole
        },
    }
}

/// The breaches that the actor may see, newest first.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &BreachFilter,
    after: Option<BreachId>,
    limit: Limit,
) -> Result<ListPage<Breach, BreachId>, Error> {
    let mut query = breaches::table.select(Row::as_select()).order(breaches::id.desc()).into_boxed();
    if let Scope::Organisation(own) = tx.scope() {
        query = query.filter(breaches::reported_by_organisation_id.eq(own));
    }
    if let Some(status) = filter.status {
        query = query.filter(breaches::status.eq(<&str>::from(status)));
    }
    if let Some(reference) = &filter.reference {
        // A reference that the actor is not shown is nothing to find a breach by: trying numbers would tell it.
        let shown = tx.scope() == Scope::All;
        query = query.filter(breaches::reference.eq(reference.as_str()).and(shown.into_sql::<Bool>()));
    }
    if let Some(organisation) = filter.reported_by_organisation_id {
        query = query.filter(breaches::reported_by_organisation_id.eq(organisation));
    }
    if let Some(before) = filter.notify_before {
        query = query.filter(breaches::aware_at.lt(breach_clock::awareness(before)));
    }
    if let Some(after) = after {
        query = query.filter(breaches::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(|row| open(tx, row)).collect::<Result<Vec<_>, _>>()?;
    tx.look(Entry::new(Action::BreachesList).with("count", items.len()));
    Ok(ListPage { items, next })
}

fn one(tx: &mut ReadTx<'_>, id: BreachId) -> Result<Breach, Error> {
    let row: Option<Row> = breaches::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    let row = row.ok_or_else(Error::not_found)?;
    match tx.scope() {
        Scope::Organisation(own) if row.reported_by_organisation_id != Some(own) => Err(Error::not_found()),
        Scope::Organisation(_) | Scope::All => open(tx, row),
    }
}

/// One breach, if the actor may see it.
///
/// # Errors
/// 404 when there is none, or none that the actor may see.
pub fn read(tx: &mut ReadTx<'_>, id: BreachId) -> Result<Breach, Error> {
    let breach = one(tx, id)?;
    tx.look(Entry::new(Action::BreachesRead).subject(id));
    Ok(breach)
}

/// The notifications that are still owed, in no order.
pub fn deadlines(tx: &mut ReadTx<'_>) -> Result<Vec<Deadline>, Error> {
    let before = [BreachStatus::Reported, BreachStatus::Assessed].map(<&str>::from);
    let rows: Vec<(BreachId, String, Instant, String, Option<bool>)> = breaches::table
        .filter(breaches::status.eq_any(before))
        .select((breaches::id, breaches::reference, breaches::aware_at, breaches::status, breaches::notify_regulator))
        .load(tx.connection())?;
    let mut owed = Vec::with_capacity(rows.len());
    for (id, reference, aware_at, status, notify_regulator) in rows {
        let status: BreachStatus = StoredRow::new("breaches", id).read("status", status.parse())?;
        if status.owes_notification(notify_regulator) {
            owed.push(Deadline {
                kind: DeadlineKind::BreachNotification,
                id: SubjectId::from_uuid(id.uuid()),
                reference,
                due: Due::At(breach_clock::notification(aware_at).due_at),
                status: status.into(),
            });
        }
    }
    Ok(owed)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = breach_steps)]
struct StepRow {
    id: BreachStepId,
    status: String,
    phase: Option<String>,
    occurred_at: Instant,
    words: Option<Vec<u8>>,
    recorded_at: Instant,
    recorded_by: String,
}

fn open_step(tx: &ReadTx<'_>, row: StepRow) -> Result<BreachStep, Error> {
    let StepRow { id, status, phase, occurred_at, words, recorded_at, recorded_by } = row;
    let stored = StoredRow::new("breach_steps", id);
    Ok(BreachStep {
        id,
        status: stored.read("status", status.parse())?,
        occurred_at,
        phase: stored.read("phase", phase.map(|phase| phase.parse()).transpose())?,
        lateness_reason: words.map(|sealed| BreachText::open(tx, id, &sealed)).transpose()?,
        recorded_at,
        recorded_by,
    })
}

/// The steps of a breach, newest first.
///
/// # Errors
/// 404 when there is no such breach.
pub(super) fn history(
    tx: &mut ReadTx<'_>,
    id: BreachId,
    after: Option<BreachStepId>,
    limit: Limit,
) -> Result<ListPage<BreachStep, BreachStepId>, Error> {
    one(tx, id)?;
    let mut query = breach_steps::table
        .filter(breach_steps::breach_id.eq(id))
        .select(StepRow::as_select())
        .order(breach_steps::id.desc())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(breach_steps::id.lt(after));
    }
    let rows: Vec<StepRow> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(|row| open_step(tx, row)).collect::<Result<Vec<_>, _>>()?;
    tx.look(Entry::new(Action::BreachesHistory).subject(id));
    Ok(ListPage { items, next })
}
