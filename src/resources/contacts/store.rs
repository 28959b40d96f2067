//! The tables of contacts and of the words of their names, and what is read from them.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Contact, ContactFilter, ContactStatus, Source};
use super::particulars::Particulars;
use crate::domain::{Code, ContactId, Error, Instant, Limit, ListPage, NetworkId};
use crate::platform::audit::Entry;
use crate::platform::doors::ReadTx;
use crate::platform::vault::store::data_keys;
use crate::platform::vault::{DataKey, Wrapped};
use crate::policy::retention;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        contacts (id) {
            id -> UuidSql,
            status -> Text,
            obtained_on -> Date,
            created_at -> InstantSql,
            updated_at -> InstantSql,
            last_activity_on -> Date,
            particulars -> Nullable<Binary>,
            email_index -> Nullable<Binary>,
            telephone_index -> Nullable<Binary>,
            version -> Integer,
            merged_into -> Nullable<UuidSql>,
            former_mark -> Nullable<Binary>,
            email_bounced_at -> Nullable<InstantSql>,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::UuidSql;

        contact_name_tokens (token, contact_id) {
            token -> Integer,
            contact_id -> UuidSql,
        }
    }
}
pub(super) use schema::{contact_name_tokens, contacts};

diesel::allow_tables_to_appear_in_same_query!(contacts, data_keys, contact_name_tokens);

#[derive(Queryable)]
pub(super) struct Row {
    pub(super) id: ContactId,
    status: String,
    obtained_on: NaiveDate,
    created_at: Instant,
    updated_at: Instant,
    last_activity_on: NaiveDate,
    particulars: Option<Vec<u8>>,
    version: i32,
    merged_into: Option<ContactId>,
    email_bounced_at: Option<Instant>,
    master_key: Option<Vec<u8>>,
    wrapped: Option<Vec<u8>>,
}

/// The columns of a contact and of its data key, in the order of [`Row`].
macro_rules! columns {
    () => {
        (
            contacts::id,
            contacts::status,
            contacts::obtained_on,
            contacts::created_at,
            contacts::updated_at,
            contacts::last_activity_on,
            contacts::particulars,
            contacts::version,
            contacts::merged_into,
            contacts::email_bounced_at,
            data_keys::master_key.nullable(),
            data_keys::wrapped.nullable(),
        )
    };
}

/// Contacts joined with their keys: what every read of people begins with.
macro_rules! people {
    () => {
        contacts::table.left_join(data_keys::table.on(data_keys::owner_id.eq(contacts::id))).select(columns!())
    };
}
pub(super) use {columns, people};

pub mod bounce;
pub mod changes;
mod consult;
mod indexes;
pub(super) mod merge;
mod newcomers;
pub use consult::{Addressee, ContactFacts, addressees, facts, facts_of, names, touch, with_address};
use indexes::claim_address;
pub use indexes::email_index;
pub(super) use indexes::{count_name_tokens, delete_name_tokens, telephone_index, write_name_tokens};
pub(super) use newcomers::{Newcomer, insert, insert_many};

fn damaged<E>(_: E) -> Error {
    Error::internal("a row of contacts cannot be read")
}

/// A row, unsealed.
pub(super) struct Opened {
    pub(super) contact: Contact,
    pub(super) particulars: Option<Particulars>,
    pub(super) key: Option<DataKey>,
}

pub(super) fn open(tx: &mut ReadTx<'_>, row: Row) -> Result<Opened, Error> {
    let (particulars, key) = match &row.particulars {
        None => (None, None),
        Some(sealed) => {
            let key = tx.key(row.id.uuid(), Wrapped::from_columns(row.master_key, row.wrapped))?;
            (Some(Particulars::open(&key, row.id, sealed)?), Some(key))
        }
    };
    let known = particulars.clone();
    let source = match &known {
        None => None,
        Some(known) => {
            Some(Source { kind: known.source_kind, detail: known.source_detail.clone(), obtained_on: row.obtained_on })
        }
    };
    let (name, email, telephone, organisation, job_title) = match known {
        None => (None, None, None, None, None),
        Some(known) => (Some(known.name), known.email, known.telephone, known.organisation, known.job_title),
    };
    let contact = Contact {
        id: row.id,
        name,
        email,
        telephone,
        organisation,
        job_title,
        status: row.status.parse().map_err(damaged)?,
        source,
        created_at: row.created_at,
        updated_at: row.updated_at,
        last_activity_on: row.last_activity_on,
        keep_until: retention::keep_until(row.last_activity_on),
        email_bounced_at: row.email_bounced_at,
        version: row.version,
    };
    Ok(Opened { contact, particulars, key })
}

fn row(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Row, Error> {
    let row: Option<Row> = people!().filter(contacts::id.eq(id)).first(tx.connection()).optional()?;
    row.ok_or_else(Error::not_found)
}

/// A contact that is neither erased nor merged into another.
pub(super) fn live(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Opened, Error> {
    let row = row(tx, id)?;
    if let Some(into) = row.merged_into {
        return Err(merged(into));
    }
    if row.status == <&str>::from(ContactStatus::Erased) {
        return Err(erased());
    }
    open(tx, row)
}

/// The person's data was erased.
pub fn erased() -> Error {
    Error::new(Code::Erased, "The person's data was erased; only the fact remains.")
}

/// The contact is there no more: it was merged into another.
pub fn merged(into: ContactId) -> Error {
    let detail = "The contact was merged into another, which holds everything about the person now.";
    Error::new(Code::Merged, detail).with(|p| p.merged_into = Some(into))
}

/// One contact.
///
/// # Errors
/// 404 when there is none, 410 when it was erased or merged into another.
pub fn read(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Contact, Error> {
    let opened = live(tx, id)?;
    tx.look(Entry::new("contacts.read").contact(id));
    Ok(opened.contact)
}

/// Contacts, newest first.
///
/// # Errors
/// When the database fails.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &ContactFilter,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<ListPage<Contact, ContactId>, Error> {
    page(tx, "contacts.list", filter, after, limit)
}

/// The contacts that match, of `among` or of all, newest first, those before `after`.
fn matching(
    tx: &mut ReadTx<'_>,
    filter: &ContactFilter,
    among: Option<&[ContactId]>,
    after: Option<ContactId>,
    most: i64,
) -> Result<Vec<Row>, Error> {
    let mut query = people!().order(contacts::id.desc()).into_boxed();
    let status: &str = filter.status.unwrap_or(ContactStatus::Active).into();
    // A contact that was merged is neither a person nor an erased one.
    query = query.filter(contacts::status.eq(status).and(contacts::merged_into.is_null()));
    if let Some(since) = filter.updated_since {
        query = query.filter(contacts::updated_at.ge(since));
    }
    if let Some(among) = among {
        query = query.filter(contacts::id.eq_any(among));
    }
    if let Some(after) = after {
        query = query.filter(contacts::id.lt(after));
    }
    Ok(query.limit(most).load(tx.connection())?)
}

/// How many members of a network are looked through at a time.
const CANDIDATES: usize = 200;

/// As [`matching`], of a network's members, whom the room that knows them tells by and by.
fn in_network(
    tx: &mut ReadTx<'_>,
    filter: &ContactFilter,
    network: NetworkId,
    mut after: Option<ContactId>,
    most: i64,
) -> Result<Vec<Row>, Error> {
    let mut found = Vec::new();
    loop {
        let mut members = Vec::new();
        for holder in tx.holders() {
            let told = holder.members(tx, network, after, i64::try_from(CANDIDATES).unwrap_or(i64::MAX))?;
            members.extend(told.unwrap_or_default());
        }
        let left = most - i64::try_from(found.len()).unwrap_or(i64::MAX);
        found.extend(matching(tx, filter, Some(&members), None, left)?);
        let enough = i64::try_from(found.len()).is_ok_and(|found| found >= most);
        if enough || members.len() < CANDIDATES {
            return Ok(found);
        }
        after = members.last().copied();
    }
}

/// A page of the contacts that match, recorded as a look at them for `action`.
pub(super) fn page(
    tx: &mut ReadTx<'_>,
    action: &'static str,
    filter: &ContactFilter,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<ListPage<Contact, ContactId>, Error> {
    let most = limit.rows() + 1;
    let rows = match filter.network_id {
        None => matching(tx, filter, None, after, most)?,
        Some(network) => in_network(tx, filter, network, after, most)?,
    };
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(|row| Ok(open(tx, row)?.contact)).collect::<Result<Vec<_>, Error>>()?;
    tx.look(
        Entry::new(action)
            .with("status", filter.status.map(<&str>::from))
            .with("updated_since", filter.updated_since.is_some())
            .with("count", items.len()),
    );
    Ok(ListPage { items, next })
}
