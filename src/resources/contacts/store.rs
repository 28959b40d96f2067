//! The tables of contacts and of the words of their names.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Contact, ContactFilter, ContactStatus, CreateContact, PatchContact, Source};
use super::particulars::Particulars;
use crate::domain::{Code, ContactId, Error, Fault, Instant, Limit, ListPage, london_date};
use crate::platform::audit::Entry;
use crate::platform::db::dialect;
use crate::platform::doors::{ReadTx, Recorded, WriteTx};
use crate::platform::http::{IfMatch, NoContent};
use crate::platform::idempotency;
use crate::platform::vault::store::data_keys;
use crate::platform::vault::{DataKey, Wrapped};
use crate::policy::retention;
use crate::resources::standing;

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

mod consult;
mod indexes;
pub use consult::{Addressee, ContactFacts, addressees, facts, facts_of, touch};
pub use indexes::email_index;
use indexes::{claim_address, delete_name_tokens, telephone_index, write_name_tokens};

fn damaged<E>(_: E) -> Error {
    Error::internal("a row of contacts cannot be read")
}

/// A row, unsealed.
pub(super) struct Opened {
    pub(super) contact: Contact,
    particulars: Option<Particulars>,
    key: Option<DataKey>,
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
        version: row.version,
    };
    Ok(Opened { contact, particulars, key })
}

fn row(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Row, Error> {
    let row: Option<Row> = people!().filter(contacts::id.eq(id)).first(tx.connection()).optional()?;
    row.ok_or_else(Error::not_found)
}

/// A contact that is not erased.
fn live(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Opened, Error> {
    let row = row(tx, id)?;
    if row.status == <&str>::from(ContactStatus::Erased) {
        return Err(erased());
    }
    open(tx, row)
}

fn erased() -> Error {
    Error::new(Code::Erased, "The person's data was erased; only the fact remains.")
}

/// One contact.
///
/// # Errors
/// 404 when there is none, 410 when it was erased.
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
    let mut query = people!().order(contacts::id.desc()).into_boxed();
    let status: &str = filter.status.unwrap_or(ContactStatus::Active).into();
    query = query.filter(contacts::status.eq(status));
    if let Some(since) = filter.updated_since {
        query = query.filter(contacts::updated_at.ge(since));
    }
    if let Some(after) = after {
        query = query.filter(contacts::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(|row| Ok(open(tx, row)?.contact)).collect::<Result<Vec<_>, Error>>()?;
    tx.look(
        Entry::new("contacts.list")
            .with("status", filter.status.map(<&str>::from))
            .with("updated_since", filter.updated_since.is_some())
            .with("count", items.len()),
    );
    Ok(ListPage { items, next })
}

/// Signs a person up.
///
/// # Errors
/// 409 `contact_exists`; 422 when the data was obtained in the future.
pub fn create(mut tx: WriteTx<'_>, asked: CreateContact) -> Result<Recorded<Contact>, Error> {
    let now = tx.now();
    if asked.source.obtained_on > london_date(now) {
        return Err(Error::invalid(vec![Fault::new("/source/obtained_on", "future", "must not be in the future")]));
    }
    let email_index = asked.email.as_ref().map(|email| email_index(&tx, email));
    if let Some(index) = &email_index {
        claim_address(&mut tx, index, None)?;
    }
    let telephone_index = asked.telephone.as_ref().map(|telephone| telephone_index(&tx, telephone));
    let id: ContactId = tx.new_id();
    let particulars = Particulars {
        name: asked.name,
        email: asked.email,
        telephone: asked.telephone,
        organisation: asked.organisation,
        job_title: asked.job_title,
        source_kind: asked.source.kind,
        source_detail: asked.source.detail.clone(),
    };
    let key = tx.make_key(id.uuid())?;
    let values = (
        contacts::id.eq(id),
        contacts::status.eq(<&str>::from(ContactStatus::Active)),
        contacts::obtained_on.eq(asked.source.obtained_on),
        contacts::created_at.eq(now),
        contacts::updated_at.eq(now),
        contacts::last_activity_on.eq(asked.source.obtained_on),
        contacts::particulars.eq(particulars.seal(&key, tx.entropy(), id)?),
        contacts::email_index.eq(email_index),
        contacts::telephone_index.eq(telephone_index),
        contacts::version.eq(1),
    );
    diesel::insert_into(contacts::table).values(values).execute(tx.connection())?;
    write_name_tokens(&mut tx, id, &particulars.name)?;
    let contact = Contact {
        id,
        name: Some(particulars.name),
        email: particulars.email,
        telephone: particulars.telephone,
        organisation: particulars.organisation,
        job_title: particulars.job_title,
        status: ContactStatus::Active,
        last_activity_on: asked.source.obtained_on,
        keep_until: retention::keep_until(asked.source.obtained_on),
        source: Some(asked.source),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    tx.record(Entry::new("contacts.create").contact(id), contact)
}

/// Corrects a contact.
///
/// # Errors
/// 404; 410 when it was erased; 412 when it has changed since; 409 when another contact has the
/// address; 422 when neither address nor number would be left.
pub fn update(
    mut tx: WriteTx<'_>,
    id: ContactId,
    if_match: &IfMatch,
    patch: PatchContact,
) -> Result<Recorded<Contact>, Error> {
    dialect::lock(tx.connection(), "contacts", id.uuid())?;
    let Opened { contact: before, particulars: Some(known), key: Some(key) } = live(&mut tx, id)? else {
        return Err(erased());
    };
    if_match.check(before.version)?;
    let renamed = patch.name.as_ref().is_some_and(|name| *name != known.name);
    let particulars = Particulars {
        name: patch.name.unwrap_or(known.name),
        email: patch.email.apply(known.email),
        telephone: patch.telephone.apply(known.telephone),
        organisation: patch.organisation.apply(known.organisation),
        job_title: patch.job_title.apply(known.job_title),
        source_kind: known.source_kind,
        source_detail: known.source_detail,
    };
    if particulars.email.is_none() && particulars.telephone.is_none() {
        let detail = "an email or a telephone must be left";
        return Err(Error::invalid(vec![Fault::new("/email", "unreachable", detail)]));
    }
    let email_index = particulars.email.as_ref().map(|email| email_index(&tx, email));
    if let Some(index) = &email_index {
        claim_address(&mut tx, index, Some(id))?;
    }
    let telephone_index = particulars.telephone.as_ref().map(|telephone| telephone_index(&tx, telephone));
    let now = tx.now();
    let today = london_date(now);
    let changes = (
        contacts::updated_at.eq(now),
        contacts::last_activity_on.eq(today),
        contacts::particulars.eq(particulars.seal(&key, tx.entropy(), id)?),
        contacts::email_index.eq(email_index),
        contacts::telephone_index.eq(telephone_index),
        contacts::version.eq(before.version + 1),
    );
    diesel::update(contacts::table.find(id)).set(changes).execute(tx.connection())?;
    if renamed {
        delete_name_tokens(&mut tx, id)?;
        write_name_tokens(&mut tx, id, &particulars.name)?;
    }
    let contact = Contact {
        name: Some(particulars.name),
        email: particulars.email,
        telephone: particulars.telephone,
        organisation: particulars.organisation,
        job_title: particulars.job_title,
        updated_at: now,
        last_activity_on: today,
        keep_until: retention::keep_until(today),
        version: before.version + 1,
        ..before
    };
    tx.record(Entry::new("contacts.update").contact(id), contact)
}

/// Deletes a contact on which nothing depends: its rows and its key. The id stays, and so does the
/// address's suppression mark.
///
/// # Errors
/// 404; 410 when it was erased; 412 when it has changed since; 409 `erasure_request_required` when
/// another room's records depend on it.
pub fn delete(mut tx: WriteTx<'_>, id: ContactId, if_match: &IfMatch) -> Result<Recorded<NoContent>, Error> {
    dialect::lock(tx.connection(), "contacts", id.uuid())?;
    let Opened { contact, .. } = live(&mut tx, id)?;
    if_match.check(contact.version)?;
    for holder in tx.holders() {
        if holder.blocks_deletion(&mut tx, id)? {
            let detail = format!("The contact has {} that depend on it; take an erasure request.", holder.room());
            return Err(Error::new(Code::ErasureRequestRequired, detail));
        }
    }
    if let Some(email) = &contact.email {
        let mark = email_index(&tx, email);
        standing::store::suppress(&mut tx, &mark)?;
    }
    delete_name_tokens(&mut tx, id)?;
    let now = tx.now();
    let changes = (
        contacts::status.eq(<&str>::from(ContactStatus::Erased)),
        contacts::updated_at.eq(now),
        contacts::particulars.eq(None::<Vec<u8>>),
        contacts::email_index.eq(None::<Vec<u8>>),
        contacts::telephone_index.eq(None::<Vec<u8>>),
        contacts::version.eq(contact.version + 1),
    );
    diesel::update(contacts::table.find(id)).set(changes).execute(tx.connection())?;
    tx.destroy_key(id.uuid())?;
    idempotency::forget(&mut tx, id)?;
    tx.record(Entry::new("contacts.delete").contact(id), NoContent)
}

/// Destroys the keys of erased contacts that a crash left behind, between the commit of an erasure and
/// that of the vault's own file.
///
/// # Errors
/// When the database fails.
pub fn sweep_keys(mut tx: WriteTx<'_>) -> Result<Recorded<()>, Error> {
    let left: Vec<ContactId> = contacts::table
        .inner_join(data_keys::table.on(data_keys::owner_id.eq(contacts::id)))
        .filter(contacts::status.eq(<&str>::from(ContactStatus::Erased)))
        .select(contacts::id)
        .load(tx.connection())?;
    if left.is_empty() {
        return tx.unchanged(None, ());
    }
    for id in &left {
        tx.destroy_key(id.uuid())?;
    }
    tx.record(Entry::new("keys.sweep").with("count", left.len()), ())
}
