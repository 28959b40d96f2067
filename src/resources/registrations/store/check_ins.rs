//! The table of scans that were taken.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::domain::{Error, EventId, Instant, RegistrationId, StoredRow};
use crate::platform::db::{among_ids, insert_all};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::check_ins::Direction;

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

/// A scan that was taken.
#[derive(Insertable)]
#[diesel(table_name = check_ins, treat_none_as_default_value = false)]
pub(crate) struct Row {
    pub(crate) event_id: EventId,
    pub(crate) device_id: String,
    pub(crate) nonce: String,
    pub(crate) registration_id: RegistrationId,
    pub(crate) direction: &'static str,
    pub(crate) occurred_at: Instant,
    pub(crate) received_at: Instant,
    /// Its place in the batch, which orders scans of the same moment.
    pub(crate) position: i32,
}

/// The scans of one registration that were taken so far, in the order of their moments.
#[derive(Default)]
pub(crate) struct Passages(Vec<(Instant, Direction)>);

impl Passages {
    /// Where a passage of that moment belongs: after all that are not later.
    fn place(&self, at: Instant) -> usize {
        self.0.partition_point(|(moment, _)| *moment <= at)
    }

    /// The direction of the last passage before a moment.
    pub(crate) fn before(&self, at: Instant) -> Option<Direction> {
        self.place(at).checked_sub(1).and_then(|last| self.0.get(last)).map(|(_, direction)| *direction)
    }

    /// Adds a passage.
    pub(crate) fn add(&mut self, at: Instant, direction: Direction) {
        self.0.insert(self.place(at), (at, direction));
    }
}

/// The passages of registrations, by registration.
pub(crate) fn passages(
    tx: &mut ReadTx<'_>,
    ids: &[RegistrationId],
) -> Result<HashMap<RegistrationId, Passages>, Error> {
    let taken: Vec<(RegistrationId, Instant, String)> = check_ins::table
        .filter(among_ids(check_ins::registration_id, ids))
        .order((check_ins::registration_id, check_ins::occurred_at, check_ins::received_at, check_ins::position))
        .select((check_ins::registration_id, check_ins::occurred_at, check_ins::direction))
        .load(tx.connection())?;
    let mut passages: HashMap<_, Passages> = HashMap::new();
    for (registration, at, direction) in taken {
        let of_registration = format_args!("registration {registration}");
        let stored = StoredRow::new("check_ins", of_registration);
        let direction = stored.read("direction", direction.parse())?;
        passages.entry(registration).or_default().0.push((at, direction));
    }
    Ok(passages)
}

/// Those scans of the event that were taken before, by device and nonce.
pub(crate) fn known(
    tx: &mut ReadTx<'_>,
    event: EventId,
    scans: &[(&str, &str)],
) -> Result<HashSet<(String, String)>, Error> {
    let nonces = scans.iter().map(|(_, nonce)| *nonce);
    let devices: HashSet<&str> = scans.iter().map(|(device, _)| *device).collect();
    let of = check_ins::event_id.eq(event).and(check_ins::device_id.eq_any(devices));
    let found = check_ins::table
        .filter(of.and(check_ins::nonce.eq_any(nonces)))
        .select((check_ins::device_id, check_ins::nonce))
        .load(tx.connection())?;
    Ok(found.into_iter().collect())
}

/// Inserts scans that were taken.
///
/// # Errors
/// Internal when a scan with the same device and nonce was taken before.
pub(crate) fn insert(tx: &mut WriteTx<'_>, rows: &[Row]) -> Result<(), Error> {
    insert_all!(tx.connection(), check_ins::table, rows);
    Ok(())
}

/// When the person of a registration went in and out.
///
/// # Errors
/// Internal when a row cannot be read.
pub(crate) fn of(tx: &mut ReadTx<'_>, id: RegistrationId) -> Result<Vec<(Instant, Direction)>, Error> {
    Ok(passages(tx, &[id])?.remove(&id).unwrap_or_default().0)
}

/// Counts the scans of one registration as those of another, of the same person at the same event.
pub(crate) fn hand_over(tx: &mut WriteTx<'_>, from: RegistrationId, to: RegistrationId) -> Result<(), Error> {
    let theirs = check_ins::table.filter(check_ins::registration_id.eq(from));
    diesel::update(theirs).set(check_ins::registration_id.eq(to)).execute(tx.connection())?;
    Ok(())
}

/// The registrations of the people who were let in at an event.
pub(crate) fn came(tx: &mut ReadTx<'_>, event: EventId) -> Result<HashSet<RegistrationId>, Error> {
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
