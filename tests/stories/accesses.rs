//! Who looked at a person's data.

use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};
use crate::possible_matches::record;

on_both_engines! {
    a_look_tells_when_what_and_in_which_role_and_no_more,
    looks_are_listed_by_pages_newest_first,
    deeds_and_others_looks_are_not_in_it,
    who_looked_at_the_restricted_and_the_erased_is_told_too,
    a_search_names_up_to_twenty_people,
    each_page_of_a_search_names_its_people,
    a_search_that_showed_a_merged_contact_is_told_of_the_person,
    a_look_at_a_record_from_before_it_named_the_person_is_listed,
}

async fn accesses(service: &Service, contact: &str) -> Vec<Value> {
    service.state.flush_looks().await;
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

/// Signs up people called Ada, and returns their ids in the order of a search: newest first.
async fn adas(service: &Service, how_many: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..how_many {
        ids.push(service.sign_up(&format!("Ada Number{n}"), &format!("ada{n}@example.org")).await);
    }
    ids.reverse();
    ids
}

/// The searches in the audit that name a contact, newest first.
async fn searches_of(service: &Service, contact: &str) -> Vec<Value> {
    service.audit(&format!("contact_id={contact}&action=contacts.search")).await
}

async fn a_search_names_up_to_twenty_people(service: Service) {
    let people = adas(&service, 21).await;
    let search = async |wanted: Value| service.post("/v1/contacts/search", wanted).await.expect(200).json();
    // One, by its address; all 21; twenty, once a person is gone; none.
    search(json!({ "email": "ada20@example.org" })).await;
    search(json!({ "name": "ada" })).await;
    assert_eq!(accesses(&service, &people[0]).await.len(), 1, "one of 21 is counted, and not named");
    service.delete(&people[20]).await.expect(204);
    search(json!({ "name": "ada" })).await;
    search(json!({ "name": "grace" })).await;

    let all = service.audit("action=contacts.search").await;
    let told: Vec<Value> = all.iter().map(|entry| entry["detail"].clone()).collect();
    assert_eq!(
        told,
        [
            json!({ "by": "name", "count": 0 }),
            json!({ "by": "name", "count": 20, "contact_ids": people[..20] }),
            json!({ "by": "name", "count": 21 }),
            json!({ "by": "email", "count": 1 }),
        ]
    );
    let ids = |entries: &[Value]| entries.iter().map(|entry| text(entry, "id")).collect::<Vec<_>>();
    assert_eq!(ids(&searches_of(&service, &people[0]).await), [text(&all[1], "id"), text(&all[3], "id")]);
    assert_eq!(all[3]["contact_id"], people[0].as_str());
    for person in &people[1..20] {
        assert_eq!(ids(&searches_of(&service, person).await), [text(&all[1], "id")], "{person}");
        let looks = accesses(&service, person).await;
        let look = json!({
            "at": "2026-11-24T10:00:00.000000Z", "actor_kind": "caller", "roles": ["iewm_staff"],
            "action": "contacts.search",
        });
        assert_eq!(looks, [look], "{person}");
    }
    assert!(searches_of(&service, &people[20]).await.is_empty());
    // The filters go together, and pages go on where they ended.
    let actor = |name: &str| format!("contact_id={}&actor={name}", people[0]);
    assert_eq!(service.audit(&actor("staff-1")).await.len(), 3);
    assert!(service.audit(&actor("council-1")).await.is_empty());
    let whole = service.audit(&format!("contact_id={}", people[0])).await;
    let (mut paged, mut more) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/audit?contact_id={}&limit=1{more}", people[0]);
        let page = service.request("GET", &path).token(&service.council()).send().await.expect(200).json();
        paged.extend(page["items"].as_array().cloned().unwrap());
        let Some(next) = page["next_cursor"].as_str() else { break };
        more = format!("&cursor={next}");
    }
    assert_eq!(paged, whole);
}

async fn each_page_of_a_search_names_its_people(service: Service) {
    let people = adas(&service, 5).await;
    let search = async |query: &str| {
        let path = format!("/v1/contacts/search{query}");
        service.post(&path, json!({ "name": "ada" })).await.expect(200).json()
    };
    let first = search("?limit=3").await;
    search(&format!("?limit=3&cursor={}", text(&first, "next_cursor"))).await;
    let named: Vec<Value> =
        service.audit("action=contacts.search").await.iter().map(|it| it["detail"].clone()).collect();
    assert_eq!(
        named,
        [
            json!({ "by": "name", "count": 2, "contact_ids": people[3..] }),
            json!({ "by": "name", "count": 3, "contact_ids": people[..3] }),
        ]
    );
    for person in &people {
        assert_eq!(searches_of(&service, person).await.len(), 1, "{person}");
    }
}

async fn a_search_that_showed_a_merged_contact_is_told_of_the_person(service: Service) {
    let [stays, goes] = <[String; 2]>::try_from(adas(&service, 2).await).unwrap();
    service.sign_up("Ada Number2", "ada2@example.org").await;
    let search = async |wanted: Value| service.post("/v1/contacts/search", wanted).await.expect(200);
    search(json!({ "name": "ada" })).await;
    search(json!({ "email": "ada0@example.org" })).await;
    let merge = json!({ "from_contact_id": goes });
    service.post(&format!("/v1/contacts/{stays}/merge"), merge).await.expect(200);
    search(json!({ "name": "ada" })).await;
    let actions = async |contact: &str| accesses(&service, contact).await.len();
    assert_eq!(actions(&stays).await, 3, "the search that showed both is one look");
    assert_eq!(actions(&goes).await, 3, "whichever of their ids is asked for");
    // The audit itself is read by the id that it names.
    assert_eq!(searches_of(&service, &stays).await.len(), 2);
    assert_eq!(searches_of(&service, &goes).await.len(), 2);
    service.delete(&stays).await.expect(204);
    assert_eq!(
        actions(&stays).await,
        4,
        "the looks at an erased person are listed too; reading for the deletion was a look"
    );
}

async fn a_look_at_a_record_from_before_it_named_the_person_is_listed(service: Service) {
    let jan = service.sign_up("Jan Tel", "jan@example.org").await;
    let by_address = service.complain_as(json!({ "name": "J.", "email": "jan@example.org" })).await;
    let matched = service.ask_as(json!({ "name": "Somebody" })).await;
    let answered = service.complain_as(json!({ "name": "Jan Tel" })).await;
    service.answer_complaint(&answered).await;
    let anothers = service.complain_as(json!({ "name": "Bob", "email": "bob@example.org" })).await;
    for path in [&by_address, &matched, &answered, &anothers] {
        service.get(path).await.expect(200);
    }
    service.post(&format!("{matched}/match"), json!({ "contact_id": jan })).await.expect(200);
    let of = async |action: &str| {
        let all = accesses(&service, &jan).await;
        all.iter().filter(|look| look["action"] == action).count()
    };
    assert_eq!((of("complaints.read").await, of("subject_requests.read").await), (1, 1));
    // A record that an answer takes in brings the looks at it along, in the package too.
    let path = service.taken(asked("access", &jan)).await;
    let same = json!({ "matches": [{ "record": record(&answered), "answer": "same_person" }] });
    service.build(&path, same).await.expect(200);
    let draft = service.draft(&path).await.expect(200).json();
    let looks = draft["accesses"].as_array().unwrap();
    assert_eq!(looks.iter().filter(|look| look["action"] == "complaints.read").count(), 2, "{looks:?}");
    let request = service.asked_by(&jan, "erasure").await;
    service.post(&format!("{path}/withdrawal"), json!({})).await.expect(200);
    service.answer_complaint(&by_address).await;
    let same = json!({ "matches": [{ "record": record(&answered), "answer": "same_person" }] });
    service.erased_with(&request, same).await;
    assert_eq!(of("complaints.read").await, 1, "the erased address leads to nothing any more");
}
