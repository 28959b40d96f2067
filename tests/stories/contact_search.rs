//! Looking a person up.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::people::{person, text};
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    an_address_and_a_number_are_found_whole,
    a_name_is_found_by_the_beginnings_of_its_words,
    names_of_every_script_are_found,
    a_correction_is_found_and_a_name_that_it_replaced_is_not,
    exactly_one_thing_is_looked_for,
    many_people_of_one_name_come_in_pages,
    people_of_one_number_come_in_pages,
    a_deleted_contact_leaves_the_index_of_names_and_numbers,
}

async fn found(service: &Service, wanted: Value) -> Vec<String> {
    let answer = service.post("/v1/contacts/search", wanted).await.expect(200).json();
    answer["items"].as_array().unwrap().iter().map(|item| text(item, "name")).collect()
}

/// A person who has the number 01905 765765.
async fn with_a_number(service: &Service, name: &str, email: &str) -> String {
    let mut asked = person(name, email);
    asked["telephone"] = json!("01905 765765");
    text(&service.post("/v1/contacts", asked).await.expect(201).json(), "id")
}

/// The ids of all who are found, in pages of `limit`.
async fn in_pages(service: &Service, wanted: &Value, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/contacts/search?limit={limit}{cursor}");
        let page = service.post(&path, wanted.clone()).await.expect(200).json();
        ids.extend(page["items"].as_array().unwrap().iter().map(|item| text(item, "id")));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

async fn an_address_and_a_number_are_found_whole(service: Service) {
    let mut asked = person("Ada Lovelace", "ada@example.org");
    asked["telephone"] = json!("+442079460958");
    service.post("/v1/contacts", asked).await.expect(201);
    for (wanted, there) in [
        (json!({ "email": "ada@example.org" }), true),
        (json!({ "email": "ADA@EXAMPLE.ORG" }), true),
        (json!({ "email": "ad@example.org" }), false),
        (json!({ "telephone": "020 7946 0958" }), true),
        (json!({ "telephone": "+44 20 7946 0958" }), true),
        (json!({ "telephone": "+442079460959" }), false),
    ] {
        assert_eq!(found(&service, wanted.clone()).await.len(), usize::from(there), "{wanted}");
    }
}

async fn a_name_is_found_by_the_beginnings_of_its_words(service: Service) {
    service.sign_up("Ada Augusta Lovelace", "ada@example.org").await;
    service.sign_up("José Müller-O’Neill", "jose@example.org").await;
    for (wanted, name) in [
        ("Ada", Some("Ada Augusta Lovelace")),
        ("lov AD", Some("Ada Augusta Lovelace")),
        ("augusta lovelace ada", Some("Ada Augusta Lovelace")),
        ("lovelaces", None),
        ("ovelace", None),
        ("ada turing", None),
        ("jose muller", Some("José Müller-O’Neill")),
        ("ONEILL JOSÉ", Some("José Müller-O’Neill")),
        ("o'neill", Some("José Müller-O’Neill")),
    ] {
        assert_eq!(found(&service, json!({ "name": wanted })).await, Vec::from_iter(name), "{wanted}");
    }
    for short in ["a", "ada l"] {
        let refused = service.post("/v1/contacts/search", json!({ "name": short })).await;
        assert_eq!(refused.problem(422, "invalid").faults(), ["/name too_short"], "{short}");
    }
}

async fn names_of_every_script_are_found(service: Service) {
    for (at, name) in ["王小明", "😀🎉", "Дарья Иванова", "Ng"].into_iter().enumerate() {
        service.sign_up(name, &format!("p{at}@example.org")).await;
    }
    for (wanted, name) in [
        ("王", Some("王小明")),
        ("王小", Some("王小明")),
        ("小", None),
        ("😀🎉", Some("😀🎉")),
        ("😀", None),
        ("дарь", Some("Дарья Иванова")),
        ("NG", Some("Ng")),
    ] {
        assert_eq!(found(&service, json!({ "name": wanted })).await, Vec::from_iter(name), "{wanted}");
    }
}

async fn a_correction_is_found_and_a_name_that_it_replaced_is_not(service: Service) {
    let path = format!("/v1/contacts/{}", service.sign_up("Ada Byron", "byron@example.org").await);
    let etag = service.get(&path).await.etag();
    let patch = json!({ "name": "Ada King", "email": "king@example.org", "telephone": "01905 765765" });
    service.patch(&path, &etag, patch).await.expect(200);
    assert!(found(&service, json!({ "name": "byron" })).await.is_empty());
    assert_eq!(found(&service, json!({ "email": "byron@example.org" })).await, ["Ada King"], "the address before");
    assert_eq!(found(&service, json!({ "name": "king ada" })).await, ["Ada King"]);
    assert_eq!(found(&service, json!({ "email": "king@example.org" })).await, ["Ada King"]);
    assert_eq!(found(&service, json!({ "telephone": "01905 765765" })).await, ["Ada King"]);
    let patch = json!({ "telephone": "020 7946 0958" });
    service.patch(&path, "\"2\"", patch).await.expect(200);
    assert_eq!(found(&service, json!({ "telephone": "01905 765765" })).await, ["Ada King"], "the number before");
    assert_eq!(found(&service, json!({ "telephone": "020 7946 0958" })).await, ["Ada King"]);
    assert_eq!(found(&service, json!({ "name": "king ada" })).await, ["Ada King"]);
}

async fn exactly_one_thing_is_looked_for(service: Service) {
    for wanted in [json!({}), json!({ "name": "Ada", "email": "ada@example.org" })] {
        service.post("/v1/contacts/search", wanted).await.problem(422, "invalid");
    }
    let wanted = json!({ "name": "Ada", "age": 36 });
    let refused = service.post("/v1/contacts/search", wanted).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/age unknown"]);
}

async fn many_people_of_one_name_come_in_pages(service: Service) {
    for tens in 0..23 {
        let tens = (0..10).map(|one| {
            let (name, email) = (format!("Smith Number{}", tens * 10 + one), format!("s{tens}-{one}@example.org"));
            let service = &service;
            async move { service.post("/v1/contacts", person(&name, &email)).await.expect(201) }
        });
        join_all(tens).await;
    }
    // Shares its indexed prefixes with the others, and does not match.
    service.sign_up("Smithers Waylon", "w@example.org").await;
    let ids = in_pages(&service, &json!({ "name": "smith num" }), 60).await;
    assert_eq!(ids.len(), 230);
    assert!(ids.is_sorted_by(|newer, older| newer > older));
}

async fn people_of_one_number_come_in_pages(service: Service) {
    // A contact that shares the token, the beginning of the number's index, does not have the number.
    with_a_number(&service, "Zoe", "zoe@example.org").await;
    let other = if service.engine == Engine::Sqlite { "x'00'" } else { "'\\x00'" };
    service.sql(&format!("UPDATE contacts SET telephone_index = {other}")).unwrap();
    let mut expected = Vec::new();
    for name in ["Ada", "Bob", "Cat", "Dan"] {
        expected.insert(0, with_a_number(&service, name, &format!("{name}@example.org")).await);
    }
    // No search finds a restricted person.
    service.restrict(&expected.remove(2), RestrictionGround::AccuracyContested).await.unwrap();
    assert_eq!(in_pages(&service, &json!({ "telephone": "+44 1905 765765" }), 1).await, expected);
}

async fn a_deleted_contact_leaves_the_index_of_names_and_numbers(service: Service) {
    let ada = with_a_number(&service, "Ada Lovelace", "ada@example.org").await;
    service.sign_up("Ada King", "king@example.org").await;
    let renamed = with_a_number(&service, "Grace Hopper", "grace@example.org").await;
    service.delete(&ada).await.expect(204);
    service.patch(&format!("/v1/contacts/{renamed}"), "\"1\"", json!({ "name": "Grace Murray" })).await.expect(200);
    service.patch(&format!("/v1/contacts/{renamed}"), "\"2\"", json!({ "telephone": null })).await.expect(200);
    assert_eq!(found(&service, json!({ "name": "ada" })).await, ["Ada King"]);
    // What a contact keeps is what it is found by: nothing of those who are gone, or of what they were called and had.
    let kept: BTreeSet<String> = service.cells("contacts", "search_tokens").into_iter().collect();
    assert_eq!(kept.len(), 2);
    if service.engine == Engine::Sqlite {
        let borne: BTreeSet<String> = service.borne_tokens().into_iter().collect();
        assert_eq!(borne, kept);
    }
}
