//! The kinds of recipients that a person does not want their data shared with.

use futures_util::future::{join, join_all};
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::disclosures::under;
use crate::harness::mail::MailServer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_refusal_is_made_and_taken_back_as_often_as_one_likes,
    what_names_nothing_is_not_there,
    of_racing_refusals_one_is_kept,
    refusals_are_listed_by_pages,
    a_merge_keeps_what_was_refused_under_either_record,
    refusals_go_with_the_person,
    the_restricted_refuse_and_lift_no_refusal,
    a_refusal_recalls_what_recipients_of_the_kind_received,
    a_refusal_and_a_disclosure_at_the_same_moment_follow_one_another,
    a_refusal_does_not_hide_the_person_from_the_council,
    a_mailbox_sees_what_was_refused,
}

const KINDS: [&str; 5] = ["approved_contractor", "council", "event_partner", "public_authority", "venue"];

fn path(contact: &str) -> String {
    format!("/v1/contacts/{contact}/sharing-refusals")
}

async fn act(service: &Service, method: &str, contact: &str, kind: &str) -> Answer {
    service.request(method, &format!("{}/{kind}", path(contact))).token(&service.staff()).send().await
}

async fn refused(service: &Service, contact: &str) -> Vec<String> {
    service.items(&path(contact)).await.iter().map(|refusal| text(refusal, "recipient_kind")).collect()
}

async fn a_refusal_is_made_and_taken_back_as_often_as_one_likes(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let before = service.get(&format!("/v1/contacts/{ada}")).await.json();
    assert!(refused(&service, &ada).await.is_empty());
    for _ in 0..2 {
        assert_eq!(act(&service, "PUT", &ada, "venue").await.expect(204).text(), "");
        assert_eq!(refused(&service, &ada).await, ["venue"]);
        service.hands.advance(chrono::Duration::days(1));
    }
    let kept = json!({ "recipient_kind": "venue", "since": "2026-11-24T10:00:00.000000Z" });
    assert_eq!(service.items(&path(&ada)).await, [kept], "what is refused stays as it was");
    act(&service, "PUT", &ada, "event_partner").await.expect(204);
    assert_eq!(refused(&service, &ada).await, ["event_partner", "venue"]);
    for _ in 0..2 {
        act(&service, "DELETE", &ada, "venue").await.expect(204);
        assert_eq!(refused(&service, &ada).await, ["event_partner"]);
    }
    assert_eq!(service.get(&format!("/v1/contacts/{ada}")).await.json(), before, "the contact is as it was");
    let deeds: Vec<Value> = service.audit(&format!("contact_id={ada}")).await;
    let deeds: Vec<String> = deeds
        .iter()
        .filter(|entry| entry["outcome"] == "done")
        .map(|entry| format!("{} {}", text(entry, "action"), entry["detail"]["recipient_kind"]))
        .collect();
    assert_eq!(
        deeds,
        [
            "contacts.allow_sharing \"venue\"",
            "contacts.refuse_sharing \"event_partner\"",
            "contacts.refuse_sharing \"venue\"",
            "contacts.create null",
        ]
    );
}

async fn what_names_nothing_is_not_there(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let nobody = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    for (contact, kind) in [(ada.as_str(), "neighbours"), (ada.as_str(), "VENUE"), (nobody, "venue"), ("7", "venue")] {
        for method in ["PUT", "DELETE"] {
            act(&service, method, contact, kind).await.problem(404, "not_found");
        }
    }
    service.get(&path(nobody)).await.problem(404, "not_found");
    let body = service.request("PUT", &format!("{}/venue", path(&ada))).token(&service.staff());
    let body = body.json(&json!({ "since": "2020-01-01" })).send().await.problem(422, "invalid");
    assert_eq!(body.faults(), ["/since unknown"]);
    let council = service.request("PUT", &format!("{}/venue", path(&ada))).token(&service.council());
    council.send().await.problem(403, "forbidden");
    service.request("GET", &path(&ada)).token(&service.council()).send().await.expect(200);
    let patch = service.request("PATCH", &format!("{}/venue", path(&ada))).token(&service.staff()).send().await;
    assert_eq!(patch.problem(405, "method_not_allowed").header("allow"), "PUT, DELETE");
}

async fn of_racing_refusals_one_is_kept(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    for answer in join_all((0..6).map(|_| act(&service, "PUT", &ada, "venue"))).await {
        answer.expect(204);
    }
    assert_eq!(refused(&service, &ada).await, ["venue"]);
    for answer in join_all((0..6).map(|_| act(&service, "DELETE", &ada, "venue"))).await {
        answer.expect(204);
    }
    let entries = service.audit(&format!("contact_id={ada}&action=contacts.allow_sharing")).await;
    assert_eq!(entries.len(), 1);
}

async fn refusals_are_listed_by_pages(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    for kind in KINDS {
        act(&service, "PUT", &ada, kind).await.expect(204);
    }
    assert_eq!(refused(&service, &ada).await, KINDS);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = service.get(&format!("{}?limit=2{cursor}", path(&ada))).await.expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|refusal| text(refusal, "recipient_kind")));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, KINDS);
}

async fn a_merge_keeps_what_was_refused_under_either_record(service: Service) {
    let (into, from) = (service.sign_up("Ada", "a@example.org").await, service.sign_up("Ada", "b@example.org").await);
    for (contact, kind) in [(&into, "venue"), (&into, "council"), (&from, "venue"), (&from, "event_partner")] {
        act(&service, "PUT", contact, kind).await.expect(204);
    }
    service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
    assert_eq!(refused(&service, &into).await, ["council", "event_partner", "venue"]);
    service.get(&path(&from)).await.problem(410, "merged");
    act(&service, "PUT", &from, "venue").await.problem(410, "merged");
}

async fn refusals_go_with_the_person(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    act(&service, "PUT", &ada, "venue").await.expect(204);
    service.delete(&ada).await.expect(204);
    service.get(&path(&ada)).await.problem(410, "erased");
    act(&service, "PUT", &ada, "venue").await.problem(410, "erased");
    let left = service.counts().into_iter().find(|(table, _)| table.ends_with(".sharing_refusals"));
    assert_eq!(left.unwrap().1, 0);
}

async fn the_restricted_refuse_and_lift_no_refusal(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    act(&service, "PUT", &ada, "venue").await.expect(204);
    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    act(&service, "PUT", &ada, "council").await.expect(204);
    act(&service, "DELETE", &ada, "venue").await.problem(423, "restricted");
    assert_eq!(refused(&service, &ada).await, ["council", "venue"]);
}

async fn a_refusal_recalls_what_recipients_of_the_kind_received(service: Service) {
    let (ada, bob) = (service.sign_up("Ada", "ada@example.org").await, service.sign_up("Bob", "bob@example.org").await);
    let (one, other) = (service.recipient("Buttery").await, service.recipient("Laundry").await);
    let venue = service.recipient_of_kind("Guildhall", "venue").await;
    let hers = [service.handed_to(&ada, &one).await, service.handed_to(&ada, &other).await];
    let (to_venue, his) = (service.handed_to(&ada, &venue).await, service.handed_to(&bob, &one).await);
    act(&service, "PUT", &ada, "approved_contractor").await.expect(204);
    let states = |ids: &[&String]| ids.iter().map(|id| service.disclosure_state(id)).collect::<Vec<_>>();
    assert_eq!(states(&[&hers[0], &hers[1]]), ["recalled refused_by_person"; 2]);
    assert_eq!(states(&[&to_venue, &his]), ["live"; 2], "other kinds and other people stay");
    act(&service, "DELETE", &ada, "approved_contractor").await.expect(204);
    assert_eq!(states(&[&hers[0], &hers[1]]), ["recalled refused_by_person"; 2], "lifting revives nothing");
}

async fn a_refusal_and_a_disclosure_at_the_same_moment_follow_one_another(service: Service) {
    let (venue, agreement) = service.venue().await;
    for round in 0..6 {
        let ada = service.sign_up("Ada Lovelace", &format!("ada{round}@example.org")).await;
        let disclose = service.disclose(under(&agreement, venue, &[&ada]));
        let (refused, disclosed) = join(act(&service, "PUT", &ada, "venue"), disclose).await;
        refused.expect(204);
        let result = disclosed.expect(200).json()["results"][0].clone();
        if result["result"] == "disclosed" {
            assert_eq!(service.disclosure_state(&text(&result, "disclosure_id")), "recalled refused_by_person");
        } else {
            assert_eq!(result["code"], "refused_by_person");
        }
        let again = service.disclose(under(&agreement, venue, &[&ada])).await.expect(200).json();
        assert_eq!(again["results"][0]["code"], "refused_by_person");
    }
}

async fn a_refusal_does_not_hide_the_person_from_the_council(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    act(&service, "PUT", &ada, "council").await.expect(204);
    let seen = service.request("GET", &format!("/v1/contacts/{ada}")).token(&service.council()).send().await;
    assert_eq!(seen.expect(200).json()["name"], "Ada Lovelace");
}

async fn a_mailbox_sees_what_was_refused(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.post("/v1/preference-links", json!({ "email": "ada@example.org" })).await.expect(202);
    service.deliver(&server).await;
    let link = server.taken()[0].link("preferences");
    assert_eq!(service.follow("GET", &link).await.expect(200).json()["sharing_refusals"], json!([]));
    let page = || service.request("GET", &link).header("Accept", "text/html").send();
    assert!(!page().await.expect(200).text().contains("not to share"));
    for kind in ["venue", "event_partner"] {
        act(&service, "PUT", &ada, kind).await.expect(204);
    }
    let shown = service.follow("GET", &link).await.expect(200).json();
    assert_eq!(shown["sharing_refusals"], json!(["event_partner", "venue"]));
    let told = page().await.expect(200).text();
    let says = |whom: &str| told.contains(&format!("You have told us not to share your data with {whom}."));
    assert!(says("partners of our events") && says("the venues of our events"), "{told}");
    assert!(!says("our contractors"));
}
