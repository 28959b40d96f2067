//! What is written about a person whose keys are missing.

use serde_json::{Value, json};

use super::World;
use crate::access_packages::asked;
use crate::harness::people::{grant, person, withdrawal};
use crate::harness::{Service, on_both_engines};
use crate::secrecy::needles::CANARIES;

on_both_engines! {
    what_needs_the_key_is_refused_and_changes_nothing,
    a_no_needs_no_key,
    others_in_the_same_import_or_group_are_written,
}

async fn what_needs_the_key_is_refused_and_changes_nothing(service: Service) {
    let world = World::without_keys(service).await;
    let contact = &world.canary.contact;
    world.service.state.flush_looks().await;
    let before = world.service.counts();
    let writes: Vec<(&str, String, Value)> = vec![
        ("PATCH", world.contact(), json!({ "job_title": "Poet" })),
        ("POST", format!("{}/merge", world.contact()), json!({ "from_contact_id": world.bob })),
        ("POST", format!("/v1/contacts/{}/merge", world.bob), json!({ "from_contact_id": contact })),
        ("POST", "/v1/consents".to_owned(), grant(contact, "trade_articles", "telephone")),
        ("POST", format!("{}/memberships", world.network), json!({ "contact_id": contact, "role": "chair" })),
        ("PATCH", world.membership(), json!({ "represents": "Nobody" })),
        ("POST", format!("{}/end", world.membership()), json!({})),
        ("PATCH", world.registration.clone(), json!({ "access_requirements": { "details": "A ramp." } })),
        ("POST", format!("{}/priority", world.registration), json!({ "reason": "First." })),
        ("POST", format!("{}/acknowledgement", world.complaint), json!({ "acknowledged_on": "2026-11-24" })),
        ("POST", format!("{}/withdrawal", world.complaint), json!({})),
        ("POST", format!("{}/withdrawal", world.request), json!({})),
        ("POST", format!("{}/restriction", world.request), json!({ "ground": "accuracy_contested" })),
        (
            "POST",
            format!("{}/extension", world.request),
            json!({ "notified_on": "2026-11-24", "reason": "complexity", "explanation": "Much." }),
        ),
        ("POST", world.canary.confirmation.clone(), json!({})),
    ];
    for (method, path, body) in writes {
        let request = world.request(method, &path);
        let request = match method {
            "PATCH" => request.if_match(&etag(&world, &path)).merge_patch(&body),
            _ => request.json(&body),
        };
        let answer = request.send().await;
        assert_eq!(answer.status, 503, "{method} {path}: {}", answer.text());
        answer.problem(503, "key_missing");
    }
    world.service.state.flush_looks().await;
    assert_eq!(world.service.counts(), before, "nothing was written");
    // A package about them, by a request that has a key of its own.
    let request = world.service.taken(asked("access", contact)).await;
    world.request("POST", &format!("{request}/package")).send().await.problem(503, "key_missing");
}

fn etag(world: &World, path: &str) -> String {
    let [.., table, id] = path.split('/').collect::<Vec<_>>()[..] else { panic!("{path}") };
    world.service.etag_of(table, id)
}

async fn a_no_needs_no_key(service: Service) {
    let world = World::without_keys(service).await;
    let contact = &world.canary.contact;
    world.service.decide(withdrawal(contact, "newsletter")).await.expect(201);
    world.service.follow("POST", &world.canary.unsubscribe).await.expect(200);
    assert_eq!(world.service.checked(contact, "newsletter").await, "withdrawn");
    world.request("PUT", &format!("{}/sharing-refusals/venue", world.contact())).send().await.expect(204);
}

async fn others_in_the_same_import_or_group_are_written(service: Service) {
    let world = World::without_keys(service).await;
    let [name, email, telephone, ..] = *CANARIES;
    let rows = json!([
        { "name": name, "email": email, "job_title": "Poet" },
        { "name": "Cat", "email": "cat@example.org" },
        { "name": name, "telephone": telephone },
    ]);
    let lines: Vec<String> = rows.as_array().unwrap().iter().map(Value::to_string).collect();
    for (dry_run, path) in [(true, "/v1/contacts/imports?dry_run=true"), (false, "/v1/contacts/imports")] {
        let import = world.request("POST", path).body("application/x-ndjson", lines.join("\n"));
        let results = import.send().await.expect(200).text();
        let results: Vec<Value> = results.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let told = serde_json::to_string(&results).unwrap();
        assert_eq!(told.matches("key_missing").count(), 2, "{dry_run}: {told}");
        assert_eq!(told.matches("\"created\"").count(), 1, "{dry_run}: {told}");
    }
    // Decisions of several callers are recorded together: each is judged by itself.
    let decisions = [
        grant(&world.canary.contact, "trade_articles", "telephone"),
        grant(&world.bob, "trade_articles", "telephone"),
        grant(&world.bob, "newsletter", "telephone"),
    ];
    let [refused, one, other] =
        &futures_util::future::join_all(decisions.map(|body| world.service.decide(body))).await[..]
    else {
        unreachable!("three answers")
    };
    assert_eq!([refused.status, one.status, other.status], [503, 201, 201]);
    // An address stays taken, and the contact that has it is named.
    let taken = world.service.post("/v1/contacts", person("Another", email)).await.problem(409, "contact_exists");
    assert_eq!(taken.json()["contact_id"], world.canary.contact.as_str());
}
