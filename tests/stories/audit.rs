//! The audit: who did what, and who looked.

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::canonical::{canonical, sha256};
use crate::harness::people::{grant, person, text, withdrawal};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    every_write_has_its_entry,
    a_refusal_of_the_law_is_recorded,
    looks_are_recorded_and_told,
    what_finds_one_person_names_them,
    entries_are_found_by_person_actor_action_and_time,
    no_entry_holds_personal_data,
    a_digest_is_over_the_canonical_form,
}

async fn every_write_has_its_entry(service: Service) {
    let mut known = service.audit("").await.len();
    let mut expect = async |actions: &[&str]| {
        let entries = service.audit("").await;
        let fresh = &entries[..entries.len() - known];
        let deeds: Vec<&str> = fresh
            .iter()
            .rev()
            .filter(|entry| entry["outcome"] == "done")
            .map(|entry| entry["action"].as_str().unwrap())
            .collect();
        assert_eq!(deeds, actions);
        known = entries.len();
    };
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    expect(&["contacts.create"]).await;
    let path = format!("/v1/contacts/{ada}");
    let etag = service.get(&path).await.etag();
    service.patch(&path, &etag, json!({ "name": "Ada King" })).await.expect(200);
    expect(&["contacts.update"]).await;
    let waiting = service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201).json();
    expect(&["consents.record"]).await;
    let link = service.link(&text(&waiting, "decision_id")).await;
    expect(&["confirmations.mint"]).await;
    service.follow("GET", &link).await.expect(200);
    expect(&[]).await;
    service.follow("POST", &link).await.expect(200);
    expect(&["consents.record", "confirmations.use"]).await;
    service.follow("POST", &link).await.problem(410, "gone");
    expect(&[]).await;
    service.withdraw(&ada, "newsletter").await;
    expect(&["consents.record"]).await;
    let grace = service.sign_up("Grace Hopper", "grace@example.org").await;
    service.delete(&grace).await.expect(204);
    expect(&["contacts.create", "contacts.delete"]).await;
    let notice = json!({ "version": "2026-12-01", "effective_on": "2026-12-15", "purposes": [{
        "code": "newsletter", "lawful_basis": ["consent"], "data": ["Name"], "recipients": [],
        "retention": "Six years", "change": "minor" }] });
    service.post("/v1/privacy-notices", notice).await.expect(201);
    let publish = service.request("POST", "/v1/privacy-notices/2026-12-01/publication");
    publish.token(&service.council()).send().await.expect(200);
    expect(&["notices.draft", "notices.publish"]).await;
    // The same request once more, by its key, is the same deed.
    let keyed = || {
        let asked = service.request("POST", "/v1/contacts").token(&service.staff());
        asked.header("Idempotency-Key", "abcdefgh").json(&person("Mary", "mary@example.org"))
    };
    keyed().send().await.expect(201);
    assert_eq!(keyed().send().await.expect(201).header("idempotent-replayed"), "true");
    expect(&["contacts.create"]).await;
    service.post("/v1/contacts", json!({})).await.expect(422);
    expect(&[]).await;
}

async fn a_refusal_of_the_law_is_recorded(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.withdraw(&ada, "newsletter").await;
    let mut late = grant(&ada, "newsletter", "paper");
    late["occurred_at"] = json!("2026-11-01T00:00:00Z");
    let council = service.council();
    let asked = service.request("POST", "/v1/consents").token(&council).json(&late);
    asked.send().await.problem(409, "superseded_by_withdrawal");
    service.decide(grant(&ada, "venue_security", "paper")).await.problem(422, "purpose_not_consent");
    let refusals: Vec<Value> =
        service.audit("").await.into_iter().filter(|entry| entry["outcome"] == "refused").collect();
    let told: Vec<(&str, &str)> =
        refusals.iter().map(|entry| (entry["actor"].as_str().unwrap(), entry["code"].as_str().unwrap())).collect();
    assert_eq!(told, [("staff-1", "purpose_not_consent"), ("council-1", "superseded_by_withdrawal")]);
    for refusal in &refusals {
        assert_eq!(refusal["action"], "consents:record");
    }
}

async fn looks_are_recorded_and_told(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let grace = service.sign_up("Grace Hopper", "grace@example.org").await;
    let consent = text(&service.give(&ada, "newsletter").await, "id");
    let council = service.council();
    service.request("GET", &format!("/v1/contacts/{ada}")).token(&council).send().await.expect(200);
    for path in [
        format!("/v1/contacts/{ada}"),
        format!("/v1/consents/{consent}"),
        format!("/v1/consents/{consent}/history"),
        format!("/v1/consents/{consent}/receipt"),
        format!("/v1/consents?contact_id={ada}"),
        "/v1/contacts".to_owned(),
        "/v1/audiences/newsletter".to_owned(),
    ] {
        service.get(&path).await.expect(200);
    }
    service.get(&format!("/v1/contacts/{grace}")).await.expect(200);
    service.post("/v1/contacts/search", json!({ "name": "lovelace" })).await.expect(200);
    service.checked(&ada, "newsletter").await;
    service.state.flush_looks().await;

    let accesses = service.items(&format!("/v1/contacts/{ada}/accesses")).await;
    let told: Vec<(&str, &str)> = accesses
        .iter()
        .rev()
        .map(|look| (look["roles"][0].as_str().unwrap(), look["action"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("council", "contacts.read"),
            ("iewm_staff", "contacts.read"),
            ("iewm_staff", "consents.read"),
            ("iewm_staff", "consents.history"),
            ("iewm_staff", "consents.receipt"),
            ("iewm_staff", "consents.list"),
            ("iewm_staff", "contacts.search"),
        ]
    );
    for action in ["contacts.list", "contacts.search", "audiences.read", "consents.check"] {
        assert_eq!(service.audit(&format!("action={action}")).await.len(), 1, "{action}");
    }
    let missing = "/v1/contacts/01937a5e-8f00-7c3a-9d55-3f2a60b1c901/accesses";
    service.get(missing).await.problem(404, "not_found");
    // An erased person can still ask who looked.
    service.delete(&grace).await.expect(204);
    assert!(!service.items(&format!("/v1/contacts/{grace}/accesses")).await.is_empty());
}

async fn what_finds_one_person_names_them(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let complaint = json!({
        "contact_id": ada, "complainant": { "name": "Ada Lovelace" }, "channel": "post", "received_on": "2026-11-20",
        "details": "The walrus.",
    });
    let made = service.post("/v1/complaints", complaint).await.expect(201).json();
    let network = json!({ "code": "fleet", "name": "Fleet", "description": "Fleet managers." });
    let network = service.post("/v1/networks", network).await.expect(201).json();
    for path in [
        format!("/v1/complaints?reference={}", text(&made, "reference")),
        format!("/v1/subject-requests?contact_id={ada}"),
        format!("/v1/contacts?network_id={}", text(&network, "id")),
    ] {
        service.get(&path).await.expect(200);
    }
    let complaints = service.audit(&format!("contact_id={ada}&action=complaints.list")).await;
    assert_eq!(complaints[0]["subject"], format!("complaint/{}", text(&made, "id")));
    assert_eq!(service.audit(&format!("contact_id={ada}&action=subject_requests.list")).await.len(), 1);
    // A list names its filter and the count.
    let listed = &service.audit("action=contacts.list").await[0];
    assert_eq!(listed["subject"], format!("network/{}", text(&network, "id")));
    assert_eq!((&listed["detail"]["count"], &listed["contact_id"]), (&json!(0), &Value::Null));
}

async fn entries_are_found_by_person_actor_action_and_time(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.hands.advance(Duration::minutes(1));
    let since = service.now();
    let council = service.council();
    let decision = service.request("POST", "/v1/consents").token(&council).json(&withdrawal(&ada, "newsletter"));
    decision.send().await.expect(201);
    service.sign_up("Grace Hopper", "grace@example.org").await;

    let actions = async |query: &str| -> Vec<String> {
        service.audit(query).await.iter().map(|entry| text(entry, "action")).collect()
    };
    assert_eq!(actions(&format!("contact_id={ada}")).await, ["consents.record", "contacts.create"]);
    assert_eq!(actions("actor=council-1").await, ["consents.record"]);
    assert_eq!(actions("action=contacts.create").await, ["contacts.create"; 2]);
    assert_eq!(actions(&format!("since={since}")).await, ["contacts.create", "consents.record"]);
    assert_eq!(actions(&format!("since={since}&actor=staff-1")).await, ["contacts.create"]);
    assert!(actions("actor=nobody").await.is_empty());
    let entry = &service.audit("actor=council-1").await[0];
    assert_eq!(entry["actor_kind"], "caller");
    assert_eq!(entry["roles"], json!(["council"]));
    assert_eq!(entry["contact_id"], ada.as_str());
    assert!(text(entry, "subject").starts_with("consent_decision/"));
    let long = format!("actor={}", "a".repeat(256));
    for bad in ["contact_id=7", "since=now", "colour=red", "actor=", "actor=a%00b", "action=%0A", &long] {
        let asked = service.request("GET", &format!("/v1/audit?{bad}")).token(&council);
        asked.send().await.problem(400, "invalid_query");
    }
    service.get("/v1/audit").await.problem(403, "forbidden");
}

async fn no_entry_holds_personal_data(service: Service) {
    let asked = json!({
        "name": "Quintessa Zyx", "email": "quintessa@zyx.example", "telephone": "020 7946 0958",
        "organisation": "Zyxworks", "job_title": "Zyxologist",
        "source": { "kind": "event", "detail": "Zyxfair", "obtained_on": "2026-11-20" },
    });
    let contact = service.post("/v1/contacts", asked.clone()).await.expect(201);
    service.post("/v1/contacts", asked).await.problem(409, "contact_exists");
    let id = text(&contact.json(), "id");
    let mut decision = grant(&id, "newsletter", "paper");
    decision["wording"] = json!("Zyx wording");
    decision["evidence_ref"] = json!("Zyx drawer");
    service.decide(decision).await.expect(201);
    let patch = json!({ "name": "Quintessa Zyxson" });
    service.patch(&contact.header("location"), &contact.etag(), patch).await.expect(200);
    for wanted in [json!({ "name": "quintessa" }), json!({ "email": "quintessa@zyx.example" })] {
        service.post("/v1/contacts/search", wanted).await.expect(200);
    }
    service.get("/v1/audiences/newsletter").await.expect(200);
    let entries = serde_json::to_string(&service.audit("").await).unwrap().to_lowercase();
    // The number whole: four digits of it may well stand in a digest.
    for word in ["zyx", "quintessa", "7946 0958", "79460958", "drawer"] {
        assert!(!entries.contains(word), "{word}");
    }
}

async fn a_digest_is_over_the_canonical_form(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give_and_confirm(&ada, "newsletter").await;
    service.decide(grant(&ada, "venue_security", "paper")).await.problem(422, "purpose_not_consent");
    service.get("/v1/contacts").await.expect(200);
    service.sign_up("Ada King", "king@example.org").await;
    service.post("/v1/contacts/search", json!({ "name": "ada" })).await.expect(200);
    let entries = service.audit("").await;
    assert!(entries.iter().any(|entry| entry["detail"]["contact_ids"].is_array()), "one that names several");
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &entries {
        *kinds.entry(text(entry, "outcome") + " " + &text(entry, "actor_kind")).or_default() += 1;
        let mut form = entry.as_object().cloned().unwrap();
        form.remove("digest");
        for absent in ["organisation_id", "code", "contact_id", "subject"] {
            form.entry(absent.to_owned()).or_insert(Value::Null);
        }
        let roles: Vec<&str> = entry["roles"].as_array().unwrap().iter().map(|role| role.as_str().unwrap()).collect();
        form.insert("roles".to_owned(), json!(roles.join(",")));
        assert_eq!(text(entry, "digest"), sha256(&canonical(&Value::Object(form))), "{entry}");
    }
    for kind in ["done caller", "done job", "done anonymous", "looked caller", "refused caller"] {
        assert!(kinds.contains_key(kind), "{kind}: {kinds:?}");
    }
}
