//! The table of events.

use diesel::prelude::*;

use super::followers::EventFollowers;
use super::model::{CreateEvent, Event, EventFilter, EventStatus, Location, PatchEvent, WaitingList};
use crate::domain::{Error, EventId, Fault, Instant, Lifecycle, Limit, ListPage, OrganisationId, Scope, StoredRow};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::{among_ids, dialect};
use crate::platform::http::{Change, IfMatch};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::events::Times;
use crate::resources::organisations;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        events (id) {
            id -> UuidSql,
            title -> Text,
            description -> Text,
            starts_at -> Nullable<InstantSql>,
            ends_at -> Nullable<InstantSql>,
            venue_organisation_id -> Nullable<UuidSql>,
            place_name -> Nullable<Text>,
            place_address -> Nullable<Text>,
            online_url -> Nullable<Text>,
            capacity -> Nullable<Integer>,
            registration_opens_at -> Nullable<InstantSql>,
            registration_closes_at -> Nullable<InstantSql>,
            self_cancel_until -> Nullable<InstantSql>,
            waiting_list -> Bool,
            promotion -> Text,
            offer_working_hours -> Integer,
            status -> Text,
            created_at -> InstantSql,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }
}
use schema::events;

pub mod assigned;

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct Row {
    id: EventId,
    title: String,
    description: String,
    starts_at: Option<Instant>,
    ends_at: Option<Instant>,
    venue_organisation_id: Option<OrganisationId>,
    place_name: Option<String>,
    place_address: Option<String>,
    online_url: Option<String>,
    capacity: Option<i32>,
    registration_opens_at: Option<Instant>,
    registration_closes_at: Option<Instant>,
    self_cancel_until: Option<Instant>,
    waiting_list: bool,
    promotion: String,
    offer_working_hours: i32,
    status: String,
    version: i32,
}

impl Row {
    fn event(self) -> Result<Event, Error> {
        let stored = StoredRow::new("events", self.id);
        let location = match self.place_name {
            None => None,
            Some(name) => Some(Location {
                venue_organisation_id: self.venue_organisation_id,
                name: stored.read("place_name", name.try_into())?,
                address: stored.read("place_address", self.place_address.map(TryInto::try_into).transpose())?,
                online_url: self.online_url,
            }),
        };
        Ok(Event {
            id: self.id,
            title: stored.read("title", self.title.try_into())?,
            description: stored.read("description", self.description.try_into())?,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            location,
            capacity: self.capacity,
            registration_opens_at: self.registration_opens_at,
            registration_closes_at: self.registration_closes_at,
            self_cancel_until: self.self_cancel_until,
            waiting_list: WaitingList {
                enabled: self.waiting_list,
                promotion: stored.read("promotion", self.promotion.parse())?,
                offer_working_hours: self.offer_working_hours,
            },
            status: stored.read("status", self.status.parse())?,
            version: self.version,
        })
    }
}

/// The times of an event.
pub fn times(event: &Event) -> Times {
    Times {
        starts_at: event.starts_at,
        ends_at: event.ends_at,
        registration_opens_at: event.registration_opens_at,
        registration_closes_at: event.registration_closes_at,
        self_cancel_until: event.self_cancel_until,
    }
}

/// The values of an event's columns but its id and the instant of its making.
macro_rules! content {
    ($event:expr, $now:expr) => {{
        let (event, place) = ($event, $event.location.as_ref());
        (
            events::title.eq(event.title.as_str()),
            events::description.eq(event.description.as_str()),
            events::starts_at.eq(event.starts_at),
            events::ends_at.eq(event.ends_at),
            events::venue_organisation_id.eq(place.and_then(|place| place.venue_organisation_id)),
            events::place_name.eq(place.map(|place| place.name.as_str())),
            events::place_address.eq(place.and_then(|place| place.address.as_ref()).map(|address| address.as_str())),
            events::online_url.eq(place.and_then(|place| place.online_url.as_deref())),
            events::capacity.eq(event.capacity),
            events::registration_opens_at.eq(event.registration_opens_at),
            events::registration_closes_at.eq(event.registration_closes_at),
            events::self_cancel_until.eq(event.self_cancel_until),
            events::waiting_list.eq(event.waiting_list.enabled),
            events::promotion.eq(<&str>::from(event.waiting_list.promotion)),
            events::offer_working_hours.eq(event.waiting_list.offer_working_hours),
            events::status.eq(<&str>::from(event.status)),
            events::updated_at.eq($now),
            events::version.eq(event.version),
        )
    }};
}

/// The events that the actor may see, newest first. An organisation sees those that it is assigned to.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &EventFilter,
    after: Option<EventId>,
    limit: Limit,
) -> Result<ListPage<Event, EventId>, Error> {
    let mut query = events::table.select(Row::as_select()).order(events::id.desc()).into_boxed();
    if let Scope::Organisation(own) = tx.scope() {
        let assigned = assigned::events_of(tx, own)?;
        query = query.filter(among_ids(events::id, &assigned));
    }
    if let Some(status) = filter.status {
        query = query.filter(events::status.eq(<&str>::from(status)));
    }
    if let Some(from) = filter.starts_from {
        query = query.filter(events::starts_at.ge(from));
    }
    if let Some(before) = filter.starts_before {
        query = query.filter(events::starts_at.lt(before));
    }
    if let Some(after) = after {
        query = query.filter(events::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(Row::event).collect::<Result<_, _>>()?;
    Ok(ListPage { items, next })
}

/// One event.
///
/// # Errors
/// 404 when there is none, or none that the actor may see.
pub fn read(tx: &mut ReadTx<'_>, id: EventId) -> Result<Event, Error> {
    if let Scope::Organisation(own) = tx.scope()
        && assigned::parts(tx, id, own)?.is_empty()
    {
        return Err(Error::not_found());
    }
    let row: Option<Row> = events::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    row.ok_or_else(Error::not_found)?.event()
}

/// What is wrong with what an event says, the venue included.
fn faults(tx: &mut ReadTx<'_>, event: &Event) -> Result<Vec<Fault>, Error> {
    let mut faults = times(event).faults();
    if let Some(venue) = event.location.as_ref().and_then(|place| place.venue_organisation_id)
        && !organisations::store::is_there(tx, venue)?
    {
        faults.push(Fault::unknown_reference("/location/venue_organisation_id"));
    }
    Ok(faults)
}

fn none(faults: Vec<Fault>) -> Result<(), Error> {
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

/// Drafts an event.
///
/// # Errors
/// 422 for times that contradict each other, a start in the past, a venue that is not there.
pub fn create(mut tx: WriteTx<'_>, asked: CreateEvent) -> Result<Recorded<Event>, Error> {
    let now = tx.now();
    let made = Event {
        id: tx.new_id(),
        title: asked.title,
        description: asked.description,
        starts_at: asked.starts_at,
        ends_at: asked.ends_at,
        location: asked.location,
        capacity: asked.capacity,
        registration_opens_at: asked.registration_opens_at,
        registration_closes_at: asked.registration_closes_at,
        self_cancel_until: asked.self_cancel_until,
        waiting_list: asked.waiting_list,
        status: EventStatus::Draft,
        version: 1,
    };
    let mut wrong = faults(&mut tx, &made)?;
    wrong.extend(times(&made).start_in_the_past(now));
    none(wrong)?;
    let values = (events::id.eq(made.id), events::created_at.eq(now));
    diesel::insert_into(events::table).values((values, content!(&made, now))).execute(tx.connection())?;
    tx.record(Entry::new(Action::EventsCreate).subject(made.id), made)
}

/// The event, locked until the transaction ends.
///
/// # Errors
/// 404 when there is none.
pub fn locked(tx: &mut WriteTx<'_>, id: EventId) -> Result<Event, Error> {
    dialect::lock(tx.connection(), "events", id.uuid())?;
    read(tx, id)
}

/// The first of the events that ended at `before` or earlier, if any did.
pub fn first_ended(tx: &mut ReadTx<'_>, among: &[EventId], before: Instant) -> Result<Option<EventId>, Error> {
    let ended = events::id.eq_any(among).and(events::ends_at.le(before));
    let first = events::table.filter(ended.assume_not_null()).order(events::ends_at).select(events::id);
    Ok(first.first(tx.connection()).optional()?)
}

/// Those of the events that are published and have not begun.
pub fn to_come(tx: &mut ReadTx<'_>, among: &[EventId]) -> Result<Vec<Event>, Error> {
    let published = events::status.eq(<&str>::from(EventStatus::Published));
    let to_come = events::starts_at.gt(tx.now()).assume_not_null();
    let rows: Vec<Row> = events::table
        .filter(among_ids(events::id, among).and(published).and(to_come))
        .select(Row::as_select())
        .order(events::starts_at)
        .load(tx.connection())?;
    rows.into_iter().map(Row::event).collect()
}

/// Writes an event as it is after a change, and has its followers follow it in the same transaction.
fn write(tx: &mut WriteTx<'_>, after: &Event) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(events::table.find(after.id)).set(content!(after, now)).execute(tx.connection())?;
    let followers: EventFollowers = tx.extension()?;
    followers.iter().try_for_each(|follower| follower.event_changed(tx, after.id))
}

/// Changes an event.
///
/// # Errors
/// 404; 412 when it has changed since; 409 once it was cancelled or completed; 422 as for [`create`], or when one that
/// is published would no longer say when or where.
pub fn update(
    mut tx: WriteTx<'_>,
    id: EventId,
    if_match: &IfMatch,
    patch: PatchEvent,
) -> Result<Recorded<Event>, Error> {
    let before = locked(&mut tx, id)?;
    if_match.check(before.version)?;
    let was = Before::of(&before)?;
    before.status.must_be_open()?;
    let moved = matches!(patch.starts_at, Change::Set(start) if Some(start) != before.starts_at);
    let after = Event {
        title: patch.title.unwrap_or(before.title),
        description: patch.description.unwrap_or(before.description),
        starts_at: patch.starts_at.apply(before.starts_at),
        ends_at: patch.ends_at.apply(before.ends_at),
        location: patch.location.apply(before.location),
        capacity: patch.capacity.apply(before.capacity),
        registration_opens_at: patch.registration_opens_at.apply(before.registration_opens_at),
        registration_closes_at: patch.registration_closes_at.apply(before.registration_closes_at),
        self_cancel_until: patch.self_cancel_until.apply(before.self_cancel_until),
        waiting_list: patch.waiting_list.unwrap_or(before.waiting_list),
        version: before.version + 1,
        ..before
    };
    let mut wrong = faults(&mut tx, &after)?;
    if moved {
        wrong.extend(times(&after).start_in_the_past(tx.now()));
    }
    if after.status == EventStatus::Published {
        wrong.extend(times(&after).missing(after.location.is_some()));
    }
    none(wrong)?;
    write(&mut tx, &after)?;
    let changed = was.changed(&after)?;
    tx.record(Entry::new(Action::EventsUpdate).subject(id).changed(changed), after)
}

/// Takes an event to another state.
///
/// # Errors
/// 404; 409 when its state does not allow it, or it has not ended; 422 when it cannot be published as it is.
pub fn go_to(mut tx: WriteTx<'_>, id: EventId, next: EventStatus) -> Result<Recorded<Event>, Error> {
    let before = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    let after = Event { status: before.status.go_to(next)?, version: before.version + 1, ..before };
    let (now, when) = (tx.now(), times(&after));
    match next {
        EventStatus::Published => {
            let mut wrong = when.missing(after.location.is_some());
            wrong.extend(when.start_in_the_past(now));
            none(wrong)?;
        }
        EventStatus::Completed => when.must_be_over(now)?,
        EventStatus::Draft | EventStatus::Cancelled => {}
    }
    write(&mut tx, &after)?;
    let entry =
        Entry::new(Action::EventsStatus).subject(id).changed(was.changed(&after)?).with("to", <&str>::from(next));
    tx.record(entry, after)
}
