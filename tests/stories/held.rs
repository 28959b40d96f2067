//! What a legal hold keeps: no deletion, no merge and no erasure reaches it, and everything that protects the person still works.

use chrono::Duration;
use futures_util::join;
use iewm::jobs::Upkeep;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::holds::{hold, id_of};
use crate::harness::mail::MailServer;
use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_held_person_is_neither_deleted_nor_merged,
    a_hold_catches_a_person_under_every_id,
    a_hold_on_an_event_catches_everyone_who_was_ever_in_it,
    a_hold_on_a_network_catches_everyone_who_was_ever_in_it,
    a_hold_on_a_class_catches_those_who_have_a_record_of_it,
    a_hold_that_is_proposed_for_release_still_binds,
    an_erasure_of_a_held_person_is_partial_and_restricts_the_rest,
    a_hold_on_a_class_withholds_its_records_alone,
    a_letter_names_a_hold_only_if_people_may_be_told,
    after_the_release_the_rest_of_an_erasure_is_due_at_once,
    requests_of_a_held_person_keep_their_words,
    a_held_person_can_always_withdraw_and_object,
    of_a_hold_and_a_deletion_at_the_same_moment_the_later_one_yields,
    of_a_hold_and_an_erasure_at_the_same_moment_nothing_held_is_lost,
}

async fn merge(service: &Service, into: &str, from: &str) -> Answer {
    service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await
}

/// The refusal of an act because of holds, and the holds that it names.
fn held(refused: Answer) -> Value {
    let refused = refused.problem(423, "held").json();
    assert_eq!(refused["article"], "Inquiries Act 2005 section 35; UK GDPR Article 17(3)");
    refused["hold_ids"].clone()
}

async fn a_held_person_is_neither_deleted_nor_merged(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let path = service.hold_contact(&ada).await;
    assert_eq!(held(service.delete(&ada).await), json!([id_of(&path)]));
    assert_eq!(held(merge(&service, &bob, &ada).await), json!([id_of(&path)]));
    assert_eq!(held(merge(&service, &ada, &bob).await), json!([id_of(&path)]));
    assert_eq!(service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json()["name"], "Ada Lovelace");
    service.delete(&bob).await.expect(204);
    let all = service.hold(hold("all", None)).await;
    assert_eq!(held(service.delete(&ada).await), json!([id_of(&path), id_of(&all)]));
    service.release(&path).await;
    service.release(&all).await;
    service.delete(&ada).await.expect(204);
}

async fn a_hold_catches_a_person_under_every_id(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let byron = service.sign_up("Ada Byron", "byron@example.org").await;
    let king = service.sign_up("Ada King", "king@example.org").await;
    merge(&service, &byron, &ada).await.expect(200);
    merge(&service, &king, &byron).await.expect(200);
    // A hold on the first id of a chain of merges is a hold on the person.
    let path = service.hold_contact(&ada).await;
    held(service.delete(&king).await);
    service.release(&path).await;
    service.hold_contact(&king).await;
    held(service.delete(&king).await);
}

async fn a_hold_on_an_event_catches_everyone_who_was_ever_in_it(service: Service) {
    let (event, other) = (service.announce(json!({})).await, service.announce(json!({})).await);
    let gone = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let cancelled = service.register(&event, &gone).await.expect(201).header("location");
    service.verb(&cancelled, "cancellation").await.expect(200);
    let elsewhere = service.sign_up("Bob", "bob@example.org").await;
    let registered = service.register(&other, &elsewhere).await.expect(201).header("location");
    service.verb(&registered, "cancellation").await.expect(200);
    service.hold(hold("event", Some(&id_of(&event)))).await;
    held(service.delete(&gone).await);
    // Another event's people are free: the refusal is the ordinary one.
    service.delete(&elsewhere).await.problem(409, "erasure_request_required");
    let later = service.sign_up("Eve", "eve@example.org").await;
    service.register(&event, &later).await.expect(201);
    held(service.delete(&later).await);
    // A contact cannot be merged with a held one.
    let same = service.sign_up("Eve Smith", "smith@example.org").await;
    held(merge(&service, &same, &later).await);
}

async fn a_hold_on_a_network_catches_everyone_who_was_ever_in_it(service: Service) {
    let (network, other) = (service.network("adass").await, service.network("adcs").await);
    let former = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let membership = service.join(&network, &former, "Dudley").await;
    service.post(&format!("/v1/memberships/{membership}/end"), json!({ "ended_on": "2026-11-24" })).await.expect(200);
    let elsewhere = service.sign_up("Bob", "bob@example.org").await;
    service.join(&other, &elsewhere, "Dudley").await;
    service.hold(hold("network", Some(&network))).await;
    held(service.delete(&former).await);
    service.delete(&elsewhere).await.problem(409, "erasure_request_required");
    let later = service.sign_up("Eve", "eve@example.org").await;
    service.join(&network, &later, "Sandwell").await;
    held(service.delete(&later).await);
}

async fn a_hold_on_a_class_catches_those_who_have_a_record_of_it(service: Service) {
    let network = service.network("adass").await;
    let (member, other) =
        (service.sign_up("Ada Lovelace", "ada@example.org").await, service.sign_up("Bob", "bob@example.org").await);
    service.join(&network, &member, "Dudley").await;
    let path = service.hold(hold("record_class", Some("membership"))).await;
    assert_eq!(held(service.delete(&member).await), json!([id_of(&path)]));
    service.delete(&other).await.expect(204);
    service.hold(hold("record_class", Some("contact"))).await;
    let third = service.sign_up("Eve", "eve@example.org").await;
    held(service.delete(&third).await);
}

async fn a_hold_that_is_proposed_for_release_still_binds(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.hold_contact(&ada).await;
    let reason = || Some(json!({ "reason": "It seems to be over." }));
    service.council_verb(&path, "release-proposal", reason()).await.expect(200);
    held(service.delete(&ada).await);
    service.council_verb(&path, "release-rejection", reason()).await.expect(200);
    held(service.delete(&ada).await);
    service.hands.advance(Duration::days(3 * 366));
    held(service.delete(&ada).await);
    service.release(&path).await;
    service.delete(&ada).await.expect(204);
}

/// Ada in a network, with a consent and a place at an event.
async fn ada(service: &Service) -> (String, String) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.decide(grant(&ada, "newsletter", "paper")).await.expect(201);
    let network = service.network("adass").await;
    let membership = service.join(&network, &ada, "Dudley").await;
    let event = service.announce(json!({})).await;
    service.register(&event, &ada).await.expect(201);
    (ada, membership)
}

impl Service {
    /// Plans and executes an erasure by two people, and returns the plan and the request afterwards.
    async fn erased_by_request(&self, request: &str) -> (Value, Value) {
        let plan = self.council_does("council-1", &format!("{request}/erasure-plan"), None).await.expect(200).json();
        let done = self.executed("council-2", request, &text(&plan, "plan_sha256")).await.expect(200).json();
        (plan, done)
    }
}

async fn an_erasure_of_a_held_person_is_partial_and_restricts_the_rest(service: Service) {
    for (ground, why) in [
        ("UKGDPR.17(3)(b)", "the law obliges us to keep the data"),
        ("UKGDPR.17(3)(e)", "we need the data for legal claims"),
    ] {
        let ada = service.sign_up("Ada Lovelace", &format!("{}@example.org", ground.len() + why.len())).await;
        service.decide(grant(&ada, "newsletter", "paper")).await.expect(201);
        let request = service.asked_by(&ada, "erasure").await;
        let mut asked = hold("contact", Some(&ada));
        asked["ground"] = json!(ground);
        service.hold(asked).await;
        let (plan, done) = service.erased_by_request(&request).await;
        let withheld = plan["withhold"].as_array().unwrap();
        let tables: Vec<String> = withheld.iter().map(|line| text(&line["record"], "kind")).collect();
        for table in ["contacts", "consents", "consent_decisions"] {
            assert!(tables.iter().any(|of| of == table), "{tables:?}");
        }
        assert_eq!(withheld.len(), plan["records"].as_array().unwrap().len(), "everything is held");
        assert!(withheld.iter().all(|line| line["ground"] == ground), "{withheld:?}");
        assert_eq!((&done["status"], &done["outcome"]["ground"]), (&json!("partially_completed"), &json!(ground)));
        let letter = service.last_letter(&request).await;
        assert!(letter.contains(why) && letter.contains("we also keep your requests"), "{letter}");
        let contact = service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json();
        assert_eq!(contact["status"], "restricted");
        assert_eq!(service.checked(&ada, "newsletter").await, "restricted");
    }
}

async fn a_hold_on_a_class_withholds_its_records_alone(service: Service) {
    let (ada, membership) = ada(&service).await;
    service.hold(hold("record_class", Some("membership"))).await;
    let request = service.asked_by(&ada, "erasure").await;
    let (plan, done) = service.erased_by_request(&request).await;
    assert_eq!(done["status"], "partially_completed");
    let record = |kind: &str, id: &str| json!({ "record": { "kind": kind, "id": id }, "ground": "UKGDPR.17(3)(b)" });
    assert_eq!(plan["withhold"], json!([record("contacts", &ada), record("memberships", &membership)]));
    service.get(&format!("/v1/memberships/{membership}")).await.expect(200);
    let emptied = service.items(&format!("/v1/subject-requests?contact_id={ada}")).await;
    assert_eq!(emptied.len(), 1);
}

async fn a_letter_names_a_hold_only_if_people_may_be_told(service: Service) {
    for tell_people in [false, true] {
        let ada = service.sign_up("Ada Lovelace", &format!("{tell_people}@example.org")).await;
        let mut asked = hold("contact", Some(&ada));
        asked["tell_people"] = json!(tell_people);
        service.hold(asked).await;
        let request = service.asked_by(&ada, "erasure").await;
        service.erased_by_request(&request).await;
        let letter = service.last_letter(&request).await;
        assert!(letter.contains("UK GDPR, Article 17(3)(b)"), "{letter}");
        let names = letter.contains("The law that obliges us to keep it: Inquiries Act 2005 (Notice 14).");
        assert_eq!(names, tell_people, "{letter}");
        assert!(!letter.contains("that evening"), "the reason is for readers of holds alone: {letter}");
    }
}

async fn after_the_release_the_rest_of_an_erasure_is_due_at_once(service: Service) {
    let (ada, _) = ada(&service).await;
    let path = service.hold_contact(&ada).await;
    let request = service.asked_by(&ada, "erasure").await;
    service.erased_by_request(&request).await;
    let due = async || service.items("/v1/deadlines?kind=held_erasure").await;
    assert!(due().await.is_empty(), "the hold still binds");
    service.release(&path).await;
    let reference = text(&service.get(&request).await.expect(200).json(), "reference");
    let expected = json!({
        "kind": "held_erasure", "id": id_of(&request), "reference": reference, "overdue": false,
        "status": "partially_completed",
    });
    assert_eq!(due().await, [expected]);
    let contact = async || service.get(&format!("/v1/contacts/{ada}")).await;
    assert_eq!(contact().await.expect(200).json()["status"], "restricted", "until the rest is erased");
    let rest = service.asked_by(&ada, "erasure").await;
    let (plan, done) = service.erased_by_request(&rest).await;
    assert_eq!((&plan["withhold"], &done["status"]), (&json!([]), &json!("completed")));
    contact().await.problem(410, "erased");
    assert!(due().await.is_empty());
    let letter = service.last_letter(&rest).await;
    assert!(letter.contains("We have erased your data."), "the person is told when it is done: {letter}");
}

async fn requests_of_a_held_person_keep_their_words(service: Service) {
    let mails = MailServer::start();
    let upkeep = Upkeep::new(service.state.clone());
    // The last letters leave, and the service empties what it may.
    let settle = async || {
        while service.deliver(&mails).await > 0 {}
        service.hands.advance(Duration::days(60));
        while service.tick(&upkeep).await.unwrap() > 0 {}
    };
    let words = async |request: &str| service.get(request).await.expect(200).json()["details"].clone();
    let (ada, _) = ada(&service).await;
    let path = service.hold_contact(&ada).await;
    let request = service.asked_by(&ada, "erasure").await;
    service.erased_by_request(&request).await;
    settle().await;
    assert_eq!(words(&request).await, "Everything about the walrus.");
    service.release(&path).await;
    let rest = service.asked_by(&ada, "erasure").await;
    service.erased_by_request(&rest).await;
    settle().await;
    assert_eq!((words(&request).await, words(&rest).await), (json!(null), json!(null)));
    // A request that waits to be emptied waits longer under a hold that comes in between.
    let eve = service.sign_up("Eve", "eve@example.org").await;
    let request = service.asked_by(&eve, "erasure").await;
    service.erased_by_request(&request).await;
    let all = service.hold(hold("all", None)).await;
    settle().await;
    assert_eq!(service.count("subject_request_farewells"), 1);
    service.release(&all).await;
    settle().await;
    assert_eq!(service.count("subject_request_farewells"), 0);
}

async fn a_held_person_can_always_withdraw_and_object(service: Service) {
    let (ada, _) = ada(&service).await;
    service.hold_contact(&ada).await;
    assert_eq!(service.withdraw(&ada, "newsletter").await["state"], "withdrawn");
    service.object(&ada, None).await.unwrap();
    assert_ne!(service.checked(&ada, "newsletter").await, "given");
    let request = service.asked_by(&ada, "objection").await;
    service.council_does("council-1", &format!("{request}/objection"), Some(json!({}))).await.expect(200);
}

async fn of_a_hold_and_a_deletion_at_the_same_moment_the_later_one_yields(service: Service) {
    for round in 0..8 {
        let ada = service.sign_up("Ada Lovelace", &format!("ada{round}@example.org")).await;
        let asked = hold("contact", Some(&ada));
        let placing = service.request("POST", "/v1/legal-holds").token(&service.council()).json(&asked).send();
        let (placed, deleted) = join!(placing, service.delete(&ada));
        match deleted.status {
            204 => drop(placed.problem(410, "erased")),
            _ => assert_eq!(held(deleted), json!([placed.expect(201).json()["id"]])),
        }
    }
}

async fn of_a_hold_and_an_erasure_at_the_same_moment_nothing_held_is_lost(service: Service) {
    for round in 0..4 {
        let ada = service.sign_up("Ada Lovelace", &format!("ada{round}@example.org")).await;
        let request = service.asked_by(&ada, "erasure").await;
        let plan = service.planned(&request).await;
        let asked = hold("contact", Some(&ada));
        let placing = service.request("POST", "/v1/legal-holds").token(&service.council()).json(&asked).send();
        let (placed, executed) = join!(placing, service.executed("council-2", &request, &plan));
        let contact = service.get(&format!("/v1/contacts/{ada}")).await;
        if placed.status == 201 {
            // The plan was made before the hold: it must be proposed again.
            executed.problem(409, "plan_stale");
            assert_eq!(contact.expect(200).json()["name"], "Ada Lovelace");
        } else {
            placed.problem(410, "erased");
            executed.expect(200);
            contact.problem(410, "erased");
        }
    }
}
