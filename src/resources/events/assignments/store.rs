//! Making, changing and reading assignments.

use diesel::prelude::*;

use super::super::store as events;
use super::super::store::assigned::{Row, TABLE, event_assignments};
use super::model::{Assign, Assignment, PatchAssignment};
use crate::domain::{AssignmentId, Error, EventId, Fault, Instant, Limit, ListPage, Scope, london_date};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::dialect;
use crate::platform::http::IfMatch;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::agreements::Terms;
use crate::policy::assignments::agreement_for;
use crate::resources::disclosures::store::ending::{PartEnd, move_end};
use crate::resources::{agreements, organisations};

/// The assignment as callers see it.
fn assignment(row: &Row) -> Result<Assignment, Error> {
    Ok(Assignment {
        id: row.id,
        event_id: row.event_id,
        organisation_id: row.organisation_id,
        agreement_id: row.agreement_id,
        profile: row.profile()?,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        version: row.version,
    })
}

/// The assignments of an event that the actor may see, newest first.
///
/// # Errors
/// 404 when there is no such event, or none that the actor may see.
pub fn list(
    tx: &mut ReadTx<'_>,
    event: EventId,
    after: Option<AssignmentId>,
    limit: Limit,
) -> Result<ListPage<Assignment, AssignmentId>, Error> {
    events::read(tx, event)?;
    let mut query = event_assignments::table
        .filter(event_assignments::event_id.eq(event))
        .select(Row::as_select())
        .order(event_assignments::id.desc())
        .into_boxed();
    if let Scope::Organisation(own) = tx.scope() {
        query = query.filter(event_assignments::organisation_id.eq(own));
    }
    if let Some(after) = after {
        query = query.filter(event_assignments::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    Ok(ListPage { items: items.iter().map(assignment).collect::<Result<_, _>>()?, next })
}

/// One assignment of an event.
///
/// # Errors
/// 404 when there is none, or none that the actor may see.
pub fn read(tx: &mut ReadTx<'_>, event: EventId, id: AssignmentId) -> Result<Assignment, Error> {
    events::read(tx, event)?;
    let row: Option<Row> =
        event_assignments::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    let may_see = |row: &Row| match tx.scope() {
        Scope::Organisation(own) => row.organisation_id == own,
        Scope::All => true,
    };
    assignment(&row.filter(|row| row.event_id == event).filter(may_see).ok_or_else(Error::not_found)?)
}

fn must_end_after(starts_at: Instant, ends_at: Instant) -> Result<(), Error> {
    if starts_at < ends_at {
        return Ok(());
    }
    Err(Error::invalid(vec![Fault::new("/ends_at", "before_start", "must be later than starts_at")]))
}

/// Assigns an organisation to an event.
///
/// # Errors
/// 404 without the event; 409 when it was cancelled or completed, or without a live agreement that allows the profile; 422 for an
/// unknown organisation, and for an end that is in the past or not after the start.
pub fn assign(mut tx: WriteTx<'_>, event: EventId, asked: &Assign) -> Result<Recorded<Assignment>, Error> {
    let now = tx.now();
    let Assign { organisation_id, profile, starts_at, ends_at } = *asked;
    events::read(&mut tx, event)?;
    must_end_after(starts_at, ends_at)?;
    if ends_at <= now {
        return Err(Error::invalid(vec![Fault::new("/ends_at", "in_the_past", "must be in the future")]));
    }
    if !organisations::store::is_there(&mut tx, organisation_id)? {
        return Err(Error::invalid(vec![Fault::unknown_reference("/organisation_id")]));
    }
    let live = agreements::store::live_of(&mut tx, organisation_id)?;
    let agreement_id = agreement_for(profile, &live)?.id;
    // The agreement is locked before the event, as every writer does, and may have been suspended since it was read.
    let locked = agreements::store::locked_terms(&mut tx, agreement_id)?;
    let still_live: Vec<Terms> = locked.into_iter().filter(|terms| terms.is_live(london_date(now))).collect();
    agreement_for(profile, &still_live)?;
    events::locked(&mut tx, event)?.status.must_be_open()?;
    let id = tx.new_id();
    let made =
        Assignment { id, event_id: event, organisation_id, agreement_id, profile, starts_at, ends_at, version: 1 };
    let values = (
        event_assignments::id.eq(made.id),
        event_assignments::event_id.eq(made.event_id),
        event_assignments::organisation_id.eq(made.organisation_id),
        event_assignments::agreement_id.eq(made.agreement_id),
        event_assignments::profile.eq(<&str>::from(made.profile)),
        event_assignments::starts_at.eq(made.starts_at),
        event_assignments::ends_at.eq(made.ends_at),
        event_assignments::created_at.eq(now),
        event_assignments::updated_at.eq(now),
        event_assignments::version.eq(made.version),
    );
    diesel::insert_into(event_assignments::table).values(values).execute(tx.connection())?;
    let entry = Entry::new(Action::AssignmentsCreate).subject(made.id).with("profile", <&str>::from(made.profile));
    tx.record(entry.with("event_id", event.to_string()), made)
}

/// Moves the end of an assignment, and of the disclosures that its attendee list made.
///
/// # Errors
/// 404; 412 when it has changed since; 422 for an end that is not after the start.
pub fn update(
    mut tx: WriteTx<'_>,
    event: EventId,
    id: AssignmentId,
    if_match: &IfMatch,
    patch: &PatchAssignment,
) -> Result<Recorded<Assignment>, Error> {
    dialect::lock(tx.connection(), TABLE, id.uuid())?;
    let before = read(&mut tx, event, id)?;
    if_match.check(before.version)?;
    let was = Before::of(&before)?;
    let ends_at = patch.ends_at.unwrap_or(before.ends_at);
    must_end_after(before.starts_at, ends_at)?;
    let after = Assignment { ends_at, version: before.version + 1, ..before };
    let changes = (
        event_assignments::ends_at.eq(after.ends_at),
        event_assignments::updated_at.eq(tx.now()),
        event_assignments::version.eq(after.version),
    );
    diesel::update(event_assignments::table.find(id)).set(changes).execute(tx.connection())?;
    let disclosures = move_disclosures(&mut tx, &after)?;
    let entry = Entry::new(Action::AssignmentsUpdate).subject(id).changed(was.changed(&after)?);
    tx.record(entry.with("event_id", event.to_string()).with("disclosures", disclosures), after)
}

/// Moves the end of the disclosures that the list of an assignment made. Another profile of the organisation with the same purpose
/// can have made them too: then they end with the last of the assignments. All end with the agreement at the latest.
fn move_disclosures(tx: &mut WriteTx<'_>, assignment: &Assignment) -> Result<usize, Error> {
    let &Assignment { event_id: event, organisation_id: organisation, agreement_id: agreement, profile, .. } =
        assignment;
    let purpose = profile.purpose();
    let same_part = event_assignments::event_id
        .eq(event)
        .and(event_assignments::organisation_id.eq(organisation))
        .and(event_assignments::agreement_id.eq(agreement));
    let rows: Vec<Row> = event_assignments::table.filter(same_part).select(Row::as_select()).load(tx.connection())?;
    let mut last = assignment.ends_at;
    for row in rows {
        if row.profile()?.purpose() == purpose {
            last = last.max(row.ends_at);
        }
    }
    let Some(terms) = agreements::store::terms(tx, agreement)? else { return Ok(0) };
    move_end(tx, &PartEnd { event, organisation, agreement, purpose, ends_at: last.min(terms.last_moment()) })
}
