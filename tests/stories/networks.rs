//! Professional networks and who belongs to them.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_network_is_added_changed_closed_and_reopened,
    a_code_names_one_network,
    a_person_joins_changes_and_leaves_and_may_come_back,
    no_member_has_a_role_twice_however_many_ask_at_once,
    bad_joinings_and_endings_are_told_what_to_change,
    a_directory_shows_who_wants_to_be_found,
    a_member_is_erased_by_request_alone,
    a_merge_hands_the_memberships_over,
    contacts_are_listed_and_exported_by_network,
}

async fn network(service: &Service, code: &str) -> String {
    let asked = json!({ "code": code, "name": "ADASS", "description": "Directors of adult social services." });
    text(&service.post("/v1/networks", asked).await.expect(201).json(), "id")
}

async fn join(service: &Service, network: &str, member: Value) -> Value {
    service.post(&format!("/v1/networks/{network}/memberships"), member).await.expect(201).json()
}

async fn a_network_is_added_changed_closed_and_reopened(service: Service) {
    let asked = json!({ "code": "adass-wm", "name": "ADASS West Midlands", "description": "Directors.\nOf councils." });
    let made = service.post("/v1/networks", asked).await.expect(201);
    let path = made.header("location");
    assert_eq!((&made.json()["status"], made.etag().as_str()), (&json!("active"), "\"1\""));
    assert_eq!(service.get(&path).await.expect(200).json(), made.json());
    let changed = service.patch(&path, "\"1\"", json!({ "name": "ADASS" })).await.expect(200);
    assert_eq!((&changed.json()["name"], &changed.json()["code"]), (&json!("ADASS"), &json!("adass-wm")));
    service.patch(&path, "\"1\"", json!({ "name": "X" })).await.problem(412, "stale_version");

    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let closed = service.post(&format!("{path}/closure"), json!({})).await.expect(200);
    assert_eq!(closed.json()["status"], "closed");
    let again = service.post(&format!("{path}/closure"), json!({})).await.problem(409, "illegal_transition");
    assert_eq!(again.json()["allowed_transitions"], json!(["active"]));
    service.post(&format!("{path}/memberships"), json!({ "contact_id": ada })).await.problem(409, "network_closed");
    assert_eq!(service.items("/v1/networks?status=closed").await.len(), 1);
    service.post(&format!("{path}/reopening"), json!({})).await.expect(200);
    service.post(&format!("{path}/memberships"), json!({ "contact_id": ada })).await.expect(201);
    assert_eq!(service.items("/v1/networks?status=closed").await.len(), 0);
}

async fn a_code_names_one_network(service: Service) {
    network(&service, "adass").await;
    let other = network(&service, "other").await;
    let twice = json!({ "code": "adass", "name": "A", "description": "B" });
    service.post("/v1/networks", twice).await.problem(409, "network_exists");
    service
        .patch(&format!("/v1/networks/{other}"), "\"1\"", json!({ "code": "adass" }))
        .await
        .problem(409, "network_exists");
    for bad in ["ADASS", "a", "-a", "a b"] {
        let asked = json!({ "code": bad, "name": "A", "description": "B" });
        let problem = service.post("/v1/networks", asked).await.problem(422, "invalid").json();
        assert_eq!(problem["errors"][0]["pointer"], "/code");
    }
}

async fn a_person_joins_changes_and_leaves_and_may_come_back(service: Service) {
    let adass = network(&service, "adass").await;
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let joined =
        join(&service, &adass, json!({ "contact_id": ada, "represents": "Dudley", "started_on": "2026-11-01" })).await;
    let path = format!("/v1/memberships/{}", text(&joined, "id"));
    assert_eq!((&joined["role"], &joined["directory_visibility"]), (&json!("member"), &json!("nobody")));
    assert_eq!(service.get(&path).await.expect(200).json(), joined);
    let patch = json!({ "role": "chair", "represents": null, "directory_visibility": "network" });
    let changed = service.patch(&path, "\"1\"", patch).await.expect(200);
    assert_eq!((&changed.json()["role"], changed.json().get("represents")), (&json!("chair"), None));

    let ended = service.post(&format!("{path}/end"), json!({ "reason": "Moved." })).await.expect(200);
    let told = ended.json();
    assert_eq!(
        (&told["status"], &told["ended_on"], &told["end_reason"]),
        (&json!("ended"), &json!("2026-11-24"), &json!("Moved."))
    );
    assert_eq!(ended.etag(), "\"3\"");
    for refused in [
        service.post(&format!("{path}/end"), json!({})).await,
        service.patch(&path, "\"3\"", json!({ "role": "member" })).await,
    ] {
        assert_eq!(refused.problem(409, "illegal_transition").json()["allowed_transitions"], json!([]));
    }
    // A verb of which nothing must be said takes no body at all.
    let back = join(&service, &adass, json!({ "contact_id": ada, "role": "chair" })).await;
    let end = format!("/v1/memberships/{}/end", text(&back, "id"));
    service.request("POST", &end).token(&service.staff()).send().await.expect(200);

    let list = format!("/v1/networks/{adass}/memberships");
    assert_eq!(service.items(&list).await.len(), 2, "what has ended stays");
    assert_eq!(service.items(&format!("{list}?status=active")).await.len(), 0);
    assert_eq!(service.items(&format!("{list}?status=ended&role=chair")).await.len(), 2);
    let actions: Vec<Value> =
        service.audit(&format!("contact_id={ada}")).await.iter().map(|e| e["action"].clone()).collect();
    for action in ["memberships.join", "memberships.update", "memberships.end", "memberships.read"] {
        assert!(actions.contains(&json!(action)), "{action} in {actions:?}");
    }
}

async fn no_member_has_a_role_twice_however_many_ask_at_once(service: Service) {
    let adass = network(&service, "adass").await;
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = format!("/v1/networks/{adass}/memberships");
    let answers = join_all((0..8).map(|_| service.post(&path, json!({ "contact_id": ada })))).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), refused.len()), (1, 7));
    for answer in refused {
        answer.problem(409, "already_member");
    }
    let chair = join(&service, &adass, json!({ "contact_id": ada, "role": "chair" })).await;
    let path = format!("/v1/memberships/{}", text(&chair, "id"));
    service.patch(&path, "\"1\"", json!({ "role": "member" })).await.problem(409, "already_member");
}

async fn bad_joinings_and_endings_are_told_what_to_change(service: Service) {
    let adass = network(&service, "adass").await;
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = format!("/v1/networks/{adass}/memberships");
    let nobody = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    let both = json!({ "contact_id": nobody, "started_on": "2026-11-25" });
    let problem = service.post(&path, both).await.problem(422, "invalid").json();
    let faults: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|e| (text(e, "pointer"), text(e, "code"))).collect();
    assert_eq!(faults, [("/contact_id".into(), "unknown_reference".into()), ("/started_on".into(), "future".into())]);
    service
        .post(&format!("/v1/networks/{nobody}/memberships"), json!({ "contact_id": ada }))
        .await
        .problem(404, "not_found");
    let gone = service.sign_up("Bob", "bob@example.org").await;
    service.delete(&gone).await.expect(204);
    service.post(&path, json!({ "contact_id": gone })).await.problem(410, "erased");

    let joined = join(&service, &adass, json!({ "contact_id": ada, "started_on": "2026-11-10" })).await;
    let end = format!("/v1/memberships/{}/end", text(&joined, "id"));
    for (ended_on, code) in [("2026-11-25", "future"), ("2026-11-09", "before_start"), ("2026-02-30", "date")] {
        let problem = service.post(&end, json!({ "ended_on": ended_on })).await.problem(422, "invalid").json();
        assert_eq!(
            (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
            (&json!("/ended_on"), &json!(code))
        );
    }
    for method in ["GET", "POST"] {
        let council =
            service.request(method, &path).token(&service.council()).json(&json!({ "contact_id": ada })).send().await;
        if method == "GET" {
            council.expect(200)
        } else {
            council.problem(403, "forbidden")
        };
    }
}

async fn a_directory_shows_who_wants_to_be_found(service: Service) {
    let adass = network(&service, "adass").await;
    for (name, visibility) in [("Ada", "network"), ("Bob", "nobody"), ("Cat", "staff")] {
        let person = service.sign_up(name, &format!("{}@example.org", name.to_lowercase())).await;
        let member = json!({ "contact_id": person, "represents": "Dudley", "directory_visibility": visibility });
        join(&service, &adass, member).await;
    }
    let path = format!("/v1/networks/{adass}/directory");
    let lines = service.items(&path).await;
    let names: Vec<_> = lines.iter().map(|line| (text(line, "name"), text(line, "directory_visibility"))).collect();
    assert_eq!(names, [("Cat".into(), "staff".into()), ("Ada".into(), "network".into())]);
    let end = format!("/v1/memberships/{}/end", text(&lines[1], "membership_id"));
    service.post(&end, json!({})).await.expect(200);
    assert_eq!(service.items(&path).await.len(), 1, "who has left is not in it");
}

async fn a_member_is_erased_by_request_alone(service: Service) {
    let adass = network(&service, "adass").await;
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    join(&service, &adass, json!({ "contact_id": ada })).await;
    service.delete(&ada).await.problem(409, "erasure_request_required");
}

async fn a_merge_hands_the_memberships_over(service: Service) {
    let (adass, other) = (network(&service, "adass").await, network(&service, "other").await);
    let stays = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let goes = service.sign_up("A. Lovelace", "countess@example.org").await;
    let own = join(&service, &adass, json!({ "contact_id": stays, "represents": "Dudley" })).await;
    let twice = join(&service, &adass, json!({ "contact_id": goes, "represents": "Sandwell" })).await;
    let alone = join(&service, &other, json!({ "contact_id": goes, "represents": "Walsall" })).await;
    service.post(&format!("/v1/contacts/{stays}/merge"), json!({ "from_contact_id": goes })).await.expect(200);
    let mut seen = Vec::new();
    for membership in [&own, &twice, &alone] {
        let now = service.get(&format!("/v1/memberships/{}", text(membership, "id"))).await.expect(200).json();
        assert_eq!(now["contact_id"], json!(stays));
        seen.push((text(&now, "status"), text(&now, "represents")));
    }
    let expected = [("active", "Dudley"), ("ended", "Sandwell"), ("active", "Walsall")];
    assert_eq!(seen, expected.map(|(status, represents)| (status.to_owned(), represents.to_owned())));
}

async fn contacts_are_listed_and_exported_by_network(service: Service) {
    let (adass, other) = (network(&service, "adass").await, network(&service, "other").await);
    let mut members = Vec::new();
    for number in 0..5 {
        let person = service.sign_up(&format!("Person {number}"), &format!("p{number}@example.org")).await;
        join(&service, if number == 2 { &other } else { &adass }, json!({ "contact_id": person })).await;
        members.push(person);
    }
    join(&service, &adass, json!({ "contact_id": members[0], "role": "chair" })).await;
    let path = format!("/v1/contacts?network_id={adass}");
    let ids = |items: &[Value]| items.iter().map(|item| text(item, "id")).collect::<Vec<_>>();
    assert_eq!(
        ids(&service.items(&path).await),
        [4, 3, 1, 0].map(|at: usize| members[at].clone()),
        "once each, newest first"
    );
    let first = service.get(&format!("{path}&limit=3")).await.expect(200).json();
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    let rest = service.items(&format!("{path}&limit=3&cursor={}", text(&first, "next_cursor"))).await;
    assert_eq!(ids(&rest), [members[0].clone()]);
    let csv =
        service.request("GET", &path).token(&service.staff()).header("Accept", "text/csv").send().await.expect(200);
    assert_eq!(csv.text().lines().count(), 5);
    assert!(service.items("/v1/contacts?network_id=01937a5e-8f00-7c3a-9d55-3f2a60b1c901").await.is_empty());
}
