//! What a mailbox decides about sharing by the link to its preferences.

use chrono::Duration;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::mail::MailServer;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_refusal_by_the_link_acts_at_once,
    a_yes_to_sharing_waits_for_the_mailbox,
    a_link_that_allows_sharing_ends_with_its_refusal,
    a_link_that_allows_sharing_is_for_its_mailbox_and_seven_days,
    a_choice_fits_what_it_is_about,
    the_restricted_refuse_and_allow_nothing,
    the_page_offers_a_choice_for_each_kind_of_recipient,
}

const FORM: &str = "application/x-www-form-urlencoded";

/// A person with a mailbox, and the link to their preferences.
async fn ada(service: &Service) -> (String, String) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.post("/v1/preference-links", json!({ "email": "ada@example.org" })).await.expect(202);
    service.deliver(&server).await;
    let link = server.taken()[0].link("preferences");
    (ada, link)
}

async fn choose(service: &Service, link: &str, kind: &str, decision: &str) -> Answer {
    let body = json!({ "recipient_kind": kind, "decision": decision });
    service.request("POST", link).json(&body).send().await
}

async fn refused(service: &Service, link: &str) -> Value {
    service.follow("GET", link).await.expect(200).json()["sharing_refusals"].clone()
}

/// The link of the newest letter that asks to confirm; `None` without such a letter.
async fn asked(service: &Service) -> Option<String> {
    let server = MailServer::start();
    service.deliver(&server).await;
    server.taken().last().map(|mail| mail.link("sharing-confirmations"))
}

async fn a_refusal_by_the_link_acts_at_once(service: Service) {
    let (ada, link) = ada(&service).await;
    let venue = service.recipient("Guildhall").await;
    let disclosure = service.handed_to(&ada, &venue).await;
    let after = choose(&service, &link, "approved_contractor", "refused").await.expect(200).json();
    assert_eq!(after, service.follow("GET", &link).await.expect(200).json(), "the object of GET");
    assert_eq!(after["sharing_refusals"], json!(["approved_contractor"]));
    assert_eq!(service.disclosure_state(&disclosure), "recalled refused_by_person");
    let deeds = service.audit(&format!("contact_id={ada}&action=contacts.refuse_sharing")).await;
    let detail = json!({ "recipient_kind": "approved_contractor", "recalled": 1 });
    assert_eq!((deeds.len(), &deeds[0]["detail"]), (1, &detail));
    choose(&service, &link, "approved_contractor", "refused").await.expect(200);
    assert_eq!(service.audit(&format!("contact_id={ada}&action=contacts.refuse_sharing")).await.len(), 1);
    let form = service.request("POST", &link).body(FORM, "recipient_kind=venue&decision=refused").send().await;
    assert_eq!(form.expect(200).json()["sharing_refusals"], json!(["approved_contractor", "venue"]));
}

async fn a_yes_to_sharing_waits_for_the_mailbox(service: Service) {
    let (ada, link) = ada(&service).await;
    choose(&service, &link, "venue", "refused").await.expect(200);
    choose(&service, &link, "council", "refused").await.expect(200);
    service.hands.advance(Duration::minutes(1));
    let waits = choose(&service, &link, "venue", "allowed").await.expect(202).json();
    assert_eq!(waits, json!({ "state": "pending", "confirmation_required": true }));
    assert_eq!(refused(&service, &link).await, json!(["council", "venue"]), "until the mailbox confirms");
    service.hands.advance(Duration::minutes(59));
    choose(&service, &link, "venue", "allowed").await.expect(202);
    let server = MailServer::start();
    assert_eq!(service.deliver(&server).await, 1, "one letter an hour");
    let mail = server.taken().remove(0);
    assert_eq!(mail.header("To"), "ada@example.org");
    assert!(mail.text().contains("the venues of our events") && !mail.text().contains("Ada"), "{}", mail.text());
    let confirm = mail.link("sharing-confirmations");
    for _ in 0..2 {
        let shown = service.follow("GET", &confirm).await.expect(200).json();
        assert_eq!((&shown["recipient_kind"], &shown["refused"]), (&json!("venue"), &json!(true)));
    }
    assert_eq!(refused(&service, &link).await, json!(["council", "venue"]), "looking changes nothing");
    let page = service.request("GET", &confirm).header("Accept", "text/html").send().await.expect(200).text();
    assert!(page.contains("Yes, you may share my data with the venues of our events"), "{page}");
    assert_eq!(service.follow("POST", &confirm).await.expect(200).json()["refused"], false);
    assert_eq!(refused(&service, &link).await, json!(["council"]));
    for method in ["GET", "POST"] {
        service.follow(method, &confirm).await.problem(410, "gone");
        service.follow(method, "/v1/sharing-confirmations/unknown").await.problem(404, "not_found");
    }
    choose(&service, &link, "venue", "allowed").await.expect(200);
    assert_eq!(service.audit(&format!("contact_id={ada}&action=contacts.allow_sharing")).await.len(), 1);
}

async fn a_link_that_allows_sharing_ends_with_its_refusal(service: Service) {
    let (ada, link) = ada(&service).await;
    choose(&service, &link, "venue", "refused").await.expect(200);
    service.hands.advance(Duration::minutes(1));
    choose(&service, &link, "venue", "allowed").await.expect(202);
    let first = asked(&service).await.expect("a letter");
    // A no after the question takes the question back.
    choose(&service, &link, "venue", "refused").await.expect(200);
    service.follow("POST", &first).await.problem(410, "gone");
    assert_eq!(refused(&service, &link).await, json!(["venue"]));
    service.hands.advance(Duration::hours(1));
    choose(&service, &link, "venue", "allowed").await.expect(202);
    let second = asked(&service).await.expect("another letter");
    // Staff lift the refusal, and the person refuses anew: an old link does not lift the new refusal.
    let path = format!("/v1/contacts/{ada}/sharing-refusals/venue");
    service.request("DELETE", &path).token(&service.staff()).send().await.expect(204);
    service.hands.advance(Duration::minutes(1));
    service.request("PUT", &path).token(&service.staff()).send().await.expect(204);
    service.follow("POST", &second).await.problem(410, "gone");
    // The letter about the new refusal leaves although the hour is not over.
    service.hands.advance(Duration::minutes(1));
    choose(&service, &link, "venue", "allowed").await.expect(202);
    let third = asked(&service).await.expect("a letter about the new refusal");
    service.follow("POST", &third).await.expect(200);
    assert_eq!(refused(&service, &link).await, json!([]));
}

async fn a_link_that_allows_sharing_is_for_its_mailbox_and_seven_days(service: Service) {
    let (ada, link) = ada(&service).await;
    choose(&service, &link, "venue", "refused").await.expect(200);
    service.hands.advance(Duration::minutes(1));
    choose(&service, &link, "venue", "allowed").await.expect(202);
    let old = asked(&service).await.expect("a letter");
    service.hands.advance(Duration::days(7));
    service.follow("POST", &old).await.problem(410, "gone");
    choose(&service, &link, "venue", "allowed").await.expect(202);
    let new = asked(&service).await.expect("another letter");
    let path = format!("/v1/contacts/{ada}");
    let etag = service.get(&path).await.etag();
    service.patch(&path, &etag, json!({ "email": "king@example.org" })).await.expect(200);
    service.follow("POST", &new).await.problem(410, "gone");
    let refusals = service.items(&format!("{path}/sharing-refusals")).await;
    assert_eq!(refusals.len(), 1, "the refusal stands");
}

async fn a_choice_fits_what_it_is_about(service: Service) {
    let (_, link) = ada(&service).await;
    for (body, faults) in [
        (json!({ "decision": "refused" }), vec![" exactly_one"]),
        (json!({ "purpose": "newsletter", "recipient_kind": "venue", "decision": "refused" }), vec![" exactly_one"]),
        (json!({ "recipient_kind": "venue", "decision": "given" }), vec!["/decision wrong_decision"]),
        (json!({ "purpose": "newsletter", "decision": "allowed" }), vec!["/decision wrong_decision"]),
        (json!({ "recipient_kind": "neighbour", "decision": "refused" }), vec!["/recipient_kind unknown_value"]),
        (json!({ "recipient_kind": "venue" }), vec!["/decision missing"]),
    ] {
        let told = service.request("POST", &link).json(&body).send().await.problem(422, "invalid").faults();
        assert_eq!(told, faults, "{body}");
    }
    assert_eq!(refused(&service, &link).await, json!([]));
}

async fn the_restricted_refuse_and_allow_nothing(service: Service) {
    let (ada, link) = ada(&service).await;
    choose(&service, &link, "venue", "refused").await.expect(200);
    service.hands.advance(Duration::minutes(1));
    choose(&service, &link, "venue", "allowed").await.expect(202);
    let confirm = asked(&service).await.expect("a letter");
    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    choose(&service, &link, "council", "refused").await.expect(200);
    choose(&service, &link, "venue", "allowed").await.problem(423, "restricted");
    service.follow("POST", &confirm).await.problem(423, "restricted");
    assert_eq!(refused(&service, &link).await, json!(["council", "venue"]));
}

async fn the_page_offers_a_choice_for_each_kind_of_recipient(service: Service) {
    let (_, link) = ada(&service).await;
    let page = async || service.request("GET", &link).header("Accept", "text/html").send().await.expect(200).text();
    let before = page().await;
    for kind in ["Worcestershire County Council", "Event partners", "Venues", "Contractors", "Other public authorities"]
    {
        assert!(before.contains(&format!("<h3>{kind}</h3>")), "{kind}: {before}");
    }
    assert_eq!(before.matches("value=\"refused\"").count(), 5);
    let form = service.request("POST", &link).header("Accept", "text/html");
    let done = form.body(FORM, "recipient_kind=event_partner&decision=refused").send().await.expect(200).text();
    assert!(done.contains("We do not share your data with partners of our events"), "{done}");
    assert_eq!((done.matches("value=\"refused\"").count(), done.matches("value=\"allowed\"").count()), (4, 1));
    let form = service.request("POST", &link).header("Accept", "text/html");
    let waits = form.body(FORM, "recipient_kind=event_partner&decision=allowed").send().await.expect(202).text();
    assert!(waits.contains("You have asked us to share your data with partners of our events again."), "{waits}");
}
