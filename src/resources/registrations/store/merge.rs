//! What becomes of the registrations of a contact that is merged into another.

use diesel::prelude::*;
use uuid::Uuid;

use super::check_ins;
use super::moves::{Move, go, settle};
use super::places::LockedPlaces;
use super::schema::registrations;
use super::{Row, steps};
use crate::domain::{ContactId, Error, EventId};
use crate::personal::Merging;
use crate::platform::db::dialect;
use crate::platform::transaction::WriteTx;
use crate::policy::registrations::RegistrationStatus;
use crate::resources::registrations::model::Cause;
use crate::resources::registrations::requirements::store as requirements;

fn of(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<Vec<Row>, Error> {
    let theirs = registrations::table.filter(registrations::contact_id.eq(contact));
    Ok(theirs.order(registrations::id).select(Row::as_select()).load(tx.connection())?)
}

/// Moves the registrations. If both contacts are registered for one event, the better registration
/// stays, with the check-ins and requirements of both. The other is cancelled, so that its place goes
/// to the next person.
pub fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let mut events: Vec<EventId> = of(tx, merging.from)?.into_iter().map(|row| row.event_id).collect();
    if events.is_empty() {
        return Ok(());
    }
    events.sort_unstable();
    events.dedup();
    let ids: Vec<Uuid> = events.iter().map(|event| event.uuid()).collect();
    dialect::lock_all(tx.connection(), "events", &ids)?;
    for event in events {
        let mut locked = LockedPlaces::of(tx, event)?;
        settle(tx, &mut locked)?;
        if let (Some(one), Some(other)) = (live(tx, merging.from, event)?, live(tx, merging.into, event)?) {
            let (better, worse) = if rank(&one)? < rank(&other)? { (one, other) } else { (other, one) };
            check_ins::hand_over(tx, worse.id, better.id)?;
            requirements::hand_over(tx, event, (worse.id, worse.contact_id), (better.id, better.contact_id))?;
            go(tx, &mut locked, &[worse], Move::new(RegistrationStatus::Cancelled, Cause::Merged))?;
            settle(tx, &mut locked)?;
        }
        locked.save(tx)?;
    }
    requirements::merge(tx, merging.from, merging.into)?;
    let (old, new) = (tx.key_of(merging.from.uuid())?, tx.key_of(merging.into.uuid())?);
    for row in of(tx, merging.from)? {
        let version = row.version + 1;
        let changes = (
            registrations::contact_id.eq(merging.into),
            registrations::updated_at.eq(tx.now()),
            registrations::version.eq(version),
        );
        diesel::update(registrations::table.find(row.id)).set(changes).execute(tx.connection())?;
        steps::reseal(tx, row.id, &old, &new)?;
        steps::append(tx, row.id, version, (row.status()?, Cause::Merged), None)?;
    }
    Ok(())
}

/// The registration of a contact for an event that stands.
fn live(tx: &mut WriteTx<'_>, contact: ContactId, event: EventId) -> Result<Option<Row>, Error> {
    let words = RegistrationStatus::LIVE.map(<&str>::from);
    let theirs = registrations::contact_id.eq(contact).and(registrations::event_id.eq(event));
    let standing = registrations::table.filter(theirs.and(registrations::status.eq_any(words)));
    Ok(standing.select(Row::as_select()).first(tx.connection()).optional()?)
}

/// What orders two registrations of one person, the better first: the state, then the place in the waiting list, then
/// the time that is left to answer.
fn rank(row: &Row) -> Result<(usize, Option<i64>, i64), Error> {
    let left = row.offer_expires_at.map_or(0, |until| -until.micros());
    Ok((row.status()?.rank(), row.sequence, left))
}
