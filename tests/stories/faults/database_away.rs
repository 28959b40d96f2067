//! PostgreSQL is stopped, hung, killed, out of connections, or behind a network that swallows everything.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::{PgConnection, sql_query, sql_types};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::cluster::{Network, cluster, control, database, execute, kill, processes};
use super::{nothing_is_lost, sign_up_until_refused};
use crate::harness::client::{Answer, Request};
use crate::harness::cluster::Cluster;
use crate::harness::people::{person, text};
use crate::harness::process::{Ear, send_signal};
use crate::harness::served::Served;

/// Long enough for lanes that do not come back to be replaced.
const LONG: Duration = Duration::from_secs(5);
const SHORT: Duration = Duration::ZERO;

/// What the design gives a caller and a recovery, 2 and 5 seconds, on a machine that is busy with other stories.
const ANSWERED: Duration = Duration::from_secs(5);
const RECOVERED: Duration = Duration::from_secs(12);

/// Sends a request that needs the database, and asserts that it is refused in time; the code.
async fn refused(request: Request) -> String {
    let asked = Instant::now();
    let answer = request.send().await.expect(503);
    assert!(asked.elapsed() < ANSWERED, "{:?}", asked.elapsed());
    let wait: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..10).contains(&wait), "{wait}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let code = text(&answer.json(), "code");
    assert!(matches!(code.as_str(), "unavailable" | "outcome_unknown"), "{code}");
    code
}

/// A sign-up with a key.
fn keyed(served: &Served, at: usize) -> Request {
    let body = person("Keyed", &format!("keyed-{at}@example.org"));
    served.post("/v1/contacts", &body).header("Idempotency-Key", &format!("sign-up-{at}"))
}

fn keyless(at: usize) -> String {
    format!("keyless-{at}@example.org")
}

/// The database goes away amid writes, and comes back.
async fn endures(served: &Served, at_least: Duration, goes: impl FnOnce(), comes: impl FnOnce()) {
    let first = served.post("/v1/contacts", &person("Ada Lovelace", "ada@example.org")).send().await.expect(201);
    let ada = first.header("location");
    let acknowledged = RefCell::new(Vec::new());
    let callers = join_all((0..4).map(|caller| {
        let (name, told) = (format!("c{caller}"), |done| acknowledged.borrow_mut().push(done));
        async move { sign_up_until_refused(served, &name, told).await }
    }));
    let gone = RefCell::new(Instant::now());
    let amid = async {
        while acknowledged.borrow().len() < 24 {
            sleep(Duration::from_millis(5)).await;
        }
        goes();
        *gone.borrow_mut() = Instant::now();
    };
    let (last, ()) = join(callers, amid).await;
    assert!(gone.borrow().elapsed() < ANSWERED, "{:?}", gone.borrow().elapsed());
    for answer in last {
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(!answer.header("retry-after").is_empty());
    }

    let (mut round, mut undone) = (0, Vec::new());
    while gone.borrow().elapsed() < at_least || round < 2 {
        let asked = Instant::now();
        served.request("GET", "/health/live").send().await.expect(200);
        assert!(asked.elapsed() < ANSWERED);
        let body = person("Keyless", &keyless(round));
        let requests = [
            served.request("GET", "/health/ready"),
            served.get(&ada),
            served.get("/v1/contacts"),
            served.get("/v1/organisations"),
            served.post("/v1/contacts/search", &json!({ "email": "ada@example.org" })),
            keyed(served, round),
            served.post("/v1/contacts", &body),
        ];
        let codes = join_all(requests.into_iter().map(refused)).await;
        if codes[6] == "unavailable" {
            undone.push(keyless(round));
        }
        round += 1;
    }

    comes();
    recovers(served, &ada).await;
    for at in 0..round {
        keyed(served, at).send().await.expect(201);
    }
    nothing_is_lost(served, &acknowledged).await;
    let emails: Vec<Value> = served.all("/v1/contacts").await.iter().map(|contact| contact["email"].clone()).collect();
    for email in undone {
        assert!(!emails.contains(&json!(email)), "{email} was refused and is there");
    }
}

/// The database is back: soon everything works, and from then on nothing fails.
async fn recovers(served: &Served, ada: &str) {
    let back = Instant::now();
    let works = |answer: Result<Answer, reqwest::Error>| answer.is_ok_and(|answer| answer.status < 300);
    let again = async |at: usize| {
        let body = person("Back", &format!("back-{at}@example.org"));
        let written = served.post("/v1/contacts", &body).try_send();
        let (ready, read) = (served.request("GET", "/health/ready").try_send(), served.get(ada).try_send());
        works(ready.await) && works(read.await) && works(written.await)
    };
    let mut at = 0;
    while !again(at).await {
        assert!(back.elapsed() < RECOVERED, "{:?}", back.elapsed());
        at += 1;
        sleep(Duration::from_millis(50)).await;
    }
    assert!(join_all((at + 1..at + 20).map(again)).await.into_iter().all(|works| works), "it fails again");
}

/// Tells a story of a service on a database of the cluster's.
fn tell(story: impl AsyncFnOnce(&Cluster, &str, Served)) {
    let Some(cluster) = cluster() else { return };
    let name = database(&cluster);
    let served = Served::start(&cluster.url(&name), &[]);
    actix_web::rt::System::new().block_on(story(&cluster, &name, served));
}

#[test]
fn stopped_by_its_operator() {
    tell(async |cluster, _, served| {
        let stop = || control(cluster, &["stop", "-m", "fast"]);
        endures(&served, SHORT, stop, || control(cluster, &["start"])).await;
    });
}

/// A log that cannot be written takes no lane with it.
#[test]
fn stopped_while_standard_error_has_no_reader() {
    tell(async |cluster, _, mut served| {
        served.process.listen(Ear::Closed);
        let stop = || control(cluster, &["stop", "-m", "fast"]);
        endures(&served, LONG, stop, || control(cluster, &["start"])).await;
        assert!(served.process.stop("TERM").success());
    });
}

#[test]
fn killed() {
    tell(async |cluster, _, served| {
        endures(&served, SHORT, || kill(cluster), || control(cluster, &["start"])).await;
    });
}

#[test]
fn hung() {
    tell(async |cluster, _, served| {
        let all = processes(cluster);
        let (stop, go_on) = (|| send_signal("STOP", all.clone()), || send_signal("CONT", processes(cluster)));
        endures(&served, LONG, stop, go_on).await;
    });
}

#[test]
fn behind_a_network_that_swallows_everything() {
    let Some(cluster) = cluster() else { return };
    let network = Network::to(&cluster);
    let served = Served::start(&network.url(&database(&cluster)), &[]);
    actix_web::rt::System::new().block_on(endures(&served, LONG, || network.loses(true), || network.loses(false)));
}

#[test]
fn out_of_connections() {
    tell(async |cluster, name, served| {
        let taken = RefCell::new(Vec::new());
        let url = cluster.url("postgres");
        let ours = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        let take = || {
            let mut connection = PgConnection::establish(&url).unwrap();
            // The engine does not list a connection that is being opened yet: no connection may appear for a while.
            let mut quiet = 0;
            while quiet < 3 {
                let ended = sql_query(&ours).execute(&mut connection).unwrap();
                let before = taken.borrow().len();
                while let Ok(another) = PgConnection::establish(&url) {
                    taken.borrow_mut().push(another);
                }
                quiet = if ended == 0 && taken.borrow().len() == before { quiet + 1 } else { 0 };
                sql_query("SELECT pg_sleep(0.1)").execute(&mut connection).unwrap();
            }
            taken.borrow_mut().push(connection);
        };
        endures(&served, SHORT, take, || taken.borrow_mut().clear()).await;
    });
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = sql_types::BigInt)]
    count: i64,
}

/// A server that hangs in the middle of a commit may have done it: that is said, and the key tells.
#[test]
fn a_commit_in_doubt_is_said_to_be_and_its_key_tells() {
    tell(async |cluster, name, served| {
        let url = cluster.url(name);
        execute(
            &url,
            "CREATE FUNCTION story_slow() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER story_slow AFTER INSERT ON contacts DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION story_slow()",
        );
        let mut watching = PgConnection::establish(&url).unwrap();
        let hang = async {
            loop {
                let committing = "SELECT count(*) AS count FROM pg_stat_activity \
                                  WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active'";
                let Count { count } = sql_query(committing).get_result(&mut watching).unwrap();
                if count > 0 {
                    return send_signal("STOP", processes(cluster));
                }
                sleep(Duration::from_millis(10)).await;
            }
        };
        let (code, ()) = join(refused(keyed(&served, 0)), hang).await;
        assert_eq!(code, "outcome_unknown");
        // A second request gets the same answer while the first hangs.
        assert_eq!(refused(keyed(&served, 0)).await, "unavailable");
        send_signal("CONT", processes(cluster));
        execute(&url, "DROP TRIGGER story_slow ON contacts");
        let back = Instant::now();
        let told = loop {
            let answer = keyed(&served, 0).send().await;
            if !matches!(answer.status, 409 | 503) {
                break answer.expect(201);
            }
            assert!(back.elapsed() < RECOVERED, "{}", answer.text());
            sleep(Duration::from_millis(50)).await;
        };
        let contacts = served.all("/v1/contacts").await;
        assert_eq!(contacts.len(), 1, "once and no more");
        assert_eq!(contacts[0]["id"], told.json()["id"]);
        nothing_is_lost(&served, &RefCell::default()).await;
    });
}

/// Looks that cannot be recorded do not keep the service from stopping, and are not lost without a word.
#[test]
fn looks_that_cannot_be_recorded_are_told_at_the_end() {
    tell(async |cluster, name, mut served| {
        let made = served.post("/v1/contacts", &person("Ada Lovelace", "ada@example.org")).send().await.expect(201);
        let mut holder = PgConnection::establish(&cluster.url(name)).unwrap();
        holder.batch_execute("BEGIN; LOCK TABLE audit_entries IN EXCLUSIVE MODE").unwrap();
        served.get(&made.header("location")).send().await.expect(200);
        let told = Instant::now();
        assert_eq!(served.process.stop("TERM").code(), Some(1));
        assert!(told.elapsed() < Duration::from_secs(15), "{:?}", told.elapsed());
        assert!(served.process.said.iter().any(|line| line.contains("were not recorded")), "{:?}", served.process.said);
    });
}
