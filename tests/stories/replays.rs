//! What a replay answers: the resource as its caller may see it now, and never what was kept of a person.

use std::collections::BTreeMap;

use chrono::Duration;
use futures_util::future::join_all;
use iewm::app::{openapi, operations};
use iewm::domain::{OrganisationId, Role};
use iewm::platform::auth::PERMISSIONS;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::booking::event;
use crate::harness::client::Answer;
use crate::harness::people::{grant, person, text};
use crate::harness::{Service, on_both_engines};
use crate::idempotency::{fresh, kept_answers, keyed, post, replays};

on_both_engines! {
    a_replay_shows_the_contact_as_it_is_now,
    a_restricted_person_is_not_named_by_a_replay,
    an_erased_person_is_gone_and_is_not_made_again,
    a_merged_contact_tells_where_it_went,
    each_replay_is_a_look,
    whatever_is_made_is_read_again,
    a_verb_is_not_done_twice,
    a_question_is_read_again_until_its_words_are_erased,
    a_contractor_replays_its_own_report_until_it_is_suspended,
    answers_without_a_resource_are_given_again,
    the_oldest_bodies_of_a_caller_make_room,
    the_bound_holds_for_imports_at_once,
    a_body_larger_than_the_bound_is_not_kept,
    a_streamed_import_is_not_done_again,
    a_dry_run_is_done_each_time,
}

const IMPORTS: &str = "/v1/contacts/imports";

/// Signs Ada up with a key.
async fn sign_up(service: &Service) -> Answer {
    post(service, "/v1/contacts", "sign-up-7", &person("Ada Lovelace", "ada@example.org")).await
}

/// The answer is a replay.
#[track_caller]
fn again(answer: Answer) -> Answer {
    assert_eq!(answer.header("idempotent-replayed"), "true", "{}", answer.text());
    answer
}

/// How many rows each table has, but for the audit: looks are recorded meanwhile.
fn rows(service: &Service) -> BTreeMap<String, i64> {
    service.counts().into_iter().filter(|(table, _)| !table.ends_with("audit_entries")).collect()
}

async fn a_replay_shows_the_contact_as_it_is_now(service: Service) {
    let first = fresh(sign_up(&service).await.expect(201));
    let patch = json!({ "name": "Ada King" });
    let changed = service.patch(&first.header("location"), &first.etag(), patch).await.expect(200);
    let replayed = again(sign_up(&service).await.expect(201));
    assert_eq!(replayed.json(), changed.json());
    assert_eq!((replayed.etag(), replayed.header("location")), (changed.etag(), first.header("location")));
    assert_eq!(service.count("contacts"), 1);
}

async fn a_restricted_person_is_not_named_by_a_replay(service: Service) {
    let first = sign_up(&service).await.expect(201);
    service.restrict(&text(&first.json(), "id"), RestrictionGround::AccuracyContested).await.unwrap();
    let replayed = again(sign_up(&service).await.expect(201));
    assert_eq!(replayed.json(), service.get(&first.header("location")).await.expect(200).json());
    assert_eq!(replayed.json()["status"], "restricted");
    for secret in ["Lovelace", "ada@example.org"] {
        assert!(!replayed.text().contains(secret), "{secret} in {}", replayed.text());
    }
}

async fn an_erased_person_is_gone_and_is_not_made_again(service: Service) {
    let first = sign_up(&service).await.expect(201);
    service.delete(&text(&first.json(), "id")).await.expect(204);
    let before = service.count("contacts");
    again(sign_up(&service).await.problem(410, "erased"));
    service.hands.advance(Duration::hours(24) - Duration::seconds(1));
    again(sign_up(&service).await.problem(410, "erased"));
    assert_eq!(service.count("contacts"), before);
    assert_eq!(kept_answers(&service).len(), 1, "the stub outlives the person");
    // The day after, the key is free.
    service.hands.advance(Duration::seconds(1));
    let made = fresh(sign_up(&service).await.expect(201));
    assert_ne!(made.json()["id"], first.json()["id"]);
}

async fn a_merged_contact_tells_where_it_went(service: Service) {
    let first = sign_up(&service).await.expect(201);
    let into = service.sign_up("Ada King", "king@example.org").await;
    let body = json!({ "from_contact_id": first.json()["id"] });
    let merge = || async { post(&service, &format!("/v1/contacts/{into}/merge"), "merge-007", &body).await };
    let merged = fresh(merge().await.expect(200));
    replays(&merge().await, &merged);
    assert_eq!(again(sign_up(&service).await.problem(410, "merged")).json()["merged_into"], json!(into));
}

async fn each_replay_is_a_look(service: Service) {
    let first = sign_up(&service).await.expect(201);
    let id = text(&first.json(), "id");
    let looks = || async {
        service.state.flush_looks().await;
        service.audit(&format!("contact_id={id}&action=contacts.read")).await.len()
    };
    assert_eq!(looks().await, 0);
    for _ in 0..5 {
        replays(&sign_up(&service).await, &first);
    }
    assert_eq!(looks().await, 5);
    assert_eq!(service.audit(&format!("contact_id={id}&action=contacts.create")).await.len(), 1);
}

async fn whatever_is_made_is_read_again(service: Service) {
    let staff = service.staff();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let network = service.network("adass").await;
    let announced = service.announce(json!({})).await;
    let requester = json!({ "name": "Ada Lovelace", "email": "ada@example.org" });
    for (number, (path, body)) in [
        ("/v1/organisations".to_owned(), json!({ "name": "Guildhall", "kind": "venue" })),
        ("/v1/contacts".to_owned(), person("Grace Hopper", "grace@example.org")),
        ("/v1/consents".to_owned(), grant(&ada, "newsletter", "paper")),
        ("/v1/networks".to_owned(), json!({ "code": "adcs", "name": "ADCS", "description": "Directors." })),
        (format!("/v1/networks/{network}/memberships"), json!({ "contact_id": ada, "represents": "Dudley" })),
        ("/v1/events".to_owned(), event(&json!({}))),
        (format!("{announced}/registrations"), json!({ "contact_id": ada })),
        (
            "/v1/complaints".to_owned(),
            json!({ "complainant": requester, "channel": "email", "received_on": "2026-11-20", "details": "No." }),
        ),
        (
            "/v1/breaches".to_owned(),
            json!({ "aware_at": "2026-11-24T09:00:00Z", "nature": "Lost.", "categories": ["event"] }),
        ),
        (
            "/v1/subject-requests".to_owned(),
            json!({ "kind": "access", "contact_id": ada, "channel": "email", "received_on": "2026-11-20",
                    "identity_known": true, "requester": requester }),
        ),
        ("/v1/privacy-notices".to_owned(), {
            let current = service.get("/v1/privacy-notice").await.expect(200).json();
            json!({ "version": "2027-01-01", "effective_on": "2027-01-01", "purposes": current["purposes"] })
        }),
    ]
    .into_iter()
    .enumerate()
    {
        let ask = || {
            let request = service.request("POST", &path).token(&staff);
            request.header("Idempotency-Key", &format!("made-{number:04}")).json(&body).send()
        };
        let first = fresh(ask().await.expect(201));
        let after = rows(&service);
        replays(&ask().await, &first);
        assert_eq!(rows(&service), after, "{path}");
    }
}

async fn a_verb_is_not_done_twice(service: Service) {
    let path = service.announce(json!({})).await;
    service.book(&path, "ada").await;
    let cancel = || keyed(&service, &format!("{path}/cancellation"), "cancel-07").send();
    let first = fresh(cancel().await.expect(200));
    let messages = service.count("messages");
    replays(&cancel().await, &first);
    assert_eq!(service.count("messages"), messages);
    let changed = service.get(&path).await.expect(200);
    assert_eq!(changed.json()["status"], "cancelled");
}

async fn a_question_is_read_again_until_its_words_are_erased(service: Service) {
    let asked = json!({ "kind": "access", "channel": "email", "received_on": "2026-11-20", "identity_known": true,
        "requester": { "name": "Ada Lovelace", "email": "ada@example.org" } });
    let path = service.post("/v1/subject-requests", asked).await.expect(201).header("location");
    let question = json!({ "asked_on": "2026-11-24", "question": "Which walrus?" });
    let ask = || async { post(&service, &format!("{path}/clarifications"), "question-7", &question).await };
    let first = fresh(ask().await.expect(201));
    assert_eq!(first.header("location"), format!("{path}/clarifications/{}", text(&first.json(), "id")));
    replays(&ask().await, &first);
    assert_eq!(service.get(&first.header("location")).await.expect(200).json(), first.json());
    service.state.flush_looks().await;
    assert_eq!(service.audit("action=subject_requests.question").await.len(), 2);
    let nothing = format!("{path}/clarifications/01937a5e-8f00-7c3a-9d55-3f2a60b1c901");
    service.get(&nothing).await.problem(404, "not_found");
    let id = path.rsplit('/').next().unwrap();
    let hex = id.replace('-', "");
    let row = match service.engine {
        crate::harness::Engine::Sqlite => format!("x'{hex}'"),
        crate::harness::Engine::Postgres => format!("'{id}'"),
    };
    service.sql(&format!("UPDATE subject_request_steps SET told = NULL WHERE request_id = {row}")).unwrap();
    again(ask().await.problem(410, "gone"));
}

async fn a_contractor_replays_its_own_report_until_it_is_suspended(service: Service) {
    let asked = json!({ "name": "Brand Ltd", "kind": "approved_contractor" });
    let made = service.post("/v1/organisations", asked).await.expect(201);
    let organisation: OrganisationId = text(&made.json(), "id").parse().unwrap();
    let token = service.token("contractor-1", &[Role::Contractor], Some(organisation));
    let breach = json!({ "aware_at": "2026-11-24T09:00:00Z", "nature": "Lost.", "categories": ["event"] });
    let report = || {
        let request = service.request("POST", "/v1/breaches").token(&token);
        request.header("Idempotency-Key", "breach-07").json(&breach).send()
    };
    let first = fresh(report().await.expect(201));
    replays(&report().await, &first);
    service.verb(&made.header("location"), "suspension").await.expect(200);
    report().await.problem(401, "invalid_token");
}

async fn answers_without_a_resource_are_given_again(service: Service) {
    let revocation = json!({ "jti": "6f1c3a9e" });
    let revoke = || {
        let request = service.request("POST", "/v1/token-revocations").token(&service.council());
        request.header("Idempotency-Key", "revoke-07").json(&revocation).send()
    };
    let first = fresh(revoke().await.expect(201));
    replays(&revoke().await, &first);

    service.sign_up("Ada Lovelace", "ada@example.org").await;
    let ask =
        || async { post(&service, "/v1/preference-links", "links-007", &json!({ "email": "ada@example.org" })).await };
    let first = fresh(ask().await.expect(202));
    let messages = service.count("messages");
    service.hands.advance(Duration::hours(2));
    replays(&ask().await, &first);
    assert_eq!(service.count("messages"), messages, "no second link is mailed");

    let path =
        service.announce(json!({ "starts_at": "2026-11-24T13:00:00Z", "ends_at": "2026-11-24T17:00:00Z" })).await;
    let scans = json!({ "check_ins": [{ "registration_id": "01937a5e-8f00-7c3a-9d55-3f2a60b1c901", "direction": "in",
        "occurred_at": "2026-11-24T12:00:00Z", "device_id": "door-1", "nonce": "0001" }] });
    let check_in = || async { post(&service, &format!("{path}/check-ins"), "scans-007", &scans).await };
    let first = fresh(check_in().await.expect(200));
    replays(&check_in().await, &first);
}

/// Imports a person with a key of its number.
async fn import(service: &Service, token: &str, number: usize) -> Answer {
    let request =
        service.request("POST", IMPORTS).token(token).header("Idempotency-Key", &format!("import-{number:03}"));
    let rows = (0..20).map(|row| format!("Person {number},p{number}.{row}@example.org\n"));
    request.body("text/csv", format!("name,email\n{}", rows.collect::<String>())).send().await
}

/// How many bytes of bodies are kept in all.
fn kept_bytes(service: &Service) -> i32 {
    kept_answers(service).iter().map(|row| row.body_bytes).sum()
}

async fn the_oldest_bodies_of_a_caller_make_room(service: Service) {
    let bound = 8 * 1024;
    let Some(service) = Service::start_with(service.engine, &[("IDEMPOTENCY__KEPT_BYTES", "8192")]).await else {
        return;
    };
    let (staff, other) = (service.staff(), service.token("staff-2", &[Role::IewmStaff], None));
    let made = fresh(sign_up(&service).await.expect(201));
    let problem = post(&service, "/v1/contacts", "in-vain-7", &person("Ada", "ada@example.org")).await;
    let problem = fresh(problem.problem(409, "contact_exists"));
    let of_other = fresh(import(&service, &other, 900).await.expect(200));
    let mut answers = Vec::new();
    for number in 0..8 {
        service.hands.advance(Duration::seconds(1));
        answers.push(fresh(import(&service, &staff, number).await.expect(200)));
    }
    let before = service.count("contacts");
    again(import(&service, &staff, 0).await.problem(409, "answer_not_kept"));
    replays(&import(&service, &staff, 7).await, &answers[7]);
    replays(&import(&service, &other, 900).await, &of_other);
    replays(&sign_up(&service).await, &made);
    assert_eq!(service.count("contacts"), before, "nothing is imported twice");
    // What did nothing is judged anew.
    let judged = post(&service, "/v1/contacts", "in-vain-7", &person("Ada", "ada@example.org")).await;
    assert_ne!(fresh(judged.problem(409, "contact_exists")).json()["instance"], problem.json()["instance"]);
    let rows = kept_answers(&service);
    assert_eq!(rows.iter().filter(|row| row.kind == "body").count(), 9, "stubs never go");
    let others = i32::try_from(of_other.bytes().len()).unwrap();
    assert!((others..=2 * bound).contains(&kept_bytes(&service)));
}

async fn the_bound_holds_for_imports_at_once(service: Service) {
    let more = [("IDEMPOTENCY__KEPT_BYTES", "6000")];
    let Some(service) = Service::start_with(service.engine, &more).await else { return };
    let staff = service.staff();
    // A caller sends two files at a time.
    let two_by_two = async || {
        let mut answers = Vec::new();
        for number in (0..12).step_by(2) {
            answers.extend(join_all([number, number + 1].map(|number| import(&service, &staff, number))).await);
        }
        answers
    };
    for answer in two_by_two().await {
        fresh(answer.expect(200));
    }
    let rows = kept_answers(&service);
    assert_eq!(rows.len(), 12);
    let kept = kept_bytes(&service);
    assert!((3000..=6000).contains(&kept), "{kept}");
    let answers = two_by_two().await;
    let gone = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!(gone, rows.iter().filter(|row| row.body.is_none()).count());
    assert_eq!(service.count("contacts"), 240);
}

async fn a_body_larger_than_the_bound_is_not_kept(service: Service) {
    let more = [("IDEMPOTENCY__KEPT_BYTES", "512")];
    let Some(service) = Service::start_with(service.engine, &more).await else { return };
    let staff = service.staff();
    fresh(import(&service, &staff, 1).await.expect(200));
    import(&service, &staff, 1).await.problem(409, "answer_not_kept");
    assert_eq!((service.count("contacts"), kept_bytes(&service)), (20, 0));
}

async fn a_streamed_import_is_not_done_again(service: Service) {
    let stream = |token: String| {
        let request = service.request("POST", IMPORTS).token(&token).header("Idempotency-Key", "lines-007");
        request.header("Accept", "application/x-ndjson").body("text/csv", "name,email\nAda,ada@example.org\n").send()
    };
    assert_eq!(fresh(stream(service.staff()).await.expect(200)).json()["result"], "created");
    let entries = service.count("audit_entries");
    stream(service.staff()).await.problem(409, "answer_not_kept");
    assert_eq!(service.count("audit_entries"), entries);

    // The name of a member that no row has is not kept either.
    let lines = json!({ "name": "Bob", "email": "bob@example.org", "Grace Hopper": 1 }).to_string();
    let send = || keyed(&service, IMPORTS, "names-007").body("application/x-ndjson", lines.clone()).send();
    assert!(fresh(send().await.expect(200)).text().contains("Grace Hopper"));
    send().await.problem(409, "answer_not_kept");
}

async fn a_dry_run_is_done_each_time(service: Service) {
    let path = format!("{IMPORTS}?dry_run=true");
    let rehearse = || keyed(&service, &path, "rehearse-7").body("text/csv", "name,email\nAda,ada@example.org\n").send();
    assert_eq!(fresh(rehearse().await.expect(200)).json()["results"][0]["result"], "created");
    sign_up(&service).await.expect(201);
    assert_eq!(fresh(rehearse().await.expect(200)).json()["results"][0]["result"], "updated");
}

/// An answer with an `ETag` is read again for a replay. Its reader must be there, and open to every role that may write.
#[test]
fn every_resource_that_is_written_can_be_read_by_its_writer() {
    let document: Value = serde_json::from_str(&openapi().to_json().unwrap()).unwrap();
    let operations = operations();
    let roles = |method: &str, path: &str| {
        let listed = operations.iter().find(|listed| listed.method == method && listed.path == path).unwrap();
        let row = listed.permission.and_then(|name| PERMISSIONS.iter().find(|row| row.name == name));
        row.map(|row| row.roles.to_vec())
    };
    let shown = |operation: &Value| {
        let answers = operation["responses"].as_object().unwrap().values();
        let tagged = answers.filter(|answer| !answer["headers"]["ETag"].is_null());
        let schema =
            |answer: &Value| answer["content"]["application/json"]["schema"]["$ref"].as_str().map(str::to_owned);
        tagged.filter_map(schema).collect::<Vec<_>>()
    };
    let paths = document["paths"].as_object().unwrap();
    let mut seen = 0;
    for (path, methods) in paths {
        let Some(writers) = methods.get("post").and_then(|_| roles("POST", path)) else { continue };
        for schema in shown(&methods["post"]) {
            let readers: Vec<&String> = paths
                .iter()
                .filter(|(path, methods)| {
                    path.ends_with('}') && methods.get("get").is_some_and(|get| shown(get).contains(&schema))
                })
                .map(|(path, _)| path)
                .collect();
            let [reader] = readers[..] else { panic!("{schema} of {path} is read at {readers:?}") };
            let allowed = roles("GET", reader).is_none_or(|readers| writers.iter().all(|role| readers.contains(role)));
            assert!(allowed, "a role that may POST {path} may not GET {reader}");
            seen += 1;
        }
    }
    assert!(seen >= 40, "{seen}");
}
