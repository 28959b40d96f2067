//! How disclosures end: by a recall, an early end of the agreement, an erasure, a merge, or by themselves.

use chrono::Duration;
use serde_json::json;

use crate::harness::disclosures::{demanded, under};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_disclosure_is_recalled_once,
    a_disclosure_expires_and_is_made_anew,
    an_early_end_of_the_agreement_recalls,
    an_erasure_recalls_and_keeps_ids_and_dates,
    a_person_with_a_disclosure_is_not_deleted_directly,
    two_disclosures_of_one_person_become_one,
    what_either_contact_refused_is_recalled_by_a_merge,
}

async fn a_disclosure_is_recalled_once(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let id = service.disclosed(under(&agreement, venue, &[&ada])).await;
    let path = format!("/v1/disclosures/{id}");
    service.hands.advance(Duration::minutes(5));
    let recalled = service.verb(&path, "recall").await.expect(200);
    let body = recalled.json();
    assert_eq!((&body["status"], &body["recall_cause"]), (&json!("recalled"), &json!("decision")));
    assert_eq!((&body["recalled_at"], &body["version"]), (&json!("2026-11-24T10:05:00.000000Z"), &json!(2)));
    assert_eq!(service.get(&path).await.etag(), recalled.etag());
    let again = service.verb(&path, "recall").await.problem(409, "illegal_transition").json();
    assert_eq!(again["allowed_transitions"], json!([]));
    let entry = &service.audit("action=disclosures.recall").await[0];
    assert_eq!((&entry["contact_id"], &entry["detail"]["cause"]), (&json!(ada), &json!("decision")));
    // Disclosed again, it is another disclosure: nothing revives a recalled one.
    let anew = service.disclosed(under(&agreement, venue, &[&ada])).await;
    assert_ne!(anew, id);
    assert_eq!(service.of_disclosure(&id, "status").await, "recalled");
    let nowhere = format!("/v1/disclosures/{}", super::UNKNOWN);
    service.verb(&nowhere, "recall").await.problem(404, "not_found");
}

async fn a_disclosure_expires_and_is_made_anew(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let mut short = under(&agreement, venue, &[&ada]);
    short["expires_at"] = json!("2026-11-24T11:00:00Z");
    let id = service.disclosed(short).await;
    let path = format!("/v1/disclosures/{id}");
    let live = service.get(&path).await.expect(200);
    service.hands.advance(Duration::hours(1));
    let over = service.get(&path).await.expect(200);
    assert_eq!((&live.json()["status"], &over.json()["status"]), (&json!("live"), &json!("expired")));
    assert_eq!(over.json()["version"], 1, "time alone raises no version");
    assert_ne!(live.etag(), over.etag());
    service.verb(&path, "recall").await.problem(409, "illegal_transition");
    let anew = service.disclosed(under(&agreement, venue, &[&ada])).await;
    assert_ne!(anew, id);
    assert_eq!(service.of_disclosure(&id, "status").await, "expired");
    assert_eq!(service.of_disclosure(&anew, "status").await, "live");
}

async fn an_early_end_of_the_agreement_recalls(service: Service) {
    let (venue, agreement) = service.venue().await;
    let other = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let id = service.disclosed(under(&agreement, venue, &[&ada])).await;
    let beside = service.disclosed(under(&other, venue, &[&ada])).await;
    service.council_verb(&agreement, "end", Some(json!({ "reason": "The event has moved." }))).await.expect(200);
    assert_eq!(service.of_disclosure(&id, "recall_cause").await, "agreement_ended");
    assert_eq!(service.of_disclosure(&beside, "status").await, "live");
}

async fn an_erasure_recalls_and_keeps_ids_and_dates(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let id = service.disclosed(under(&agreement, venue, &[&ada])).await;
    let proposed = service.disclosed(demanded("Sch2.p2", venue, &[&ada])).await;
    service.hands.advance(Duration::minutes(5));
    assert!(service.erase(&ada, Vec::new()).await.erased);
    for (id, disclosed_at) in [(&id, json!("2026-11-24T10:00:00.000000Z")), (&proposed, json!(null))] {
        let read = service.get(&format!("/v1/disclosures/{id}")).await.expect(200).json();
        assert_eq!((&read["status"], &read["recall_cause"]), (&json!("recalled"), &json!("erased")));
        assert_eq!((&read["contact_id"], &read["disclosed_at"]), (&json!(ada), &disclosed_at));
        assert_eq!(read["recalled_at"], "2026-11-24T10:05:00.000000Z");
    }
    service
        .council_verb(&format!("/v1/disclosures/{proposed}"), "approval", None)
        .await
        .problem(409, "illegal_transition");
}

async fn a_person_with_a_disclosure_is_not_deleted_directly(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let id = service.disclosed(under(&agreement, venue, &[&ada])).await;
    service.delete(&ada).await.problem(409, "erasure_request_required");
    service.verb(&format!("/v1/disclosures/{id}"), "recall").await.expect(200);
    service.delete(&ada).await.problem(409, "erasure_request_required");
}

async fn two_disclosures_of_one_person_become_one(service: Service) {
    let (venue, agreement) = service.venue().await;
    let other = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    let [stays, goes] =
        [service.sign_up("Ada", "ada@example.org").await, service.sign_up("Ida", "ida@example.org").await];
    let mut first = under(&agreement, venue, &[&goes]);
    first["expires_at"] = json!("2026-12-01T00:00:00Z");
    let older = service.disclosed(first).await;
    let mut second = under(&agreement, venue, &[&stays]);
    (second["fields"], second["expires_at"]) = (json!(["email"]), json!("2026-12-24T00:00:00Z"));
    let newer = service.disclosed(second).await;
    let alone = service.disclosed(under(&other, venue, &[&goes])).await;
    let mut over = under(&other, venue, &[&stays]);
    over["expires_at"] = json!("2026-11-24T10:30:00Z");
    let over = service.disclosed(over).await;
    service.hands.advance(Duration::hours(1));
    service.merge(&stays, &goes).await;
    let read = |id: &str| {
        let (service, path) = (&service, format!("/v1/disclosures/{id}"));
        async move { service.get(&path).await.expect(200).json() }
    };
    let united = read(&older).await;
    assert_eq!((&united["contact_id"], &united["status"]), (&json!(stays), &json!("live")));
    assert_eq!(
        (&united["fields"], &united["expires_at"]),
        (&json!(["name", "email"]), &json!("2026-12-24T00:00:00.000000Z"))
    );
    let recalled = read(&newer).await;
    assert_eq!((&recalled["contact_id"], &recalled["recall_cause"]), (&json!(stays), &json!("merged")));
    let moved = read(&alone).await;
    assert_eq!((&moved["contact_id"], &moved["status"]), (&json!(stays), &json!("live")));
    assert_eq!(read(&over).await["status"], "expired", "what had expired takes nothing's place");
    assert_eq!(service.disclosed(under(&agreement, venue, &[&stays])).await, older);
    assert_eq!(service.audit("action=disclosures.merge").await[0]["subject"], format!("disclosure/{older}"));
}

async fn what_either_contact_refused_is_recalled_by_a_merge(service: Service) {
    let (venue, agreement) = service.venue().await;
    let [stays, goes] =
        [service.sign_up("Ada", "ada@example.org").await, service.sign_up("Ida", "ida@example.org").await];
    let id = service.disclosed(under(&agreement, venue, &[&stays])).await;
    let refusal = format!("/v1/contacts/{goes}/sharing-refusals/venue");
    service.request("PUT", &refusal).token(&service.staff()).send().await.expect(204);
    service.merge(&stays, &goes).await;
    assert_eq!(service.of_disclosure(&id, "recall_cause").await, "refused_by_person");
}
