//! Organisations, whose standing their tokens depend on.

use iewm::resources::organisations::store;
use serde_json::json;

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    an_organisation_is_added_read_changed_and_listed,
    an_ended_organisation_stays_ended,
    the_mailbox_of_an_organisation_is_set_changed_and_removed,
}

async fn an_organisation_is_added_read_changed_and_listed(service: Service) {
    let asked = json!({ "name": "Guildhall", "kind": "venue", "contact_point": "dpo@guildhall.example" });
    let made = service.post("/v1/organisations", asked).await.expect(201);
    let organisation = made.json();
    let path = made.header("location");
    assert_eq!(path, format!("/v1/organisations/{}", organisation["id"].as_str().unwrap()));
    assert_eq!(made.etag(), "\"1\"");
    let read = service.get(&path).await.expect(200);
    assert_eq!(read.json(), organisation);

    let patch = json!({ "name": "The Guildhall", "contact_point": null });
    let changed = service.patch(&path, "\"1\"", patch.clone()).await.expect(200);
    assert_eq!(changed.json()["name"], "The Guildhall");
    assert_eq!(changed.json().get("contact_point"), None);
    assert_eq!(changed.etag(), "\"2\"");
    service.patch(&path, "\"1\"", patch).await.problem(412, "stale_version");

    let listed = service.get("/v1/organisations?kind=venue").await.expect(200).json();
    assert_eq!(listed["items"], json!([changed.json()]));
    assert_eq!(listed["next_cursor"], json!(null));
}

async fn the_mailbox_of_an_organisation_is_set_changed_and_removed(service: Service) {
    let asked = json!({ "name": "Guildhall", "kind": "venue", "contact_email": "data@XN--BCHER-KVA.example" });
    let made = service.post("/v1/organisations", asked).await.expect(201);
    let (path, shown) = (made.header("location"), json!("data@bücher.example"));
    assert_eq!(made.json()["contact_email"], shown);
    let venue = made.json()["id"].as_str().unwrap().parse().unwrap();
    for token in [service.staff(), service.council(), service.contractor(venue)] {
        let read = service.request("GET", &path).token(&token).send().await.expect(200);
        assert_eq!(read.json()["contact_email"], shown);
    }
    let stored = service.state.job("story").read(move |tx| store::contact_email(tx, venue)).await.unwrap();
    assert_eq!(stored.unwrap().as_str(), "data@xn--bcher-kva.example", "as mail is sent to it");

    let refused = service.patch(&path, "\"1\"", json!({ "contact_email": "Ada <ada@example.org>" })).await.expect(422);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/contact_email");
    let kept = service.patch(&path, "\"1\"", json!({ "name": "The Guildhall" })).await.expect(200).json();
    assert_eq!(kept["contact_email"], shown);
    let changed = service.patch(&path, "\"2\"", json!({ "contact_email": "dpo@guildhall.example" })).await.expect(200);
    assert_eq!(changed.json()["contact_email"], "dpo@guildhall.example");
    let removed = service.patch(&path, "\"3\"", json!({ "contact_email": null })).await.expect(200);
    assert_eq!(removed.json().get("contact_email"), None);
    let stored = service.state.job("story").read(move |tx| store::contact_email(tx, venue)).await.unwrap();
    assert!(stored.is_none());
}

async fn an_ended_organisation_stays_ended(service: Service) {
    let made = service.post("/v1/organisations", json!({ "name": "Guildhall", "kind": "venue" })).await.expect(201);
    let path = made.header("location");
    let verb =
        async |verb: &str| service.request("POST", &format!("{path}/{verb}")).token(&service.staff()).send().await;
    assert_eq!(verb("suspension").await.expect(200).json()["status"], "suspended");
    assert_eq!(verb("reinstatement").await.expect(200).json()["status"], "active");
    let refused = verb("reinstatement").await.problem(409, "illegal_transition");
    assert_eq!(refused.json()["allowed_transitions"], json!(["suspended", "ended"]));
    assert_eq!(verb("end").await.expect(200).json()["status"], "ended");
    let refused = verb("reinstatement").await.problem(409, "illegal_transition");
    assert_eq!(refused.json()["allowed_transitions"], json!([]));
}
