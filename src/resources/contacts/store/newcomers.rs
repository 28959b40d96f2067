//! How people come in: one, or many in a few statements.

use chrono::NaiveDate;
use diesel::prelude::*;
use uuid::Uuid;

use super::super::model::{Contact, ContactStatus, Source};
use super::super::particulars::Particulars;
use super::indexes::{NAMES, terms_of};
use super::{contacts, email_index, telephone_index};
use crate::domain::{ContactId, Error, Instant};
use crate::platform::audit::Entry;
use crate::platform::db::{Terms, insert_all};
use crate::platform::doors::{Recorded, WriteTx};
use crate::platform::vault::DataKey;
use crate::policy::retention;

/// A person to be put in, whose address is claimed already.
pub(in super::super) struct Newcomer {
    pub(in super::super) id: ContactId,
    pub(in super::super) particulars: Particulars,
    pub(in super::super) obtained_on: NaiveDate,
}

/// A newcomer as the columns that are not left empty.
#[derive(Insertable)]
#[diesel(table_name = contacts, treat_none_as_default_value = false)]
struct NewRow {
    id: ContactId,
    status: &'static str,
    obtained_on: NaiveDate,
    created_at: Instant,
    updated_at: Instant,
    last_activity_on: NaiveDate,
    particulars: Vec<u8>,
    email_index: Option<Vec<u8>>,
    telephone_index: Option<Vec<u8>>,
    name_tokens: Option<Terms>,
    version: i32,
}

impl NewRow {
    fn of(tx: &WriteTx<'_>, newcomer: &Newcomer, key: &DataKey, name_tokens: Terms) -> Result<Self, Error> {
        let Newcomer { id, particulars, obtained_on } = newcomer;
        let now = tx.now();
        Ok(Self {
            id: *id,
            status: ContactStatus::Active.into(),
            obtained_on: *obtained_on,
            created_at: now,
            updated_at: now,
            last_activity_on: *obtained_on,
            particulars: particulars.seal(key, tx.entropy(), *id)?,
            email_index: particulars.email.as_ref().map(|email| email_index(tx, email)),
            telephone_index: particulars.telephone.as_ref().map(|telephone| telephone_index(tx, telephone)),
            name_tokens: Some(name_tokens),
            version: 1,
        })
    }
}

/// Puts a person in, whose address is claimed already.
pub(in super::super) fn insert(
    mut tx: WriteTx<'_>,
    particulars: Particulars,
    obtained_on: NaiveDate,
) -> Result<Recorded<Contact>, Error> {
    let (now, id) = (tx.now(), tx.new_id());
    let newcomers = vec![Newcomer { id, particulars, obtained_on }];
    write(&mut tx, &newcomers)?;
    let particulars = newcomers.into_iter().next().map(|newcomer| newcomer.particulars);
    let particulars = particulars.ok_or_else(|| Error::internal("nobody came"))?;
    let contact = Contact {
        id,
        name: Some(particulars.name),
        email: particulars.email,
        telephone: particulars.telephone,
        organisation: particulars.organisation,
        job_title: particulars.job_title,
        status: ContactStatus::Active,
        last_activity_on: Some(obtained_on),
        keep_until: Some(retention::keep_until(obtained_on)),
        email_bounced_at: None,
        source: Some(Source { kind: particulars.source_kind, detail: particulars.source_detail, obtained_on }),
        created_at: Some(now),
        updated_at: Some(now),
        version: 1,
    };
    tx.record(entry(id), contact)
}

/// Puts people in, at least one, whose addresses are claimed already; an entry is written for each.
pub(in super::super) fn insert_many(mut tx: WriteTx<'_>, newcomers: &[Newcomer]) -> Result<Recorded<()>, Error> {
    write(&mut tx, newcomers)?;
    tx.record_each(newcomers.iter().map(|newcomer| entry(newcomer.id)).collect(), ())
}

fn write(tx: &mut WriteTx<'_>, newcomers: &[Newcomer]) -> Result<(), Error> {
    let keys = tx.make_keys(newcomers.iter().map(|newcomer| newcomer.id.uuid()))?;
    let terms: Vec<Terms> = newcomers.iter().map(|newcomer| terms_of(tx, &newcomer.particulars.name)).collect();
    let found: Vec<(Uuid, &Terms)> = newcomers.iter().map(|newcomer| newcomer.id.uuid()).zip(&terms).collect();
    NAMES.admit(tx.connection(), &found)?;
    let rows = newcomers.iter().zip(&keys).zip(terms);
    let rows = rows.map(|((newcomer, key), terms)| NewRow::of(tx, newcomer, key, terms));
    let rows = rows.collect::<Result<Vec<_>, Error>>()?;
    insert_all!(tx.connection(), contacts::table, rows);
    Ok(())
}

fn entry(id: ContactId) -> Entry {
    Entry::new("contacts.create").contact(id)
}
