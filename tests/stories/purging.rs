//! Destroyed keys leave the pages of PostgreSQL. (SQLite overwrites them: see `erasure` and `secrecy`.)

use std::io::Write as _;

use chrono::Duration;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Binary, Bool, Text, Uuid};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use futures_util::future::join_all;
use iewm::domain::Error;
use iewm::jobs::Purge;

use crate::harness::{Engine, Service, on_both_engines};
use crate::secrecy::needles::contains;

on_both_engines! {
    a_destroyed_key_leaves_the_files,
    keys_are_gathered_for_an_hour,
    of_several_processes_one_rewrites_the_table,
    what_a_transaction_may_still_see_stays_until_it_ends,
    a_table_in_use_is_tried_again,
    a_key_that_came_back_is_destroyed_and_leaves_again,
}

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    words: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Truth {
    #[diesel(sql_type = Bool)]
    truth: bool,
}

/// The database of a story, beside the service.
struct Beside(PgConnection);

impl Beside {
    /// `None` on SQLite, where there is nothing to take out of pages.
    async fn of(service: &Service) -> Option<Self> {
        if service.engine == Engine::Postgres {
            return Some(Self(PgConnection::establish(&service.database_url).unwrap()));
        }
        let ada = service.sign_up("Ada", "ada@example.org").await;
        service.delete(&ada).await.expect(204);
        service.hands.advance(Duration::days(1));
        assert_eq!(service.tick(&Purge::new(service.state.clone())).await.unwrap(), 0);
        assert!(service.audit("action=keys.purge").await.is_empty());
        None
    }

    /// The wrapped key of a contact.
    fn wrapped(&mut self, contact: &str) -> Vec<u8> {
        let id: uuid::Uuid = contact.parse().unwrap();
        let key = sql_query("SELECT wrapped AS bytes FROM vault.data_keys WHERE owner_id = $1").bind::<Uuid, _>(id);
        key.get_result::<Bytes>(&mut self.0).unwrap().bytes
    }

    fn words(&mut self, query: &str) -> String {
        sql_query(query).get_result::<Words>(&mut self.0).unwrap().words
    }

    /// Where the table of keys is.
    fn file(&mut self) -> String {
        self.words("SELECT pg_relation_filepath('vault.data_keys') AS words")
    }

    /// How many destroyed keys are still to leave.
    fn remnants(&mut self) -> i64 {
        sql_query("SELECT count(*) AS number FROM vault.key_remnants").get_result::<Number>(&mut self.0).unwrap().number
    }

    /// Waits until no transaction is older than the last key that was destroyed: other stories' are counted too.
    fn wait_for_older_transactions(&mut self) {
        let past = "SELECT NOT EXISTS (SELECT 1 FROM vault.key_remnants WHERE age(xmin) <= (
                        SELECT coalesce(max(age(held)), 0) FROM (
                            SELECT backend_xmin AS held FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                            UNION ALL SELECT backend_xid FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                        ) AS transactions)) AS truth";
        let past = (0..100_000).any(|_| sql_query(past).get_result::<Truth>(&mut self.0).unwrap().truth);
        assert!(past, "a transaction that does not end");
    }

    /// Whether files can be read through this server, which only a superuser may. Where not, a story goes on without.
    fn reads_files(&mut self) -> bool {
        let asked = "SELECT rolsuper AS truth FROM pg_roles WHERE rolname = current_user";
        let Truth { truth } = sql_query(asked).get_result(&mut self.0).unwrap();
        if !truth {
            let _ = writeln!(
                std::io::stderr(),
                "\n*** The role of IEWM_TEST_POSTGRES_URL is no superuser: what is in the files is NOT looked at.\n"
            );
        }
        truth
    }

    /// What is in the table's file, as it is on the disk.
    fn pages(&mut self) -> Vec<u8> {
        self.0.batch_execute("CHECKPOINT").unwrap();
        let file = "SELECT pg_read_binary_file(pg_relation_filepath('vault.data_keys')) AS bytes";
        sql_query(file).get_result::<Bytes>(&mut self.0).unwrap().bytes
    }

    /// Whether a file is there and has anything in it.
    fn is_there(&mut self, file: &str) -> bool {
        let asked = "SELECT coalesce((pg_stat_file($1, true)).size, 0) > 0 AS truth";
        sql_query(asked).bind::<Text, _>(file).get_result::<Truth>(&mut self.0).unwrap().truth
    }
}

/// Signs two people up and deletes one of them; gives the wrapped keys of both. The key that goes is the last in its page, so
/// that a vacuum has nothing to move onto it.
async fn gone_and_living(service: &Service, beside: &mut Beside) -> (Vec<u8>, Vec<u8>) {
    let living = service.sign_up("Bob Babbage", "bob@example.org").await;
    let gone = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let keys = (beside.wrapped(&gone), beside.wrapped(&living));
    service.delete(&gone).await.expect(204);
    keys
}

/// Whether a rewriting was put off since a transaction is older than what was destroyed.
fn is_seen(purged: &Result<usize, Error>) -> bool {
    purged.as_ref().is_err_and(|error| error.cause().is_some_and(|cause| cause.contains("still sees")))
}

impl Service {
    /// What comes of a tick. Transactions of other stories put it off as well, since the server counts them together: it
    /// is tried until they have ended.
    pub(crate) async fn purged(&self) -> Result<usize, Error> {
        let purge = Purge::new(self.state.clone());
        for _ in 0..100_000 {
            let purged = self.tick(&purge).await;
            if !is_seen(&purged) {
                return purged;
            }
        }
        panic!("a transaction that does not end");
    }

    /// The keys that left the pages in an hour's time.
    async fn purged_in_an_hour(&self) -> Result<usize, Error> {
        self.hands.advance(Duration::hours(1));
        self.purged().await
    }
}

async fn a_destroyed_key_leaves_the_files(service: Service) {
    let Some(mut beside) = Beside::of(&service).await else { return };
    let (gone, living) = gone_and_living(&service, &mut beside).await;
    let superuser = beside.reads_files();
    let before = beside.file();
    if superuser {
        let pages = beside.pages();
        assert!(contains(&pages, &gone) && contains(&pages, &living), "a deleted row stays in its page");
        // Nor does a vacuum take its bytes away.
        beside.0.batch_execute("VACUUM vault.data_keys").unwrap();
        assert!(contains(&beside.pages(), &gone), "the free space holds them");
    }
    assert_eq!(service.purged_in_an_hour().await.unwrap(), 1);
    assert_eq!(beside.remnants(), 0);
    assert_ne!(beside.file(), before);
    if superuser {
        let pages = beside.pages();
        assert!(!contains(&pages, &gone), "the key is still in the file");
        assert!(contains(&pages, &living));
        assert!(!beside.is_there(&before), "the old file was given back");
    }
    let people = service.items("/v1/contacts").await;
    assert_eq!((people.len(), &people[0]["name"]), (1, &serde_json::json!("Bob Babbage")));
    let told = service.audit("action=keys.purge").await;
    assert_eq!((told.len(), &told[0]["detail"]["count"]), (1, &serde_json::json!(1)));
    assert_eq!(service.purged_in_an_hour().await.unwrap(), 0, "once is enough");
    assert_eq!(service.audit("action=keys.purge").await.len(), 1);
}

async fn keys_are_gathered_for_an_hour(service: Service) {
    let Some(mut beside) = Beside::of(&service).await else { return };
    let purge = Purge::new(service.state.clone());
    assert_eq!(service.tick(&purge).await.unwrap(), 0);
    gone_and_living(&service, &mut beside).await;
    service.hands.advance(Duration::hours(1) - Duration::microseconds(1));
    let cat = service.sign_up("Cat", "cat@example.org").await;
    service.delete(&cat).await.expect(204);
    let before = beside.file();
    assert_eq!((service.tick(&purge).await.unwrap(), beside.file()), (0, before));
    service.hands.advance(Duration::microseconds(1));
    beside.wait_for_older_transactions();
    assert_eq!(service.purged().await.unwrap(), 2, "the one destroyed just now goes along");
}

async fn of_several_processes_one_rewrites_the_table(service: Service) {
    let Some(mut beside) = Beside::of(&service).await else { return };
    gone_and_living(&service, &mut beside).await;
    service.hands.advance(Duration::hours(1));
    let processes: Vec<Purge> = (0..6).map(|_| Purge::new(service.state.clone())).collect();
    let mut purged = Vec::new();
    while beside.remnants() > 0 {
        let round = join_all(processes.iter().map(|process| service.tick(process))).await;
        purged.extend(round.into_iter().filter(|purged| !is_seen(purged)).map(Result::unwrap));
    }
    purged.retain(|&purged| purged > 0);
    assert_eq!(purged, [1]);
    assert_eq!(service.audit("action=keys.purge").await.len(), 1);
}

async fn what_a_transaction_may_still_see_stays_until_it_ends(service: Service) {
    let Some(mut beside) = Beside::of(&service).await else { return };
    let mut old = PgConnection::establish(&service.database_url).unwrap();
    // A backup that has just begun: it has not come to the table yet, and will read it as it was.
    old.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM contacts").unwrap();
    let (gone, _) = gone_and_living(&service, &mut beside).await;
    let before = beside.file();
    let purge = Purge::new(service.state.clone());
    service.hands.advance(Duration::hours(1));
    assert!(is_seen(&service.tick(&purge).await));
    assert_eq!((beside.remnants(), beside.file()), (1, before));
    old.batch_execute("COMMIT").unwrap();
    assert_eq!(service.purged().await.unwrap(), 1);
    assert!(!beside.reads_files() || !contains(&beside.pages(), &gone));

    // One that only wrote something before, and has no snapshot now, can still take one that reaches back.
    old.batch_execute("BEGIN; CREATE TABLE another (number INTEGER)").unwrap();
    let cat = service.sign_up("Cat", "cat@example.org").await;
    service.delete(&cat).await.expect(204);
    service.hands.advance(Duration::hours(1));
    assert!(is_seen(&service.tick(&purge).await));
    old.batch_execute("ROLLBACK").unwrap();
    assert_eq!(service.purged().await.unwrap(), 1);
}

async fn a_table_in_use_is_tried_again(service: Service) {
    let Some(mut beside) = Beside::of(&service).await else { return };
    let (gone, _) = gone_and_living(&service, &mut beside).await;
    let mut reader = PgConnection::establish(&service.database_url).unwrap();
    reader.batch_execute("BEGIN; LOCK TABLE vault.data_keys IN ACCESS SHARE MODE").unwrap();
    let refused = service.purged_in_an_hour().await.unwrap_err();
    assert_eq!((refused.code().entry().name, refused.cause()), ("unavailable", Some("lock timeout")));
    assert_eq!(beside.remnants(), 1);
    assert_eq!(service.items("/v1/contacts").await.len(), 1, "no other request waits for the purge");
    reader.batch_execute("COMMIT").unwrap();
    assert_eq!(service.purged().await.unwrap(), 1);
    assert!(!beside.reads_files() || !contains(&beside.pages(), &gone));
}

async fn a_key_that_came_back_is_destroyed_and_leaves_again(mut service: Service) {
    let Some(mut beside) = Beside::of(&service).await else { return };
    beside.0.batch_execute("CREATE TABLE backup AS SELECT * FROM vault.data_keys").unwrap();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let gone = beside.wrapped(&ada);
    beside.0.batch_execute("INSERT INTO backup SELECT * FROM vault.data_keys").unwrap();
    service.delete(&ada).await.expect(204);
    assert_eq!(service.purged_in_an_hour().await.unwrap(), 1);
    let restore = "INSERT INTO vault.data_keys SELECT * FROM backup ON CONFLICT DO NOTHING; DROP TABLE backup";
    beside.0.batch_execute(restore).unwrap();
    service.restart().await;
    assert_eq!(beside.remnants(), 1, "the start destroyed it again");
    assert_eq!(service.purged_in_an_hour().await.unwrap(), 1);
    assert!(!beside.reads_files() || !contains(&beside.pages(), &gone));
}
