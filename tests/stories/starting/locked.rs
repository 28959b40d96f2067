//! A start beside another process that has the database locked for its migrations, and starts at the same moment.

use std::fs::File;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use futures_util::future::join_all;
use iewm::resources::notices;

use super::broken_off::url_of;
use crate::harness::postgres;
use crate::harness::served::Served;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    of_instances_that_start_at_once_one_seeds_the_notice,
}

/// Ends the service, and starts it again while `lock` holds the lock: it says what it waits for, gives up, and starts once the
/// lock is free.
fn waits_and_names<L>(mut served: Served, lock: impl FnOnce(&Served) -> L, holder: &str) {
    assert_eq!(served.process.stop("TERM").code(), Some(0));
    let held = lock(&served);
    let said = served.refuses();
    let warned =
        said.lines().find(|line| line.contains("waiting for another process that migrates the database")).unwrap();
    let gave_up =
        said.lines().find(|line| line.contains("holds the lock under which the database is migrated")).unwrap();
    for line in [warned, gave_up] {
        assert!(line.contains(holder), "{line}");
    }
    drop(held);
    assert_eq!(served.try_begin(), "");
}

/// A pooler keeps the session of a dead client, and with it the lock that an older release took for its session.
#[test]
fn a_session_that_holds_the_lock_is_named_on_postgres() {
    let Some(database) = postgres::database() else { return };
    let served = Served::start(&database.url, &[("DATABASE__LOCK_SECONDS", "3")]);
    let lock = |_: &Served| {
        let mut pooled = PgConnection::establish(&database.url).unwrap();
        pooled.batch_execute("SET application_name = 'a pool'; SELECT pg_advisory_lock(1768257389)").unwrap();
        pooled
    };
    waits_and_names(served, lock, "(a pool)");
}

#[test]
fn a_process_that_holds_the_lock_file_is_named_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = url_of(folder.path());
    let served = Served::start(&url, &[("DATABASE__LOCK_SECONDS", "3")]);
    let lock = |_: &Served| lock_file(folder.path());
    waits_and_names(served, lock, "process 4711 on a-host");
}

fn lock_file(folder: &Path) -> File {
    let path = folder.join("iewm.lock");
    std::fs::write(&path, "process 4711 on a-host\n").unwrap();
    let file = File::open(&path).unwrap();
    file.lock().unwrap();
    file
}

/// Each connection to PostgreSQL says what it is for.
#[test]
fn connections_have_names_on_postgres() {
    let Some(database) = postgres::database() else { return };
    let _served = Served::start(&database.url, &[]);
    let mut connection = PgConnection::establish(&database.url).unwrap();
    connection
        .batch_execute(
            "DO $$ BEGIN
                ASSERT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                        AND application_name IN ('iewm reader', 'iewm writer')) >= 4;
                ASSERT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                        AND pid <> pg_backend_pid() AND application_name NOT LIKE 'iewm %');
             END $$",
        )
        .unwrap();
}

async fn of_instances_that_start_at_once_one_seeds_the_notice(service: Service) {
    for _ in 0..50 {
        service.sql("DELETE FROM privacy_notices").unwrap();
        let starts = (0..3).map(|_| service.state.job("start").run(notices::store::seed));
        for start in join_all(starts).await {
            start.unwrap();
        }
        assert_eq!(service.count("privacy_notices"), 1);
    }
}
