//! The registrations of an erased person: future ones are cancelled, so that the place goes to the next
//! person; past ones stay without a name.

use diesel::prelude::*;
use uuid::Uuid;

use super::moves::{Move, go, settle};
use super::places::LockedPlaces;
use super::schema::registrations;
use super::{Row, steps};
use crate::domain::{Error, EventId, PersonalRecord, RegistrationId};
use crate::personal::{Erasing, Person};
use crate::platform::db::dialect;
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::registrations::RegistrationStatus;
use crate::resources::registrations::model::Cause;
use crate::resources::registrations::requirements::store as requirements;

/// The person's registrations.
pub fn records(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
    let theirs = registrations::table.filter(registrations::contact_id.eq_any(&person.ids));
    let found: Vec<(RegistrationId, i32)> =
        theirs.select((registrations::id, registrations::version)).load(tx.connection())?;
    let record =
        |(id, version): (RegistrationId, i32)| PersonalRecord { table: "registrations", id: id.uuid(), version };
    Ok(found.into_iter().map(record).collect())
}

/// Cancels what stands, and empties the reasons, but of those that are withheld.
pub fn erase(tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
    let withheld: Vec<RegistrationId> = erasing.withheld_of("registrations");
    let theirs = registrations::contact_id.eq_any(&erasing.person.ids).and(registrations::id.ne_all(withheld));
    let rows: Vec<Row> = registrations::table
        .filter(theirs)
        .order((registrations::event_id, registrations::id))
        .select(Row::as_select())
        .load(tx.connection())?;
    let mut standing: Vec<EventId> = Vec::new();
    for row in &rows {
        if row.status()?.is_live() && standing.last() != Some(&row.event_id) {
            standing.push(row.event_id);
        }
    }
    let ids: Vec<Uuid> = standing.iter().map(|event| event.uuid()).collect();
    dialect::lock_all(tx.connection(), "events", &ids)?;
    for event in standing {
        let mut locked = LockedPlaces::of(tx, event)?;
        settle(tx, &mut locked)?;
        for row in rows.iter().filter(|row| row.event_id == event) {
            // As it is now that the event is locked.
            let row = super::row(tx, row.id)?;
            if row.status()?.is_live() {
                go(tx, &mut locked, &[row], Move::new(RegistrationStatus::Cancelled, Cause::Erased))?;
            }
        }
        settle(tx, &mut locked)?;
        locked.save(tx)?;
    }
    let ids: Vec<RegistrationId> = rows.iter().map(|row| row.id).collect();
    requirements::forget(tx, &ids)?;
    steps::empty(tx, &ids)
}
