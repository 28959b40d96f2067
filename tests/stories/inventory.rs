//! Against forgetting: every column of both migrated schemas is classed, and the two schemas say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use iewm::app;
use iewm::inventory::{TOKENS_ON_SQLITE, holders, tables};
use iewm::personal::Class;
use iewm::platform::db::{Column, Target, columns};
use iewm::policy::erasure::{Fate, OF_NO_CONTACT, RULES, rule_of};

use crate::harness::{Engine, Service, on_both_engines, postgres};

on_both_engines! {
    every_column_is_classed_and_nothing_else_is,
    what_is_sealed_or_hashed_is_bytes,
}

/// What Diesel keeps for itself.
const OF_THE_LIBRARY: &str = "__diesel_schema_migrations";

/// The columns of a migrated database, by table and name.
fn schema(url: &str) -> BTreeMap<(String, String), Column> {
    let found = columns(&Target::parse(url).unwrap()).unwrap();
    assert!(found.len() > 50, "only {} columns", found.len());
    let ours = found.into_iter().filter(|column| !column.table_name.ends_with(OF_THE_LIBRARY));
    ours.map(|column| ((column.table_name.clone(), column.column_name.clone()), column)).collect()
}

/// The family of a type, in the words of a strict SQLite table.
fn family(type_name: &str) -> &str {
    match type_name {
        // An array is a list of terms.
        "uuid" | "bytea" | "ARRAY" | "BLOB" => "BLOB",
        "timestamp with time zone" | "bigint" | "integer" | "smallint" | "boolean" | "INTEGER" => "INTEGER",
        "text" | "date" | "TEXT" => "TEXT",
        other => panic!("{other} has no equal on the other engine"),
    }
}

async fn every_column_is_classed_and_nothing_else_is(service: Service) {
    let there: BTreeSet<(String, String)> = schema(&service.database_url).into_keys().collect();
    let mut classed = BTreeSet::new();
    let of_the_engine = if service.engine == Engine::Sqlite { TOKENS_ON_SQLITE } else { &[] };
    for table in tables().iter().chain(of_the_engine) {
        for (column, _) in table.columns {
            let key = (table.name.to_owned(), (*column).to_owned());
            assert!(classed.insert(key), "{}.{column} is classed twice", table.name);
        }
    }
    let forgotten: Vec<_> = there.difference(&classed).collect();
    let gone: Vec<_> = classed.difference(&there).collect();
    assert!(forgotten.is_empty() && gone.is_empty(), "not classed: {forgotten:?}; classed but not there: {gone:?}");
}

async fn what_is_sealed_or_hashed_is_bytes(service: Service) {
    let schema = schema(&service.database_url);
    for table in tables() {
        for (column, class) in table.columns {
            let kept = family(&schema[&(table.name.to_owned(), (*column).to_owned())].type_name);
            let fits = match class {
                Class::Sealed | Class::BlindIndex => kept == "BLOB",
                Class::Pseudonymous | Class::Plain => true,
            };
            assert!(fits, "{}.{column} is {class:?} and cannot be {kept}", table.name);
        }
    }
}

#[test]
fn every_table_with_a_persons_data_belongs_to_one_room() {
    let held: Vec<&str> = holders().iter().flat_map(|holder| holder.tables()).map(|table| table.name).collect();
    // These hold something of a person for a time or under another's hand, and say in their meaning when it goes.
    let elsewhere = [
        "organisations",
        "breaches",
        "breach_steps",
        "audit_entries",
        "audit_subjects",
        "kept_answers",
        "records_to_index",
        "token_revocations",
        "vault.data_keys",
        "vault.destroyed_keys",
        "vault.executed_plans",
        "vault.key_remnants",
    ];
    for table in tables() {
        let personal = table.columns.iter().any(|(_, class)| *class != Class::Plain);
        let known = held.contains(&table.name) || elsewhere.contains(&table.name) || table.name == "vault.service_keys";
        assert!(!personal || known, "{} holds personal data, and no room answers for it", table.name);
        assert!(!table.meaning.is_empty(), "{}", table.name);
    }
    let rooms: BTreeSet<&str> = holders().iter().map(|holder| holder.room()).collect();
    assert_eq!(rooms.len(), holders().len(), "a room is listed twice");
}

/// Erasure walks the inventory: a table that it does not know fails here.
#[test]
fn every_table_with_something_of_a_contact_has_its_rule_of_erasure() {
    let all = tables();
    for table in &all {
        let personal = table.columns.iter().any(|(_, class)| *class != Class::Plain);
        let known = rule_of(table.name).is_some() || OF_NO_CONTACT.contains(&table.name);
        assert!(!personal || known, "{}: policy::erasure says nothing of it", table.name);
    }
    let names = RULES.iter().map(|rule| rule.table).chain(OF_NO_CONTACT.iter().copied());
    for name in names {
        assert!(all.iter().any(|table| table.name == name), "{name} has a rule of erasure and is no table");
    }
    // What tells who somebody was is never simply kept, but for the marks that keep them from being written to.
    for rule in RULES.iter().filter(|rule| rule.fate == Fate::Keep) {
        let table = all.iter().find(|table| table.name == rule.table).unwrap();
        let tells = |class: &Class| matches!(class, Class::Sealed | Class::BlindIndex);
        let told = table.columns.iter().any(|(_, class)| tells(class));
        assert_eq!(told, rule.table == "suppressions", "{}", rule.table);
    }
}

#[test]
fn both_engines_have_the_same_schema() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", directory.path().join("iewm.db").display());
    app::migrate_only(&url).unwrap();
    let mut sqlite = schema(&url);
    sqlite.retain(|(table, _), _| TOKENS_ON_SQLITE.iter().all(|alone| alone.name != table));
    postgres::template(|url| app::migrate_only(url).expect("migrations that run"));
    let Some(database) = postgres::database() else { return };
    let postgres = schema(&database.url);
    assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
    for (key, one) in &sqlite {
        let other = &postgres[key];
        assert_eq!(one.required, other.required, "{key:?}: NOT NULL on one engine alone");
        assert_eq!(family(&one.type_name), family(&other.type_name), "{key:?}");
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
    for engine in ["sqlite", "postgres"] {
        for name in names(engine) {
            for file in ["up.sql", "down.sql"] {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine).join(&name).join(file);
                assert!(path.is_file(), "{} is missing", path.display());
            }
        }
    }
}
