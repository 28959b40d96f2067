//! Registering: a place, or one in the waiting list.

use diesel::prelude::*;

use super::moves::{next_in_line, settle, tell};
use super::places::LockedPlaces;
use super::schema::registrations;
use super::{Row, steps};
use crate::domain::{Code, ContactId, Error, EventId, Fault, RegistrationId, london_date};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::dialect;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::registrations::{RegistrationStatus, must_be_open};
use crate::resources::contacts::store as contacts;
use crate::resources::registrations::letter_kinds;
use crate::resources::registrations::model::{Cause, Register, Registration};
use crate::resources::registrations::requirements::store as requirements;

fn already() -> Error {
    Error::new(Code::AlreadyRegistered, "The person is registered for this event already, or waits for a place.")
}

/// Whether the person is registered and that still stands.
fn is_registered(tx: &mut ReadTx<'_>, event: EventId, contact: ContactId) -> Result<bool, Error> {
    let live = RegistrationStatus::LIVE.map(<&str>::from);
    let theirs = registrations::contact_id.eq(contact).and(registrations::event_id.eq(event));
    let rows: Vec<Row> = registrations::table
        .filter(theirs.and(registrations::status.eq_any(live)))
        .select(Row::as_select())
        .load(tx.connection())?;
    for row in rows {
        if row.status()?.at(tx.earliest(), row.offer_expires_at).is_live() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Registers a person for an event: they have a place, or wait for one at the tail of the list.
///
/// # Errors
/// 404 when there is no such event; 422 for an unknown contact; 410 for one that was erased or merged; 423 for one that is
/// restricted; 409 when registration is not open, the person is registered already, or the event is full and has no
/// waiting list.
pub fn register(mut tx: WriteTx<'_>, event: EventId, asked: Register) -> Result<Recorded<Registration>, Error> {
    let Register { contact_id, sharing, access_requirements, source } = asked;
    // What hangs on the person alone comes first, so that the event is locked for as short a time as possible.
    let contact = contacts::lock(&mut tx, contact_id)?;
    let registered = is_registered(&mut tx, event, contact_id)?;
    let mut locked = LockedPlaces::of(&mut tx, event)?;
    let contact = contact.ok_or_else(|| Error::invalid(vec![Fault::unknown_reference("/contact_id")]))?;
    contact.active()?;
    let now = tx.now();
    must_be_open(locked.event.status, &locked.times(), now)?;
    if registered {
        return Err(already());
    }
    settle(&mut tx, &mut locked)?;
    // A place still free here cannot be offered to the waiting list. A registration that only the calendar
    // blocks is before new ones.
    let is_next = locked.places.due(locked.event.capacity) > 0 && !next_in_line(&mut tx, event, 1)?.is_empty();
    let status = locked.places.for_newcomer(locked.event.capacity, locked.event.waiting_list.enabled, is_next)?;
    locked.places.count(None, Some(status), 1);
    let waits = status == RegistrationStatus::Waitlisted;
    let made = Row {
        id: tx.new_id(),
        event_id: event,
        contact_id,
        status: <&str>::from(status).to_owned(),
        sequence: waits.then(|| locked.next_sequence()),
        offer_expires_at: None,
        share_with_partners: sharing.event_partners,
        share_with_venue: sharing.venue,
        source: source.into(),
        created_at: now,
        version: 1,
    };
    // A new registration is last in the list.
    let position = waits.then_some(i64::from(locked.places.waitlisted));
    locked.save(&mut tx)?;
    insert(&mut tx, &made)?;
    if let Some(told) = &access_requirements {
        requirements::set(&mut tx, (event, made.id, contact_id), Some(told))?;
    }
    steps::append(&mut tx, made.id, made.version, (status, Cause::Registered), None)?;
    let letter = if waits { letter_kinds::WAITLISTED } else { letter_kinds::CONFIRMED };
    tell(&mut tx, std::slice::from_ref(&made), letter)?;
    contacts::touch(&mut tx, contact.facts(), london_date(now))?;
    let entry = Entry::new(Action::RegistrationsCreate).contact(contact_id).subject(made.id);
    let made = Registration {
        access_requirements: access_requirements.filter(|_| requirements::may_see(&tx)),
        ..made.registration(now, position)?
    };
    tx.record(entry.with("status", <&str>::from(status)), made)
}

fn insert(tx: &mut WriteTx<'_>, made: &Row) -> Result<(), Error> {
    let values = (
        registrations::id.eq(made.id),
        registrations::event_id.eq(made.event_id),
        registrations::contact_id.eq(made.contact_id),
        registrations::status.eq(&made.status),
        registrations::sequence.eq(made.sequence),
        registrations::share_with_partners.eq(made.share_with_partners),
        registrations::share_with_venue.eq(made.share_with_venue),
        registrations::source.eq(&made.source),
        registrations::created_at.eq(made.created_at),
        registrations::updated_at.eq(made.created_at),
        registrations::version.eq(made.version),
    );
    let inserted = diesel::insert_into(registrations::table).values(values).execute(tx.connection());
    dialect::on_unique(inserted, "registrations_live", "registrations.event_id, registrations.contact_id", already)?;
    Ok(())
}

/// A registration to change: its contact and its event are locked, in this order as everywhere, and the
/// event is up to date. A restricted person may give up a place; every other change must check that the
/// contact is live.
///
/// # Errors
/// 404 when there is none; 410 when the person was erased.
pub(super) fn locked(
    tx: &mut WriteTx<'_>,
    id: RegistrationId,
) -> Result<(LockedPlaces, Row, contacts::LockedContact), Error> {
    let known = super::row(tx, id)?;
    let contact = contacts::lock(tx, known.contact_id)?.ok_or_else(Error::not_found)?;
    contact.there()?;
    let mut locked = LockedPlaces::of(tx, known.event_id)?;
    settle(tx, &mut locked)?;
    let row = super::row(tx, id)?;
    Ok((locked, row, contact))
}
