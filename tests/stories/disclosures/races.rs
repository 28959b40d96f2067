//! What happens to a disclosure while something else does: who loses sees the other's result.

use futures_util::future::join_all;
use serde_json::json;

use super::told;
use crate::harness::disclosures::under;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    the_same_disclosure_at_the_same_moment_is_one,
    a_refusal_and_a_disclosure_at_the_same_moment_follow_one_another,
    an_agreement_that_ends_during_a_disclosure_leaves_nothing_live,
    a_recall_and_a_disclosure_at_the_same_moment_follow_one_another,
    a_recall_during_a_read_is_seen_whole_or_not_at_all,
}

async fn the_same_disclosure_at_the_same_moment_is_one(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let orders = [[&ada, &bob], [&bob, &ada], [&ada, &bob], [&bob, &ada]];
    let calls = orders.map(|people| service.disclose(under(&agreement, venue, &people.map(String::as_str))));
    for answer in join_all(calls).await {
        assert_eq!(told(&answer.expect(200).json()), ["disclosed", "disclosed"]);
    }
    assert_eq!(service.items("/v1/disclosures").await.len(), 2);
}

async fn a_refusal_and_a_disclosure_at_the_same_moment_follow_one_another(service: Service) {
    let (venue, agreement) = service.venue().await;
    for round in 0..4 {
        let ada = service.sign_up("Ada", &format!("ada-{round}@example.org")).await;
        let refusal = format!("/v1/contacts/{ada}/sharing-refusals/venue");
        let refuse = service.request("PUT", &refusal).token(&service.staff()).send();
        let (refused, disclosed) =
            futures_util::future::join(refuse, service.disclose(under(&agreement, venue, &[&ada]))).await;
        refused.expect(204);
        let result = told(&disclosed.expect(200).json());
        assert!(["disclosed", "refused_by_person"].contains(&result[0].as_str()), "{result:?}");
        let again = service.disclose(under(&agreement, venue, &[&ada])).await.expect(200).json();
        assert_eq!(told(&again), ["refused_by_person"], "the refusal is in force from now on");
    }
}

async fn an_agreement_that_ends_during_a_disclosure_leaves_nothing_live(service: Service) {
    for round in 0..4 {
        let (venue, agreement) = service.venue().await;
        let ada = service.sign_up("Ada", &format!("ada-{round}@example.org")).await;
        let end = service.council_verb(&agreement, "end", Some(json!({ "reason": "Moved." })));
        let (ended, disclosed) =
            futures_util::future::join(end, service.disclose(under(&agreement, venue, &[&ada]))).await;
        ended.expect(200);
        if disclosed.status == 200 {
            let recalled = service.items(&format!("/v1/disclosures?contact_id={ada}")).await;
            assert_eq!(recalled[0]["recall_cause"], "agreement_ended");
        } else {
            disclosed.problem(409, "agreement_not_live");
        }
        assert!(service.items(&format!("/v1/disclosures?status=live&organisation_id={venue}")).await.is_empty());
    }
}

async fn a_recall_and_a_disclosure_at_the_same_moment_follow_one_another(service: Service) {
    let (venue, agreement) = service.venue().await;
    for round in 0..4 {
        let ada = service.sign_up("Ada", &format!("ada-{round}@example.org")).await;
        let id = service.disclosed(under(&agreement, venue, &[&ada])).await;
        let path = format!("/v1/disclosures/{id}");
        let mut more = under(&agreement, venue, &[&ada]);
        more["fields"] = json!(["email"]);
        let (recalled, again) =
            futures_util::future::join(service.verb(&path, "recall"), service.disclosed(more)).await;
        recalled.expect(200);
        let fields = service.of_disclosure(&id, "fields").await;
        if again == id {
            assert_eq!(fields, json!(["name", "email"]), "made again, then recalled");
        } else {
            assert_eq!(fields, json!(["name"]), "recalled, then made anew");
        }
        assert_eq!(service.of_disclosure(&id, "status").await, "recalled");
    }
}

async fn a_recall_during_a_read_is_seen_whole_or_not_at_all(service: Service) {
    let (venue, agreement) = service.venue().await;
    let token = service.contractor(venue);
    let people = [service.sign_up("Ada", "ada@example.org").await, service.sign_up("Bob", "bob@example.org").await];
    let people = [people[0].as_str(), people[1].as_str()];
    service.disclose(under(&agreement, venue, &people)).await.expect(200);
    let end = service.council_verb(&agreement, "end", Some(json!({ "reason": "Moved." })));
    let reads = join_all((0..6).map(|_| service.request("GET", "/v1/disclosures").token(&token).send()));
    let (ended, reads) = futures_util::future::join(end, reads).await;
    ended.expect(200);
    for read in reads {
        let items = read.expect(200).json()["items"].clone();
        let states: Vec<&str> = items.as_array().unwrap().iter().map(|item| item["status"].as_str().unwrap()).collect();
        assert!(states == ["live"; 2] || states == ["recalled"; 2], "{states:?}");
    }
}
