//! Making, changing and reading assignments.

use diesel::prelude::*;

use super::super::store as events;
use super::super::store::assigned::{Row, TABLE, event_assignments};
use super::model::{Assign, Assignment, PatchAssignment};
use crate::domain::{AssignmentId, Error, EventId, Fault, Instant, Limit, ListPage, Scope, london_date};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::dialect;
use crate::platform::http::{IfMatch, NoContent};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::agreements::Terms;
use crate::policy::assignments::agreement_for;
use crate::policy::sharing::RecallCause;
use crate::resources::disclosures::store::ending::{Part, move_end};
use crate::resources::disclosures::store::{Recall, recall};
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

/// An assignment to change, and the terms of its agreement. Both are locked, the agreement first, as every writer does.
fn locked(tx: &mut WriteTx<'_>, event: EventId, id: AssignmentId) -> Result<(Assignment, Terms), Error> {
    let agreement = read(tx, event, id)?.agreement_id;
    let terms = agreements::store::locked_terms(tx, agreement)?;
    dialect::lock(tx.connection(), TABLE, id.uuid())?;
    let assignment = read(tx, event, id)?;
    Ok((assignment, terms.ok_or_else(|| Error::internal("an assignment without its agreement"))?))
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
    let (before, terms) = locked(&mut tx, event, id)?;
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
    let last = end_of_part(&mut tx, &after)?.unwrap_or(after.ends_at);
    let disclosures = move_end(&mut tx, &part(&after), last.min(terms.last_moment()))?;
    let entry = Entry::new(Action::AssignmentsUpdate).subject(id).changed(was.changed(&after)?);
    tx.record(entry.with("event_id", event.to_string()).with("disclosures", disclosures), after)
}

/// Withdraws an assignment. What its attendee list disclosed is recalled, or ends with the other assignments that show it too.
///
/// # Errors
/// 404; 412 when it has changed since.
pub fn withdraw(
    mut tx: WriteTx<'_>,
    event: EventId,
    id: AssignmentId,
    if_match: &IfMatch,
) -> Result<Recorded<NoContent>, Error> {
    let (assignment, terms) = locked(&mut tx, event, id)?;
    if_match.check(assignment.version)?;
    diesel::delete(event_assignments::table.find(id)).execute(tx.connection())?;
    let now = tx.now();
    let part = part(&assignment);
    let disclosures = match end_of_part(&mut tx, &assignment)?.filter(|&end| end > now) {
        Some(end) => move_end(&mut tx, &part, end.min(terms.last_moment()))?,
        None => recall(&mut tx, &Recall::Part(part), RecallCause::AssignmentEnded)?,
    };
    let entry = Entry::new(Action::AssignmentsWithdraw).subject(id).with("event_id", event.to_string());
    tx.record(entry.with("disclosures", disclosures), NoContent)
}

/// The part of an organisation in an event that an assignment gives it.
fn part(assignment: &Assignment) -> Part {
    Part {
        event: assignment.event_id,
        organisation: assignment.organisation_id,
        agreement: assignment.agreement_id,
        purpose: assignment.profile.purpose(),
    }
}

/// The end of the part that an assignment gives: that of the last assignment with the same purpose under the same agreement, because
/// each of them can have made the disclosures. `None` if no such assignment is left.
fn end_of_part(tx: &mut WriteTx<'_>, assignment: &Assignment) -> Result<Option<Instant>, Error> {
    let same_part = event_assignments::event_id
        .eq(assignment.event_id)
        .and(event_assignments::organisation_id.eq(assignment.organisation_id))
        .and(event_assignments::agreement_id.eq(assignment.agreement_id));
    let rows: Vec<Row> = event_assignments::table.filter(same_part).select(Row::as_select()).load(tx.connection())?;
    let mut last = None;
    for row in rows {
        if row.profile()?.purpose() == assignment.profile.purpose() {
            last = last.max(Some(row.ends_at));
        }
    }
    Ok(last)
}
