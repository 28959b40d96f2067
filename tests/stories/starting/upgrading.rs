//! Databases that commit cc4cfba made, before the migrations were squashed. `cc4cfba/README.md` says how the dumps were made.

use std::fs;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use iewm::app::migrate_only;
use iewm::domain::Instant;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::broken_off::{copy_of, url_of};
use super::schema::{self, sqlite, vault};
use crate::harness::people::text;
use crate::harness::{Service, postgres};

const SQLITE: &str = include_str!("cc4cfba/sqlite.sql");
const SQLITE_VAULT: &str = include_str!("cc4cfba/sqlite-vault.sql");
const POSTGRES: &str = include_str!("cc4cfba/postgres.sql");
const MASTER_KEY: &str = include_str!("cc4cfba/master.key");

/// The last version that the dumps hold.
const LAST: &str = "20261129000033";

fn folder_with_key() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key");
    fs::write(&key, MASTER_KEY).unwrap();
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    folder
}

/// The two files of SQLite as that commit left them. The vault has no history of its own.
fn old_sqlite() -> TempDir {
    let folder = folder_with_key();
    for (name, dump) in [("iewm.db", SQLITE), ("iewm-vault.db", SQLITE_VAULT)] {
        let mut file = SqliteConnection::establish(&folder.path().join(name).display().to_string()).unwrap();
        file.batch_execute(dump).unwrap();
    }
    folder
}

fn old_postgres() -> Option<postgres::Database> {
    let database = postgres::empty()?;
    PgConnection::establish(&database.url).unwrap().batch_execute(POSTGRES).unwrap();
    Some(database)
}

/// After the dumps were made.
fn later() -> Instant {
    Instant::parse("2026-11-30T18:00:00Z").unwrap()
}

#[test]
fn the_schema_of_an_old_database_becomes_that_of_a_new_one_on_sqlite() {
    let (old, new) = (old_sqlite(), tempfile::tempdir().unwrap());
    for folder in [&old, &new] {
        migrate_only(&url_of(folder.path())).unwrap();
    }
    assert_eq!(schema::of_sqlite(old.path()), schema::of_sqlite(new.path()));
}

#[test]
fn the_schema_of_an_old_database_becomes_that_of_a_new_one_on_postgres() {
    let (Some(old), Some(new)) = (old_postgres(), postgres::empty()) else { return };
    for database in [&old, &new] {
        migrate_only(&database.url).unwrap();
    }
    assert_eq!(schema::of_postgres(&old.url), schema::of_postgres(&new.url));
}

/// The one error of a database that cannot be upgraded.
#[track_caller]
fn refused(url: &str, lacks: &str) {
    let error = migrate_only(url).unwrap_err().to_string();
    assert!(error.contains(&format!("lacks migration {lacks}")), "{error}");
    assert!(error.contains("run iewm migrate of commit cc4cfba first"), "{error}");
}

#[test]
fn a_database_with_a_part_of_the_old_versions_is_refused_and_left_alone_on_sqlite() {
    let old = old_sqlite();
    let forget = format!("DELETE FROM __diesel_schema_migrations WHERE version = '{LAST}'");
    sqlite(old.path()).batch_execute(&forget).unwrap();
    let before = schema::of_sqlite(old.path());
    refused(&url_of(old.path()), LAST);
    assert_eq!(schema::of_sqlite(old.path()), before);
}

#[test]
fn a_database_with_a_part_of_the_old_versions_is_refused_and_left_alone_on_postgres() {
    let Some(old) = old_postgres() else { return };
    let forget = format!("DELETE FROM __diesel_schema_migrations WHERE version = '{LAST}'");
    PgConnection::establish(&old.url).unwrap().batch_execute(&forget).unwrap();
    let before = schema::of_postgres(&old.url);
    refused(&old.url, LAST);
    assert_eq!(schema::of_postgres(&old.url), before);
}

#[test]
fn a_vault_that_is_older_than_its_last_old_migration_is_refused() {
    let old = old_sqlite();
    let by_row = "CREATE TABLE keys_by_row (owner_id BLOB NOT NULL PRIMARY KEY, master_key BLOB NOT NULL, wrapped BLOB NOT NULL, \
                  made_at INTEGER NOT NULL) STRICT; DROP TABLE data_keys; ALTER TABLE keys_by_row RENAME TO data_keys;";
    vault(old.path()).batch_execute(by_row).unwrap();
    refused(&url_of(old.path()), "20261127000030");
}

/// Between that commit and the squash, builds gave the vault a history of its own.
#[test]
fn a_vault_with_the_old_versions_is_recognised() {
    let (old, new) = (old_sqlite(), tempfile::tempdir().unwrap());
    for version in ["20261124000001", "20261124000021", "20261126000024", "20261127000030"] {
        let insert = format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')");
        vault(old.path()).batch_execute(&insert).unwrap();
    }
    for folder in [&old, &new] {
        migrate_only(&url_of(folder.path())).unwrap();
    }
    assert_eq!(schema::of_sqlite(old.path()), schema::of_sqlite(new.path()));
}

/// Each file is upgraded by itself: a process can be killed between the two, and an old copy of one can stand beside the other.
#[test]
fn an_upgrade_goes_on_where_one_file_is_upgraded_and_the_other_is_not() {
    let old = old_sqlite();
    let new = copy_of(old.path());
    migrate_only(&url_of(new.path())).unwrap();
    let expected = schema::of_sqlite(new.path());
    for (data, keys) in [(old.path(), new.path()), (new.path(), old.path())] {
        let mixed = tempfile::tempdir().unwrap();
        let take = |from: &Path, name: &str| fs::copy(from.join(name), mixed.path().join(name)).unwrap();
        take(data, "iewm.db");
        take(keys, "iewm-vault.db");
        migrate_only(&url_of(mixed.path())).unwrap();
        assert_eq!(schema::of_sqlite(mixed.path()), expected);
    }
}

#[actix_web::test]
async fn an_old_database_is_served_on_sqlite() {
    is_served(Service::restored(old_sqlite(), None, later()).await).await;
}

#[actix_web::test]
async fn an_old_database_is_served_on_postgres() {
    let Some(database) = old_postgres() else { return };
    is_served(Service::restored(folder_with_key(), Some(database), later()).await).await;
}

async fn found(service: &Service, by: &str, wanted: &str) -> Vec<Value> {
    let answer = service.post("/v1/contacts/search", json!({ by: wanted })).await.expect(200).json();
    answer["items"].as_array().unwrap().clone()
}

/// What was stored is read, searched, changed and exported.
async fn is_served(mut service: Service) {
    let ada = text(&found(&service, "email", "ada@example.org").await[0], "id");
    for (by, wanted) in [("name", "lovelace"), ("telephone", "020 7946 0958"), ("email", "byron@example.org")] {
        assert_eq!(
            text(&found(&service, by, wanted).await[0], "id"),
            ada,
            "{by}: the former address of a merged contact as well"
        );
    }
    assert!(found(&service, "email", "charles@example.org").await.is_empty());
    assert_eq!(service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json()["name"], "Ada Lovelace");
    let [newsletter, events] =
        [service.consent(&ada, "newsletter").await, service.consent(&ada, "event_information").await];
    assert_eq!((&newsletter["state"], &events["state"]), (&json!("given"), &json!("withdrawn")));
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    let complaints = service.items("/v1/complaints").await;
    assert_eq!(complaints[0]["complainant"]["name"], "Grace Hopper");
    let event = text(&service.items("/v1/events").await[0], "id");
    let registered = service.items(&format!("/v1/events/{event}/registrations")).await;
    assert_eq!((&registered[0]["contact_id"], &registered[0]["status"]), (&json!(ada), &json!("confirmed")));
    // Writes work as well: on the stored rows, and beside them.
    service.withdraw(&ada, "newsletter").await;
    let charles = service.sign_up("Charles Babbage", "charles@example.org").await;
    assert_eq!(text(&found(&service, "name", "babbage").await[0], "id"), charles);
    service.restart().await;
    assert_eq!(
        text(&found(&service, "name", "babbage").await[0], "id"),
        charles,
        "a second start finds nothing to upgrade"
    );
}
