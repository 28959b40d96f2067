//! What a person, or a caller on the person's behalf, does with an existing registration.

use diesel::prelude::*;

use super::moves::{Move, go, settle};
use super::places::LockedPlaces;
use super::registering::locked;
use super::schema::registrations;
use super::{Row, sharing as disclosed, shown, steps};
use crate::domain::{Error, Lifecycle, RegistrationId};
use crate::platform::audit::{Action, Changed, Entry};
use crate::platform::http::{Change, IfMatch};
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::registrations::RegistrationStatus;
use crate::resources::registrations::letter_kinds;
use crate::resources::registrations::model::{Cause, PatchRegistration, Registration};
use crate::resources::registrations::requirements::store as requirements;

/// Cancels a registration; the place that it had goes to the head of the waiting list.
///
/// # Errors
/// 404; 409 when it does not stand any more.
pub fn cancel(mut tx: WriteTx<'_>, id: RegistrationId) -> Result<Recorded<Registration>, Error> {
    let (locked, row, _) = locked(&mut tx, id)?;
    finish(tx, locked, &row, Move::new(RegistrationStatus::Cancelled, Cause::Cancelled))
}

/// Takes the place that was offered.
///
/// # Errors
/// 404; 410 and 423 for a person who was erased or is restricted; 409 `offer_expired` when it is too late; 409
/// `illegal_transition` when none is offered.
pub fn accept(mut tx: WriteTx<'_>, id: RegistrationId) -> Result<Recorded<Registration>, Error> {
    let (locked, row, contact) = locked(&mut tx, id)?;
    contact.active()?;
    row.status()?.must_be_offered(row.offer_expires_at)?;
    let accepted = Move::new(RegistrationStatus::Confirmed, Cause::Accepted);
    finish(tx, locked, &row, accepted.told_by(letter_kinds::CONFIRMED))
}

/// Declines the place that was offered; it goes to the next.
///
/// # Errors
/// As [`accept`], but for 423.
pub fn decline(mut tx: WriteTx<'_>, id: RegistrationId) -> Result<Recorded<Registration>, Error> {
    let (locked, row, _) = locked(&mut tx, id)?;
    row.status()?.must_be_offered(row.offer_expires_at)?;
    finish(tx, locked, &row, Move::new(RegistrationStatus::Declined, Cause::Declined))
}

fn finish(mut tx: WriteTx<'_>, mut locked: LockedPlaces, row: &Row, to: Move) -> Result<Recorded<Registration>, Error> {
    go(&mut tx, &mut locked, std::slice::from_ref(row), to)?;
    settle(&mut tx, &mut locked)?;
    locked.save(&mut tx)?;
    let after = super::row(&mut tx, row.id)?;
    let after = shown(&mut tx, after)?;
    let entry = Entry::new(Action::RegistrationsStatus).contact(row.contact_id).subject(row.id);
    let changed = Changed::among([
        ("status", true),
        ("position", row.sequence.is_some()),
        ("offer_expires_at", row.offer_expires_at != after.offer_expires_at),
    ]);
    tx.record(entry.changed(changed).with("to", <&str>::from(to.to)), after)
}

/// Changes with whom the person lets their attendance be shared, and what they need.
///
/// # Errors
/// 404; 410 for a person who was erased; 412 when it has changed since; 423 for one who is restricted; 409 when it does
/// not stand any more.
pub fn update(
    mut tx: WriteTx<'_>,
    id: RegistrationId,
    if_match: &IfMatch,
    patch: &PatchRegistration,
) -> Result<Recorded<Registration>, Error> {
    let (locked, row, contact) = locked(&mut tx, id)?;
    if_match.check(row.version)?;
    // To share less protects a restricted person too.
    if patch.only_shares_less() {
        contact.there()?;
    } else {
        contact.active().map(drop)?;
    }
    let status = row.status()?;
    if !status.is_live() {
        return Err(status.stays());
    }
    let sharing = patch.sharing.unwrap_or_default();
    let was = (row.share_with_partners, row.share_with_venue);
    let after = Row {
        share_with_partners: sharing.event_partners.unwrap_or(row.share_with_partners),
        share_with_venue: sharing.venue.unwrap_or(row.share_with_venue),
        version: row.version + 1,
        ..row
    };
    let changes = (
        registrations::share_with_partners.eq(after.share_with_partners),
        registrations::share_with_venue.eq(after.share_with_venue),
        registrations::updated_at.eq(tx.now()),
        registrations::version.eq(after.version),
    );
    diesel::update(registrations::table.find(id)).set(changes).execute(tx.connection())?;
    let about = (after.event_id, id, after.contact_id);
    match &patch.access_requirements {
        Change::Keep => {}
        Change::Clear => requirements::set(&mut tx, about, None)?,
        Change::Set(told) => requirements::set(&mut tx, about, Some(told))?,
    }
    let cause = if patch.sharing.is_some() { Cause::SharingChanged } else { Cause::RequirementsChanged };
    steps::append(&mut tx, id, after.version, (status, cause), None)?;
    locked.save(&mut tx)?;
    disclosed::follow_change(&mut tx, was, &after)?;
    let changed = Changed::among([
        ("sharing", was != (after.share_with_partners, after.share_with_venue)),
        // What is kept is sealed; it is not opened for a comparison.
        ("access_requirements", patch.access_requirements != Change::Keep),
    ]);
    let entry = Entry::new(Action::RegistrationsUpdate).contact(after.contact_id).subject(id).changed(changed);
    let after = shown(&mut tx, after)?;
    tx.record(entry, after)
}
