//! The table of contacts, and what is read from it.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Contact, ContactStatus, Source};
use super::particulars::Particulars;
use crate::domain::{Code, ContactId, Error, Instant, StoredRow, Telephone};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::direct;
use crate::platform::transaction::ReadTx;
use crate::platform::vault::store::{data_keys, destroyed_keys};
use crate::platform::vault::{DataKey, Wrapped};
use crate::policy::restriction::{self, Restriction};
use crate::policy::retention;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, TermsSql, UuidSql};

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
            email_bounced_at -> Nullable<InstantSql>,
            restricted_ground -> Nullable<Text>,
            restricted_at -> Nullable<InstantSql>,
            search_tokens -> Nullable<TermsSql>,
            named_number -> Nullable<Binary>,
            address_check -> Nullable<Text>,
        }
    }
}
pub(super) use schema::contacts;

diesel::allow_tables_to_appear_in_same_query!(contacts, data_keys);
diesel::allow_tables_to_appear_in_same_query!(contacts, destroyed_keys);

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
    address_check: Option<String>,
    restricted_ground: Option<String>,
    restricted_at: Option<Instant>,
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
            contacts::address_check,
            contacts::restricted_ground,
            contacts::restricted_at,
            data_keys::master_key.nullable(),
            data_keys::wrapped.nullable(),
        )
    };
}

/// Contacts joined with their keys, the restricted too.
macro_rules! everybody {
    () => {
        contacts::table.left_join(data_keys::table.on(data_keys::owner_id.eq(contacts::id))).select(columns!())
    };
}

/// Contacts joined with their keys, without the restricted: what every use of people begins with.
macro_rules! people {
    () => {
        everybody!().filter(contacts::restricted_at.is_null())
    };
}
pub(super) use {columns, everybody, people};

mod anonymise;
pub mod answers;
pub mod bounce;
pub mod changes;
mod consult;
pub mod erasure;
mod indexes;
mod list;
mod lock;
pub mod matches;
mod memory;
pub(super) mod merge;
mod newcomers;
mod person;
mod plans;
pub mod reindex;
pub mod repeating;
pub mod restrict;
pub(super) use anonymise::{empty, records};
pub use consult::{
    Addressee, ContactFacts, Reach, addressee, addressees, facts, in_use, names, reach, restricted_among, touch,
    with_survivors,
};
use indexes::claim_address;
use indexes::forget_tokens;
pub use indexes::{Indexes, email_index, name_index, named_number, telephone_index, with_address};
pub(super) use indexes::{TOKENS, count_tokens, query_terms, telephone_terms, telephone_terms_of};
pub use list::list;
pub(super) use list::page;
pub use lock::{ActiveContact, LockedContact, lock, lock_all};
pub use memory::{Marked, marked_among};
pub(super) use newcomers::{Newcomer, insert_many, insert_unless_taken};
pub use person::person;
pub(super) use person::{MergedContact, merged_contacts};

impl Row {
    /// The restriction that holds.
    pub(super) fn restriction(&self) -> Result<Option<Restriction>, Error> {
        restriction_of(self.id, self.restricted_ground.as_deref(), self.restricted_at)
    }

    /// A contact whose data is stored and not used, as callers see it: an id, a status and a version.
    fn bare(&self) -> Result<Contact, Error> {
        Ok(Contact {
            id: self.id,
            name: None,
            email: None,
            telephone: None,
            telephone_extension: None,
            organisation: None,
            job_title: None,
            status: status_of(self.id, &self.status, self.restricted_at)?,
            source: None,
            created_at: None,
            updated_at: None,
            last_activity_on: None,
            keep_until: None,
            email_bounced_at: None,
            address_check: None,
            version: self.version,
        })
    }
}

fn stored(id: ContactId) -> StoredRow<'static, ContactId> {
    StoredRow::new("contacts", id)
}

fn restriction_of(id: ContactId, ground: Option<&str>, since: Option<Instant>) -> Result<Option<Restriction>, Error> {
    let Some((ground, since)) = ground.zip(since) else { return Ok(None) };
    Ok(Some(Restriction { ground: stored(id).read("restricted_ground", ground.parse())?, since }))
}

fn status_of(id: ContactId, status: &str, restricted_at: Option<Instant>) -> Result<ContactStatus, Error> {
    if restricted_at.is_some() { Ok(ContactStatus::Restricted) } else { stored(id).read("status", status.parse()) }
}

/// A row, unsealed.
pub(super) struct Opened {
    pub(super) contact: Contact,
    pub(super) last_activity_on: NaiveDate,
    pub(super) obtained_on: NaiveDate,
    known: Option<(Particulars, DataKey)>,
    restriction: Option<Restriction>,
}

impl Opened {
    /// The person's particulars and key, to be used.
    ///
    /// # Errors
    /// 423 when they are restricted; 410 when they were erased.
    pub(super) fn used(self) -> Result<(Contact, Particulars, DataKey), Error> {
        restriction::may_be_used(self.restriction.as_ref())?;
        self.any_status()
    }

    /// As [`Opened::used`], of the restricted too: for what the person themself has asked for, and to find out who is
    /// meant.
    ///
    /// # Errors
    /// 410 when they were erased.
    pub(super) fn any_status(self) -> Result<(Contact, Particulars, DataKey), Error> {
        let (particulars, key) = self.known.ok_or_else(erased)?;
        Ok((self.contact, particulars, key))
    }

    /// Whether the person is restricted.
    pub(super) fn is_restricted(&self) -> bool {
        self.restriction.is_some()
    }
}

/// Unseals a row; that of the restricted stays sealed.
pub(super) fn open(tx: &mut ReadTx<'_>, row: Row) -> Result<Opened, Error> {
    let sealed = row.restricted_at.is_some();
    open_unless(tx, row, sealed)
}

/// Unseals a row, that of the restricted too; what is shown of them says nothing all the same.
pub(super) fn open_any_status(tx: &mut ReadTx<'_>, row: Row) -> Result<Opened, Error> {
    open_unless(tx, row, false)
}

fn open_unless(tx: &mut ReadTx<'_>, row: Row, stays_sealed: bool) -> Result<Opened, Error> {
    let bare = row.bare()?;
    let restriction = row.restriction()?;
    let dated = Contact {
        created_at: Some(row.created_at),
        updated_at: Some(row.updated_at),
        last_activity_on: Some(row.last_activity_on),
        keep_until: Some(retention::keep_until(row.last_activity_on)),
        ..bare.clone()
    };
    let (last_activity_on, obtained_on) = (row.last_activity_on, row.obtained_on);
    let known = match &row.particulars {
        Some(sealed) if !stays_sealed => {
            let key = tx.key(row.id.uuid(), Wrapped::from_columns(row.master_key, row.wrapped))?;
            Some((Particulars::open(&key, row.id, sealed)?, key))
        }
        _ => None,
    };
    let contact = match &known {
        _ if restriction.is_some() => bare,
        None => dated,
        Some((particulars, _)) => {
            let known = particulars.clone();
            let (telephone, telephone_extension) = known.telephone.map(Telephone::apart).unzip();
            Contact {
                name: Some(known.name),
                email: known.email,
                telephone,
                telephone_extension: telephone_extension.flatten(),
                organisation: known.organisation,
                job_title: known.job_title,
                source: Some(Source { kind: known.source_kind, detail: known.source_detail, obtained_on }),
                email_bounced_at: row.email_bounced_at,
                address_check: stored(row.id)
                    .read("address_check", row.address_check.as_deref().map(str::parse).transpose())?,
                ..dated
            }
        }
    };
    Ok(Opened { contact, last_activity_on, obtained_on, known, restriction })
}

fn row(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Row, Error> {
    let row = everybody!().filter(contacts::id.eq(id));
    let row: Option<Row> = direct!(tx.connection(), engine => row.first(engine)).optional()?;
    row.ok_or_else(Error::not_found)
}

/// The version of a contact that is there.
fn version(tx: &mut ReadTx<'_>, id: ContactId) -> Result<i32, Error> {
    Ok(contacts::table.find(id).select(contacts::version).first(tx.connection())?)
}

/// A contact that is neither erased nor merged into another, as its row.
fn there(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Row, Error> {
    let row = row(tx, id)?;
    if let Some(into) = row.merged_into {
        return Err(merged(into));
    }
    if row.status == <&str>::from(ContactStatus::Erased) {
        return Err(erased());
    }
    Ok(row)
}

/// A contact that is neither erased nor merged into another.
pub(super) fn live(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Opened, Error> {
    let row = there(tx, id)?;
    open(tx, row)
}

/// A contact that is neither erased nor merged into another, restricted or not.
///
/// # Errors
/// 404 when there is none; 410 when it was erased or merged into another.
pub(super) fn must_be_there(tx: &mut ReadTx<'_>, id: ContactId) -> Result<(), Error> {
    there(tx, id).map(drop)
}

/// The person's data was erased.
pub fn erased() -> Error {
    Error::new(Code::Erased, "The service has erased the person's data, and keeps only the fact that it did.")
}

/// The contact is there no more: it was merged into another.
pub fn merged(into: ContactId) -> Error {
    let detail = "The contact was merged into another, which now holds all the person's data.";
    Error::new(Code::Merged, detail).with(|p| p.merged_into = Some(into))
}

/// One contact as the person may see it: complete, even while restricted. The caller names the audited
/// action.
///
/// # Errors
/// 404 when there is none, 410 when it was erased or merged into another.
pub fn for_the_person(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Contact, Error> {
    with_sources(tx, id).map(|(contact, _)| contact)
}

/// The same, with the earlier sources of the data and those of contacts that were merged into this one, oldest first.
///
/// # Errors
/// As [`for_the_person`].
pub fn with_sources(tx: &mut ReadTx<'_>, id: ContactId) -> Result<(Contact, Vec<Source>), Error> {
    let row = there(tx, id)?;
    let status = status_of(row.id, &row.status, row.restricted_at)?;
    let whole = Row { restricted_ground: None, restricted_at: None, ..row };
    let opened = open(tx, whole)?;
    let sources = opened.known.map(|(particulars, _)| particulars.earlier_sources).unwrap_or_default();
    Ok((Contact { status, ..opened.contact }, sources))
}

/// One contact.
///
/// # Errors
/// 404 when there is none, 410 when it was erased or merged into another.
pub fn read(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Contact, Error> {
    let opened = live(tx, id)?;
    tx.look(Entry::new(Action::ContactsRead).contact(id));
    Ok(opened.contact)
}
