//! The waiting list: its order, and who is put before others.

use diesel::prelude::*;

use super::places::LockedPlaces;
use super::registering::locked;
use super::schema::registrations;
use super::{shown, steps};
use crate::domain::{Error, EventId, Fault, Lifecycle, RegistrationId};
use crate::platform::audit::{Action, Changed, Entry};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::registrations::{RegistrationStatus, number_before};
use crate::resources::registrations::model::{Cause, Prioritise, Registration};

/// The numbers of all who wait for an event, from head to tail.
pub(super) fn queue(tx: &mut ReadTx<'_>, event: EventId) -> Result<Vec<i64>, Error> {
    let waiting = registrations::event_id.eq(event).and(registrations::sequence.is_not_null());
    let numbers = registrations::table.filter(waiting).order(registrations::sequence);
    Ok(numbers.select(registrations::sequence.assume_not_null()).load(tx.connection())?)
}

/// The place in the waiting list of a registration with a number there, 1 at its head.
pub(super) fn position(tx: &mut ReadTx<'_>, event: EventId, sequence: i64) -> Result<i64, Error> {
    let up_to = registrations::event_id.eq(event).and(registrations::sequence.le(sequence));
    Ok(registrations::table.filter(up_to).count().get_result(tx.connection())?)
}

/// Moves a waiting registration before others.
///
/// # Errors
/// 404; 410 for an erased person; 422 when the other registration does not exist or does not wait for
/// the same event; 423 for a restricted person; 409 when the registration itself does not wait.
pub fn prioritise(
    mut tx: WriteTx<'_>,
    id: RegistrationId,
    asked: &Prioritise,
) -> Result<Recorded<Registration>, Error> {
    let (mut locked, row, contact) = locked(&mut tx, id)?;
    let free = number(&mut tx, &locked, id, asked.ahead_of)?;
    contact.active()?;
    let status = row.status()?;
    if status != RegistrationStatus::Waitlisted {
        return Err(status.stays());
    }
    let sequence = if let Some(free) = free {
        free
    } else {
        spread(&mut tx, &mut locked)?;
        let there = number(&mut tx, &locked, id, asked.ahead_of)?;
        there.ok_or_else(|| Error::internal("a waiting list has no room although its numbers were just spread"))?
    };
    let version = row.version + 1;
    let changes = (
        registrations::sequence.eq(sequence),
        registrations::updated_at.eq(tx.now()),
        registrations::version.eq(version),
    );
    diesel::update(registrations::table.find(id)).set(changes).execute(tx.connection())?;
    let key = tx.key_of(row.contact_id.uuid())?;
    let reason = steps::seal(&tx, &key, id, &asked.reason);
    steps::append(&mut tx, id, version, (status, Cause::Prioritised), Some(reason))?;
    locked.save(&mut tx)?;
    let after = super::row(&mut tx, id)?;
    let after = shown(&mut tx, after)?;
    let entry = Entry::new(Action::RegistrationsPriority).contact(row.contact_id).subject(id);
    let entry = entry.changed(Changed::named(&["position"]));
    tx.record(entry.with("ahead_of", asked.ahead_of.map(|other| other.to_string())), after)
}

/// The number of the registration that another is to be put before.
fn sequence_of(
    tx: &mut WriteTx<'_>,
    locked: &LockedPlaces,
    id: RegistrationId,
    other: RegistrationId,
) -> Result<i64, Error> {
    let found: Option<(EventId, Option<i64>)> = registrations::table
        .find(other)
        .select((registrations::event_id, registrations::sequence))
        .first(tx.connection())
        .optional()?;
    let fault = match found {
        None => Fault::unknown_reference("/ahead_of"),
        Some((event, Some(sequence))) if event == locked.event.id && other != id => return Ok(sequence),
        Some(_) => Fault::new("/ahead_of", "not_waiting", "must be another registration that waits for the same event"),
    };
    Err(Error::invalid(vec![fault]))
}

/// A number before the registration that is overtaken, or before the head; `None` where none is left.
fn number(
    tx: &mut WriteTx<'_>,
    locked: &LockedPlaces,
    id: RegistrationId,
    ahead_of: Option<RegistrationId>,
) -> Result<Option<i64>, Error> {
    let waiting = || registrations::table.filter(registrations::event_id.eq(locked.event.id));
    let Some(other) = ahead_of else {
        let head: Option<i64> = waiting().select(diesel::dsl::min(registrations::sequence)).first(tx.connection())?;
        return Ok(head.and_then(|head| number_before(head, None)));
    };
    let overtaken = sequence_of(tx, locked, id, other)?;
    let earlier = waiting().filter(registrations::sequence.lt(overtaken));
    let before = earlier.select(diesel::dsl::max(registrations::sequence)).first(tx.connection())?;
    Ok(number_before(overtaken, before))
}

/// Gives all who wait new numbers at the tail, in their order: there is room between them again.
fn spread(tx: &mut WriteTx<'_>, locked: &mut LockedPlaces) -> Result<(), Error> {
    let waiting = registrations::event_id.eq(locked.event.id).and(registrations::sequence.is_not_null());
    let ids: Vec<RegistrationId> = registrations::table
        .filter(waiting)
        .order(registrations::sequence)
        .select(registrations::id)
        .load(tx.connection())?;
    for id in ids {
        let anew = registrations::sequence.eq(locked.next_sequence());
        diesel::update(registrations::table.find(id)).set(anew).execute(tx.connection())?;
    }
    Ok(())
}
