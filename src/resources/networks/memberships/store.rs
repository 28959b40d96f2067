//! The table of memberships.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::model::NetworkStatus;
use super::super::store as networks;
use super::model::{EndMembership, JoinNetwork, Membership, MembershipFilter, MembershipStatus, PatchMembership};
use super::particulars::Particulars;
use crate::domain::{Code, ContactId, Error, Fault, Limit, ListPage, MembershipId, NetworkId, StoredRow, london_date};
use crate::personal::Person;
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::{among_ids, dialect};
use crate::platform::http::IfMatch;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::resources::contacts::store::{self as contacts, ActiveContact};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        memberships (id) {
            id -> UuidSql,
            network_id -> UuidSql,
            contact_id -> UuidSql,
            role -> Text,
            status -> Text,
            started_on -> Date,
            ended_on -> Nullable<Date>,
            directory_visibility -> Text,
            particulars -> Binary,
            created_at -> InstantSql,
            version -> Integer,
        }
    }
}
pub use schema::memberships;

pub mod erase;
pub mod merge;

#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct Row {
    pub id: MembershipId,
    network_id: NetworkId,
    pub contact_id: ContactId,
    role: String,
    status: String,
    started_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    directory_visibility: String,
    pub(super) particulars: Vec<u8>,
    version: i32,
}

/// A row, unsealed.
pub fn open(tx: &mut ReadTx<'_>, row: &Row) -> Result<Membership, Error> {
    // An erased person leaves the membership behind, without its text.
    let told = match tx.key_unless_destroyed(row.contact_id.uuid())? {
        Some(key) => Particulars::open(&key, row.id, &row.particulars)?,
        None => Particulars::default(),
    };
    let stored = StoredRow::new("memberships", row.id);
    Ok(Membership {
        id: row.id,
        network_id: row.network_id,
        contact_id: row.contact_id,
        role: stored.read("role", row.role.parse())?,
        represents: told.represents,
        status: stored.read("status", row.status.parse())?,
        started_on: row.started_on,
        ended_on: row.ended_on,
        end_reason: told.end_reason,
        directory_visibility: stored.read("directory_visibility", row.directory_visibility.parse())?,
        version: row.version,
    })
}

/// The memberships of a network, newest first, without those of the restricted.
///
/// # Errors
/// 404 when there is no such network.
pub fn list(
    tx: &mut ReadTx<'_>,
    network: NetworkId,
    filter: &MembershipFilter,
    after: Option<MembershipId>,
    limit: Limit,
) -> Result<ListPage<Membership, MembershipId>, Error> {
    networks::read(tx, network)?;
    let mut query = memberships::table
        .filter(memberships::network_id.eq(network))
        .select(Row::as_select())
        .order(memberships::id.desc())
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(memberships::status.eq(<&str>::from(status)));
    }
    if let Some(role) = filter.role {
        query = query.filter(memberships::role.eq(<&str>::from(role)));
    }
    if let Some(after) = after {
        query = query.filter(memberships::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let restricted = contacts::restricted_among(tx, &items.iter().map(|row| row.contact_id).collect::<Vec<_>>())?;
    let listed = items.iter().filter(|row| !restricted.contains(&row.contact_id));
    let items = tx.open_with_keys(listed, open)?;
    tx.look(Entry::new(Action::MembershipsList).subject(network).listing(items.len()));
    Ok(ListPage { items, next })
}

fn one(tx: &mut ReadTx<'_>, id: MembershipId) -> Result<Membership, Error> {
    let row: Option<Row> = memberships::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    open(tx, &row.ok_or_else(Error::not_found)?)
}

/// Reads one membership; without its words if the person is restricted.
///
/// # Errors
/// 404 when there is none.
pub fn read(tx: &mut ReadTx<'_>, id: MembershipId) -> Result<Membership, Error> {
    let mut membership = one(tx, id)?;
    if contacts::restricted_among(tx, &[membership.contact_id])?.contains(&membership.contact_id) {
        (membership.represents, membership.end_reason) = (None, None);
    }
    tx.look(Entry::new(Action::MembershipsRead).contact(membership.contact_id).subject(id));
    Ok(membership)
}

fn once<T>(result: QueryResult<T>) -> Result<T, Error> {
    let already = || Error::new(Code::AlreadyMember, "The person has this role in this network already.");
    let columns = "memberships.contact_id, memberships.network_id, memberships.role";
    dialect::on_unique(result, "memberships_live", columns, already)
}

/// Takes a person into a network.
///
/// # Errors
/// 404 when there is no such network; 422 for an unknown contact or a day in the future; 410 for one that was erased or
/// merged; 423 for one that is restricted; 409 when the network is closed, or the person is in it in that role already.
pub fn join(mut tx: WriteTx<'_>, network: NetworkId, asked: JoinNetwork) -> Result<Recorded<Membership>, Error> {
    let known = networks::locked(&mut tx, network)?;
    let JoinNetwork { contact_id, role, represents, started_on, directory_visibility } = asked;
    let person = contacts::lock(&mut tx, contact_id)?;
    let today = london_date(tx.now());
    let started_on = started_on.unwrap_or(today);
    let mut faults = Vec::new();
    if person.is_none() {
        faults.push(Fault::unknown_reference("/contact_id"));
    }
    if started_on > today {
        faults.push(Fault::new("/started_on", "future", "must not be in the future"));
    }
    let (Some(person), true) = (person, faults.is_empty()) else { return Err(Error::invalid(faults)) };
    let active = person.active()?;
    if known.status == NetworkStatus::Closed {
        return Err(Error::new(Code::NetworkClosed, "The network is closed, and takes no new members."));
    }
    let told = Particulars { represents, end_reason: None };
    let made = Membership {
        id: tx.new_id(),
        network_id: network,
        contact_id,
        role,
        represents: told.represents.clone(),
        status: MembershipStatus::Active,
        started_on,
        ended_on: None,
        end_reason: None,
        directory_visibility,
        version: 1,
    };
    let key = active.key(&mut tx)?;
    let values = (
        memberships::id.eq(made.id),
        memberships::network_id.eq(network),
        memberships::contact_id.eq(contact_id),
        memberships::role.eq(<&str>::from(role)),
        memberships::status.eq(<&str>::from(made.status)),
        memberships::started_on.eq(started_on),
        memberships::directory_visibility.eq(<&str>::from(directory_visibility)),
        memberships::particulars.eq(told.seal(&key, tx.entropy(), made.id)?),
        memberships::created_at.eq(tx.now()),
        memberships::version.eq(made.version),
    );
    once(diesel::insert_into(memberships::table).values(values).execute(tx.connection()))?;
    contacts::touch(&mut tx, person.facts(), today)?;
    let entry = Entry::new(Action::MembershipsJoin).contact(contact_id).subject(made.id);
    tx.record(entry.with("role", <&str>::from(role)), made)
}

/// The membership and its contact, both locked; the contact first, as everywhere.
fn locked(tx: &mut WriteTx<'_>, id: MembershipId) -> Result<(Membership, contacts::LockedContact), Error> {
    let contact_id = one(tx, id)?.contact_id;
    let person = contacts::lock(tx, contact_id)?.ok_or_else(|| Error::internal("a membership without a contact"))?;
    dialect::lock(tx.connection(), "memberships", id.uuid())?;
    Ok((one(tx, id)?, person))
}

fn must_last(membership: &Membership) -> Result<(), Error> {
    match membership.status {
        MembershipStatus::Active => Ok(()),
        MembershipStatus::Ended => Err(Error::illegal_transition(membership.status.into(), Vec::new())),
    }
}

/// Writes a membership of `person` as it is after a change.
fn write(tx: &mut WriteTx<'_>, person: &ActiveContact, after: &Membership) -> Result<(), Error> {
    let told = Particulars { represents: after.represents.clone(), end_reason: after.end_reason.clone() };
    let key = person.key(tx)?;
    let changes = (
        memberships::role.eq(<&str>::from(after.role)),
        memberships::status.eq(<&str>::from(after.status)),
        memberships::ended_on.eq(after.ended_on),
        memberships::directory_visibility.eq(<&str>::from(after.directory_visibility)),
        memberships::particulars.eq(told.seal(&key, tx.entropy(), after.id)?),
        memberships::version.eq(after.version),
    );
    once(diesel::update(memberships::table.find(after.id)).set(changes).execute(tx.connection()))?;
    Ok(())
}

/// Changes a membership.
///
/// # Errors
/// 404; 412 when it has changed since; 410 and 423 for a person who was erased or is restricted; 409 when it has ended, or the person has the new role already.
pub fn update(
    mut tx: WriteTx<'_>,
    id: MembershipId,
    if_match: &IfMatch,
    patch: PatchMembership,
) -> Result<Recorded<Membership>, Error> {
    let (before, person) = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    if_match.check(before.version)?;
    let person = person.active()?;
    must_last(&before)?;
    let after = Membership {
        role: patch.role.unwrap_or(before.role),
        represents: patch.represents.apply(before.represents),
        directory_visibility: patch.directory_visibility.unwrap_or(before.directory_visibility),
        version: before.version + 1,
        ..before
    };
    write(&mut tx, &person, &after)?;
    let entry = Entry::new(Action::MembershipsUpdate).contact(after.contact_id).subject(id);
    let changed = was.changed(&after)?;
    tx.record(entry.changed(changed), after)
}

/// Ends a membership.
///
/// # Errors
/// 404; 409 when it has ended already; 410 and 423 for a person who was erased or is restricted; 422 for a last day in the future, or before the first.
pub fn end(mut tx: WriteTx<'_>, id: MembershipId, asked: EndMembership) -> Result<Recorded<Membership>, Error> {
    let (before, person) = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    let today = london_date(tx.now());
    let ended_on = asked.ended_on.unwrap_or(today);
    if ended_on > today {
        return Err(Error::invalid(vec![Fault::new("/ended_on", "future", "must not be in the future")]));
    }
    if ended_on < before.started_on {
        let detail = "must not be before the membership's first day";
        return Err(Error::invalid(vec![Fault::new("/ended_on", "before_start", detail)]));
    }
    let person = person.active()?;
    must_last(&before)?;
    let after = Membership {
        status: MembershipStatus::Ended,
        ended_on: Some(ended_on),
        end_reason: asked.reason,
        version: before.version + 1,
        ..before
    };
    write(&mut tx, &person, &after)?;
    let entry = Entry::new(Action::MembershipsEnd).contact(after.contact_id).subject(id);
    let changed = was.changed(&after)?;
    tx.record(entry.changed(changed), after)
}

/// The memberships that a person has or had, oldest first.
pub fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Membership>, Error> {
    let theirs = memberships::table.filter(among_ids(memberships::contact_id, &person.ids)).order(memberships::id);
    let rows: Vec<Row> = theirs.select(Row::as_select()).load(tx.connection())?;
    rows.iter().map(|row| open(tx, row)).collect()
}

/// Whether a person has or had a membership.
pub fn has_any(tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
    let found: Option<MembershipId> = memberships::table
        .filter(among_ids(memberships::contact_id, &person.ids))
        .select(memberships::id)
        .first(tx.connection())
        .optional()?;
    Ok(found.is_some())
}

/// The contacts who are in a network now, by falling id, those before `after`, at most `most` of them.
pub fn members(
    tx: &mut ReadTx<'_>,
    network: NetworkId,
    after: Option<ContactId>,
    most: i64,
) -> Result<Vec<ContactId>, Error> {
    let live = memberships::network_id.eq(network).and(memberships::status.eq(<&str>::from(MembershipStatus::Active)));
    let members = memberships::table.filter(live).select(memberships::contact_id).distinct();
    let mut members = members.order(memberships::contact_id.desc()).into_boxed();
    if let Some(after) = after {
        members = members.filter(memberships::contact_id.lt(after));
    }
    Ok(members.limit(most).load(tx.connection())?)
}

/// For the merge: what must be known of a row to hand it over.
impl Row {
    pub(super) fn lasts(&self) -> bool {
        self.status == <&str>::from(MembershipStatus::Active)
    }

    pub(super) fn place(&self) -> (NetworkId, &str) {
        (self.network_id, &self.role)
    }

    pub(super) fn first_day(&self) -> NaiveDate {
        self.started_on
    }

    pub(super) fn next_version(&self) -> i32 {
        self.version + 1
    }
}
