//! Backups that are made while people sign up. Data first and vault last is complete; the other way round is served
//! without the people who came in between.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use futures_util::join;
use tempfile::TempDir;
use tokio::sync::watch;

use crate::harness::people::text;
use crate::harness::{Engine, Service, cluster, on_both_engines, postgres};

on_both_engines! {
    data_first_and_vault_last_is_complete,
    vault_first_is_served_without_contacts_that_came_between,
}

#[derive(Clone, Copy)]
enum Part {
    Data,
    Vault,
}

impl Part {
    /// The file of the part's copy: on SQLite, the name that it is served by.
    fn file(self) -> &'static str {
        match self {
            Self::Data => "iewm.db",
            Self::Vault => "iewm-vault.db",
        }
    }

    /// Copies the part of the running service as docs/OPERATIONS.md says.
    async fn copy(self, service: &Service, into: &Path) {
        let copy = into.join(self.file());
        let (engine, url) = (service.engine, service.database_url.clone());
        let file = service.directory().join(self.file());
        let copied = tokio::task::spawn_blocking(move || match engine {
            Engine::Sqlite => {
                let mut source = SqliteConnection::establish(&file.display().to_string()).unwrap();
                source.batch_execute(&format!("VACUUM INTO '{}'", copy.display())).unwrap();
            }
            Engine::Postgres => {
                let which = match self {
                    Self::Data => "--exclude-schema=vault",
                    Self::Vault => "--schema=vault",
                };
                run("pg_dump", &["--format=custom", which, "--dbname", &url], &["--file"], &copy);
            }
        });
        copied.await.unwrap();
    }
}

/// A program of PostgreSQL's clients: beside the server's, else in `PATH`, else the newest of Debian's packages.
fn client(name: &str) -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let debian = debian.map(|version| version.path().join("bin")).max();
    let in_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let places = cluster::programs().into_iter().chain(in_path).chain(debian);
    places.map(|place| place.join(name)).find(|program| program.is_file())
}

/// Runs a program of PostgreSQL, with a file as the last argument.
fn run(program: &str, arguments: &[&str], before_file: &[&str], file: &Path) {
    let program = client(program).expect("the programs that back PostgreSQL up");
    let output = Command::new(&program).args(arguments).args(before_file).arg(file).output().unwrap();
    assert!(output.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
}

/// A copy, and the contacts who had been answered before it was begun.
struct Copy {
    folder: TempDir,
    before: Vec<String>,
}

/// Copies both parts, in this order, while people sign up before, between and after.
async fn copy(service: &Service, order: [Part; 2]) -> Copy {
    let folder = tempfile::tempdir().unwrap();
    let (told, mut heard) = watch::channel(Vec::new());
    let done = Cell::new(false);
    let sign_up = async {
        let mut number = 0;
        while !done.get() {
            number += 1;
            let id = service.sign_up(&format!("Person {number}"), &format!("person-{number}@example.org")).await;
            told.send_modify(|ids| ids.push(id));
        }
    };
    let copy = async {
        let [first, last] = order;
        let before = heard.wait_for(|ids| ids.len() >= 5).await.unwrap().clone();
        first.copy(service, folder.path()).await;
        let between = heard.borrow().len() + 5;
        heard.wait_for(|ids| ids.len() >= between).await.unwrap();
        last.copy(service, folder.path()).await;
        done.set(true);
        before
    };
    let ((), before) = join!(sign_up, copy);
    std::fs::copy(service.directory().join("master.key"), folder.path().join("master.key")).unwrap();
    Copy { folder, before }
}

/// Serves a copy.
async fn restored(service: &Service, folder: TempDir) -> Service {
    let database = match service.engine {
        Engine::Sqlite => None,
        Engine::Postgres => {
            let database = postgres::empty().unwrap();
            for part in [Part::Data, Part::Vault] {
                let file: PathBuf = folder.path().join(part.file());
                run("pg_restore", &["--exit-on-error", "--dbname", &database.url], &[], &file);
            }
            Some(database)
        }
    };
    Service::restored(folder, database, service.now()).await
}

async fn listed(service: &Service) -> Vec<String> {
    service.items("/v1/contacts?limit=200").await.iter().map(|contact| text(contact, "id")).collect()
}

async fn data_first_and_vault_last_is_complete(service: Service) {
    let Copy { folder, before } = copy(&service, [Part::Data, Part::Vault]).await;
    let copy = restored(&service, folder).await;
    let listed = listed(&copy).await;
    assert_eq!(copy.count("contacts"), i64::try_from(listed.len()).unwrap());
    assert!(before.iter().all(|id| listed.contains(id)), "an answered contact is not in the copy");
    assert!(copy.count("data_keys") > copy.count("contacts"), "no contact was created between the copies");
    assert_eq!(copy.rows_without_keys().await, 0);
    copy.sign_up("Somebody new", "new@example.org").await;
}

async fn vault_first_is_served_without_contacts_that_came_between(service: Service) {
    let Copy { folder, before } = copy(&service, [Part::Vault, Part::Data]).await;
    let mut copy = restored(&service, folder).await;
    let listed = listed(&copy).await;
    let id = match copy.engine {
        Engine::Sqlite => "lower(hex(id))",
        Engine::Postgres => "replace(id::text, '-', '')",
    };
    let rows = copy.lines(&format!("SELECT {id} AS line FROM contacts"));
    let is_listed = |row: &String| listed.iter().any(|id| id.replace('-', "") == *row);
    let left_out: Vec<&String> = rows.iter().filter(|row| !is_listed(row)).collect();
    assert!(before.iter().all(|id| listed.contains(id)), "a contact of before the copies is left out");
    assert!(!left_out.is_empty(), "no contact was created between the copies");
    assert_eq!(copy.rows_without_keys().await, left_out.len() as u64);
    for row in left_out {
        let id = uuid::Uuid::parse_str(row).unwrap();
        copy.get(&format!("/v1/contacts/{id}")).await.problem(503, "key_missing");
    }
    copy.restart().await;
    copy.sign_up("Somebody new", "new@example.org").await;
}
