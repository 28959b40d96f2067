//! The table of organisations.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::followers::OrganisationFollowers;
use super::model::{
    ContactPoint, CreateOrganisation, Organisation, OrganisationFilter, OrganisationKind, OrganisationName,
    OrganisationStatus, PatchOrganisation,
};
use crate::domain::{EmailAddress, Error, FromKept, Lifecycle, Limit, ListPage, OrganisationId, Scope, StoredRow};
use crate::platform::access::Standing;
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::{AnyConnection, among_ids, dialect};
use crate::platform::http::IfMatch;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::Place;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        organisations (id) {
            id -> UuidSql,
            name -> Text,
            kind -> Text,
            status -> Text,
            contact_point -> Nullable<Binary>,
            created_at -> InstantSql,
            updated_at -> InstantSql,
            version -> Integer,
            contact_email -> Nullable<Binary>,
        }
    }
}
use schema::organisations;

#[derive(Queryable, Selectable)]
#[diesel(table_name = organisations)]
struct Row {
    id: OrganisationId,
    name: String,
    kind: String,
    status: String,
    contact_point: Option<Vec<u8>>,
    contact_email: Option<Vec<u8>>,
    version: i32,
}

const CONTACT_POINT: &str = "contact_point";
const CONTACT_EMAIL: &str = "contact_email";

fn place(column: &'static str, id: OrganisationId) -> Place<'static> {
    Place { table: "organisations", column, row: id.uuid() }
}

/// The text of a sealed column.
fn open(tx: &ReadTx<'_>, place: &Place<'_>, sealed: &[u8]) -> Result<String, Error> {
    place.read(String::from_utf8(tx.open_for_service(place, sealed)?))
}

/// The address in the sealed column of an organisation's mailbox.
fn open_email(tx: &ReadTx<'_>, id: OrganisationId, sealed: &[u8]) -> Result<EmailAddress, Error> {
    open(tx, &place(CONTACT_EMAIL, id), sealed).map(EmailAddress::from_kept)
}

fn from_row(tx: &ReadTx<'_>, row: Row) -> Result<Organisation, Error> {
    let contact_point = match row.contact_point {
        None => None,
        Some(sealed) => {
            let place = place(CONTACT_POINT, row.id);
            Some(place.read(ContactPoint::try_from(open(tx, &place, &sealed)?))?)
        }
    };
    let contact_email = row.contact_email.map(|sealed| open_email(tx, row.id, &sealed)).transpose()?;
    let stored = StoredRow::new("organisations", row.id);
    Ok(Organisation {
        id: row.id,
        name: stored.read("name", OrganisationName::try_from(row.name))?,
        kind: stored.read("kind", row.kind.parse())?,
        status: stored.read("status", row.status.parse())?,
        contact_point,
        contact_email,
        version: row.version,
    })
}

fn seal(tx: &WriteTx<'_>, place: &Place<'_>, text: Option<&str>) -> Result<Option<Vec<u8>>, Error> {
    text.map(|text| tx.seal_for_service(place, text.as_bytes())).transpose()
}

/// The values of the sealed columns.
macro_rules! sealed {
    ($tx:expr, $organisation:expr) => {{
        let organisation: &Organisation = $organisation;
        let point = organisation.contact_point.as_ref().map(ContactPoint::as_str);
        let email = organisation.contact_email.as_ref().map(EmailAddress::as_str);
        (
            organisations::contact_point.eq(seal($tx, &place(CONTACT_POINT, organisation.id), point)?),
            organisations::contact_email.eq(seal($tx, &place(CONTACT_EMAIL, organisation.id), email)?),
        )
    }};
}

/// The organisations that the actor may see, newest first.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &OrganisationFilter,
    after: Option<OrganisationId>,
    limit: Limit,
) -> Result<ListPage<Organisation, OrganisationId>, Error> {
    let mut query = organisations::table.select(Row::as_select()).order(organisations::id.desc()).into_boxed();
    if let Scope::Organisation(own) = tx.scope() {
        query = query.filter(organisations::id.eq(own));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(organisations::kind.eq(<&str>::from(kind)));
    }
    if let Some(status) = filter.status {
        query = query.filter(organisations::status.eq(<&str>::from(status)));
    }
    if let Some(after) = after {
        query = query.filter(organisations::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(|row| from_row(tx, row)).collect::<Result<_, _>>()?;
    Ok(ListPage { items, next })
}

/// Whether there is such an organisation.
pub fn is_there(tx: &mut ReadTx<'_>, id: OrganisationId) -> Result<bool, Error> {
    let found: Option<OrganisationId> =
        organisations::table.find(id).select(organisations::id).first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// The kind and the status of an organisation, whatever the actor may see; `None` when there is no such organisation.
pub fn standing(
    tx: &mut ReadTx<'_>,
    id: OrganisationId,
) -> Result<Option<(OrganisationKind, OrganisationStatus)>, Error> {
    let row = organisations::table.find(id).select((organisations::kind, organisations::status));
    let found: Option<(String, String)> = row.first(tx.connection()).optional()?;
    let Some((kind, status)) = found else { return Ok(None) };
    let stored = StoredRow::new("organisations", id);
    Ok(Some((stored.read("kind", kind.parse())?, stored.read("status", status.parse())?)))
}

/// The ids of the organisations of some kinds, active or not.
pub fn ids_of_kinds(tx: &mut ReadTx<'_>, kinds: &[OrganisationKind]) -> Result<Vec<OrganisationId>, Error> {
    let kinds: Vec<&str> = kinds.iter().map(|&kind| kind.into()).collect();
    let of_kinds = organisations::table.filter(organisations::kind.eq_any(kinds));
    Ok(of_kinds.select(organisations::id).load(tx.connection())?)
}

/// An organisation as records about sharing name it.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name.
    pub name: OrganisationName,
    /// Its relation to IEWM.
    pub kind: OrganisationKind,
    /// Whether the service accepts its tokens.
    pub status: OrganisationStatus,
}

/// The profiles of the organisations with these ids, whatever the actor may see.
pub fn profiles(tx: &mut ReadTx<'_>, ids: &[OrganisationId]) -> Result<BTreeMap<OrganisationId, Profile>, Error> {
    let rows: Vec<(OrganisationId, String, String, String)> = organisations::table
        .filter(among_ids(organisations::id, ids))
        .select((organisations::id, organisations::name, organisations::kind, organisations::status))
        .load(tx.connection())?;
    let profile = |(id, name, kind, status): (OrganisationId, String, String, String)| {
        let stored = StoredRow::new("organisations", id);
        let name = stored.read("name", OrganisationName::try_from(name))?;
        let (kind, status) = (stored.read("kind", kind.parse())?, stored.read("status", status.parse())?);
        Ok((id, Profile { name, kind, status }))
    };
    rows.into_iter().map(profile).collect()
}

/// The mailbox to which the service writes about the data that an organisation received, if the organisation has one.
pub fn contact_email(tx: &mut ReadTx<'_>, id: OrganisationId) -> Result<Option<EmailAddress>, Error> {
    let row = organisations::table.find(id).select(organisations::contact_email);
    let sealed: Option<Option<Vec<u8>>> = row.first(tx.connection()).optional()?;
    sealed.flatten().map(|sealed| open_email(tx, id, &sealed)).transpose()
}

/// One organisation, if the actor may see it.
///
/// # Errors
/// 404 when there is none, or none that the actor may see.
pub fn read(tx: &mut ReadTx<'_>, id: OrganisationId) -> Result<Organisation, Error> {
    match tx.scope() {
        Scope::Organisation(own) if own != id => return Err(Error::not_found()),
        Scope::Organisation(_) | Scope::All => {}
    }
    let row: Option<Row> = organisations::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    from_row(tx, row.ok_or_else(Error::not_found)?)
}

/// Adds an organisation.
pub fn create(mut tx: WriteTx<'_>, asked: CreateOrganisation) -> Result<Recorded<Organisation>, Error> {
    let made = Organisation {
        id: tx.new_id(),
        name: asked.name,
        kind: asked.kind,
        status: OrganisationStatus::Active,
        contact_point: asked.contact_point,
        contact_email: asked.contact_email,
        version: 1,
    };
    let sealed = sealed!(&tx, &made);
    let now = tx.now();
    let values = (
        organisations::id.eq(made.id),
        organisations::name.eq(made.name.as_str()),
        organisations::kind.eq(<&str>::from(made.kind)),
        organisations::status.eq(<&str>::from(made.status)),
        sealed,
        organisations::created_at.eq(now),
        organisations::updated_at.eq(now),
        organisations::version.eq(made.version),
    );
    diesel::insert_into(organisations::table).values(values).execute(tx.connection())?;
    let entry = Entry::new(Action::OrganisationsCreate).subject(made.id);
    tx.record(entry, made)
}

/// Locks an organisation against changes until the transaction ends. Others can lock it so too.
pub fn lock_shared(tx: &mut WriteTx<'_>, id: OrganisationId) -> Result<(), Error> {
    dialect::lock_shared(tx.connection(), "organisations", id.uuid())
}

/// The organisation, locked until the transaction ends.
fn locked(tx: &mut WriteTx<'_>, id: OrganisationId) -> Result<Organisation, Error> {
    dialect::lock(tx.connection(), "organisations", id.uuid())?;
    read(tx, id)
}

/// Changes an organisation.
///
/// # Errors
/// 404; 412 when it has changed since; 409 for another kind, if a record depends on the kind.
pub fn update(
    mut tx: WriteTx<'_>,
    id: OrganisationId,
    if_match: &IfMatch,
    patch: PatchOrganisation,
) -> Result<Recorded<Organisation>, Error> {
    let before = locked(&mut tx, id)?;
    if_match.check(before.version)?;
    let was = Before::of(&before)?;
    let after = Organisation {
        name: patch.name.unwrap_or(before.name),
        kind: patch.kind.unwrap_or(before.kind),
        contact_point: patch.contact_point.apply(before.contact_point),
        contact_email: patch.contact_email.apply(before.contact_email),
        version: before.version + 1,
        ..before
    };
    if after.kind != before.kind {
        let followers: OrganisationFollowers = tx.extension()?;
        followers.iter().try_for_each(|follower| follower.kind_changes(&mut tx, id))?;
    }
    let sealed = sealed!(&tx, &after);
    let now = tx.now();
    let changes = (
        organisations::name.eq(after.name.as_str()),
        organisations::kind.eq(<&str>::from(after.kind)),
        sealed,
        organisations::updated_at.eq(now),
        organisations::version.eq(after.version),
    );
    diesel::update(organisations::table.find(id)).set(changes).execute(tx.connection())?;
    let changed = was.changed(&after)?;
    tx.record(Entry::new(Action::OrganisationsUpdate).subject(id).changed(changed), after)
}

/// Takes an organisation to another state. The followers of one that ends follow in the same transaction.
///
/// # Errors
/// 404, or 409 when its state does not allow it.
pub fn go_to(
    mut tx: WriteTx<'_>,
    id: OrganisationId,
    next: OrganisationStatus,
) -> Result<Recorded<Organisation>, Error> {
    let before = locked(&mut tx, id)?;
    let was = Before::of(&before)?;
    let after = Organisation { status: before.status.go_to(next)?, version: before.version + 1, ..before };
    let now = tx.now();
    let changes = (
        organisations::status.eq(<&str>::from(after.status)),
        organisations::updated_at.eq(now),
        organisations::version.eq(after.version),
    );
    diesel::update(organisations::table.find(id)).set(changes).execute(tx.connection())?;
    if after.status == OrganisationStatus::Ended {
        let followers: OrganisationFollowers = tx.extension()?;
        followers.iter().try_for_each(|follower| follower.ended(&mut tx, id))?;
    }
    let entry = Entry::new(Action::OrganisationsStatus)
        .subject(id)
        .changed(was.changed(&after)?)
        .with("to", <&str>::from(next));
    tx.record(entry, after)
}

/// What the platform asks about the organisation of a token.
pub struct OrganisationStanding;

impl Standing for OrganisationStanding {
    fn is_active(&self, connection: &mut AnyConnection, organisation: OrganisationId) -> Result<bool, Error> {
        let status: Option<String> =
            organisations::table.find(organisation).select(organisations::status).first(connection).optional()?;
        Ok(status.as_deref() == Some(OrganisationStatus::Active.into()))
    }
}
