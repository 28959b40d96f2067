//! Objecting to direct marketing (UK GDPR Article 21(2) and (3)): absolute, at once, and taken back by the mailbox alone.

use chrono::Duration;
use futures_util::future::join_all;
use iewm::domain::{Code, Purpose};
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::mail::MailServer;
use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    an_objection_ends_everything_at_once,
    an_objection_to_some_leaves_the_others,
    staff_cannot_lift_an_objection,
    the_mailbox_takes_it_back_for_one_purpose,
    an_objection_is_taken_from_everybody,
    what_is_no_direct_marketing_is_told,
    an_objection_survives_a_merge_and_a_new_address,
    an_objected_address_is_not_brought_back,
    a_letter_that_asks_is_dropped,
    objecting_again_changes_nothing,
    the_past_reads_as_it_was,
}

const ALL: [&str; 5] =
    ["newsletter", "blogs_and_articles", "trade_articles", "event_information", "professional_networks"];

async fn audience(service: &Service, purpose: &str) -> Vec<String> {
    let lines = service.get(&format!("/v1/audiences/{purpose}")).await.expect(200).text();
    lines.lines().map(|line| text(&serde_json::from_str::<Value>(line).unwrap(), "contact_id")).collect()
}

fn kinds(history: &[Value]) -> Vec<&str> {
    history.iter().map(|decision| decision["decision"].as_str().unwrap()).collect()
}

async fn an_objection_ends_everything_at_once(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    service.decide(grant(&ada, "trade_articles", "web_form")).await.expect(201);
    assert_eq!(audience(&service, "newsletter").await, std::slice::from_ref(&ada));
    let ended = service.object(&ada, None).await.unwrap();
    assert_eq!(ended.len(), ALL.len());
    for purpose in ALL {
        assert_eq!(service.checked(&ada, purpose).await, "objected", "{purpose}");
        assert!(audience(&service, purpose).await.is_empty(), "{purpose}");
        let consent = service.consent(&ada, purpose).await;
        assert_eq!(consent["state"], "withdrawn");
        let newest = service.newest_decision(&ada, purpose).await;
        assert_eq!((&newest["decision"], &newest["recorded_by"]), (&json!("objected"), &json!("job:story")));
        let receipt = service.get(&format!("/v1/consents/{}/receipt", text(&consent, "id"))).await.expect(200).text();
        let verified = service.request("POST", "/v1/receipts/verification").json(&json!({ "receipt": receipt }));
        assert_eq!(verified.send().await.expect(200).json()["valid"], true);
    }
    assert_eq!(kinds(&service.history(&ada, "newsletter").await), ["objected", "given"]);
    let entry = &service.audit(&format!("contact_id={ada}&action=consents.object")).await[0];
    assert_eq!(entry["detail"]["purposes"].as_array().unwrap().len(), ALL.len());
}

async fn an_objection_to_some_leaves_the_others(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    for purpose in ["newsletter", "trade_articles"] {
        service.give(&ada, purpose).await;
    }
    service.object(&ada, Some(vec![Purpose::Newsletter])).await.unwrap();
    assert_eq!(service.checked(&ada, "newsletter").await, "objected");
    assert_eq!(service.checked(&ada, "trade_articles").await, "given");
    assert_eq!(service.checked(&ada, "event_information").await, "not_given");
    assert_eq!(audience(&service, "trade_articles").await, [ada]);
}

async fn staff_cannot_lift_an_objection(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.object(&ada, Some(vec![Purpose::Newsletter])).await.unwrap();
    service.hands.advance(Duration::minutes(1));
    for method in ["telephone", "paper", "in_person", "import", "email", "web_form"] {
        let asked = service.decide(grant(&ada, "newsletter", method)).await.expect(201).json();
        assert_eq!(asked["state"], "pending", "{method}");
        assert_eq!(service.checked(&ada, "newsletter").await, "objected", "{method}");
    }
    assert!(audience(&service, "newsletter").await.is_empty());
    let mut earlier = grant(&ada, "newsletter", "paper");
    earlier["occurred_at"] = json!("2026-11-24T09:59:00Z");
    service.decide(earlier).await.problem(409, "superseded_by_withdrawal");
    // Withdrawing what was asked for leaves the objection where it was.
    service.withdraw(&ada, "newsletter").await;
    assert_eq!(service.checked(&ada, "newsletter").await, "objected");
}

async fn the_mailbox_takes_it_back_for_one_purpose(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.object(&ada, None).await.unwrap();
    service.decide(grant(&ada, "newsletter", "paper")).await.expect(201);
    service.deliver(&server).await;
    let link = server.taken()[0].link("confirmations");
    service.follow("GET", &link).await.expect(200);
    assert_eq!(service.checked(&ada, "newsletter").await, "objected", "looking takes nothing back");
    service.follow("POST", &link).await.expect(200);
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    assert_eq!(audience(&service, "newsletter").await, std::slice::from_ref(&ada));
    for purpose in &ALL[1..] {
        assert_eq!(service.checked(&ada, purpose).await, "objected", "{purpose}");
    }
    assert_eq!(kinds(&service.history(&ada, "newsletter").await), ["confirmed", "given", "objected"]);
    // From then on it is a consent like any other.
    service.withdraw(&ada, "newsletter").await;
    assert_eq!(service.checked(&ada, "newsletter").await, "withdrawn");
    service.hands.advance(Duration::minutes(1));
    assert_eq!(service.give(&ada, "newsletter").await["state"], "given");
}

async fn an_objection_is_taken_from_everybody(service: Service) {
    let restricted = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.restrict(&restricted, RestrictionGround::AccuracyContested).await.unwrap();
    service.object(&restricted, None).await.unwrap();
    assert_eq!(service.checked(&restricted, "newsletter").await, "restricted");
    service.lift(&restricted, "2026-11-24").await.unwrap();
    assert_eq!(service.checked(&restricted, "newsletter").await, "objected");

    let erased = service.sign_up("Bob", "bob@example.org").await;
    service.delete(&erased).await.expect(204);
    service.object(&erased, None).await.unwrap();
    assert_eq!(service.checked(&erased, "newsletter").await, "erased");

    let (into, from) = (service.sign_up("Cat", "c@example.org").await, service.sign_up("Cat", "d@example.org").await);
    service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
    let ended = service.object(&from, None).await.unwrap();
    assert!(ended.iter().all(|consent| consent.contact_id.to_string() == into), "under the old id too");
    assert_eq!(service.checked(&into, "newsletter").await, "objected");

    let silent = json!({ "name": "Dan", "telephone": "+442079460958",
                         "source": { "kind": "self", "obtained_on": "2026-11-24" } });
    let silent = text(&service.post("/v1/contacts", silent).await.expect(201).json(), "id");
    service.object(&silent, None).await.unwrap();
    assert_eq!(service.checked(&silent, "newsletter").await, "objected", "without an address too");
    let nobody = service.object("01937a5e-8f00-7c3a-9d55-3f2a60b1c901", None).await;
    assert_eq!(nobody.unwrap_err().code(), Code::NotFound);
}

async fn what_is_no_direct_marketing_is_told(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let before = service.counts();
    for (purposes, code) in [
        (vec![Purpose::EventAdministration], Code::PurposeNotConsent),
        (vec![Purpose::Newsletter, Purpose::VenueSecurity], Code::PurposeNotConsent),
        (vec![], Code::Invalid),
    ] {
        assert_eq!(service.object(&ada, Some(purposes)).await.unwrap_err().code(), code);
    }
    assert_eq!(service.checked(&ada, "newsletter").await, "not_given");
    let refused = service.audit(&format!("contact_id={ada}&action=consents.object")).await;
    assert!(refused.is_empty());
    let table = |counts: &std::collections::BTreeMap<String, i64>| {
        counts.iter().filter(|(name, _)| name.ends_with("suppressions")).map(|(_, count)| *count).sum::<i64>()
    };
    assert_eq!(table(&service.counts()), table(&before));
}

async fn an_objection_survives_a_merge_and_a_new_address(service: Service) {
    let into = service.sign_up("Ada", "ada@example.org").await;
    let from = service.sign_up("Ada", "countess@example.org").await;
    service.give(&into, "newsletter").await;
    service.give(&into, "trade_articles").await;
    service.object(&from, Some(vec![Purpose::Newsletter])).await.unwrap();
    service.decide(grant(&from, "newsletter", "web_form")).await.expect(201);
    service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
    assert_eq!(service.checked(&into, "newsletter").await, "objected");
    assert_eq!(service.checked(&into, "trade_articles").await, "given");
    let newest = service.newest_decision(&into, "newsletter").await;
    assert_eq!(newest["decision"], "objected");
    assert!(newest["merged_from"].is_string());
    // A new address bears no mark, and the objection is the person's.
    let path = format!("/v1/contacts/{into}");
    let etag = service.get(&path).await.etag();
    service.patch(&path, &etag, json!({ "email": "new@example.org" })).await.expect(200);
    assert_eq!(service.checked(&into, "newsletter").await, "objected");
    let asked = service.decide(grant(&into, "newsletter", "telephone")).await.expect(201).json();
    assert_eq!(asked["state"], "pending");
    assert!(audience(&service, "newsletter").await.is_empty());
}

async fn an_objected_address_is_not_brought_back(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.object(&ada, Some(vec![Purpose::Newsletter])).await.unwrap();
    let file = service.request("POST", "/v1/contacts/imports").token(&service.staff());
    let file = file.body("text/csv", "name,email\nAda King,ada@example.org\n").send().await.expect(200).json();
    assert_eq!(file["results"][0]["result"], "suppressed");
    // The address leaves its contact and comes back under another: the mark goes with the address.
    let path = format!("/v1/contacts/{ada}");
    let etag = service.get(&path).await.etag();
    service.patch(&path, &etag, json!({ "email": "new@example.org" })).await.expect(200);
    let other = service.sign_up("Ada Lovelace", "ada@example.org").await;
    assert_eq!(service.checked(&other, "newsletter").await, "suppressed");
    assert_eq!(service.give(&other, "newsletter").await["state"], "pending");
    let unobjected = service.give(&other, "trade_articles").await;
    assert_eq!(unobjected["state"], "pending", "another person had the address: its mailbox must say whose it is");
    let link = service.link(&text(&unobjected, "decision_id")).await;
    service.follow("POST", &link).await.expect(200);
    assert_eq!(service.checked(&other, "trade_articles").await, "given", "the person has not objected to this purpose");
    assert_eq!(service.checked(&other, "newsletter").await, "suppressed");
}

async fn a_letter_that_asks_is_dropped(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
    service.object(&ada, None).await.unwrap();
    service.deliver(&server).await;
    assert!(server.taken().is_empty());
    let message = &service.items("/v1/messages").await[0];
    assert_eq!((&message["status"], &message["reason"]), (&json!("dropped"), &json!("objected")));
}

async fn objecting_again_changes_nothing(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    join_all((0..4).map(|_| service.object(&ada, None))).await.into_iter().for_each(|done| drop(done.unwrap()));
    assert_eq!(service.history(&ada, "newsletter").await.len(), 1);
    let before = service.consent(&ada, "newsletter").await;
    service.hands.advance(Duration::days(1));
    assert!(service.object(&ada, None).await.unwrap().is_empty());
    assert_eq!(service.consent(&ada, "newsletter").await, before);
    // What was asked for since is ended again, and the objection is as old as it was.
    service.decide(grant(&ada, "newsletter", "paper")).await.expect(201);
    assert_eq!(service.object(&ada, None).await.unwrap().len(), 1);
    assert_eq!(service.consent(&ada, "newsletter").await["state"], "withdrawn");
}

async fn the_past_reads_as_it_was(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let given = service.now();
    service.hands.advance(Duration::days(1));
    service.object(&ada, Some(vec![Purpose::Newsletter])).await.unwrap();
    let objected = service.now();
    service.hands.advance(Duration::days(1));
    service.give_and_confirm(&ada, "newsletter").await;
    for (at, state) in [(given, "given"), (objected, "withdrawn"), (service.now(), "given")] {
        let then = service.items(&format!("/v1/consents?contact_id={ada}&as_at={at}")).await;
        assert_eq!(then[0]["state"], state, "{at}");
    }
}
