//! The directions of the imports: which part may know which, where the database and the web framework appear, and what a
//! file may be called. `paths` reads the source, `rules` judges it, `circles` finds imports that go round, and `inserts` tables
//! that are written in two ways.

mod circles;
mod inserts;
mod paths;
mod rules;

use std::fs;
use std::path::Path;

use paths::Source;

/// Every file of a folder of the project.
fn sources_in(folder: &str) -> Vec<Source> {
    fn walk(folder: &Path, root: &Path, found: &mut Vec<Source>) {
        let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, root, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                found.push(Source::new(name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    walk(&root, &root, &mut found);
    found
}

/// Every file of `src/`.
fn sources() -> Vec<Source> {
    sources_in("src")
}

/// The files that no other names as its module: the compiler never reads them.
fn unread(sources: &[Source]) -> Vec<&str> {
    let is_read = |source: &&Source| {
        let name = Path::new(&source.file).file_stem().and_then(|stem| stem.to_str()).unwrap();
        let named = format!("mod {name};");
        let folder = source.file.contains("/mod.rs").then(|| source.file.trim_end_matches("/mod.rs"));
        let named_by = |text: &str| match folder.and_then(|folder| folder.rsplit('/').next()) {
            Some(folder) => text.trim_end().ends_with(&format!("mod {folder};")),
            None => text.trim_end().ends_with(&named),
        };
        name == "main" || sources.iter().any(|other| other.lines.iter().any(|(_, text)| named_by(text)))
    };
    sources.iter().filter(|source| !is_read(source)).map(|source| source.file.as_str()).collect()
}

#[test]
fn every_chapter_of_stories_is_told() {
    let chapters = sources_in("tests/stories");
    assert!(chapters.len() > 80, "only {} files were found", chapters.len());
    assert_eq!(unread(&chapters), [""; 0]);
    let left_out = [Source::new("main.rs", "mod consents;\n"), Source::new("carrying_out.rs", "//! Rights.\n")];
    assert_eq!(unread(&left_out), ["carrying_out.rs"]);
}

#[test]
fn imports_keep_their_directions() {
    let sources = sources();
    assert!(sources.len() > 100, "only {} files were found", sources.len());
    let mut breaches: Vec<String> = sources.iter().flat_map(rules::breaches).collect();
    breaches.extend(rules::stale_exceptions(&sources));
    assert!(breaches.is_empty(), "{} breaches:\n{}", breaches.len(), breaches.join("\n"));
}

#[test]
fn no_files_and_no_folders_form_a_circle() {
    let circles = circles::circles(&sources());
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n"));
}

/// Each breach is found: a test that cannot fail proves nothing.
#[test]
fn a_breach_is_found() {
    let long = "//! Long.\n".repeat(401);
    for (file, text, told) in [
        ("domain/email.rs", "use crate::platform::db::Lane;", "src/domain/email.rs:1: domain must not know platform"),
        (
            "policy/consent.rs",
            "\nuse crate::{domain::Error, resources::contacts};",
            "2: policy must not know resources",
        ),
        ("platform/access/state.rs", "fn f() { crate::app::rooms(); }", "1: platform must not know app"),
        ("platform/serve/room.rs", "use crate::policy::Lawful;", "platform must not know policy"),
        ("platform/auth/tokens.rs", "use crate::platform::http::Op;", "auth must not know http, which is above it"),
        ("platform/attic/mod.rs", "//! New.", "attic: a part of platform without a rank"),
        ("resources/contacts/api.rs", "use crate::inventory::tables;", "resources must not know inventory"),
        ("platform/outbox/store.rs", "use crate::personal::Person;", "platform must not know personal"),
        ("inventory.rs", "use crate::app;", "inventory must not know app"),
        ("system/api.rs", "use crate::resources::contacts;", "system must not know resources"),
        ("attic/mod.rs", "//! New.", "attic: a floor that no rule knows"),
        (
            "resources/contacts/store.rs",
            "use crate::resources::consents::model::Consent;",
            "contacts must not call upward to consents",
        ),
        (
            "resources/contacts/store.rs",
            "use super::super::audit_trail;",
            "contacts must not call upward to audit_trail",
        ),
        (
            "resources/consents/store.rs",
            "use crate::resources::contacts::store::schema::contacts;",
            "the rows of contacts",
        ),
        ("resources/visits/mod.rs", "//! New.", "visits: a room without a rank"),
        ("resources/contacts/api.rs", "use diesel::prelude::*;", "diesel outside"),
        ("platform/http/path.rs", "#[diesel(sql_type = Text)]", "diesel outside"),
        ("domain/ids.rs", "use actix_web::web;", "actix outside"),
        ("resources/contacts/store.rs", "fn f() { match c { AnyConnection::Sqlite(_) => {} } }", "engine outside"),
        (
            "resources/consents/api.rs",
            "use crate::policy::consent::Facts;\nlet facts = Facts { erased: false };",
            "2: facts are built",
        ),
        (
            "resources/networks/store.rs",
            "dialect::lock(tx.connection(), \"contacts\", id.uuid())?;",
            "a contact is locked by contacts",
        ),
        ("resources/registrations/store.rs", "tx.disclosing(3);", "recorded by disclosures::batches::store alone"),
        ("resources/contacts/api.rs", "let now = chrono::Utc::now();", "a clock of its own"),
        ("platform/auth/tokens.rs", "let now = SystemTime::now();", "a clock of its own"),
        ("resources/contacts/model.rs", "#[schema(value_type = String, format = Email)]", "a format that only"),
        ("resources/contacts/utils.rs", "//! Things.", "say what is in it"),
        ("platform/http/body/helpers/mod.rs", "//! Things.", "say what is in it"),
        ("platform/http/path.rs", long.as_str(), "401 lines"),
    ] {
        let found = rules::breaches(&Source::new(file, text));
        assert!(found.len() == 1 && found[0].contains(told), "{file}: {told}: {found:?}");
    }
    let gone = rules::stale_exceptions(&[]);
    assert!(gone.iter().any(|line| line.contains("is on a list of exceptions and does not need to be")), "{gone:?}");
}

#[test]
fn what_is_allowed_is_not_a_breach() {
    for (file, text) in [
        ("policy/consent.rs", "use crate::domain::Error;"),
        (
            "platform/access/state.rs",
            "//! Not `crate::app`.\nuse super::proof::Access;\nuse crate::platform::auth::Tokens;",
        ),
        ("resources/consents/store.rs", "use crate::resources::contacts::store as contacts;\nuse diesel::prelude::*;"),
        ("resources/consents/store.rs", "use crate::policy::consent::Facts;\nlet facts = Facts { erased };"),
        ("resources/consents/api.rs", "// Facts { are built elsewhere, by diesel\nuse super::store;"),
        ("resources/contacts/model.rs", "pub struct ContactFacts {"),
        ("resources/contacts/store/lock.rs", "dialect::lock(tx.connection(), \"contacts\", id.uuid())?;"),
        ("domain/clock.rs", "Clock(Utc::now)"),
        ("domain/email.rs", "#[schema(value_type = String, format = Email)]"),
        ("platform/serve/edge.rs", "let started = std::time::Instant::now();"),
        ("domain/error.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::app;\n}"),
        ("main.rs", "use iewm::app;"),
    ] {
        let found = rules::breaches(&Source::new(file, text));
        assert!(found.is_empty(), "{file}: {found:?}");
    }
}
