//! The steps of registrations: what became of each, append-only.

use diesel::prelude::*;

use super::Row;
use super::schema::registration_steps;
use crate::domain::{ContactId, Error, Instant, Limit, ListPage, RegistrationId, StoredRow};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::insert_all;
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::{DataKey, Place};
use crate::resources::contacts::store as contacts;
use crate::resources::registrations::model::{Cause, PriorityReason, RegistrationStatus, RegistrationStep};

#[derive(Insertable)]
#[diesel(table_name = registration_steps, treat_none_as_default_value = false)]
struct NewStep {
    registration_id: RegistrationId,
    version: i32,
    status: &'static str,
    cause: &'static str,
    recorded_at: Instant,
    recorded_by: String,
    reason: Option<Vec<u8>>,
}

fn new_step(tx: &WriteTx<'_>, id: RegistrationId, version: i32, status: RegistrationStatus, cause: Cause) -> NewStep {
    NewStep {
        registration_id: id,
        version,
        status: status.into(),
        cause: cause.into(),
        recorded_at: tx.now(),
        recorded_by: tx.actor().label(),
        reason: None,
    }
}

/// Appends the same step to several registrations, which were of the versions that the rows tell.
pub(super) fn append_all(
    tx: &mut WriteTx<'_>,
    rows: &[Row],
    status: RegistrationStatus,
    cause: Cause,
) -> Result<(), Error> {
    let steps: Vec<_> = rows.iter().map(|row| new_step(tx, row.id, row.version + 1, status, cause)).collect();
    insert(tx, &steps)
}

/// Appends the step that made `version` of a registration, with the reason for it, if any.
pub(super) fn append(
    tx: &mut WriteTx<'_>,
    id: RegistrationId,
    version: i32,
    (status, cause): (RegistrationStatus, Cause),
    reason: Option<Vec<u8>>,
) -> Result<(), Error> {
    let step = NewStep { reason, ..new_step(tx, id, version, status, cause) };
    insert(tx, &[step])
}

fn insert(tx: &mut WriteTx<'_>, steps: &[NewStep]) -> Result<(), Error> {
    insert_all!(tx.connection(), registration_steps::table, steps);
    Ok(())
}

fn place(id: RegistrationId) -> Place<'static> {
    Place { table: "registration_steps", column: "reason", row: id.uuid() }
}

/// Seals a reason under the person's key.
pub(super) fn seal(tx: &WriteTx<'_>, key: &DataKey, id: RegistrationId, reason: &PriorityReason) -> Vec<u8> {
    key.seal(tx.entropy(), &place(id), reason.as_str().as_bytes())
}

fn open(key: &DataKey, id: RegistrationId, sealed: &[u8]) -> Result<PriorityReason, Error> {
    let place = place(id);
    let plain = place.read(String::from_utf8(key.open(&place, sealed)?))?;
    place.read(plain.try_into())
}

/// Seals the reasons of a registration anew, for the contact that it goes to.
pub(super) fn reseal(tx: &mut WriteTx<'_>, id: RegistrationId, old: &DataKey, new: &DataKey) -> Result<(), Error> {
    let sealed: Vec<(i32, Option<Vec<u8>>)> = registration_steps::table
        .filter(registration_steps::registration_id.eq(id).and(registration_steps::reason.is_not_null()))
        .select((registration_steps::version, registration_steps::reason))
        .load(tx.connection())?;
    for (version, reason) in sealed {
        let reason = open(old, id, &reason.unwrap_or_default())?;
        let anew = registration_steps::reason.eq(seal(tx, new, id, &reason));
        diesel::update(registration_steps::table.find((id, version))).set(anew).execute(tx.connection())?;
    }
    Ok(())
}

/// Empties the reasons of these registrations: the person was erased.
pub(super) fn empty(tx: &mut WriteTx<'_>, ids: &[RegistrationId]) -> Result<(), Error> {
    let theirs = registration_steps::registration_id.eq_any(ids).and(registration_steps::reason.is_not_null());
    let emptied = registration_steps::reason.eq(None::<Vec<u8>>);
    diesel::update(registration_steps::table.filter(theirs)).set(emptied).execute(tx.connection())?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = registration_steps)]
struct StepRow {
    version: i32,
    status: String,
    cause: String,
    recorded_at: Instant,
    recorded_by: String,
    reason: Option<Vec<u8>>,
}

impl StepRow {
    fn step(self, id: RegistrationId, key: Option<&DataKey>) -> Result<RegistrationStep, Error> {
        let reason = match (key, self.reason) {
            (Some(key), Some(sealed)) => Some(open(key, id, &sealed)?),
            _ => None,
        };
        let stored = StoredRow::new("registration_steps", id);
        Ok(RegistrationStep {
            version: self.version,
            status: stored.read("status", self.status.parse())?,
            cause: stored.read("cause", self.cause.parse())?,
            reason,
            recorded_at: self.recorded_at,
            recorded_by: self.recorded_by,
        })
    }
}

/// The steps of a registration, newest first.
///
/// # Errors
/// 404 when there is no such registration.
pub fn list(
    tx: &mut ReadTx<'_>,
    id: RegistrationId,
    after: Option<i32>,
    limit: Limit,
) -> Result<ListPage<RegistrationStep, i32>, Error> {
    let contact = super::row(tx, id)?.contact_id;
    let mut query = registration_steps::table
        .filter(registration_steps::registration_id.eq(id))
        .order(registration_steps::version.desc())
        .select(StepRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(registration_steps::version.lt(after));
    }
    let rows: Vec<StepRow> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.version);
    // Of the erased, the words are gone; those about the restricted are not used.
    let any = items.iter().any(|row| row.reason.is_some());
    let used = any && contacts::restricted_among(tx, &[contact])?.is_empty();
    let key = if used { tx.key_unless_destroyed(contact.uuid())? } else { None };
    let steps = items.into_iter().map(|row| row.step(id, key.as_ref()));
    let items = steps.collect::<Result<Vec<_>, Error>>()?;
    tx.look(Entry::new(Action::RegistrationsHistory).contact(contact).subject(id));
    Ok(ListPage { items, next })
}

/// All steps of a registration, oldest first, with their words.
pub fn all(tx: &mut ReadTx<'_>, id: RegistrationId, contact: ContactId) -> Result<Vec<RegistrationStep>, Error> {
    let rows: Vec<StepRow> = registration_steps::table
        .filter(registration_steps::registration_id.eq(id))
        .order(registration_steps::version)
        .select(StepRow::as_select())
        .load(tx.connection())?;
    let key = tx.key_unless_destroyed(contact.uuid())?;
    rows.into_iter().map(|row| row.step(id, key.as_ref())).collect()
}
