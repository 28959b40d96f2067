//! The table of scans.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::super::store::{self as registrations, attendance};
use super::model::{CheckIn, CheckInResults, Direction, Rejection, Scan, ScanResult, ScanRow};
use crate::domain::{Error, EventId, Fault, Instant, RegistrationId, Scope};
use crate::platform::audit::Entry;
use crate::platform::db::{among_ids, insert_all};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::check_ins::{Facts, judge};
use crate::policy::events::EventStatus;
use crate::resources::events;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        check_ins (event_id, device_id, nonce) {
            event_id -> UuidSql,
            device_id -> Text,
            nonce -> Text,
            registration_id -> UuidSql,
            direction -> Text,
            occurred_at -> InstantSql,
            received_at -> InstantSql,
            position -> Integer,
        }
    }
}
use schema::check_ins;

#[derive(Insertable)]
#[diesel(table_name = check_ins, treat_none_as_default_value = false)]
struct Row {
    event_id: EventId,
    device_id: String,
    nonce: String,
    registration_id: RegistrationId,
    direction: &'static str,
    occurred_at: Instant,
    received_at: Instant,
    /// Its place in the batch, which orders scans of the same moment.
    position: i32,
}

/// The scans of one registration that were taken so far, in the order of their moments.
#[derive(Default)]
struct Passages(Vec<(Instant, Direction)>);

impl Passages {
    /// Where a passage of that moment belongs: after all that are not later.
    fn place(&self, at: Instant) -> usize {
        self.0.partition_point(|(moment, _)| *moment <= at)
    }

    fn before(&self, at: Instant) -> Option<Direction> {
        self.place(at).checked_sub(1).and_then(|last| self.0.get(last)).map(|(_, direction)| *direction)
    }

    fn add(&mut self, at: Instant, direction: Direction) {
        self.0.insert(self.place(at), (at, direction));
    }
}

fn passages(tx: &mut ReadTx<'_>, ids: &[RegistrationId]) -> Result<HashMap<RegistrationId, Passages>, Error> {
    let taken: Vec<(RegistrationId, Instant, String)> = check_ins::table
        .filter(among_ids(check_ins::registration_id, ids))
        .order((check_ins::registration_id, check_ins::occurred_at, check_ins::received_at, check_ins::position))
        .select((check_ins::registration_id, check_ins::occurred_at, check_ins::direction))
        .load(tx.connection())?;
    let mut passages: HashMap<_, Passages> = HashMap::new();
    for (registration, at, direction) in taken {
        let direction = direction.parse().map_err(|_| Error::internal("a row of check_ins cannot be read"))?;
        passages.entry(registration).or_default().0.push((at, direction));
    }
    Ok(passages)
}

/// Those scans of the event that were taken before, by device and nonce.
fn known(tx: &mut ReadTx<'_>, event: EventId, scans: &[Scan]) -> Result<HashSet<(String, String)>, Error> {
    let nonces = scans.iter().map(|scan| scan.nonce.as_str());
    let devices: HashSet<&str> = scans.iter().map(|scan| scan.device_id.as_str()).collect();
    let of = check_ins::event_id.eq(event).and(check_ins::device_id.eq_any(devices));
    let found = check_ins::table
        .filter(of.and(check_ins::nonce.eq_any(nonces)))
        .select((check_ins::device_id, check_ins::nonce))
        .load(tx.connection())?;
    Ok(found.into_iter().collect())
}

fn none_in_the_future(scans: &[Scan], latest: Instant) -> Result<(), Error> {
    let future = scans.iter().enumerate().filter(|(_, scan)| scan.occurred_at > latest);
    let fault = |(at, _)| Fault::new(format!("/check_ins/{at}/occurred_at"), "future", "must not be in the future");
    let faults: Vec<_> = future.map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
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
    if tx.scope() != Scope::All {
        return Err(Error::not_found());
    }
    // Locked, so that two scanners cannot both let the same person in.
    let event = events::store::locked(&mut tx, event_id)?;
    let now = tx.now();
    let scans = asked.check_ins;
    none_in_the_future(&scans, tx.latest())?;
    let mut ids: Vec<RegistrationId> = scans.iter().map(|scan| scan.registration_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let places = registrations::places(&mut tx, &ids)?;
    let mut passages = passages(&mut tx, &ids)?;
    let mut known = known(&mut tx, event_id, &scans)?;
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
    insert_all!(tx.connection(), check_ins::table, rows);
    if event.status == EventStatus::Completed && !came.is_empty() {
        attendance::came_after_all(&mut tx, event_id, &came)?;
    }
    let entry = Entry::new("check_ins.record").subject("event", event_id).with("count", taken);
    tx.record(entry, CheckInResults { results })
}

/// When somebody went in and out, by their registration.
///
/// # Errors
/// When the database fails.
pub(in super::super) fn of(tx: &mut ReadTx<'_>, id: RegistrationId) -> Result<Vec<(Instant, Direction)>, Error> {
    Ok(passages(tx, &[id])?.remove(&id).unwrap_or_default().0)
}

/// Counts the scans of one registration as those of another, of the same person at the same event.
///
/// # Errors
/// When the database fails.
pub(in super::super) fn hand_over(tx: &mut WriteTx<'_>, from: RegistrationId, to: RegistrationId) -> Result<(), Error> {
    let theirs = check_ins::table.filter(check_ins::registration_id.eq(from));
    diesel::update(theirs).set(check_ins::registration_id.eq(to)).execute(tx.connection())?;
    Ok(())
}

/// Those who were let in at an event.
///
/// # Errors
/// When the database fails.
pub(in super::super) fn came(tx: &mut ReadTx<'_>, event: EventId) -> Result<HashSet<RegistrationId>, Error> {
    let came = check_ins::event_id.eq(event).and(check_ins::direction.eq(<&str>::from(Direction::In)));
    let came = check_ins::table.filter(came).select(check_ins::registration_id).distinct();
    Ok(came.load(tx.connection())?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_scan_takes_its_place_among_the_others() {
        let at = |minute| Instant::parse(&format!("2027-03-02T10:{minute:02}:00Z")).unwrap();
        let mut passages = Passages::default();
        assert_eq!(passages.before(at(5)), None);
        passages.add(at(30), Direction::Out);
        passages.add(at(10), Direction::In);
        assert_eq!(passages.before(at(20)), Some(Direction::In));
        assert_eq!(passages.before(at(9)), None);
        assert_eq!(passages.before(at(40)), Some(Direction::Out));
    }
}
