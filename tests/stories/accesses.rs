//! Who looked at a person's data.

use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_look_tells_when_what_and_in_which_role_and_no_more,
    looks_are_listed_by_pages_newest_first,
    deeds_and_others_looks_are_not_in_it,
    who_looked_at_the_restricted_and_the_erased_is_told_too,
}

async fn accesses(service: &Service, contact: &str) -> Vec<Value> {
    service.house.flush_looks().await;
    service.items(&format!("/v1/contacts/{contact}/accesses")).await
}

async fn a_look_tells_when_what_and_in_which_role_and_no_more(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = format!("/v1/contacts/{ada}");
    service.request("GET", &path).token(&service.council()).send().await.expect(200);
    let look = json!({
        "at": "2026-11-24T10:00:00.000000Z", "actor_kind": "caller", "roles": ["council"], "action": "contacts.read",
    });
    assert_eq!(accesses(&service, &ada).await, [look]);
    for token in [service.staff(), service.council()] {
        service.request("GET", &format!("{path}/accesses")).token(&token).send().await.expect(200);
    }
    service.request("GET", &format!("{path}/accesses")).send().await.problem(401, "unauthenticated");
    service.get("/v1/contacts/01937a5e-8f00-7c3a-9d55-3f2a60b1c901/accesses").await.problem(404, "not_found");
}

async fn looks_are_listed_by_pages_newest_first(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    for what in ["", "/rights", "/sharing-refusals"] {
        service.get(&format!("/v1/contacts/{ada}{what}")).await.expect(200);
        service.hands.advance(chrono::Duration::minutes(1));
    }
    let all = accesses(&service, &ada).await;
    let actions: Vec<String> = all.iter().map(|look| text(look, "action")).collect();
    assert_eq!(actions, ["contacts.sharing_refusals", "contacts.rights", "contacts.read"]);
    let path = format!("/v1/contacts/{ada}/accesses?limit=2");
    let first = service.get(&path).await.expect(200).json();
    let next = text(&first, "next_cursor");
    let second = service.get(&format!("{path}&cursor={next}")).await.expect(200).json();
    assert_eq!((&first["items"], &second["items"]), (&json!(all[..2]), &json!(all[2..])));
    assert_eq!(second["next_cursor"], Value::Null);
}

async fn deeds_and_others_looks_are_not_in_it(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    service.give(&ada, "newsletter").await;
    service.get(&format!("/v1/contacts/{bob}")).await.expect(200);
    assert!(accesses(&service, &ada).await.is_empty());
    assert_eq!(accesses(&service, &bob).await.len(), 1);
}

async fn who_looked_at_the_restricted_and_the_erased_is_told_too(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.get(&format!("/v1/contacts/{ada}")).await.expect(200);
    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    assert_eq!(accesses(&service, &ada).await.len(), 1);
    service.lift(&ada, "2026-11-24").await.unwrap();
    service.delete(&ada).await.expect(204);
    assert!(!accesses(&service, &ada).await.is_empty());
}
