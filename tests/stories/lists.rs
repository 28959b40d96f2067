//! Lists: pages by key, newest first, and cursors that are good only for whom and what they were given for.

use iewm::domain::Role;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    pages_tell_every_row_once_newest_first,
    the_last_page_says_so,
    a_limit_is_from_1_to_200_and_50_unless_said,
    a_cursor_is_good_for_its_caller_its_list_and_its_filters_alone,
    the_cursor_of_a_search_is_bound_to_its_body,
}

async fn add(service: &Service, count: usize) -> Vec<Value> {
    let mut ids = Vec::new();
    for number in 0..count {
        let asked = json!({ "name": format!("Hall {number}"), "kind": "venue" });
        ids.push(service.post("/v1/organisations", asked).await.expect(201).json()["id"].clone());
    }
    ids.reverse();
    ids
}

fn ids(page: &Answer) -> Vec<Value> {
    page.json()["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

/// The address of the next page, which `Link` and `next_cursor` agree on.
fn next(page: &Answer) -> Option<String> {
    let (link, body) = (page.header("link"), page.json());
    let Some(cursor) = body["next_cursor"].as_str() else {
        assert_eq!((link.as_str(), &body["next_cursor"]), ("", &json!(null)));
        return None;
    };
    let address = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap().to_owned();
    assert!(address.ends_with(&format!("cursor={cursor}")), "{address}");
    Some(address)
}

async fn pages_tell_every_row_once_newest_first(service: Service) {
    let expected = add(&service, 23).await;
    let (mut told, mut pages) = (Vec::new(), 0);
    let mut path = Some("/v1/organisations?limit=5&kind=venue".to_owned());
    while let Some(address) = path {
        let page = service.get(&address).await.expect(200);
        told.extend(ids(&page));
        pages += 1;
        path = next(&page);
        // What is added meanwhile is newer than every page still to come, and shifts none of them.
        service.post("/v1/organisations", json!({ "name": "Late", "kind": "venue" })).await.expect(201);
    }
    assert_eq!((told, pages), (expected, 5));
}

async fn the_last_page_says_so(service: Service) {
    let page = service.get("/v1/organisations").await.expect(200);
    assert_eq!(page.json(), json!({ "items": [], "next_cursor": null }));
    add(&service, 4).await;
    let first = service.get("/v1/organisations?limit=2").await.expect(200);
    let second = service.get(&next(&first).unwrap()).await.expect(200);
    assert_eq!((ids(&second).len(), next(&second)), (2, None));
    let whole = service.get("/v1/organisations?limit=4").await.expect(200);
    assert_eq!((ids(&whole).len(), next(&whole)), (4, None));
}

async fn a_limit_is_from_1_to_200_and_50_unless_said(service: Service) {
    add(&service, 51).await;
    let page = service.get("/v1/organisations").await.expect(200);
    assert_eq!(ids(&page).len(), 50);
    assert_eq!(ids(&service.get(&next(&page).unwrap()).await).len(), 1);
    assert_eq!(ids(&service.get("/v1/organisations?limit=1").await).len(), 1);
    assert_eq!(ids(&service.get("/v1/organisations?limit=200").await).len(), 51);
    for limit in ["0", "201", "-1", "1.5", "65537", "99999999999999999999", "ten", "", "1e2", "0x10", "%2B5", "1%00"] {
        let refused = service.get(&format!("/v1/organisations?limit={limit}")).await.problem(400, "invalid_query");
        assert_eq!(refused.faults(), ["limit type"], "{limit}");
    }
}

async fn a_cursor_is_good_for_its_caller_its_list_and_its_filters_alone(service: Service) {
    add(&service, 3).await;
    let page = service.get("/v1/organisations?limit=1&kind=venue").await.expect(200);
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let path = |rest: &str| format!("/v1/organisations?{rest}&cursor={cursor}");
    // Another limit is no other list, nor is another order of the parameters.
    assert_eq!(ids(&service.get(&path("limit=200&kind=venue")).await.expect(200)).len(), 2);
    assert_eq!(ids(&service.get(&format!("/v1/organisations?cursor={cursor}&kind=venue")).await.expect(200)).len(), 2);
    let renewed = service.token("staff-1", &[Role::IewmStaff], None);
    service.request("GET", &path("kind=venue")).token(&renewed).send().await.expect(200);

    for rest in ["limit=1", "kind=council", "kind=venue&status=active"] {
        service.get(&path(rest)).await.problem(400, "invalid_cursor");
    }
    for stranger in [service.council(), service.token("staff-2", &[Role::IewmStaff], None)] {
        let stolen = service.request("GET", &path("kind=venue")).token(&stranger).send().await;
        stolen.problem(400, "invalid_cursor");
    }
    service.get(&format!("/v1/contacts?cursor={cursor}")).await.problem(400, "invalid_cursor");
    let (short, other) = (&cursor[1..], cursor.replace(&cursor[..1], if cursor.starts_with('A') { "B" } else { "A" }));
    let longer = format!("{cursor}A");
    let endless = "A".repeat(5000);
    let plain = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    for forged in [short, &other, &longer, &endless, plain, "", "%00", "nonsense", "%F0%9F%A6%84"] {
        let path = format!("/v1/organisations?kind=venue&cursor={forged}");
        service.get(&path).await.problem(400, "invalid_cursor");
    }
}

async fn the_cursor_of_a_search_is_bound_to_its_body(service: Service) {
    for number in 0..5 {
        let asked = json!({ "name": format!("Ada Lovelace {number}"), "email": format!("ada{number}@example.org"),
            "source": { "kind": "self", "obtained_on": "2026-11-20" } });
        service.post("/v1/contacts", asked).await.expect(201);
    }
    let wanted = json!({ "name": "love ad" });
    let (mut told, mut path) = (Vec::new(), Some("/v1/contacts/search?limit=2".to_owned()));
    let mut first = None;
    while let Some(address) = path {
        let page = service.post(&address, wanted.clone()).await.expect(200);
        told.extend(ids(&page));
        path = next(&page);
        first = first.or(path.clone());
    }
    let mut newest_first = told.clone();
    newest_first.sort_by(|one, other| other.as_str().cmp(&one.as_str()));
    newest_first.dedup();
    assert_eq!((told.len(), &told), (5, &newest_first));
    let first = first.unwrap();
    service.post(&first, json!({ "name": "love" })).await.problem(400, "invalid_cursor");
    let stranger = service.request("POST", &first).token(&service.council()).json(&wanted).send().await;
    stranger.problem(400, "invalid_cursor");
    service.post(&first, wanted).await.expect(200);
}
