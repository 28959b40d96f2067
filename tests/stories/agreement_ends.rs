//! The end of agreements that comes near: on the list of deadlines, in the digest and in the metrics. And the record of
//! processing activities, which names the recipients of live agreements.

use chrono::Duration;
use iewm::app::warn_of_other_claims;
use iewm::config::Config;
use iewm::domain::{Instant, OrganisationId};
use iewm::jobs::Digest;
use serde_json::{Value, json};

use crate::harness::agreements::agreement;
use crate::harness::mail::MailServer;
use crate::harness::service::ISSUER;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    an_agreement_is_a_deadline_for_its_last_thirty_days,
    proposals_and_ended_agreements_are_no_deadlines,
    the_digest_names_agreements_that_end_within_thirty_days,
    the_record_of_activities_names_the_recipients_of_live_agreements,
    the_start_warns_of_proposals_under_another_claim,
}

/// Has two people make an agreement that lasts from today to a day.
async fn lasting_until(service: &Service, organisation: OrganisationId, ends_on: &str) -> String {
    let mut asked = agreement(organisation);
    asked["ends_on"] = json!(ends_on);
    let path = service.propose_agreement(asked).await;
    service.council_verb(&path, "approval", None).await.expect(200);
    path
}

async fn deadlines(service: &Service) -> Vec<Value> {
    service.items("/v1/deadlines?kind=agreement_end").await
}

async fn an_agreement_is_a_deadline_for_its_last_thirty_days(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let near = lasting_until(&service, venue, "2026-12-24").await;
    lasting_until(&service, venue, "2026-12-25").await;
    let expected = json!({
        "kind": "agreement_end", "id": near.rsplit('/').next(), "reference": "Guildhall", "due_on": "2026-12-24",
        "overdue": false, "status": "active",
    });
    assert_eq!(deadlines(&service).await, [expected]);
    service.hands.advance(Duration::days(1));
    assert_eq!(deadlines(&service).await.len(), 2);
    service.council_verb(&near, "suspension", None).await.expect(200);
    assert_eq!(deadlines(&service).await[0]["status"], "suspended");
    // On the last day it is due, and on the next day it has ended.
    service.hands.set(Instant::parse("2026-12-24T23:59:59Z").unwrap());
    assert_eq!(deadlines(&service).await.len(), 2);
    assert!(service.metrics().await.contains("iewm_deadlines{kind=\"agreement_end\",due=\"within_1_day\"} 1\n"));
    service.hands.advance(Duration::seconds(1));
    assert_eq!(deadlines(&service).await.len(), 1);
}

async fn proposals_and_ended_agreements_are_no_deadlines(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let mut asked = agreement(venue);
    asked["ends_on"] = json!("2026-12-01");
    service.propose_agreement(asked).await;
    let ended = lasting_until(&service, venue, "2026-12-01").await;
    service.council_verb(&ended, "end", Some(json!({ "reason": "Not needed." }))).await.expect(200);
    assert!(deadlines(&service).await.is_empty());
    lasting_until(&service, venue, "2026-12-01").await;
    assert_eq!(deadlines(&service).await.len(), 1);
    let path = format!("/v1/organisations/{venue}");
    service.verb(&path, "suspension").await.expect(200);
    assert_eq!(deadlines(&service).await.len(), 1, "a suspended organisation can be reinstated");
    service.verb(&path, "end").await.expect(200);
    assert!(deadlines(&service).await.is_empty());
}

async fn the_digest_names_agreements_that_end_within_thirty_days(service: Service) {
    let digest = Digest::new(service.state.clone());
    let venue = service.organisation("Guildhall", "venue").await;
    lasting_until(&service, venue, "2026-12-25").await;
    assert_eq!(service.tick(&digest).await, Ok(0));
    lasting_until(&service, venue, "2026-12-24").await;
    assert_eq!(service.tick(&digest).await, Ok(1));
    let server = MailServer::start();
    service.deliver(&server).await;
    let mail = server.taken().remove(0);
    assert_eq!(mail.header("Subject"), "Legal deadlines: 0 within five working days or overdue");
    let text = mail.text();
    assert!(text.contains("Agreements to share data that end within 30 days: 1."), "{text}");
    let line = "Guildhall: renew the agreement to share data, or let it end, by 24 December 2026";
    assert_eq!(text.matches(line).count(), 1, "{text}");
}

async fn the_record_of_activities_names_the_recipients_of_live_agreements(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let live = service.live_agreement(venue, &["venue_security", "event_administration"], &["name", "telephone"]).await;
    service.propose_agreement(agreement(venue)).await;
    let mut later = agreement(venue);
    later["starts_on"] = json!("2026-12-01");
    let later = service.propose_agreement(later).await;
    service.council_verb(&later, "approval", None).await.expect(200);
    let recipients = async || {
        let record = service.get("/v1/processing-activities").await.expect(200).json();
        let items = record["items"].as_array().unwrap().clone();
        let named = items.into_iter().filter(|item| item["recipients_by_agreement"] != json!([]));
        named.map(|item| (item["purpose"].clone(), item["recipients_by_agreement"].clone())).collect::<Vec<_>>()
    };
    let agreed = json!([{
        "agreement_id": live.rsplit('/').next(), "organisation_id": venue, "organisation": "Guildhall", "kind": "venue",
        "purposes": ["event_administration", "venue_security"], "fields": ["name", "telephone"], "ends_on": "2027-06-30",
    }]);
    assert_eq!(
        recipients().await,
        [(json!("event_administration"), agreed.clone()), (json!("venue_security"), agreed)]
    );
    let csv = service.request("GET", "/v1/processing-activities").token(&service.staff());
    let csv = csv.header("Accept", "text/csv").send().await.expect(200).text();
    assert_eq!(csv.matches("\"Guildhall (venue, until 2027-06-30): name, telephone\"").count(), 2, "{csv}");

    // Neither a suspended agreement nor one with a suspended organisation is live.
    service.council_verb(&live, "suspension", None).await.expect(200);
    assert!(recipients().await.is_empty());
    service.council_verb(&live, "reinstatement", None).await.expect(200);
    service.verb(&format!("/v1/organisations/{venue}"), "suspension").await.expect(200);
    assert!(recipients().await.is_empty());
    service.verb(&format!("/v1/organisations/{venue}"), "reinstatement").await.expect(200);
    service.hands.set(Instant::parse("2026-12-01T00:00:00Z").unwrap());
    let named = recipients().await;
    assert_eq!((&named[1].0, named[1].1.as_array().unwrap().len()), (&json!("venue_security"), 2));
}

async fn the_start_warns_of_proposals_under_another_claim(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let path = service.propose_agreement(agreement(venue)).await;
    let with = |claim: &str| {
        let set = [("IEWM__AUTH__ISSUER", ISSUER), ("IEWM__AUTH__JWKS", "x"), ("IEWM__AUTH__SUBJECT_CLAIM", claim)];
        let set = set.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Config::read(None, &set).unwrap()
    };
    assert_eq!(warn_of_other_claims(&service.state, &with("sub")).await.unwrap(), 0);
    assert_eq!(warn_of_other_claims(&service.state, &with("oid")).await.unwrap(), 1);
    service.council_verb(&path, "approval", None).await.expect(200);
    assert_eq!(warn_of_other_claims(&service.state, &with("oid")).await.unwrap(), 0, "it was approved");
}
