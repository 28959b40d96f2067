//! Taking scans.

use super::super::store::check_ins::{self, Row};
use super::super::store::{self as registrations, attendance};
use super::model::{CheckIn, CheckInResults, Direction, Rejection, Scan, ScanResult, ScanRow};
use crate::domain::{Code, Error, EventId, Fault, Instant, OrganisationId, RegistrationId, Scope};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::assignments::Profile;
use crate::policy::check_ins::{Facts, judge};
use crate::policy::events::EventStatus;
use crate::resources::events;
use crate::resources::events::store::assigned::{self, open_part};

fn none_in_the_future(scans: &[Scan], latest: Instant) -> Result<(), Error> {
    let future = scans.iter().enumerate().filter(|(_, scan)| scan.occurred_at > latest);
    let fault = |(at, _)| Fault::new(format!("/check_ins/{at}/occurred_at"), "future", "must not be in the future");
    let faults: Vec<_> = future.map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

/// Returns the events whose registrations a reception knows. It checks people in at this event, and its part in it is open.
///
/// # Errors
/// 404 without an open part as a reception.
fn of_reception(tx: &mut WriteTx<'_>, event: EventId, own: OrganisationId) -> Result<Vec<EventId>, Error> {
    let part = open_part(tx, event, own, |profile| profile == Profile::Reception);
    part.map_err(|error| if error.code() == Code::Gone { Error::not_found() } else { error })?;
    assigned::events_of(tx, own)
}

/// Takes a batch of scans.
///
/// # Errors
/// 404 when there is no such event, or none that the actor may see; 422 for a scan in the future, and then none is taken.
pub(super) fn check_in(
    mut tx: WriteTx<'_>,
    event_id: EventId,
    asked: CheckIn,
) -> Result<Recorded<CheckInResults>, Error> {
    let assigned = match tx.scope() {
        Scope::All => None,
        Scope::Organisation(own) => Some(of_reception(&mut tx, event_id, own)?),
    };
    // Locked, so that two scanners cannot both let the same person in.
    let event = events::store::locked(&mut tx, event_id)?;
    let now = tx.now();
    let scans = asked.check_ins;
    none_in_the_future(&scans, tx.latest())?;
    let mut ids: Vec<RegistrationId> = scans.iter().map(|scan| scan.registration_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut places = registrations::places(&mut tx, &ids)?;
    // An organisation learns nothing of other events, not even that a registration exists.
    places.retain(|_, (of, _)| assigned.as_ref().is_none_or(|events| events.contains(of)));
    let mut passages = check_ins::passages(&mut tx, &ids)?;
    let names: Vec<_> = scans.iter().map(|scan| (scan.device_id.as_str(), scan.nonce.as_str())).collect();
    let mut known = check_ins::known(&mut tx, event_id, &names)?;
    let mut rows = Vec::with_capacity(scans.len());
    let mut results = Vec::with_capacity(scans.len());
    for (position, scan) in (0..).zip(scans) {
        let Scan { registration_id, direction, occurred_at, device_id, nonce } = scan;
        let name = (device_id.clone(), nonce.clone());
        let passages = passages.entry(registration_id).or_default();
        let judged = match places.get(&registration_id) {
            None => Err(Rejection::Unknown),
            Some((of, _)) if *of != event_id => Err(Rejection::WrongEvent),
            Some((_, status)) => match event.starts_at.zip(event.ends_at) {
                None => Err(Rejection::TooEarly),
                Some((starts_at, ends_at)) => {
                    let before = passages.before(occurred_at);
                    judge(direction, occurred_at, &Facts { status: *status, starts_at, ends_at, before })
                }
            },
        };
        let (result, code) = match judged {
            _ if known.contains(&name) => (ScanResult::Duplicate, None),
            Err(rejection) => (ScanResult::Rejected, Some(rejection)),
            Ok(()) => (ScanResult::Ok, None),
        };
        if result == ScanResult::Ok {
            passages.add(occurred_at, direction);
            known.insert(name);
            let (device_id, nonce, direction) = (device_id.clone(), nonce.clone(), direction.into());
            rows.push(Row {
                event_id,
                device_id,
                nonce,
                registration_id,
                direction,
                occurred_at,
                received_at: now,
                position,
            });
        }
        results.push(ScanRow { registration_id, device_id, nonce, result, code });
    }
    let taken = rows.len();
    let came: Vec<RegistrationId> =
        rows.iter().filter(|row| row.direction == <&str>::from(Direction::In)).map(|row| row.registration_id).collect();
    check_ins::insert(&mut tx, &rows)?;
    if event.status == EventStatus::Completed && !came.is_empty() {
        attendance::came_after_all(&mut tx, event_id, &came)?;
    }
    let entry = Entry::new(Action::CheckInsRecord).subject(event_id).with("count", taken);
    tx.record(entry, CheckInResults { results })
}
