//! The tables of registrations, of the places of events, and of the steps of registrations.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Registration, RegistrationFilter, RegistrationStatus, Sharing};
use super::requirements::store as requirements;
use crate::domain::{ContactId, Error, EventId, Instant, Limit, ListPage, RegistrationId, StoredRow};
use crate::personal::Person;
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::ReadTx;
use crate::resources::contacts::store as contacts;
use crate::resources::events;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        registrations (id) {
            id -> UuidSql,
            event_id -> UuidSql,
            contact_id -> UuidSql,
            status -> Text,
            sequence -> Nullable<BigInt>,
            offer_expires_at -> Nullable<InstantSql>,
            share_with_partners -> Bool,
            share_with_venue -> Bool,
            source -> Text,
            created_at -> InstantSql,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::UuidSql;

        event_places (event_id) {
            event_id -> UuidSql,
            confirmed -> Integer,
            offered -> Integer,
            waitlisted -> Integer,
            last_sequence -> BigInt,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        registration_steps (registration_id, version) {
            registration_id -> UuidSql,
            version -> Integer,
            status -> Text,
            cause -> Text,
            recorded_at -> InstantSql,
            recorded_by -> Text,
            reason -> Nullable<Binary>,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(registrations, event_places);
}
pub(in crate::resources) use schema::registrations;

pub(super) mod answers;
pub(super) mod attendance;
pub mod capacity;
pub(super) mod check_ins;
pub(super) mod erase;
pub(super) mod events_moved;
pub(super) mod merge;
mod moves;
mod places;
pub mod registering;
mod sharing;
pub(super) mod steps;
pub(super) mod waiting;

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = registrations)]
struct Row {
    id: RegistrationId,
    event_id: EventId,
    contact_id: ContactId,
    status: String,
    sequence: Option<i64>,
    offer_expires_at: Option<Instant>,
    share_with_partners: bool,
    share_with_venue: bool,
    source: String,
    created_at: Instant,
    version: i32,
}

impl Row {
    /// The state as it is written.
    fn status(&self) -> Result<RegistrationStatus, Error> {
        StoredRow::new("registrations", self.id).read("status", self.status.parse())
    }

    /// The registration as it reads at `now`, the earliest time that it may be so that no offer ends too early, with its place in the waiting list.
    fn registration(self, now: Instant, position: Option<i64>) -> Result<Registration, Error> {
        Ok(Registration {
            id: self.id,
            event_id: self.event_id,
            contact_id: self.contact_id,
            status: self.status()?.at(now, self.offer_expires_at),
            position,
            offer_expires_at: self.offer_expires_at,
            sharing: Sharing { event_partners: self.share_with_partners, venue: self.share_with_venue },
            access_requirements: None,
            source: StoredRow::new("registrations", self.id).read("source", self.source.parse())?,
            created_at: self.created_at,
            version: self.version,
        })
    }
}

/// The registrations of an event, newest first, without those of the restricted.
///
/// # Errors
/// 404 when there is no such event.
pub fn list(
    tx: &mut ReadTx<'_>,
    event: EventId,
    filter: &RegistrationFilter,
    after: Option<RegistrationId>,
    limit: Limit,
) -> Result<ListPage<Registration, RegistrationId>, Error> {
    events::store::read(tx, event)?;
    let now = tx.earliest();
    let mut query = registrations::table
        .filter(registrations::event_id.eq(event))
        .select(Row::as_select())
        .order(registrations::id.desc())
        .into_boxed();
    let word = |status: RegistrationStatus| <&str>::from(status);
    let offered = || registrations::status.eq(word(RegistrationStatus::Offered));
    match filter.status {
        None => {}
        // What time alone has changed since the last write.
        Some(RegistrationStatus::Offered) => {
            query = query.filter(offered().and(registrations::offer_expires_at.gt(now)));
        }
        Some(RegistrationStatus::Expired) => {
            let run_out = offered().and(registrations::offer_expires_at.le(now).assume_not_null());
            query = query.filter(registrations::status.eq(word(RegistrationStatus::Expired)).or(run_out));
        }
        Some(status) => query = query.filter(registrations::status.eq(word(status))),
    }
    if let Some(contact) = filter.contact_id {
        query = query.filter(registrations::contact_id.eq(contact));
    }
    if let Some(after) = after {
        query = query.filter(registrations::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let waits = items.iter().any(|row| row.sequence.is_some());
    let queue = if waits { waiting::queue(tx, event)? } else { Vec::new() };
    let shown = items.into_iter().map(|row| {
        let place = row.sequence.map(|sequence| queue.partition_point(|&before| before <= sequence));
        row.registration(now, place.and_then(|place| i64::try_from(place).ok()))
    });
    let mut items: Vec<Registration> = shown.collect::<Result<_, Error>>()?;
    let ids: Vec<ContactId> = items.iter().map(|item| item.contact_id).collect();
    let restricted = contacts::restricted_among(tx, &ids)?;
    items.retain(|item| !restricted.contains(&item.contact_id));
    let asked: Vec<_> = items.iter().map(|item| (item.id, item.contact_id)).collect();
    let needs = requirements::shown(tx, &asked)?;
    let items = tx.open_with_keys(items, |tx, item| match needs.get(&item.id) {
        Some(sealed) => with_needs(tx, item, sealed),
        None => Ok(item),
    })?;
    let look = Entry::new(Action::RegistrationsList).contact(filter.contact_id).subject(event);
    tx.look(look.listing(items.len()));
    Ok(ListPage { items, next })
}

fn row(tx: &mut ReadTx<'_>, id: RegistrationId) -> Result<Row, Error> {
    let row: Option<Row> = registrations::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    row.ok_or_else(Error::not_found)
}

/// The registration with what the person needs.
fn with_needs(
    tx: &mut ReadTx<'_>,
    registration: Registration,
    sealed: &requirements::SealedRequirements,
) -> Result<Registration, Error> {
    let access_requirements = sealed.open(tx, registration.id, registration.contact_id)?;
    Ok(Registration { access_requirements, ..registration })
}

/// The registration that a row is, with its place in the waiting list.
fn shown(tx: &mut ReadTx<'_>, row: Row) -> Result<Registration, Error> {
    let position = match row.sequence {
        Some(sequence) => Some(waiting::position(tx, row.event_id, sequence)?),
        None => None,
    };
    let registration = row.registration(tx.earliest(), position)?;
    match requirements::shown(tx, &[(registration.id, registration.contact_id)])?.get(&registration.id) {
        Some(sealed) => with_needs(tx, registration, sealed),
        None => Ok(registration),
    }
}

/// For which event each of these registrations is, and how it stands now; those that are there.
pub(super) fn places(
    tx: &mut ReadTx<'_>,
    ids: &[RegistrationId],
) -> Result<HashMap<RegistrationId, (EventId, RegistrationStatus)>, Error> {
    let rows: Vec<Row> = registrations::table
        .filter(among_ids(registrations::id, ids))
        .select(Row::as_select())
        .load(tx.connection())?;
    let now = tx.earliest();
    let place = |row: Row| Ok((row.id, (row.event_id, row.status()?.at(now, row.offer_expires_at))));
    rows.into_iter().map(place).collect()
}

/// Reads one registration; without the person's words if the person is restricted.
///
/// # Errors
/// 404 when there is none.
pub fn read(tx: &mut ReadTx<'_>, id: RegistrationId) -> Result<Registration, Error> {
    let row = row(tx, id)?;
    tx.look(Entry::new(Action::RegistrationsRead).contact(row.contact_id).subject(id));
    shown(tx, row)
}

/// Reads the registrations of a contact, oldest first, for a caller that names the audited action.
///
/// # Errors
/// Internal when a row cannot be read.
pub(super) fn of_person(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Registration>, Error> {
    let theirs = registrations::table.filter(among_ids(registrations::contact_id, &person.ids));
    let theirs = theirs.order(registrations::id);
    let rows: Vec<Row> = theirs.select(Row::as_select()).load(tx.connection())?;
    rows.into_iter().map(|row| shown(tx, row)).collect()
}

/// Whether a person is or was registered for anything.
pub(super) fn has_any(tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
    let found: Option<RegistrationId> = registrations::table
        .filter(among_ids(registrations::contact_id, &person.ids))
        .select(registrations::id)
        .first(tx.connection())
        .optional()?;
    Ok(found.is_some())
}
