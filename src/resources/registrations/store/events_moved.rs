//! What becomes of the registrations when their event is changed, cancelled or completed, in the same transaction.

use diesel::prelude::*;

use super::check_ins;
use super::moves::{Move, go, settle, tell, those_in};
use super::places::LockedPlaces;
use super::schema::registrations;
use super::{Row, steps};
use crate::domain::{Error, EventId, Instant};
use crate::platform::transaction::WriteTx;
use crate::policy::events::EventStatus;
use crate::policy::registrations::RegistrationStatus;
use crate::resources::registrations::letter_kinds;
use crate::resources::registrations::model::Cause;

/// Follows an event that was changed.
pub fn follow(tx: &mut WriteTx<'_>, event: EventId) -> Result<(), Error> {
    let mut locked = LockedPlaces::of(tx, event)?;
    match locked.event.status {
        EventStatus::Draft => {}
        EventStatus::Published => {
            if let Some(start) = locked.event.starts_at {
                shorten(tx, &locked, start)?;
            }
            settle(tx, &mut locked)?;
        }
        EventStatus::Cancelled => {
            let live = those_in(tx, &locked, &RegistrationStatus::LIVE)?;
            let cancelled = Move::new(RegistrationStatus::Cancelled, Cause::EventCancelled);
            go(tx, &mut locked, &live, cancelled.told_by(letter_kinds::EVENT_CANCELLED))?;
        }
        EventStatus::Completed => complete(tx, &mut locked)?,
    }
    locked.save(tx)
}

/// No offer stands past the start of the event, wherever that was moved.
fn shorten(tx: &mut WriteTx<'_>, locked: &LockedPlaces, start: Instant) -> Result<(), Error> {
    let too_long = registrations::event_id
        .eq(locked.event.id)
        .and(registrations::status.eq(<&str>::from(RegistrationStatus::Offered)))
        .and(registrations::offer_expires_at.gt(start));
    let rows: Vec<Row> = registrations::table.filter(too_long).select(Row::as_select()).load(tx.connection())?;
    for row in &rows {
        let version = row.version + 1;
        let changes = (
            registrations::offer_expires_at.eq(start),
            registrations::updated_at.eq(tx.now()),
            registrations::version.eq(version),
        );
        diesel::update(registrations::table.find(row.id)).set(changes).execute(tx.connection())?;
        steps::append(tx, row.id, version, (RegistrationStatus::Offered, Cause::OfferShortened), None)?;
    }
    // The letter tells until when the offer stands as it leaves, so that one which waits still tells the same twice.
    tell(tx, &rows, letter_kinds::OFFERED)
}

/// People who wait or were offered a place have none; the others attended, or did not, or it is
/// unknown.
fn complete(tx: &mut WriteTx<'_>, locked: &mut LockedPlaces) -> Result<(), Error> {
    let over = those_in(tx, locked, &[RegistrationStatus::Offered, RegistrationStatus::Waitlisted])?;
    go(tx, locked, &over, Move::new(RegistrationStatus::Expired, Cause::EventCompleted))?;
    let confirmed = those_in(tx, locked, &[RegistrationStatus::Confirmed])?;
    let seen = check_ins::came(tx, locked.event.id)?;
    let absent = if seen.is_empty() { RegistrationStatus::AttendanceUnknown } else { RegistrationStatus::NoShow };
    let (came, did_not): (Vec<Row>, Vec<Row>) = confirmed.into_iter().partition(|row| seen.contains(&row.id));
    go(tx, locked, &came, Move::new(RegistrationStatus::Attended, Cause::EventCompleted))?;
    go(tx, locked, &did_not, Move::new(absent, Cause::EventCompleted))
}
