//! Migrations that are broken off: whatever was reached, the next start ends with the schema of an unbroken run.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use iewm::app::migrate_only;
use iewm::platform::vault::{MasterKeys, SystemEntropy};

use super::schema::{self, HISTORY, sqlite, vault};
use crate::harness::postgres;
use crate::harness::process::{command, run};

/// The migrations in a folder, in their order: the version and the statements of each.
fn migrations(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let read = |folder: PathBuf| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let version = name.split('_').next().unwrap().replace('-', "");
        (version, fs::read_to_string(folder.join("up.sql")).unwrap())
    };
    folders.into_iter().map(read).collect()
}

/// The statements of a script, without those of a trigger's or a function's body taken apart.
fn statements(script: &str) -> Vec<String> {
    let (mut found, mut current, mut in_body) = (Vec::new(), String::new(), false);
    for line in script.lines() {
        current.push_str(line);
        current.push('\n');
        let code = line.split("--").next().unwrap().trim_end();
        let quotes = code.matches("$$").count();
        match code.trim() {
            _ if quotes == 1 => in_body = !in_body,
            "BEGIN" => in_body = true,
            "END;" => in_body = false,
            other if other.ends_with(" BEGIN") => in_body = true,
            _ => {}
        }
        if !in_body && code.ends_with(';') {
            found.push(std::mem::take(&mut current));
        }
    }
    found
}

fn recorded(version: &str) -> String {
    format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}');")
}

/// Runs the first half of a migration and breaks the connection off, as a kill does: nothing is committed.
fn break_off(mut connection: impl SimpleConnection, script: &str) {
    let statements = statements(script);
    connection.batch_execute("BEGIN").unwrap();
    for statement in &statements[..statements.len().div_ceil(2)] {
        connection.batch_execute(statement).unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
}

pub(super) fn url_of(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("iewm.db").display())
}

pub(super) fn copy_of(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

#[test]
fn each_is_resumed_on_sqlite() {
    let whole = tempfile::tempdir().unwrap();
    migrate_only(&url_of(whole.path())).unwrap();
    let expected = schema::of_sqlite(whole.path());
    assert!(expected.len() > 100, "{}", expected.len());
    let resumes = |folder: &Path, at: &str| {
        let copy = copy_of(folder);
        migrate_only(&url_of(copy.path())).unwrap_or_else(|error| panic!("after {at}: {error}"));
        assert_eq!(schema::of_sqlite(copy.path()), expected, "after {at}");
    };
    // The vault comes first: while it is made, there are no data.
    let folder = tempfile::tempdir().unwrap();
    resumes(folder.path(), "nothing");
    fs::write(folder.path().join("iewm-vault.db"), "").unwrap();
    resumes(folder.path(), "an empty vault");
    for (version, script) in migrations("sqlite-vault") {
        break_off(vault(folder.path()), &script);
        resumes(folder.path(), &format!("half of the vault's {version}"));
        vault(folder.path()).batch_execute(&format!("BEGIN; {script} {} COMMIT", recorded(&version))).unwrap();
        resumes(folder.path(), &format!("the vault's {version}"));
    }
    fs::write(folder.path().join("iewm.db"), "").unwrap();
    resumes(folder.path(), "an empty file for the data");
    for (version, script) in migrations("sqlite") {
        break_off(sqlite(folder.path()), &script);
        resumes(folder.path(), &format!("half of {version}"));
        sqlite(folder.path()).batch_execute(&format!("BEGIN; {script} {} COMMIT", recorded(&version))).unwrap();
        resumes(folder.path(), &version);
    }
}

/// Two files do not commit together: a migration that changed both could be recorded with one half missing.
#[test]
fn no_migration_changes_two_files_of_sqlite() {
    for (version, script) in migrations("sqlite") {
        let code: Vec<&str> = script.lines().filter_map(|line| line.split("--").next()).collect();
        assert!(!code.join("\n").contains("vault."), "{version} changes the vault's file: see migrations/sqlite-vault");
    }
}

#[test]
fn each_is_resumed_on_postgres() {
    let Some(whole) = postgres::empty() else { return };
    migrate_only(&whole.url).unwrap();
    let expected = schema::of_postgres(&whole.url);
    assert!(expected.len() > 100, "{}", expected.len());
    let base = postgres::empty().unwrap();
    let connect = || PgConnection::establish(&base.url).unwrap();
    connect().batch_execute(HISTORY).unwrap();
    for (version, script) in migrations("postgres") {
        break_off(connect(), &script);
        let copy = base.copy();
        migrate_only(&copy.url).unwrap_or_else(|error| panic!("after half of {version}: {error}"));
        assert_eq!(schema::of_postgres(&copy.url), expected, "after half of {version}");
        connect().batch_execute(&format!("BEGIN; {script} {} COMMIT", recorded(&version))).unwrap();
    }
}

/// A process that is killed for good, again and again, each time a little later.
#[test]
fn a_killed_process_is_resumed_on_sqlite() {
    let whole = tempfile::tempdir().unwrap();
    migrate_only(&url_of(whole.path())).unwrap();
    let expected = schema::of_sqlite(whole.path());
    let folder = tempfile::tempdir().unwrap();
    MasterKeys::generate_file(&folder.path().join("master.key"), &SystemEntropy).unwrap();
    fs::write(folder.path().join("jwks.json"), "{\"keys\": []}").unwrap();
    let set = |name: &str, value: &str| (format!("IEWM__{name}"), value.to_owned());
    let variables = HashMap::from([
        set("AUTH__ISSUER", "https://issuer.example"),
        set("AUTH__JWKS", "jwks.json"),
        set("VAULT__MASTER_KEY_FILE", "master.key"),
        set("DATABASE__URL", "sqlite://iewm.db"),
    ]);
    let written = |folder: &Path| -> u64 {
        let files = ["iewm.db", "iewm.db-wal", "iewm-vault.db", "iewm-vault.db-wal"];
        files.iter().filter_map(|file| Some(fs::metadata(folder.join(file)).ok()?.len())).sum()
    };
    let mut kills = 0;
    for step in 0..20 {
        let mut child = command(folder.path(), &variables, &["migrate"]).spawn().unwrap();
        let mut killed = false;
        while child.try_wait().unwrap().is_none() {
            if !killed && written(folder.path()) > step * 40_000 {
                child.kill().unwrap();
                killed = true;
            }
            std::thread::yield_now();
        }
        kills += usize::from(killed);
        let copy = copy_of(folder.path());
        let went_on = run(copy.path(), &variables, &["migrate"]);
        assert_eq!(went_on.code, 0, "after {step}: {went_on:?}");
        assert_eq!(schema::of_sqlite(copy.path()), expected, "after {step}");
        if !killed {
            break;
        }
    }
    assert!(kills >= 3, "{kills}");
}
