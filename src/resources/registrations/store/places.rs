//! A locked event, and the count of its places.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use super::schema::event_places;
use crate::domain::{Error, EventId};
use crate::platform::db::{UuidSql, prepared};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::events::Times;
use crate::policy::registrations::{GAP, Places};
use crate::resources::events::{model::Event, store as events};

/// The count as it is kept.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    places: Places,
    last_sequence: i64,
}

/// An event that is locked until the transaction ends, and the count of its places. Every change of registrations
/// counts here and ends with [`LockedPlaces::save`].
pub(super) struct LockedPlaces {
    pub(super) event: Event,
    pub(super) places: Places,
    last_sequence: i64,
    before: Option<Count>,
}

fn count(tx: &mut ReadTx<'_>, event: EventId) -> Result<Option<Count>, Error> {
    let found: Option<(i32, i32, i32, i64)> = event_places::table
        .find(event)
        .select((event_places::confirmed, event_places::offered, event_places::waitlisted, event_places::last_sequence))
        .first(tx.connection())
        .optional()?;
    Ok(found.map(|(confirmed, offered, waitlisted, last_sequence)| Count {
        places: Places { confirmed, offered, waitlisted },
        last_sequence,
    }))
}

impl LockedPlaces {
    /// Locks an event and its places until the transaction ends.
    ///
    /// # Errors
    /// 404 when there is no such event.
    pub(super) fn of(tx: &mut WriteTx<'_>, event: EventId) -> Result<Self, Error> {
        let event = events::locked(tx, event)?;
        let before = count(tx, event.id)?;
        let Count { places, last_sequence } = before.unwrap_or_default();
        Ok(Self { event, places, last_sequence, before })
    }

    /// The times of the event.
    pub(super) fn times(&self) -> Times {
        events::times(&self.event)
    }

    /// A number at the tail of the waiting list.
    pub(super) fn next_sequence(&mut self) -> i64 {
        self.last_sequence += GAP;
        self.last_sequence
    }

    /// Writes the count, in one statement that compares what was there: whatever else went wrong, no place is given
    /// twice.
    ///
    /// # Errors
    /// When another writer changed the count.
    pub(super) fn save(self, tx: &mut WriteTx<'_>) -> Result<(), Error> {
        let after = Count { places: self.places, last_sequence: self.last_sequence };
        let columns = (
            event_places::confirmed.eq(after.places.confirmed),
            event_places::offered.eq(after.places.offered),
            event_places::waitlisted.eq(after.places.waitlisted),
            event_places::last_sequence.eq(after.last_sequence),
        );
        let Some(before) = self.before else {
            if after != Count::default() {
                let values = (event_places::event_id.eq(self.event.id), columns);
                diesel::insert_into(event_places::table).values(values).execute(tx.connection())?;
            }
            return Ok(());
        };
        if before == after {
            return Ok(());
        }
        let counted = prepared("UPDATE event_places SET confirmed = ")
            .bind::<Integer, _>(after.places.confirmed)
            .sql(", offered = ")
            .bind::<Integer, _>(after.places.offered)
            .sql(", waitlisted = ")
            .bind::<Integer, _>(after.places.waitlisted)
            .sql(", last_sequence = ")
            .bind::<BigInt, _>(after.last_sequence)
            .sql(" WHERE event_id = ")
            .bind::<UuidSql, _>(self.event.id)
            .sql(" AND confirmed = ")
            .bind::<Integer, _>(before.places.confirmed)
            .sql(" AND offered = ")
            .bind::<Integer, _>(before.places.offered)
            .sql(" AND waitlisted = ")
            .bind::<Integer, _>(before.places.waitlisted)
            .sql(" AND last_sequence = ")
            .bind::<BigInt, _>(before.last_sequence)
            .execute(tx.connection())?;
        if counted == 1 { Ok(()) } else { Err(Error::internal("the places of an event were counted twice")) }
    }
}
