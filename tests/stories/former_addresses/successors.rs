//! An address that passed from one contact to another: what each did with it is that contact's alone.

use std::collections::BTreeSet;

use chrono::Duration;
use iewm::domain::Purpose;
use serde_json::{Value, json};

use crate::harness::mail::MailServer;
use crate::harness::{Service, on_both_engines};
use crate::whole_packages::held;

on_both_engines! {
    each_contact_is_told_what_it_did_itself_at_an_address_of_both,
    an_erasure_leaves_the_mail_that_another_contact_asked_for,
}

async fn ask_for_link(service: &Service, email: &str) {
    service.hands.advance(Duration::hours(2));
    service.post("/v1/preference-links", json!({ "email": email })).await.expect(202);
}

/// Dan, and Sue who has the address of the desk after him. Each has objected there and was mailed a link there.
async fn dan_and_sue(service: &Service) -> (String, String) {
    let server = MailServer::start();
    let dan = service.sign_up("Dan", "desk@example.org").await;
    service.object(&dan, Some(vec![Purpose::TradeArticles])).await.unwrap();
    ask_for_link(service, "desk@example.org").await;
    service.deliver(&server).await;
    service.hands.advance(Duration::days(1));
    service.correct(&dan, json!({ "email": "dan@example.org" })).await;
    service.hands.advance(Duration::days(1));
    let sue = service.sign_up("Sue", "desk@example.org").await;
    service.object(&sue, Some(vec![Purpose::Newsletter])).await.unwrap();
    ask_for_link(service, "desk@example.org").await;
    service.deliver(&server).await;
    (dan, sue)
}

/// The purposes that a package tells marks for, and how many links it tells of.
fn told(package: &Value) -> (BTreeSet<&str>, usize) {
    let purposes = held(package, "suppressions").iter().map(|mark| mark["purpose"].as_str().unwrap()).collect();
    let links = held(package, "messages").iter().filter(|message| message["kind"] == "preferences").count();
    (purposes, links)
}

async fn each_contact_is_told_what_it_did_itself_at_an_address_of_both(service: Service) {
    let (dan, sue) = dan_and_sue(&service).await;
    assert_eq!(told(&service.draft_of(&dan).await), (BTreeSet::from(["trade_articles"]), 1));
    assert_eq!(told(&service.draft_of(&sue).await), (BTreeSet::from(["newsletter"]), 1));
    service.hands.advance(Duration::days(1));
    assert!(service.erase(&sue, Vec::new()).await.erased);
    assert_eq!(told(&service.draft_of(&dan).await), (BTreeSet::from(["trade_articles"]), 1));
}

async fn an_erasure_leaves_the_mail_that_another_contact_asked_for(service: Service) {
    let (dan, _) = dan_and_sue(&service).await;
    ask_for_link(&service, "desk@example.org").await;
    assert!(service.erase(&dan, Vec::new()).await.erased);
    let server = MailServer::start();
    service.deliver(&server).await;
    assert_eq!(server.taken().iter().filter(|mail| mail.header("To").contains("desk@example.org")).count(), 1);
}
