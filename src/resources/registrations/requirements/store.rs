//! The table of requirements.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::AccessRequirements;
use crate::domain::{ContactId, Error, EventId, RegistrationId, Role};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::{DataKey, Place};
use crate::policy::retention::ACCESS_REQUIREMENTS as KEPT;
use crate::resources::contacts::store as contacts;
use crate::resources::events;

/// How many are deleted at a time.
const BATCH: i64 = 500;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::UuidSql;

        access_requirements (registration_id) {
            registration_id -> UuidSql,
            contact_id -> UuidSql,
            event_id -> UuidSql,
            requirements -> Binary,
        }
    }
}
use schema::access_requirements;

fn place(id: RegistrationId) -> Place<'static> {
    Place { table: "access_requirements", column: "requirements", row: id.uuid() }
}

fn seal(tx: &WriteTx<'_>, key: &DataKey, id: RegistrationId, told: &AccessRequirements) -> Result<Vec<u8>, Error> {
    let plain = serde_json::to_vec(told).map_err(|error| Error::internal(error))?;
    Ok(key.seal(tx.entropy(), &place(id), &plain))
}

fn open(key: &DataKey, id: RegistrationId, sealed: &[u8]) -> Result<AccessRequirements, Error> {
    let place = place(id);
    place.read(serde_json::from_slice(&key.open(&place, sealed)?))
}

/// Whether the actor may see requirements: IEWM's staff alone.
pub fn may_see(tx: &ReadTx<'_>) -> bool {
    tx.actor().caller().is_some_and(|caller| caller.roles.contains(&Role::IewmStaff))
}

/// What registrations of one event need, sealed: for an actor who may see it, without that of the restricted, and until
/// thirty days after the event, whether or not a job has deleted it by then.
pub fn shown(
    tx: &mut ReadTx<'_>,
    registrations: &[(RegistrationId, ContactId)],
) -> Result<HashMap<RegistrationId, SealedRequirements>, Error> {
    if may_see(tx) { for_attendance(tx, registrations) } else { Ok(HashMap::new()) }
}

/// As [`shown`], for the attendee list, whose profile decides who sees it.
pub fn for_attendance(
    tx: &mut ReadTx<'_>,
    registrations: &[(RegistrationId, ContactId)],
) -> Result<HashMap<RegistrationId, SealedRequirements>, Error> {
    let ids: Vec<RegistrationId> = registrations.iter().map(|(id, _)| *id).collect();
    let rows: Vec<(RegistrationId, EventId, Vec<u8>)> = access_requirements::table
        .filter(among_ids(access_requirements::registration_id, &ids))
        .select((
            access_requirements::registration_id,
            access_requirements::event_id,
            access_requirements::requirements,
        ))
        .load(tx.connection())?;
    let Some(&(_, event, _)) = rows.first() else { return Ok(HashMap::new()) };
    let now = tx.now();
    if events::store::read(tx, event)?.ends_at.is_some_and(|end| end.plus(KEPT) <= now) {
        return Ok(HashMap::new());
    }
    let theirs: Vec<ContactId> = registrations.iter().map(|(_, contact)| *contact).collect();
    let restricted = contacts::restricted_among(tx, &theirs)?;
    let mut sealed: HashMap<_, _> = rows.into_iter().map(|(id, _, sealed)| (id, SealedRequirements(sealed))).collect();
    for (id, _) in registrations.iter().filter(|(_, contact)| restricted.contains(contact)) {
        sealed.remove(id);
    }
    Ok(sealed)
}

/// What a registration needs, sealed under the person's key.
pub struct SealedRequirements(Vec<u8>);

impl SealedRequirements {
    /// What the registration `id` of `contact` needs; `None` when the person was erased.
    ///
    /// # Errors
    /// 503 `key_missing` when the person's key is missing.
    pub fn open(
        &self,
        tx: &mut ReadTx<'_>,
        id: RegistrationId,
        contact: ContactId,
    ) -> Result<Option<AccessRequirements>, Error> {
        tx.key_unless_destroyed(contact.uuid())?.map(|key| self.open_with(&key, id)).transpose()
    }

    /// As [`SealedRequirements::open`], with the person's key.
    ///
    /// # Errors
    /// Internal when the requirements were changed or moved.
    pub fn open_with(&self, key: &DataKey, id: RegistrationId) -> Result<AccessRequirements, Error> {
        open(key, id, &self.0)
    }
}

/// The access requirements of a registration, for the export of the person themself.
pub fn for_export(
    tx: &mut ReadTx<'_>,
    id: RegistrationId,
    contact: ContactId,
) -> Result<Option<AccessRequirements>, Error> {
    let row = access_requirements::table.find(id).select(access_requirements::requirements);
    let sealed: Option<Vec<u8>> = row.first(tx.connection()).optional()?;
    match (sealed, tx.key_unless_destroyed(contact.uuid())?) {
        (Some(sealed), Some(key)) => open(&key, id, &sealed).map(Some),
        _ => Ok(None),
    }
}

/// Keeps what a registration needs in place of what was known; `None` forgets it.
pub fn set(
    tx: &mut WriteTx<'_>,
    (event, id, contact): (EventId, RegistrationId, ContactId),
    told: Option<&AccessRequirements>,
) -> Result<(), Error> {
    forget(tx, &[id])?;
    let Some(told) = told else { return Ok(()) };
    let key = tx.key_of(contact.uuid())?;
    let values = (
        access_requirements::registration_id.eq(id),
        access_requirements::contact_id.eq(contact),
        access_requirements::event_id.eq(event),
        access_requirements::requirements.eq(seal(tx, &key, id, told)?),
    );
    diesel::insert_into(access_requirements::table).values(values).execute(tx.connection())?;
    Ok(())
}

/// Forgets what these registrations needed: they have come to nothing.
pub fn forget(tx: &mut WriteTx<'_>, ids: &[RegistrationId]) -> Result<(), Error> {
    let theirs = access_requirements::table.filter(among_ids(access_requirements::registration_id, ids));
    diesel::delete(theirs).execute(tx.connection())?;
    Ok(())
}

/// Adds what is known of one registration of an event to what is known of another, of the same person.
pub fn hand_over(
    tx: &mut WriteTx<'_>,
    event: EventId,
    (from, its_contact): (RegistrationId, ContactId),
    (to, contact): (RegistrationId, ContactId),
) -> Result<(), Error> {
    let Some(more) = for_export(tx, from, its_contact)? else { return Ok(()) };
    let known = for_export(tx, to, contact)?;
    let all = match known {
        Some(known) => known.with(more),
        None => more,
    };
    set(tx, (event, to, contact), Some(&all))
}

/// Seals anew, under the key of the contact that stays, what the one that is merged into it needs.
pub fn merge(tx: &mut WriteTx<'_>, from: ContactId, into: ContactId) -> Result<(), Error> {
    let theirs = access_requirements::table.filter(access_requirements::contact_id.eq(from));
    let rows: Vec<(RegistrationId, Vec<u8>)> = theirs
        .select((access_requirements::registration_id, access_requirements::requirements))
        .load(tx.connection())?;
    if rows.is_empty() {
        return Ok(());
    }
    let (old, new) = (tx.key_of(from.uuid())?, tx.key_of(into.uuid())?);
    for (id, sealed) in rows {
        let told = open(&old, id, &sealed)?;
        let anew = (
            access_requirements::contact_id.eq(into),
            access_requirements::requirements.eq(seal(tx, &new, id, &told)?),
        );
        diesel::update(access_requirements::table.find(id)).set(anew).execute(tx.connection())?;
    }
    Ok(())
}

/// An event that has requirements and ended at least thirty days ago.
fn first_due(tx: &mut ReadTx<'_>) -> Result<Option<EventId>, Error> {
    let before = tx.earliest().plus(-KEPT);
    let with_any = access_requirements::table.select(access_requirements::event_id).distinct();
    let with_any: Vec<EventId> = with_any.load(tx.connection())?;
    events::store::first_ended(tx, &with_any, before)
}

/// Whether requirements of any event are to be deleted.
pub fn is_due(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    Ok(first_due(tx)?.is_some())
}

/// Deletes requirements of one event that ended at least thirty days ago, some at a time; says how many.
pub fn sweep(mut tx: WriteTx<'_>) -> Result<Recorded<usize>, Error> {
    let Some(event) = first_due(&mut tx)? else { return tx.unchanged(None, 0) };
    let of = access_requirements::table.filter(access_requirements::event_id.eq(event));
    let some = of.order(access_requirements::registration_id).limit(BATCH);
    let some: Vec<RegistrationId> = some.select(access_requirements::registration_id).load(tx.connection())?;
    forget(&mut tx, &some)?;
    let entry = Entry::new(Action::AccessRequirementsDelete).subject(event).with("count", some.len());
    tx.record(entry, some.len())
}
