//! Ready means that the service can do its work: it reads, it commits, it records who read personal data, and its jobs go on.
//! The unit tests of `readiness`, `audit/looks` and `queue/runner` have the jobs and the looks; `faults` a full disk and a database
//! that is away.

use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use diesel::prelude::*;
use diesel::{sql_query, sql_types};
use futures_util::future::join_all;
use serde_json::json;

use crate::harness::client::Answer;
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    lanes_that_cannot_commit_are_named_until_they_can,
}

/// How long it may take until readiness tells a change: a result stands for a second.
const SEEN: Duration = Duration::from_secs(5);

const TABLES: [&str; 2] = ["organisations", "working_days"];

/// The database refuses new rows for want of space. On PostgreSQL `story_trials` counts those of readiness.
fn fills_up(service: &Service) {
    for table in TABLES {
        let trigger = match service.engine {
            Engine::Sqlite => format!(
                "CREATE TRIGGER story_full_{table} BEFORE INSERT ON {table} \
                 BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            ),
            Engine::Postgres => format!(
                "CREATE SEQUENCE IF NOT EXISTS story_trials; \
                 CREATE OR REPLACE FUNCTION story_full_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 IF TG_TABLE_NAME = 'working_days' THEN PERFORM nextval('story_trials'); END IF; \
                 RAISE EXCEPTION 'No space left on device'; END $$; \
                 CREATE TRIGGER story_full_{table} BEFORE INSERT ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION story_full_{table}()"
            ),
        };
        service.sql(&trigger).unwrap();
    }
}

fn has_space_again(service: &Service) {
    for table in TABLES {
        let on = if service.engine == Engine::Postgres { format!(" ON {table}") } else { String::new() };
        service.sql(&format!("DROP TRIGGER story_full_{table}{on}")).unwrap();
    }
}

async fn ready(service: &Service) -> Answer {
    service.request("GET", "/health/ready").send().await
}

/// Asks until the status is this one.
async fn becomes(service: &Service, status: u16) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = ready(service).await;
        if answer.status == status {
            return answer;
        }
        assert!(begun.elapsed() < SEEN, "{}", answer.text());
        sleep(Duration::from_millis(20)).await;
    }
}

async fn lanes_that_cannot_commit_are_named_until_they_can(service: Service) {
    ready(&service).await.expect(200);
    fills_up(&service);
    let organisation = json!({ "name": "Guildhall", "kind": "venue" });
    service.post("/v1/organisations", organisation.clone()).await.problem(503, "unavailable");
    for _ in 0..2 {
        let refused = becomes(&service, 503).await.problem(503, "unavailable");
        assert_eq!(refused.json()["detail"], "Not working: write lanes.");
        assert_eq!(refused.header("retry-after"), "1");
    }
    // However many ask, there is a trial a second.
    let begun = Instant::now();
    for _ in 0..10 {
        for answer in join_all((0..20).map(|_| ready(&service))).await {
            answer.expect(503);
        }
    }
    if service.engine == Engine::Postgres {
        let tried: Tried =
            sql_query("SELECT last_value FROM story_trials").get_result(&mut service.postgres()).unwrap();
        let seconds = i64::try_from((begun.elapsed() + SEEN).as_secs()).unwrap();
        assert!((1..=seconds + 2).contains(&tried.last_value), "{} in {seconds} s", tried.last_value);
    }
    has_space_again(&service);
    becomes(&service, 200).await;
    service.post("/v1/organisations", organisation).await.expect(201);
    assert_eq!(service.count("working_days"), 1, "a trial leaves nothing");
}

#[derive(QueryableByName)]
struct Tried {
    #[diesel(sql_type = sql_types::BigInt)]
    last_value: i64,
}
