//! Idempotency keys: what was done once is not done again, and is answered as the first time.

use chrono::Duration;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types};
use futures_util::future::join_all;
use iewm::domain::Role;
use iewm::jobs::KeptAnswers;
use serde_json::{Value, json};

use crate::harness::client::{Answer, Request};
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    a_repetition_gets_the_first_answer_again,
    another_request_under_the_same_key_is_refused,
    another_caller_or_path_is_another_key,
    a_malformed_key_is_refused,
    problems_are_kept_with_their_first_instance,
    a_problem_that_repeats_a_name_is_judged_again,
    reads_are_carried_out_each_time,
    what_says_nothing_of_the_deed_is_not_kept,
    an_answer_is_kept_for_24_hours,
    answers_are_deleted_after_24_hours,
    an_answer_survives_a_restart,
    identical_requests_at_once_make_one_contact,
    different_keys_at_once_make_one_contact_of_an_address,
    what_is_kept_names_no_person,
}

fn ada() -> Value {
    json!({ "name": "Ada Lovelace", "email": "ada@example.org",
        "source": { "kind": "self", "obtained_on": "2026-11-20" } })
}

fn guildhall() -> Value {
    json!({ "name": "Guildhall", "kind": "venue" })
}

/// `POST path` by staff, with an idempotency key.
pub(crate) fn keyed(service: &Service, path: &str, key: &str) -> Request {
    service.request("POST", path).token(&service.staff()).header("Idempotency-Key", key)
}

pub(crate) async fn post(service: &Service, path: &str, key: &str, body: &Value) -> Answer {
    keyed(service, path, key).json(body).send().await
}

/// The same answer, if it was given for the first time.
#[track_caller]
pub(crate) fn fresh(answer: Answer) -> Answer {
    assert_eq!(answer.header("idempotent-replayed"), "", "{}", answer.text());
    answer
}

/// Whether `again` is `first` given again.
#[track_caller]
pub(crate) fn replays(again: &Answer, first: &Answer) {
    assert_eq!(again.header("idempotent-replayed"), "true", "{}", again.text());
    assert_eq!((again.status, again.text()), (first.status, first.text()));
    for name in ["content-type", "location", "etag", "cache-control"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
}

async fn count(service: &Service, path: &str) -> usize {
    service.get(path).await.expect(200).json()["items"].as_array().unwrap().len()
}

async fn a_repetition_gets_the_first_answer_again(service: Service) {
    let first = fresh(post(&service, "/v1/contacts", "sign-up-7", &ada()).await.expect(201));
    for _ in 0..2 {
        replays(&post(&service, "/v1/contacts", "sign-up-7", &ada()).await, &first);
    }
    assert_eq!(count(&service, "/v1/contacts").await, 1);

    let path = service.post("/v1/organisations", guildhall()).await.expect(201).header("location");
    let suspend = || keyed(&service, &format!("{path}/suspension"), "suspend-7").send();
    let first = fresh(suspend().await.expect(200));
    replays(&suspend().await, &first);
}

async fn reads_are_carried_out_each_time(service: Service) {
    let search = || async { post(&service, "/v1/contacts/search", "search-7", &json!({ "name": "lovelace" })).await };
    assert_eq!(fresh(search().await.expect(200)).json()["items"], json!([]));
    let made = service.post("/v1/contacts", ada()).await.expect(201);
    assert_eq!(fresh(search().await.expect(200)).json()["items"], json!([made.json()]));
    let check = json!({ "contact_ids": [made.json()["id"]], "purpose": "newsletter" });
    for other in [check.clone(), json!({ "nonsense": true }), check] {
        fresh(post(&service, "/v1/consents/check", "check-07", &other).await);
    }
    post(&service, "/v1/contacts/search", "short", &json!({ "name": "x" })).await.problem(400, "invalid_header");
    assert_eq!(service.count("kept_answers"), 0);
}

async fn another_request_under_the_same_key_is_refused(service: Service) {
    let first = post(&service, "/v1/organisations", "hall-0007", &guildhall()).await.expect(201);
    let other = json!({ "name": "Guildhall", "kind": "council" });
    let reused = (422, "idempotency_key_reused");
    let ask = || keyed(&service, "/v1/organisations", "hall-0007");
    ask().json(&other).send().await.problem(reused.0, reused.1);
    ask().json(&json!({ "nonsense": true })).send().await.problem(reused.0, reused.1);
    // Bytes are compared, not meanings.
    ask().body("application/json", format!(" {}", guildhall())).send().await.problem(reused.0, reused.1);
    ask().body("application/json; charset=utf-8", guildhall().to_string()).send().await.problem(reused.0, reused.1);
    let queried = keyed(&service, "/v1/organisations?dry_run=true", "hall-0007").json(&guildhall()).send().await;
    queried.problem(reused.0, reused.1);
    replays(&ask().json(&guildhall()).send().await, &first);
    assert_eq!(count(&service, "/v1/organisations").await, 1);
}

async fn another_caller_or_path_is_another_key(service: Service) {
    let first = fresh(post(&service, "/v1/organisations", "hall-0007", &guildhall()).await.expect(201));
    for token in [service.council(), service.token("staff-2", &[Role::IewmStaff], None)] {
        let asked = service.request("POST", "/v1/organisations").token(&token).header("Idempotency-Key", "hall-0007");
        let made = fresh(asked.json(&guildhall()).send().await.expect(201));
        assert_ne!(made.json()["id"], first.json()["id"]);
    }
    // The same caller with another token is the same caller.
    service.hands.advance(Duration::minutes(1));
    replays(&post(&service, "/v1/organisations", "hall-0007", &guildhall()).await, &first);
    let path = first.header("location");
    fresh(keyed(&service, &format!("{path}/suspension"), "hall-0007").send().await.expect(200));
    fresh(keyed(&service, &format!("{path}/reinstatement"), "hall-0007").send().await.expect(200));
    fresh(post(&service, "/v1/organisations", "HALL-0007", &guildhall()).await.expect(201));
}

async fn a_malformed_key_is_refused(service: Service) {
    let too_long = "x".repeat(256);
    for key in ["", "seven77", "two words", "tab\there", "schlüssel-7", too_long.as_str()] {
        post(&service, "/v1/organisations", key, &guildhall()).await.problem(400, "invalid_header");
    }
    let twice = keyed(&service, "/v1/organisations", "hall-0007").header("Idempotency-Key", "hall-0008");
    twice.json(&guildhall()).send().await.problem(400, "invalid_header");
    assert_eq!(count(&service, "/v1/organisations").await, 0);
    for key in ["eight888", &too_long[1..], "\"quoted-key\""] {
        fresh(post(&service, "/v1/organisations", key, &guildhall()).await.expect(201));
    }
}

async fn problems_are_kept_with_their_first_instance(service: Service) {
    let path = service.post("/v1/organisations", guildhall()).await.expect(201).header("location");
    let nothing = "/v1/organisations/01937a5e-8f00-7c3a-9d55-3f2a60b1c901/suspension";
    let reinstate = format!("{path}/reinstatement");
    let lacking = json!({ "name": "Guildhall" });
    for (path, body, status, code) in [
        (nothing, json!({}), 404, "not_found"),
        (reinstate.as_str(), json!({}), 409, "illegal_transition"),
        ("/v1/organisations", lacking, 422, "invalid"),
    ] {
        let key = format!("in-vain-{status}");
        let first = fresh(post(&service, path, &key, &body).await.problem(status, code));
        assert_eq!(first.json()["instance"], json!(first.header("x-request-id")));
        replays(&post(&service, path, &key, &body).await, &first);
        if path == reinstate {
            // What was answered stays answered, though it could succeed by now.
            keyed(&service, &path.replace("reinstatement", "suspension"), "suspend-7").send().await.expect(200);
            replays(&post(&service, path, &key, &body).await, &first);
        }
    }
    let first = fresh(service.post("/v1/contacts", ada()).await.expect(201));
    let refused = fresh(post(&service, "/v1/contacts", "sign-up-7", &ada()).await.problem(409, "contact_exists"));
    assert_eq!(refused.json()["contact_id"], first.json()["id"]);
    replays(&post(&service, "/v1/contacts", "sign-up-7", &ada()).await, &refused);
}

async fn a_problem_that_repeats_a_name_is_judged_again(service: Service) {
    let named = json!({ "name": "Guildhall", "kind": "venue", "Ada Lovelace": true });
    let key_of = |number: usize| ("/v1/organisations", format!("in-vain-{number}"));
    let unknown = (key_of(1), named, 422, "invalid");
    let queried = (("/v1/organisations?Ada=Lovelace", "in-vain-2".to_owned()), guildhall(), 400, "invalid_query");
    for ((path, key), body, status, code) in [unknown, queried] {
        let first = fresh(post(&service, path, &key, &body).await.problem(status, code));
        replays(&post(&service, path, &key, &body).await, &first);
        post(&service, path, &key, &json!({})).await.problem(422, "idempotency_key_reused");
    }
    let kept = kept_answers(&service);
    assert_eq!(kept.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>(), ["refused"; 2]);
    assert!(kept.iter().all(|row| row.body_bytes < 256), "an instance each");
}

async fn what_says_nothing_of_the_deed_is_not_kept(service: Service) {
    let hall = "/v1/organisations";
    let bare = service.request("POST", hall).header("Idempotency-Key", "hall-0007").json(&guildhall());
    bare.send().await.problem(401, "unauthenticated");
    let plain = keyed(&service, hall, "hall-0007").body("text/plain", guildhall().to_string()).send().await;
    plain.problem(415, "unsupported_media_type");
    let large = json!({ "name": "x".repeat(2 * 1024 * 1024), "kind": "venue" });
    post(&service, hall, "hall-0007", &large).await.problem(413, "too_large");
    fresh(post(&service, hall, "hall-0007", &guildhall()).await.expect(201));

    let revocation = json!({ "jti": "6f1c3a9e" });
    let revoke = |token: String| {
        let asked = service.request("POST", "/v1/token-revocations").token(&token);
        asked.header("Idempotency-Key", "revoke-07").json(&revocation).send()
    };
    revoke(service.token("both-1", &[Role::IewmStaff], None)).await.problem(403, "forbidden");
    fresh(revoke(service.token("both-1", &[Role::Council], None)).await.expect(201));

    // Nor is a kept answer given to a token that was revoked since.
    let token = service.staff();
    service.hands.advance(Duration::seconds(1));
    let all = service.request("POST", "/v1/token-revocations").token(&service.council());
    all.json(&json!({ "subject": "staff-1" })).send().await.expect(201);
    let again = service.request("POST", hall).token(&token).header("Idempotency-Key", "hall-0007");
    again.json(&guildhall()).send().await.problem(401, "invalid_token");
}

async fn an_answer_is_kept_for_24_hours(service: Service) {
    let first = fresh(post(&service, "/v1/organisations", "hall-0007", &guildhall()).await.expect(201));
    service.hands.advance(Duration::hours(24) - Duration::seconds(1));
    replays(&post(&service, "/v1/organisations", "hall-0007", &guildhall()).await, &first);
    service.hands.advance(Duration::seconds(1));
    let second = fresh(post(&service, "/v1/organisations", "hall-0007", &guildhall()).await.expect(201));
    assert_ne!(second.json()["id"], first.json()["id"]);
    replays(&post(&service, "/v1/organisations", "hall-0007", &guildhall()).await, &second);
    assert_eq!(kept_answers(&service).len(), 1);
}

async fn answers_are_deleted_after_24_hours(service: Service) {
    let job = KeptAnswers::new(service.state.clone());
    for number in 0..501 {
        let mut hall = guildhall();
        hall["name"] = json!(format!("Hall {number}"));
        fresh(post(&service, "/v1/organisations", &format!("hall-{number:04}"), &hall).await.expect(201));
    }
    service.hands.advance(Duration::hours(23));
    fresh(post(&service, "/v1/contacts", "sign-up-7", &ada()).await.expect(201));
    assert_eq!(service.tick(&job).await, Ok(0));
    service.hands.advance(Duration::hours(1));
    assert_eq!(kept_answers(&service).len(), 502, "no request is needed to delete them");
    assert_eq!(service.tick(&job).await, Ok(501));
    assert_eq!(kept_answers(&service).len(), 1);
    assert_eq!(service.tick(&job).await, Ok(0));
}

async fn an_answer_survives_a_restart(mut service: Service) {
    let first = fresh(post(&service, "/v1/contacts", "sign-up-7", &ada()).await.expect(201));
    service.restart().await;
    replays(&post(&service, "/v1/contacts", "sign-up-7", &ada()).await, &first);
    assert_eq!(count(&service, "/v1/contacts").await, 1);
}

async fn identical_requests_at_once_make_one_contact(service: Service) {
    let body = ada();
    let answers = join_all((0..16).map(|_| post(&service, "/v1/contacts", "sign-up-7", &body))).await;
    let mut made = Vec::new();
    for answer in &answers {
        match answer.status {
            201 => made.push(answer.text()),
            _ => assert_eq!(answer.json()["code"], "idempotency_key_in_use", "{}", answer.text()),
        }
        assert_eq!(answer.header("retry-after"), if answer.status == 409 { "1" } else { "" });
    }
    let firsts =
        answers.iter().filter(|answer| answer.status == 201 && answer.header("idempotent-replayed").is_empty());
    assert_eq!(firsts.count(), 1);
    made.dedup();
    assert_eq!(made.len(), 1);
    assert_eq!(count(&service, "/v1/contacts").await, 1);
    let again = post(&service, "/v1/contacts", "sign-up-7", &body).await.expect(201);
    assert_eq!((again.header("idempotent-replayed").as_str(), &again.text()), ("true", &made[0]));
}

async fn different_keys_at_once_make_one_contact_of_an_address(service: Service) {
    let body = ada();
    let keys: Vec<String> = (0..16).map(|number| format!("sign-up-{number}")).collect();
    let answers = join_all(keys.iter().map(|key| post(&service, "/v1/contacts", key, &body))).await;
    let made: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(made.len(), 1);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(refused.json()["code"], "contact_exists", "{}", refused.text());
        assert_eq!(refused.json()["contact_id"], made[0].json()["id"]);
    }
    assert_eq!(count(&service, "/v1/contacts").await, 1);
}

#[derive(QueryableByName)]
pub(crate) struct KeptAnswer {
    #[diesel(sql_type = sql_types::Binary)]
    key: Vec<u8>,
    #[diesel(sql_type = sql_types::Binary)]
    fingerprint: Vec<u8>,
    #[diesel(sql_type = sql_types::Text)]
    pub(crate) kind: String,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub(crate) path: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Binary>)]
    pub(crate) body: Option<Vec<u8>>,
    #[diesel(sql_type = sql_types::Integer)]
    pub(crate) body_bytes: i32,
}

/// The rows of kept answers as the database has them.
pub(crate) fn kept_answers(service: &Service) -> Vec<KeptAnswer> {
    let query = sql_query("SELECT key, fingerprint, kind, path, body, body_bytes FROM kept_answers ORDER BY kind, key");
    match service.engine {
        Engine::Sqlite => {
            let file = service.database_url.strip_prefix("sqlite://").unwrap();
            query.load(&mut SqliteConnection::establish(file).unwrap()).unwrap()
        }
        Engine::Postgres => query.load(&mut PgConnection::establish(&service.database_url).unwrap()).unwrap(),
    }
}

async fn what_is_kept_names_no_person(service: Service) {
    let first = post(&service, "/v1/contacts", "lovelace-sign-up", &ada()).await.expect(201);
    post(&service, "/v1/contacts", "lovelace-again", &ada()).await.problem(409, "contact_exists");
    let file = "name,email\nAda Lovelace,ada@example.org\n";
    keyed(&service, "/v1/contacts/imports", "lovelace-file").body("text/csv", file).send().await.expect(200);
    let rows = kept_answers(&service);
    assert_eq!(rows.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>(), ["body", "problem", "resource"]);
    assert_eq!(rows[2].path, Some(first.header("location")));
    assert_eq!((rows[2].body_bytes, rows[2].body.is_none()), (0, true), "a resource is read again");
    let id = first.json()["id"].as_str().unwrap().to_owned();
    for row in rows {
        assert_eq!((row.key.len(), row.fingerprint.len()), (32, 32));
        let body = row.body.unwrap_or_default();
        assert_eq!(i32::try_from(body.len()).unwrap(), row.body_bytes);
        for secret in ["Lovelace", "lovelace", "example.org", id.as_str()] {
            for column in [&row.key, &row.fingerprint, &body] {
                assert!(!column.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
            }
        }
    }
}
