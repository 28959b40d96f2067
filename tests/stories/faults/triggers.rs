//! A fault of the database in the middle of the operations that `all_or_nothing` does not tell of: nothing of
//! them is left, and the same request works once the fault is gone.

use serde_json::{Value, json};

use crate::harness::agreements::agreement;
use crate::harness::client::Answer;
use crate::harness::people::{grant, person, text, withdrawal};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_merge_is_whole_or_not_at_all,
    a_chunk_of_an_import_is_whole_or_not_at_all,
    an_unsubscription_is_whole_or_not_at_all,
    what_is_done_to_organisations_is_whole_or_not_at_all,
    what_is_done_to_agreements_is_whole_or_not_at_all,
    what_is_done_to_notices_is_whole_or_not_at_all,
    a_revocation_is_whole_or_not_at_all,
    what_is_done_to_requests_is_whole_or_not_at_all,
}

/// Asks once for each fault, a table and an event, and at last without one.
async fn whole_or_not_at_all(service: &Service, faults: &[(&str, &str)], ask: impl AsyncFn() -> Answer) -> Answer {
    for (table, event) in faults.iter().chain([&("audit_entries", "INSERT")]) {
        service.state.flush_looks().await;
        let before = service.counts();
        service.break_table(table, event, "1 = 1");
        let answer = ask().await;
        service.mend_table(table);
        assert!(matches!(answer.status, 500 | 503), "{event} {table}: {} {}", answer.status, answer.text());
        assert!(!answer.text().contains("a fault of the story"), "{}", answer.text());
        assert_eq!(service.counts(), before, "{event} {table}");
    }
    let answer = ask().await;
    assert!(answer.status < 300, "{} {}", answer.status, answer.text());
    answer
}

async fn a_merge_is_whole_or_not_at_all(service: Service) {
    let into = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let from = service.sign_up("Augusta King", "augusta@example.org").await;
    for (contact, purpose) in [(&into, "newsletter"), (&from, "newsletter"), (&from, "trade_articles")] {
        service.give(contact, purpose).await;
    }
    service.decide(withdrawal(&from, "newsletter")).await.expect(201);
    let (path, body) = (format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from }));
    let faults =
        [("contacts", "UPDATE"), ("consents", "INSERT"), ("consents", "UPDATE"), ("consent_decisions", "INSERT")];
    whole_or_not_at_all(&service, &faults, async || service.post(&path, body.clone()).await).await;
    assert_eq!(service.consent(&into, "newsletter").await["state"], "withdrawn");
    assert_eq!(service.consent(&into, "trade_articles").await["state"], "given");
}

async fn a_chunk_of_an_import_is_whole_or_not_at_all(service: Service) {
    let there = service.sign_up("Grace Hopper", "grace@example.org").await;
    let file = "name,email,telephone\nAda Lovelace,ada@example.org,\nGrace Hopper,grace@example.org,01905 765765\n\
                Mary Somerville,mary@example.org,\n";
    let ask = async || {
        let asked = service.request("POST", "/v1/contacts/imports").token(&service.staff());
        asked.header("Idempotency-Key", "imports-1").body("text/csv", file).send().await
    };
    let faults = [("contacts", "INSERT"), ("contacts", "UPDATE")];
    let results = whole_or_not_at_all(&service, &faults, ask).await.json()["results"].clone();
    let results: Vec<&str> = results.as_array().unwrap().iter().map(|row| row["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["created", "updated", "created"]);
    assert_eq!(service.get(&format!("/v1/contacts/{there}")).await.json()["telephone"], "+441905765765");
}

async fn an_unsubscription_is_whole_or_not_at_all(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let line: Value = serde_json::from_str(service.get("/v1/audiences/newsletter").await.text().trim()).unwrap();
    let link = text(&line, "unsubscribe_url").strip_prefix("https://iewm.example").unwrap().to_owned();
    let ask = async || service.follow("POST", &link).await;
    whole_or_not_at_all(&service, &[("consents", "UPDATE"), ("consent_decisions", "INSERT")], ask).await;
    assert_eq!(service.consent(&ada, "newsletter").await["state"], "withdrawn");
}

async fn what_is_done_to_organisations_is_whole_or_not_at_all(service: Service) {
    let body = json!({ "name": "Guildhall", "kind": "venue" });
    let create = async || service.post("/v1/organisations", body.clone()).await;
    let made = whole_or_not_at_all(&service, &[("organisations", "INSERT")], create).await;
    let path = made.header("location");
    let rename = async || service.patch(&path, &made.etag(), json!({ "name": "The Guildhall" })).await;
    whole_or_not_at_all(&service, &[("organisations", "UPDATE")], rename).await;
}

async fn what_is_done_to_agreements_is_whole_or_not_at_all(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let propose = async || service.post("/v1/sharing-agreements", agreement(venue)).await;
    let path = whole_or_not_at_all(&service, &[("sharing_agreements", "INSERT")], propose).await.header("location");
    let written = &[("sharing_agreements", "UPDATE")];
    for verb in ["approval", "suspension", "reinstatement"] {
        whole_or_not_at_all(&service, written, async || service.council_verb(&path, verb, None).await).await;
    }
    let end = async || service.post(&format!("{path}/end"), json!({ "reason": "Not needed." })).await;
    whole_or_not_at_all(&service, written, end).await;
}

async fn what_is_done_to_notices_is_whole_or_not_at_all(service: Service) {
    let newsletter = json!({ "code": "newsletter", "lawful_basis": ["consent"], "data": ["Name"], "recipients": [],
                             "retention": "Six years", "change": "material" });
    let draft = json!({ "version": "2026-12-01", "effective_on": "2026-12-15", "purposes": [newsletter] });
    let create = async || service.post("/v1/privacy-notices", draft.clone()).await;
    whole_or_not_at_all(&service, &[("privacy_notices", "INSERT")], create).await;
    let publish = async || {
        let asked = service.request("POST", "/v1/privacy-notices/2026-12-01/publication");
        asked.token(&service.council()).send().await
    };
    whole_or_not_at_all(&service, &[("privacy_notices", "UPDATE"), ("material_changes", "INSERT")], publish).await;
}

async fn a_revocation_is_whole_or_not_at_all(service: Service) {
    let revoke = async || {
        let asked = service.request("POST", "/v1/token-revocations").token(&service.council());
        asked.json(&json!({ "subject": "contractor-1" })).send().await
    };
    whole_or_not_at_all(&service, &[("token_revocations", "INSERT")], revoke).await;
    service.post("/v1/contacts", person("Ada Lovelace", "ada@example.org")).await.expect(201);
    service.decide(grant("00000000-0000-7000-8000-000000000000", "newsletter", "paper")).await.expect(422);
}

async fn what_is_done_to_requests_is_whole_or_not_at_all(service: Service) {
    let body = json!({
        "kind": "access", "channel": "email", "received_on": "2026-11-20", "identity_known": true,
        "requester": { "name": "Ada Lovelace", "email": "ada@example.org" },
    });
    let create = async || service.post("/v1/subject-requests", body.clone()).await;
    let inserts =
        ["reference_numbers", "subject_requests", "subject_request_steps", "messages"].map(|it| (it, "INSERT"));
    let made = whole_or_not_at_all(&service, &inserts, create).await;
    assert_eq!(made.json()["reference"], "SR-2026-000001", "no number is lost");
    let path = made.header("location");
    let refuse = async || {
        let asked = service.request("POST", &format!("{path}/refusal")).token(&service.council());
        asked.json(&json!({ "ground": "no_match", "explanation": "Nothing." })).send().await
    };
    let faults = [("subject_requests", "UPDATE"), ("subject_request_steps", "INSERT"), ("messages", "INSERT")];
    assert_eq!(whole_or_not_at_all(&service, &faults, refuse).await.json()["version"], 2);
}
