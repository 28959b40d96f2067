//! How registrations go from state to state: one of them, or all that a deed moves, in few statements.

use diesel::prelude::*;

use super::places::LockedPlaces;
use super::schema::registrations;
use super::{Row, sharing, steps};
use crate::domain::{Error, EventId, Instant, Lifecycle, SubjectId};
use crate::platform::outbox::{self, Outgoing};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::registrations::{RegistrationStatus, offer_until, why_no_offer};
use crate::resources::contacts::store as contacts;
use crate::resources::events::model::Promotion;
use crate::resources::registrations::letter_kinds;
use crate::resources::registrations::model::Cause;
use crate::resources::registrations::requirements::store as requirements;

/// How many ids one statement names.
const BATCH: usize = 500;

/// Where registrations go, and why.
#[derive(Clone, Copy)]
pub(super) struct Move {
    pub(super) to: RegistrationStatus,
    pub(super) cause: Cause,
    /// Until when, for an offer.
    pub(super) offer_expires_at: Option<Instant>,
    /// The letter that tells the person.
    pub(super) letter: Option<&'static str>,
}

impl Move {
    pub(super) fn new(to: RegistrationStatus, cause: Cause) -> Self {
        Self { to, cause, offer_expires_at: None, letter: None }
    }

    pub(super) fn told_by(self, letter: &'static str) -> Self {
        Self { letter: Some(letter), ..self }
    }
}

/// Moves registrations of the locked event: their rows, their steps, the count, and the letters.
///
/// # Errors
/// When one of them cannot go there, or the database fails.
pub(super) fn go(tx: &mut WriteTx<'_>, locked: &mut LockedPlaces, rows: &[Row], to: Move) -> Result<(), Error> {
    for row in rows {
        let from = row.status()?;
        from.go_to(to.to)?;
        locked.places.count(Some(from), Some(to.to), 1);
    }
    let now = tx.now();
    for rows in rows.chunks(BATCH) {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let moved = (
            registrations::status.eq(<&str>::from(to.to)),
            registrations::sequence.eq(None::<i64>),
            registrations::updated_at.eq(now),
            registrations::version.eq(registrations::version + 1),
        );
        let those = registrations::table.filter(registrations::id.eq_any(ids));
        if to.to == RegistrationStatus::Expired {
            // Until when the offer stood, stays to be seen.
            diesel::update(those).set(moved).execute(tx.connection())?;
        } else {
            let until = registrations::offer_expires_at.eq(to.offer_expires_at);
            diesel::update(those).set((moved, until)).execute(tx.connection())?;
        }
    }
    steps::append_all(tx, rows, to.to, to.cause)?;
    if matches!(to.to, RegistrationStatus::Cancelled | RegistrationStatus::Declined | RegistrationStatus::Expired) {
        // They do not come, so that nothing need be known of what they would have needed.
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        requirements::forget(tx, &ids)?;
    }
    // A registration that a merge cancels is continued by the other one.
    if to.to == RegistrationStatus::Cancelled && to.cause != Cause::Merged {
        sharing::follow_cancellation(tx, locked.event.id, rows)?;
    }
    if let Some(letter) = to.letter {
        tell(tx, rows, letter)?;
    }
    Ok(())
}

/// Queues a letter about each of these registrations to its person.
pub(super) fn tell(tx: &mut WriteTx<'_>, rows: &[Row], letter: &'static str) -> Result<(), Error> {
    let letters = rows.iter().map(|row| Outgoing {
        kind: letter,
        contact: Some(row.contact_id),
        subject: Some(SubjectId::from_uuid(row.id.uuid())),
        mark: None,
    });
    outbox::queue_all(tx, letters)
}

/// Brings an event up to date: offers that have run out are over, and what is free goes to the head of the waiting list.
/// Every writer begins with it, and ends with it where it has freed a place.
pub(super) fn settle(tx: &mut WriteTx<'_>, locked: &mut LockedPlaces) -> Result<(), Error> {
    if locked.places.offered > 0 {
        let run_out = registrations::event_id
            .eq(locked.event.id)
            .and(registrations::status.eq(<&str>::from(RegistrationStatus::Offered)))
            .and(registrations::offer_expires_at.le(tx.earliest()));
        let rows: Vec<Row> = registrations::table.filter(run_out).select(Row::as_select()).load(tx.connection())?;
        if !rows.is_empty() {
            go(tx, locked, &rows, Move::new(RegistrationStatus::Expired, Cause::OfferExpired))?;
        }
    }
    fill(tx, locked)
}

/// Gives what is free to the head of the waiting list, or offers it.
fn fill(tx: &mut WriteTx<'_>, locked: &mut LockedPlaces) -> Result<(), Error> {
    let due = locked.places.due(locked.event.capacity);
    let (now, times) = (tx.now(), locked.times());
    if due <= 0 || why_no_offer(locked.event.status, &times, now).is_some() {
        return Ok(());
    }
    let list = locked.event.waiting_list;
    let to = match list.promotion {
        Promotion::Automatic => {
            Move::new(RegistrationStatus::Confirmed, Cause::Promoted).told_by(letter_kinds::PROMOTED)
        }
        Promotion::Offer => {
            let until = offer_until(tx.calendar(), now, list.offer_working_hours, times.starts_at);
            // Cancelling must succeed even without a bank-holiday calendar. No offer is made; the capacity
            // endpoint reports why.
            let Some(until) = until else { return Ok(()) };
            let offered = Move::new(RegistrationStatus::Offered, Cause::Offered).told_by(letter_kinds::OFFERED);
            Move { offer_expires_at: Some(until), ..offered }
        }
    };
    let rows = next_in_line(tx, locked.event.id, due)?;
    go(tx, locked, &rows, to)
}

/// Who has waited longest, at most `most`. The restricted keep their place in the list, and are passed over for as long as
/// nothing may be done with their data: they could neither be told nor answer (UK GDPR Article 18).
pub(super) fn next_in_line(tx: &mut ReadTx<'_>, event: EventId, most: i32) -> Result<Vec<Row>, Error> {
    let wanted = usize::try_from(most).unwrap_or_default();
    let (mut next, mut after) = (Vec::new(), i64::MIN);
    loop {
        let rows: Vec<Row> = registrations::table
            .filter(registrations::event_id.eq(event).and(registrations::sequence.gt(after)))
            .select(Row::as_select())
            .order(registrations::sequence)
            .limit(i64::from(most))
            .load(tx.connection())?;
        let last = rows.last().and_then(|row| row.sequence).filter(|_| rows.len() == wanted);
        let ids: Vec<_> = rows.iter().map(|row| row.contact_id).collect();
        let restricted = contacts::restricted_among(tx, &ids)?;
        next.extend(rows.into_iter().filter(|row| !restricted.contains(&row.contact_id)));
        next.truncate(wanted);
        match last {
            Some(last) if next.len() < wanted => after = last,
            _ => return Ok(next),
        }
    }
}

/// All registrations of an event that are in one of these states.
pub(super) fn those_in(
    tx: &mut WriteTx<'_>,
    locked: &LockedPlaces,
    statuses: &[RegistrationStatus],
) -> Result<Vec<Row>, Error> {
    let words = statuses.iter().map(|&status| <&str>::from(status));
    let wanted = registrations::event_id.eq(locked.event.id).and(registrations::status.eq_any(words));
    Ok(registrations::table.filter(wanted).select(Row::as_select()).load(tx.connection())?)
}
