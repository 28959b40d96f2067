//! The vault's tables. On SQLite they are in a file of their own, attached as `vault`: new and
//! destroyed data keys go through the lane's key changes there, and straight to the table on PostgreSQL.

use std::collections::BTreeMap;
use std::fmt::Display;

use diesel::prelude::*;
use uuid::Uuid;

use super::{Keyring, MasterKeyId, MasterKeys, Wrapped};
use crate::domain::{ContactId, Entropy, Error, Instant, StoredRow};
use crate::platform::db::{AnyConnection, KeyRow, Lane, among_ids, direct, insert_all};

diesel::table! {
    use diesel::sql_types::*;
    use crate::platform::db::{InstantSql, UuidSql};

    /// The data keys, one for each person, wrapped.
    vault.data_keys (owner_id) {
        /// The owner of the key.
        owner_id -> UuidSql,
        /// The master key that it is wrapped under.
        master_key -> Binary,
        /// The key, wrapped.
        wrapped -> Binary,
        /// When it was made.
        made_at -> InstantSql,
    }
}

diesel::table! {
    use crate::platform::db::{InstantSql, UuidSql};

    /// Whose data key was destroyed: it outlives the key, so that an old copy of the data can be told.
    vault.destroyed_keys (owner_id) {
        /// The owner of the key.
        owner_id -> UuidSql,
        /// When the key was destroyed.
        destroyed_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::platform::db::InstantSql;

    /// The service's own keys, wrapped.
    vault.service_keys (name) {
        /// Which.
        name -> Text,
        /// The master key that it is wrapped under.
        master_key -> Binary,
        /// The key, wrapped.
        wrapped -> Binary,
        /// When it was made.
        made_at -> InstantSql,
    }
}

pub mod executed_plans;
pub mod remnants;

/// Why a row of keys cannot be read.
const NO_MASTER_KEY: &str = "it is not the id of a master key";

impl Wrapped {
    /// The wrapped key that two columns of a row hold; `None` where a join found none.
    pub fn from_columns(master_key: Option<Vec<u8>>, wrapped: Option<Vec<u8>>) -> Option<Self> {
        let master_key = MasterKeyId(master_key?.try_into().ok()?);
        Some(Self { master_key, bytes: wrapped? })
    }
}

/// The wrapped key of `owner`.
pub(in crate::platform) fn find(connection: &mut AnyConnection, owner: Uuid) -> Result<Option<Wrapped>, Error> {
    let key = data_keys::table
        .filter(data_keys::owner_id.eq(ContactId::from_uuid(owner)))
        .select((data_keys::master_key, data_keys::wrapped));
    let found: Option<(Vec<u8>, Vec<u8>)> = direct!(connection, engine => key.first(engine)).optional()?;
    Ok(found.and_then(|(master_key, wrapped)| Wrapped::from_columns(Some(master_key), Some(wrapped))))
}

/// The wrapped keys of owners; those who have none are left out.
pub(in crate::platform) fn find_all(
    connection: &mut AnyConnection,
    owners: &[Uuid],
) -> Result<Vec<(Uuid, Wrapped)>, Error> {
    let keys = data_keys::table.filter(among_ids(data_keys::owner_id, owners));
    let keys = keys.select((data_keys::owner_id, data_keys::master_key, data_keys::wrapped));
    let found: Vec<(ContactId, Vec<u8>, Vec<u8>)> = direct!(connection, engine => keys.load(engine))?;
    let wrapped = |(owner, master_key, wrapped): (ContactId, _, _)| {
        Some((owner.uuid(), Wrapped::from_columns(Some(master_key), Some(wrapped))?))
    };
    Ok(found.into_iter().filter_map(wrapped).collect())
}

/// The key of an owner that was made in the group of writes still running.
pub(in crate::platform) fn made_in_this_group(lane: &Lane, owner: Uuid) -> Option<Wrapped> {
    let made = lane.keys.as_ref()?.made(owner)?;
    Wrapped::from_columns(Some(made.master_key.clone()), Some(made.wrapped.clone()))
}

/// Whether the vault has noted that the key of `owner` was destroyed.
pub(in crate::platform) fn was_destroyed(connection: &mut AnyConnection, owner: Uuid) -> Result<bool, Error> {
    let note = destroyed_keys::table.find(ContactId::from_uuid(owner)).select(destroyed_keys::owner_id);
    let found: Option<ContactId> = direct!(connection, engine => note.first(engine)).optional()?;
    Ok(found.is_some())
}

/// A new key as its columns.
#[derive(Insertable)]
#[diesel(table_name = data_keys, treat_none_as_default_value = false)]
struct NewKey {
    owner_id: ContactId,
    master_key: Vec<u8>,
    wrapped: Vec<u8>,
    made_at: Instant,
}

/// Stores the wrapped keys of new owners.
pub(in crate::platform) fn insert_all(
    lane: &mut Lane,
    keys: Vec<(Uuid, Wrapped)>,
    made_at: Instant,
) -> Result<(), Error> {
    if let Some(changes) = lane.keys.as_mut() {
        for (owner, Wrapped { master_key, bytes }) in keys {
            changes.make(KeyRow { owner, master_key: master_key.0.to_vec(), wrapped: bytes, made_at });
        }
        return Ok(());
    }
    let row = |(owner, Wrapped { master_key, bytes })| NewKey {
        owner_id: ContactId::from_uuid(owner),
        master_key: master_key.0.to_vec(),
        wrapped: bytes,
        made_at,
    };
    let rows: Vec<NewKey> = keys.into_iter().map(row).collect();
    insert_all!(&mut lane.connection, data_keys::table, rows);
    Ok(())
}

/// Destroys the key of an owner, and notes that it was, and that the table's pages may still hold it.
pub(in crate::platform) fn destroy(lane: &mut Lane, owner: Uuid, at: Instant) -> Result<(), Error> {
    if let Some(keys) = lane.keys.as_mut() {
        keys.destroy(owner, at);
        return Ok(());
    }
    let (owner, connection) = (ContactId::from_uuid(owner), &mut lane.connection);
    if diesel::delete(data_keys::table.find(owner)).execute(connection)? > 0 {
        remnants::note(connection, owner, at)?;
    }
    let noted: Option<ContactId> =
        destroyed_keys::table.find(owner).select(destroyed_keys::owner_id).first(connection).optional()?;
    if noted.is_none() {
        let note = (destroyed_keys::owner_id.eq(owner), destroyed_keys::destroyed_at.eq(at));
        diesel::insert_into(destroyed_keys::table).values(note).execute(connection)?;
    }
    Ok(())
}

/// Opens the service's own keys, making those that are missing. Runs under the lock of the start.
pub(crate) fn open_keyring(
    connection: &mut AnyConnection,
    master_keys: &MasterKeys,
    entropy: &dyn Entropy,
    now: Instant,
) -> Result<Keyring, Error> {
    let rows: Vec<(String, Vec<u8>, Vec<u8>)> = service_keys::table
        .select((service_keys::name, service_keys::master_key, service_keys::wrapped))
        .load(connection)?;
    let mut secrets = BTreeMap::new();
    for (name, master_key, wrapped) in rows {
        let wrapped = Wrapped::from_columns(Some(master_key), Some(wrapped));
        let wrapped = StoredRow::new("vault.service_keys", &name).read("master_key", wrapped.ok_or(NO_MASTER_KEY))?;
        let secret = master_keys.unwrap(name.as_bytes(), &wrapped)?;
        secrets.insert(name, secret);
    }
    for &name in Keyring::NAMES {
        if secrets.contains_key(name) {
            continue;
        }
        let secret = Keyring::fresh_secret(name, entropy);
        let wrapped = master_keys.wrap(entropy, name.as_bytes(), &secret);
        let values = (
            service_keys::name.eq(name),
            service_keys::master_key.eq(wrapped.master_key.0.to_vec()),
            service_keys::wrapped.eq(wrapped.bytes),
            service_keys::made_at.eq(now),
        );
        diesel::insert_into(service_keys::table).values(values).execute(connection)?;
        secrets.insert(name.to_owned(), secret);
    }
    Keyring::from_secrets(&secrets)
}

/// How many keys are not wrapped under `newest`.
pub(super) fn older_than(connection: &mut AnyConnection, newest: MasterKeyId) -> Result<i64, Error> {
    let newest = newest.0.to_vec();
    let data: i64 = data_keys::table.filter(data_keys::master_key.ne(&newest)).count().get_result(connection)?;
    let service: i64 =
        service_keys::table.filter(service_keys::master_key.ne(&newest)).count().get_result(connection)?;
    Ok(data + service)
}

/// Wraps the service's own keys under the newest master key.
pub(super) fn rewrap_service_keys(
    connection: &mut AnyConnection,
    master_keys: &MasterKeys,
    entropy: &dyn Entropy,
) -> Result<(), Error> {
    let rows: Vec<(String, Vec<u8>, Vec<u8>)> = service_keys::table
        .filter(service_keys::master_key.ne(master_keys.newest().0.to_vec()))
        .select((service_keys::name, service_keys::master_key, service_keys::wrapped))
        .load(connection)?;
    for (name, master_key, bytes) in rows {
        let stored = StoredRow::new("vault.service_keys", &name);
        let wrapped = rewrap(master_keys, entropy, &stored, name.as_bytes(), &master_key, bytes)?;
        let changes =
            (service_keys::master_key.eq(wrapped.master_key.0.to_vec()), service_keys::wrapped.eq(wrapped.bytes));
        let unchanged = service_keys::name.eq(&name).and(service_keys::master_key.eq(&master_key));
        diesel::update(service_keys::table.filter(unchanged)).set(changes).execute(connection)?;
    }
    Ok(())
}

/// Wraps up to `most` data keys under the newest master key; returns how many.
pub(super) fn rewrap_data_keys(
    connection: &mut AnyConnection,
    master_keys: &MasterKeys,
    entropy: &dyn Entropy,
    most: i64,
) -> Result<i64, Error> {
    let rows: Vec<(ContactId, Vec<u8>, Vec<u8>)> = data_keys::table
        .filter(data_keys::master_key.ne(master_keys.newest().0.to_vec()))
        .select((data_keys::owner_id, data_keys::master_key, data_keys::wrapped))
        .limit(most)
        .load(connection)?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    connection.transaction(|connection| {
        for (owner, master_key, bytes) in rows {
            let stored = StoredRow::new("vault.data_keys", owner);
            let wrapped = rewrap(master_keys, entropy, &stored, owner.uuid().as_bytes(), &master_key, bytes)?;
            let changes =
                (data_keys::master_key.eq(wrapped.master_key.0.to_vec()), data_keys::wrapped.eq(wrapped.bytes));
            let unchanged = data_keys::owner_id.eq(owner).and(data_keys::master_key.eq(&master_key));
            diesel::update(data_keys::table.filter(unchanged)).set(changes).execute(connection)?;
        }
        Ok(count)
    })
}

fn rewrap(
    master_keys: &MasterKeys,
    entropy: &dyn Entropy,
    stored: &StoredRow<'_, impl Display>,
    owner: &[u8],
    master_key: &[u8],
    bytes: Vec<u8>,
) -> Result<Wrapped, Error> {
    let wrapped = Wrapped::from_columns(Some(master_key.to_vec()), Some(bytes));
    let wrapped = stored.read("master_key", wrapped.ok_or(NO_MASTER_KEY))?;
    let secret = master_keys.unwrap(owner, &wrapped)?;
    Ok(master_keys.wrap(entropy, owner, &secret))
}
