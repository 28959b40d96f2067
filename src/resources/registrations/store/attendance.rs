//! Who came, as far as the scanners tell after the event was completed.

use super::moves::{Move, go, those_in};
use super::places::LockedPlaces;
use crate::domain::{Error, EventId, RegistrationId};
use crate::platform::transaction::WriteTx;
use crate::policy::registrations::RegistrationStatus;
use crate::resources::registrations::model::Cause;

/// Records late check-ins. If the attendance was unknown, the other registrations now become no-shows.
pub fn came_after_all(tx: &mut WriteTx<'_>, event: EventId, came: &[RegistrationId]) -> Result<(), Error> {
    let mut locked = LockedPlaces::of(tx, event)?;
    let thought_absent = [RegistrationStatus::NoShow, RegistrationStatus::AttendanceUnknown];
    let (present, absent): (Vec<_>, Vec<_>) =
        those_in(tx, &locked, &thought_absent)?.into_iter().partition(|row| came.contains(&row.id));
    go(tx, &mut locked, &present, Move::new(RegistrationStatus::Attended, Cause::CheckedInLate))?;
    let mut unknown = Vec::with_capacity(absent.len());
    for row in absent {
        if row.status()? == RegistrationStatus::AttendanceUnknown {
            unknown.push(row);
        }
    }
    go(tx, &mut locked, &unknown, Move::new(RegistrationStatus::NoShow, Cause::CheckedInLate))?;
    locked.save(tx)
}
