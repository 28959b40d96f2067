//! The jobs pass over a person without a key, and go on with the next.

use iewm::jobs::{Digest, Gathering, Upkeep};
use iewm::resources::subject_requests::package::store::building::MOST_AT_ONCE;
use serde_json::json;

use crate::access_packages::asked;
use crate::harness::mail::MailServer;
use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_letter_that_cannot_be_opened_keeps_none_back,
    a_package_that_cannot_be_gathered_keeps_none_back,
    upkeep_and_digest_go_on,
}

async fn a_letter_that_cannot_be_opened_keeps_none_back(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
    service.taken(asked("access", &ada)).await;
    service.keep_keys_aside();
    let bob = service.sign_up("Bob", "bob@example.org").await;
    service.decide(grant(&bob, "newsletter", "web_form")).await.expect(201);
    let mails = MailServer::start();
    assert_eq!(service.deliver(&mails).await, 3);
    assert_eq!(mails.taken().iter().map(|mail| mail.header("To")).collect::<Vec<_>>(), ["bob@example.org"]);
    let waiting = service.items("/v1/messages?status=queued").await;
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|message| message["reason"] == "key_missing"), "{waiting:?}");
    // They leave once the keys are back.
    service.bring_keys_back();
    service.hands.advance(chrono::Duration::hours(1));
    assert_eq!(service.deliver(&mails).await, 2);
    assert_eq!(mails.taken().len(), 3);
}

async fn a_package_that_cannot_be_gathered_keeps_none_back(service: Service) {
    let begin = async |name: &str, email: &str| {
        let contact = service.sign_up(name, email).await;
        service.look_often(&contact, MOST_AT_ONCE + 1).await;
        let path = service.taken(asked("access", &contact)).await;
        service.by_council("POST", &path, "").await.expect(202);
        path
    };
    let lost = begin("Ada Lovelace", "ada@example.org").await;
    service.keep_keys_aside();
    let there = begin("Bob", "bob@example.org").await;
    assert_eq!(service.tick(&Gathering::new(service.state.clone())).await, Ok(1));
    service.released(&there).await.expect(200);
    service.by_council("GET", &there, "").await.expect(200);
    service.by_council("GET", &lost, "").await.problem(404, "being_built");
    service.bring_keys_back();
    service.hands.advance(chrono::Duration::hours(1));
    assert_eq!(service.tick(&Gathering::new(service.state.clone())).await, Ok(1));
    service.released(&lost).await.expect(200);
    service.by_council("GET", &lost, "").await.expect(200);
}

async fn upkeep_and_digest_go_on(service: Service) {
    let event = service.announce(json!({ "capacity": 1, "waiting_list": crate::harness::booking::by_offer(8) })).await;
    let seat = service.book(&event, "ada").await;
    service.book(&event, "grace").await;
    service.book(&event, "bob").await;
    service.taken(asked("access", &text(&service.items("/v1/contacts").await[0], "id"))).await;
    service.sql("DELETE FROM vault.data_keys").unwrap();
    service.verb(&seat, "cancellation").await.expect(200);
    service.hands.advance(chrono::Duration::days(30));
    assert_eq!(service.tick(&Upkeep::new(service.state.clone())).await, Ok(1));
    assert_eq!(service.tick(&Digest::new(service.state.clone())).await, Ok(1));
}
