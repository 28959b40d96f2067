//! Starting: several instances at once on one database that is not there yet, and on one of an earlier version.

use std::path::Path;

use serde_json::json;

use crate::harness::people::person;
use crate::harness::{Engine, Service, on_both_engines};
use crate::idempotency::post;

mod broken_off;
mod locked;
mod schema;
mod upgrading;

on_both_engines! {
    two_that_start_at_once_agree,
    a_key_of_before_an_upgrade_is_remembered_after_it,
}

/// What undoes every migration from this one on, the newest first.
fn undo_from(engine: Engine, oldest: &str) -> Vec<String> {
    let engine = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
    let mut folders: Vec<_> = std::fs::read_dir(folder).unwrap().map(|found| found.unwrap().path()).collect();
    folders.retain(|found| found.file_name().unwrap().to_str().unwrap() >= oldest);
    folders.sort();
    folders.iter().rev().map(|found| std::fs::read_to_string(found.join("down.sql")).unwrap()).collect()
}

async fn two_that_start_at_once_agree(service: Service) {
    let url = match service.engine {
        Engine::Sqlite => format!("sqlite://{}", service.directory().join("fresh.db").display()),
        Engine::Postgres => {
            service.sql("DROP SCHEMA vault CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;").unwrap();
            service.database_url.clone()
        }
    };
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || iewm::app::migrate_only(&url))
        })
        .collect();
    for start in starts {
        start.join().unwrap().unwrap();
    }
}

async fn a_key_of_before_an_upgrade_is_remembered_after_it(service: Service) {
    let sign_up = || async { post(&service, "/v1/contacts", "sign-up-7", &person("Ada", "ada@example.org")).await };
    sign_up().await.expect(201);
    post(&service, "/v1/contacts", "in-vain-7", &json!({})).await.problem(422, "invalid");
    // Rows as the release before has them: a whole answer of a write, and one of what did nothing.
    let undo = undo_from(service.engine, "2026-11-30-000034").concat();
    let before = format!(
        "CREATE TABLE held AS SELECT key, fingerprint, kind, kept_until FROM kept_answers; {undo} \
         INSERT INTO kept_answers (key, fingerprint, sealed, reading, kept_until) \
         SELECT key, fingerprint, fingerprint, kind = 'problem', kept_until FROM held; DROP TABLE held; \
         DELETE FROM __diesel_schema_migrations WHERE version >= '20261130000034'"
    );
    service.sql(&before).unwrap();
    iewm::app::migrate_only(&service.database_url).unwrap();
    sign_up().await.problem(409, "answer_not_kept");
    assert_eq!((service.count("contacts"), service.count("kept_answers")), (1, 1));
}
