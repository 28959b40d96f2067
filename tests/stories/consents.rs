//! Consents: giving, withdrawing, and what is refused.

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::people::{grant, text, withdrawal};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    the_story_of_the_readme,
    a_grant_needs_what_proves_it,
    a_bad_decision_is_refused_and_changes_nothing,
    a_withdrawal_is_always_taken,
    a_grant_dated_before_the_last_withdrawal_is_refused,
    an_erased_person_cannot_give_and_can_withdraw,
    a_suppressed_address_answers_for_itself,
    each_consent_is_for_one_person_and_one_purpose,
}

async fn the_story_of_the_readme(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    assert_eq!(service.checked(&ada, "newsletter").await, "not_given");
    let made = service.decide(grant(&ada, "newsletter", "telephone")).await.expect(201);
    let consent = made.json();
    assert_eq!(made.header("location"), format!("/v1/consents/{}", text(&consent, "id")));
    assert_eq!(consent["state"], "given");
    assert_eq!(consent["contact_id"], ada.as_str());
    assert_eq!(consent["purpose"], "newsletter");
    assert_eq!(consent["method"], "telephone");
    assert_eq!(consent["notice_version"], "2019-01-29");
    assert_eq!(consent["since"], "2026-11-24T10:00:00.000000Z");
    assert_eq!(consent["version"], 1);
    assert_eq!(service.get(&made.header("location")).await.expect(200).json(), consent);

    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    let audience = service.get("/v1/audiences/newsletter").await.expect(200);
    let line: Value = serde_json::from_str(audience.text().trim_end()).unwrap();
    assert_eq!(line["email"], "ada@example.org");

    let receipt = service.get(&format!("{}/receipt", made.header("location"))).await.expect(200);
    let asked = json!({ "receipt": receipt.text() });
    let verdict = service.request("POST", "/v1/receipts/verification").json(&asked).send().await.expect(200).json();
    assert_eq!(verdict, json!({ "valid": true, "decision_id": consent["decision_id"] }));

    let withdrawn = service.withdraw(&ada, "newsletter").await;
    assert_eq!(withdrawn["state"], "withdrawn");
    assert_eq!(withdrawn["id"], consent["id"]);
    assert_eq!(withdrawn["version"], 2);
    assert_eq!(service.get("/v1/audiences/newsletter").await.expect(200).text(), "");
    assert_eq!(service.checked(&ada, "newsletter").await, "withdrawn");
    // What was signed stays signed.
    let verdict = service.request("POST", "/v1/receipts/verification").json(&asked).send().await.expect(200).json();
    assert_eq!(verdict["valid"], true);
}

async fn a_grant_needs_what_proves_it(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    for (method, evidence) in [
        ("telephone", true),
        ("in_person", true),
        ("paper", true),
        ("web_form", false),
        ("email", false),
        ("import", false),
    ] {
        let bare = json!({ "contact_id": ada, "purpose": "newsletter", "decision": "given", "method": method });
        let refused = service.decide(bare.clone()).await.problem(422, "invalid");
        let both: &[&str] =
            if evidence { &["/evidence_ref missing", "/wording missing"] } else { &["/wording missing"] };
        assert_eq!(refused.faults(), both, "{method}");
        let mut blank = bare;
        blank["wording"] = json!(" ");
        assert!(service.decide(blank).await.problem(422, "invalid").text().contains("/wording"));
    }
    assert!(service.items("/v1/consents").await.is_empty());
    let mut enough = grant(&ada, "newsletter", "import");
    enough.as_object_mut().unwrap().remove("evidence_ref");
    assert_eq!(service.decide(enough).await.expect(201).json()["state"], "given");
}

async fn a_bad_decision_is_refused_and_changes_nothing(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let before = service.counts();
    let unknown = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    let with = |member: &str, value: Value| {
        let mut asked = grant(&ada, "newsletter", "telephone");
        asked[member] = value;
        asked
    };
    for (asked, faults) in [
        (with("purpose", json!("gossip")), vec!["/purpose unknown_value"]),
        (with("method", json!("telepathy")), vec!["/method unknown_value"]),
        (with("decision", json!("maybe")), vec!["/decision unknown_value"]),
        (with("contact_id", json!(unknown)), vec!["/contact_id unknown_reference"]),
        (with("contact_id", json!("7")), vec!["/contact_id uuid"]),
        (with("notice_version", json!("2020-01-01")), vec!["/notice_version unknown_reference"]),
        (with("occurred_at", json!("2026-11-24T10:00:01Z")), vec!["/occurred_at future"]),
        (with("occurred_at", json!("yesterday")), vec!["/occurred_at date-time"]),
        (with("state", json!("given")), vec!["/state read_only"]),
    ] {
        let refused = service.decide(asked.clone()).await.problem(422, "invalid");
        assert_eq!(refused.faults(), faults, "{asked}");
    }
    let mut several = with("contact_id", json!(unknown));
    several["notice_version"] = json!("2020-01-01");
    several["occurred_at"] = json!("2027-01-01T00:00:00Z");
    let refused = service.decide(several).await.problem(422, "invalid");
    assert_eq!(
        refused.faults(),
        ["/contact_id unknown_reference", "/notice_version unknown_reference", "/occurred_at future"]
    );
    assert_eq!(service.counts(), before, "none of it was a refusal of the law");
    for purpose in ["event_administration", "venue_security"] {
        for asked in [grant(&ada, purpose, "telephone"), withdrawal(&ada, purpose)] {
            service.decide(asked).await.problem(422, "purpose_not_consent");
        }
    }
    assert_eq!(
        service.decide(grant(&ada, "professional_networks", "paper")).await.expect(201).json()["state"],
        "given"
    );
}

async fn a_withdrawal_is_always_taken(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let never_given = service.withdraw(&ada, "newsletter").await;
    assert_eq!(never_given["state"], "withdrawn");
    assert_eq!(service.checked(&ada, "newsletter").await, "withdrawn");
    assert_eq!(service.withdraw(&ada, "newsletter").await["version"], 2);
    assert_eq!(service.history(&ada, "newsletter").await.len(), 2);

    service.decide(grant(&ada, "trade_articles", "web_form")).await.expect(201);
    assert_eq!(service.withdraw(&ada, "trade_articles").await["state"], "withdrawn");

    let future = json!({ "contact_id": ada, "purpose": "newsletter", "decision": "withdrawn", "method": "email",
                         "occurred_at": "2026-11-25T00:00:00Z" });
    service.decide(future).await.problem(422, "invalid");
}

async fn a_grant_dated_before_the_last_withdrawal_is_refused(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let dated = |mut decision: Value, at: &str| {
        decision["occurred_at"] = json!(at);
        decision
    };
    service.decide(dated(withdrawal(&ada, "newsletter"), "2026-11-20T12:00:00Z")).await.expect(201);
    // A withdrawal that arrives late does not move the last one back.
    service.decide(dated(withdrawal(&ada, "newsletter"), "2026-11-10T12:00:00Z")).await.expect(201);
    for (at, status) in
        [("2026-11-20T11:59:59.999999Z", 409), ("2026-11-15T12:00:00Z", 409), ("2026-11-21T00:00:00Z", 201)]
    {
        let answer = service.decide(dated(grant(&ada, "newsletter", "paper"), at)).await;
        if status == 409 {
            answer.problem(409, "superseded_by_withdrawal");
            assert_eq!(service.checked(&ada, "newsletter").await, "withdrawn");
        } else {
            assert_eq!(answer.expect(201).json()["since"], "2026-11-21T00:00:00.000000Z");
        }
    }
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    // Of another purpose nothing was said.
    service.decide(dated(grant(&ada, "trade_articles", "paper"), "2026-11-01T00:00:00Z")).await.expect(201);
}

async fn an_erased_person_cannot_give_and_can_withdraw(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.delete(&ada).await.expect(204);
    service.decide(grant(&ada, "newsletter", "paper")).await.problem(410, "erased");
    let mut asked = withdrawal(&ada, "newsletter");
    asked["wording"] = json!("Ada Lovelace never wants to hear from us again");
    let answer = service.decide(asked).await.expect(201);
    assert!(!answer.text().contains("Ada"), "{}", answer.text());
    assert_eq!(answer.json()["state"], "withdrawn");
    let history = service.history(&ada, "newsletter").await;
    assert_eq!(history.len(), 1);
    assert_eq!(history[0]["wording_sha256"], json!(null));
    assert_eq!(service.checked(&ada, "newsletter").await, "erased");
    service.get(&format!("/v1/contacts/{ada}")).await.problem(410, "erased");
    let receipt = format!("/v1/consents/{}/receipt", text(&answer.json(), "id"));
    service.get(&receipt).await.expect(200);
}

async fn a_suppressed_address_answers_for_itself(service: Service) {
    service.delete(&service.sign_up("Ada Lovelace", "ada@example.org").await).await.expect(204);
    let ada = service.sign_up("Ada Lovelace", "Ada@example.org").await;
    assert_eq!(service.decide(grant(&ada, "newsletter", "in_person")).await.expect(201).json()["state"], "pending");
    assert_eq!(service.checked(&ada, "newsletter").await, "suppressed");
    assert_eq!(service.get("/v1/audiences/newsletter").await.text(), "");

    let waiting = service.newest_decision(&ada, "newsletter").await;
    let link = service.link(&text(&waiting, "id")).await;
    service.follow("POST", &link).await.expect(200);
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    assert!(service.get("/v1/audiences/newsletter").await.text().contains(&ada));
    // The mark was lifted for that purpose alone.
    assert_eq!(service.checked(&ada, "trade_articles").await, "suppressed");
    assert_eq!(service.give(&ada, "trade_articles").await["state"], "pending");
    // From now on a grant by telephone counts at once, where the mailbox has answered.
    service.withdraw(&ada, "newsletter").await;
    service.hands.advance(Duration::minutes(1));
    assert_eq!(service.give(&ada, "newsletter").await["state"], "given");
}

async fn each_consent_is_for_one_person_and_one_purpose(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let grace = service.sign_up("Grace Hopper", "grace@example.org").await;
    let first = service.give(&ada, "newsletter").await;
    let again = service.give(&ada, "newsletter").await;
    assert_eq!(first["id"], again["id"]);
    assert_eq!(again["version"], 2);
    assert_ne!(service.give(&ada, "trade_articles").await["id"], first["id"]);
    assert_ne!(service.give(&grace, "newsletter").await["id"], first["id"]);
    service.withdraw(&ada, "newsletter").await;
    assert_eq!(service.checked(&grace, "newsletter").await, "given");
    assert_eq!(service.checked(&ada, "trade_articles").await, "given");
}
