//! What was decided, and when: the history beneath a consent, which cannot be changed.

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::canonical::sha256;
use crate::harness::people::{WORDING, grant, text, withdrawal};
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    a_history_tells_every_decision_newest_first,
    consents_read_as_they_had_been_recorded_by_an_instant,
    consents_are_listed_by_person_purpose_and_state,
    consents_come_in_pages,
    the_database_refuses_to_rewrite_history,
}

async fn a_history_tells_every_decision_newest_first(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let council = service.council();
    let mut asked = grant(&ada, "newsletter", "paper");
    asked["occurred_at"] = json!("2026-11-20T09:00:00+01:00");
    service.request("POST", "/v1/consents").token(&council).json(&asked).send().await.expect(201);
    service.hands.advance(Duration::hours(1));
    service.withdraw(&ada, "newsletter").await;
    service.hands.advance(Duration::hours(1));
    service.give_and_confirm(&ada, "newsletter").await;

    let history = service.history(&ada, "newsletter").await;
    let told: Vec<(&str, &str, &str)> = history
        .iter()
        .map(|line| {
            let member = |name: &str| line[name].as_str().unwrap();
            (member("decision"), member("method"), member("recorded_by"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("confirmed", "web_form", "link:confirmation"),
            ("given", "web_form", "staff-1"),
            ("withdrawn", "email", "staff-1"),
            ("given", "paper", "council-1"),
        ]
    );
    let first = history.last().unwrap();
    assert_eq!(first["occurred_at"], "2026-11-20T08:00:00.000000Z");
    assert_eq!(first["recorded_at"], "2026-11-24T10:00:00.000000Z");
    assert_eq!(first["notice_version"], "2019-01-29");
    assert_eq!(first["wording_sha256"], sha256(WORDING));
    assert_eq!(history[2]["wording_sha256"], json!(null));
    assert!(history.iter().all(|line| line.get("wording").is_none() && line.get("evidence_ref").is_none()));

    let consent = service.consent(&ada, "newsletter").await;
    let path = format!("/v1/consents/{}/history", text(&consent, "id"));
    let page = service.get(&format!("{path}?limit=3")).await.expect(200).json();
    let rest = format!("{path}?limit=3&cursor={}", text(&page, "next_cursor"));
    assert_eq!(service.items(&rest).await, std::slice::from_ref(first));
    service.get("/v1/consents/01937a5e-8f00-7c3a-9d55-3f2a60b1c901/history").await.problem(404, "not_found");
}

async fn consents_read_as_they_had_been_recorded_by_an_instant(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let start = service.now();
    let at = |hours: i64| start.plus(Duration::hours(hours));
    service.hands.set(at(1));
    // Dated yesterday, and recorded now: before now the service did not know.
    let mut asked = grant(&ada, "newsletter", "paper");
    asked["occurred_at"] = json!("2026-11-23T10:00:00Z");
    service.decide(asked).await.expect(201);
    service.hands.set(at(2));
    service.withdraw(&ada, "newsletter").await;
    service.hands.set(at(3));
    service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
    service.hands.set(at(24 * 20));

    for (hours, state, version) in [(1, "given", 1), (2, "withdrawn", 2), (3, "pending", 3), (24 * 15, "expired", 3)] {
        let then = service.items(&format!("/v1/consents?contact_id={ada}&as_at={}", at(hours))).await;
        assert_eq!(then.len(), 1, "{hours}");
        assert_eq!((&then[0]["state"], &then[0]["version"]), (&json!(state), &json!(version)), "{hours}");
    }
    assert!(service.items(&format!("/v1/consents?as_at={start}")).await.is_empty());
    let then = service.items(&format!("/v1/consents?state=given&as_at={}", at(1))).await;
    assert_eq!(then.len(), 1);
    assert!(service.items(&format!("/v1/consents?state=given&as_at={}", at(2))).await.is_empty());
    service.get("/v1/consents?as_at=yesterday").await.problem(400, "invalid_query");
}

async fn consents_are_listed_by_person_purpose_and_state(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let grace = service.sign_up("Grace Hopper", "grace@example.org").await;
    service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
    service.hands.advance(Duration::days(14));
    service.give(&ada, "trade_articles").await;
    service.withdraw(&grace, "newsletter").await;
    service.decide(grant(&grace, "trade_articles", "web_form")).await.expect(201);

    let states = async |query: &str| -> Vec<String> {
        service.items(&format!("/v1/consents?{query}")).await.iter().map(|item| text(item, "state")).collect()
    };
    assert_eq!(states("").await, ["pending", "withdrawn", "given", "expired"]);
    assert_eq!(states(&format!("contact_id={ada}")).await, ["given", "expired"]);
    assert_eq!(states("purpose=newsletter").await, ["withdrawn", "expired"]);
    for state in ["pending", "withdrawn", "given", "expired"] {
        assert_eq!(states(&format!("state={state}")).await, [state]);
    }
    assert!(states("state=stale").await.is_empty());
    for bad in ["purpose=gossip", "state=maybe", "contact_id=7", "colour=red", "state=given&state=given"] {
        service.get(&format!("/v1/consents?{bad}")).await.problem(400, "invalid_query");
    }
}

async fn consents_come_in_pages(service: Service) {
    for at in 0..5 {
        let person = service.sign_up(&format!("Person {at}"), &format!("p{at}@example.org")).await;
        service.give(&person, "newsletter").await;
        service.withdraw(&person, "trade_articles").await;
    }
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = service.get(&format!("/v1/consents?state=given&limit=2{cursor}")).await.expect(200).json();
        ids.extend(page["items"].as_array().unwrap().iter().map(|item| text(item, "id")));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(ids.len(), 5);
    assert!(ids.is_sorted_by(|newer, older| newer > older));
    service.get("/v1/consents?cursor=AAAA").await.problem(400, "invalid_cursor");
}

async fn the_database_refuses_to_rewrite_history(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    service.decide(withdrawal(&ada, "newsletter")).await.expect(201);
    service.sign_up("Ada King", "king@example.org").await;
    service.post("/v1/contacts/search", json!({ "name": "ada" })).await.expect(200);
    let before = (service.history(&ada, "newsletter").await, service.audit("").await);
    let mut attempts = vec![
        "UPDATE consent_decisions SET decision = 'given'".to_owned(),
        "UPDATE consent_decisions SET recorded_by = recorded_by".to_owned(),
        "DELETE FROM consent_decisions".to_owned(),
        "UPDATE consent_decisions SET evidence = wording_sha256 WHERE evidence IS NOT NULL".to_owned(),
        // The proof can go, when the person is erased, and nothing else with it.
        "UPDATE consent_decisions SET evidence = NULL, method = 'import' WHERE evidence IS NOT NULL".to_owned(),
        "UPDATE audit_entries SET actor = 'nobody'".to_owned(),
        "DELETE FROM audit_entries".to_owned(),
        "UPDATE audit_subjects SET entry_id = contact_id".to_owned(),
        "DELETE FROM audit_subjects".to_owned(),
    ];
    match service.engine {
        Engine::Sqlite => attempts.extend(["consent_decisions", "audit_entries"].map(|table| {
            // Replacing a row deletes it without a trigger on deletion being asked.
            format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        })),
        Engine::Postgres => {
            let truncate = |table: &str| format!("TRUNCATE {table} CASCADE");
            attempts.extend(["consent_decisions", "audit_entries", "audit_subjects"].map(truncate));
        }
    }
    for attempt in attempts {
        let refused = service.sql(&attempt).expect_err(&attempt);
        assert!(refused.contains("append-only"), "{attempt}: {refused}");
    }
    let history: Vec<Value> = service.history(&ada, "newsletter").await;
    assert_eq!(history, before.0);
    let audit = service.audit("").await;
    assert!(audit.ends_with(&before.1), "nothing of the audit has changed");
}
