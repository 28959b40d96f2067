//! Against forgetting: every column of both migrated schemas is classed, and the two schemas say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use iewm::app;
use iewm::domain::{Card, Class, Fate, OnErasure};
use iewm::inventory::{CARDS, holders};
use iewm::platform::db::{Column, Target, columns};
use iewm::resources::contacts::cards::TOKENS_ON_SQLITE;

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
    for card in CARDS.iter().chain(of_the_engine) {
        for (column, _) in card.all_columns() {
            let key = (card.table.to_owned(), column.to_owned());
            assert!(classed.insert(key), "{}.{column} is twice on its card", card.table);
        }
    }
    let forgotten: Vec<_> = there.difference(&classed).collect();
    let gone: Vec<_> = classed.difference(&there).collect();
    assert!(forgotten.is_empty() && gone.is_empty(), "on no card: {forgotten:?}; on a card and not there: {gone:?}");
}

async fn what_is_sealed_or_hashed_is_bytes(service: Service) {
    let schema = schema(&service.database_url);
    for card in CARDS.iter() {
        for (column, class) in card.all_columns() {
            let kept = family(&schema[&(card.table.to_owned(), column.to_owned())].type_name);
            let fits = match class {
                Class::Sealed | Class::BlindIndex => kept == "BLOB",
                Class::Pseudonymous | Class::Plain => true,
            };
            assert!(fits, "{}.{column} is {class:?} and cannot be {kept}", card.table);
        }
    }
}

#[test]
fn every_table_with_a_persons_data_belongs_to_one_room() {
    let held: Vec<&str> = holders().iter().flat_map(|holder| holder.cards()).map(|card| card.table).collect();
    // These hold something of a person for a time or under another's hand, and say in their meaning when it goes.
    let elsewhere = [
        "organisations",
        "sharing_agreements",
        "disclosure_grounds",
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
    for card in CARDS.iter() {
        let known = held.contains(&card.table) || elsewhere.contains(&card.table) || card.table == "vault.service_keys";
        assert!(!card.is_personal() || known, "{} holds personal data, and no room answers for it", card.table);
        assert!(!card.meaning.is_empty(), "{}", card.table);
    }
    for table in held {
        assert!(CARDS.of(table).is_some(), "{table} is held by a room, and its card is not in src/inventory.rs");
    }
    let rooms: BTreeSet<&str> = holders().iter().map(|holder| holder.room()).collect();
    assert_eq!(rooms.len(), holders().len(), "a room is listed twice");
}

/// What is wrong with a card's treatment by an erasure.
fn fault_of(card: &Card) -> Option<String> {
    let table = card.table;
    let names_a_contact = card.all_columns().any(|(column, _)| column == "contact_id");
    let telling =
        |columns: &[(&'static str, Class)]| columns.iter().find(|(_, class)| class.tells()).map(|(of, _)| *of);
    match (card.on_erasure, card.on_erasure.fate()) {
        (OnErasure::OfNoContact, _) if names_a_contact => {
            Some(format!("{table} has contact_id: say what an erasure does"))
        }
        (_, Some(Fate::Anonymise)) => {
            telling(card.columns).map(|of| format!("{table}.{of} tells who a person is: move it to `emptied`"))
        }
        _ if !card.emptied.is_empty() => Some(format!("{table} is not anonymised: move `emptied` to `columns`")),
        // Of what is kept, only the marks that keep people from being written to tell. The words of a legal hold are sealed under
        // the service's own key, and name no person.
        (_, Some(Fate::Keep)) if !["suppressions", "legal_holds"].contains(&table) => {
            telling(card.columns).map(|of| format!("{table}.{of} tells who a person is, and is kept"))
        }
        _ => None,
    }
}

#[test]
fn every_column_that_tells_who_a_person_is_goes_when_they_are_erased() {
    let faults: Vec<String> = CARDS.iter().filter_map(fault_of).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // A test that cannot fail proves nothing.
    let card = |table: &str| *CARDS.of(table).unwrap();
    let kept = OnErasure::Uncounted(Fate::Keep, "");
    for (card, fault) in [
        (Card { on_erasure: OnErasure::OfNoContact, ..card("memberships") }, "memberships has contact_id: "),
        (
            Card { columns: &[("reason", Class::Sealed)], ..card("registration_steps") },
            "registration_steps.reason tells",
        ),
        (
            Card { on_erasure: kept, ..card("memberships") },
            "memberships.particulars tells who a person is, and is kept",
        ),
        (Card { on_erasure: kept, ..card("contacts") }, "contacts is not anonymised"),
    ] {
        assert!(fault_of(&card).is_some_and(|found| found.starts_with(fault)), "{fault}");
    }
}

#[test]
fn both_engines_have_the_same_schema() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", directory.path().join("iewm.db").display());
    app::migrate_only(&url).unwrap();
    let mut sqlite = schema(&url);
    sqlite.retain(|(table, _), _| TOKENS_ON_SQLITE.iter().all(|alone| alone.table != table));
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
