//! Contacts: signing up, correcting, deleting, and how long a contact is kept.

use chrono::Duration;
use futures_util::future::join_all;
use iewm::domain::Instant;
use serde_json::{Value, json};

use crate::harness::people::{person, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_contact_is_signed_up_read_and_corrected,
    bad_contacts_are_refused_with_all_their_faults,
    an_address_belongs_to_one_live_contact,
    eight_sign_ups_with_one_address_make_one_contact,
    by_whichever_way_an_address_is_wanted_one_has_it,
    a_correction_needs_the_version_that_it_corrects,
    six_years_are_counted_from_the_last_activity,
    another_rooms_doings_change_the_tag_and_not_the_version,
    a_deleted_contact_leaves_an_id_and_a_mark,
    a_contact_with_consents_is_not_deleted,
    contacts_are_listed_by_status_and_change,
}

async fn a_contact_is_signed_up_read_and_corrected(service: Service) {
    let asked = json!({
        "name": "Ada Lovelace", "email": "Ada@Example.ORG", "telephone": "020 7946 0958",
        "organisation": "Analytical Engines", "job_title": "Programmer",
        "source": { "kind": "event", "detail": "Sign-up sheet", "obtained_on": "2026-11-20" },
    });
    let made = service.post("/v1/contacts", asked).await.expect(201);
    let contact = made.json();
    let path = made.header("location");
    assert_eq!(path, format!("/v1/contacts/{}", text(&contact, "id")));
    assert_eq!(contact["email"], "Ada@example.org", "the domain alone is lower-cased");
    assert_eq!(contact["telephone"], "+442079460958");
    assert_eq!(contact["status"], "active");
    assert_eq!(contact["last_activity_on"], "2026-11-20");
    assert_eq!(contact["keep_until"], "2032-11-20");
    assert_eq!(contact["version"], 1);

    let read = service.get(&path).await.expect(200);
    assert_eq!(read.json(), contact);
    assert_eq!(read.etag(), made.etag());
    assert_eq!(read.header("cache-control"), "no-store");

    let patch = json!({ "name": "Ada King", "telephone": null, "job_title": "Countess" });
    let changed = service.patch(&path, &read.etag(), patch).await.expect(200);
    let corrected = changed.json();
    assert_eq!(corrected["name"], "Ada King");
    assert_eq!(corrected.get("telephone"), None);
    assert_eq!(corrected["organisation"], "Analytical Engines");
    assert_eq!(corrected["version"], 2);
    assert_eq!(service.get(&path).await.json(), corrected);

    let refused = service.patch(&path, &changed.etag(), json!({ "email": null })).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/email unreachable"]);
    let refused = service.patch(&path, &changed.etag(), json!({ "status": "erased", "nickname": "A" })).await;
    assert_eq!(refused.problem(422, "invalid").faults(), ["/nickname unknown", "/status read_only"]);
    assert_eq!(service.get(&path).await.json(), corrected);
}

async fn bad_contacts_are_refused_with_all_their_faults(service: Service) {
    let before = service.counts();
    let cases: [(Value, &[&str]); 8] = [
        (json!({}), &["/name missing", "/source missing"]),
        (json!({ "name": "A", "source": { "kind": "self", "obtained_on": "2026-11-24" } }), &["/email unreachable"]),
        (
            json!({ "name": " ", "email": "Ada <a@example.org>", "telephone": "twelve hundred", "x": 1,
                    "source": { "kind": "rumour", "obtained_on": "2026-02-30" } }),
            &[
                "/email email",
                "/name blank",
                "/source/kind unknown_value",
                "/source/obtained_on date",
                "/telephone telephone",
                "/x unknown",
            ],
        ),
        (
            json!({ "name": "A\u{0}", "email": "a@example.org", "source": { "kind": "self", "obtained_on": "2026-11-24" } }),
            &["/name characters"],
        ),
        (
            json!({ "name": "A\u{202e}", "email": "a@example.org", "source": { "kind": "self", "obtained_on": "2026-11-24" } }),
            &["/name characters"],
        ),
        (
            json!({ "name": "a".repeat(201), "email": "a@example.org", "source": { "kind": "self", "obtained_on": "2026-11-24" } }),
            &["/name too_long"],
        ),
        (
            json!({ "name": "A", "email": "a@example.org", "source": { "kind": "self", "obtained_on": "2026-11-25" } }),
            &["/source/obtained_on future"],
        ),
        (
            json!({ "name": "A", "email": 7, "source": { "kind": "self", "obtained_on": "2026-11-24" } }),
            &["/email type"],
        ),
    ];
    for (asked, faults) in cases {
        let refused = service.post("/v1/contacts", asked.clone()).await.problem(422, "invalid");
        assert_eq!(refused.faults(), faults, "{asked}: {}", refused.text());
    }
    assert_eq!(service.counts(), before);
}

async fn an_address_belongs_to_one_live_contact(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let again = service.post("/v1/contacts", person("A. L.", "ADA@Example.Org")).await;
    assert_eq!(again.problem(409, "contact_exists").json()["contact_id"], ada.as_str());

    let grace = service.sign_up("Grace Hopper", "grace@example.org").await;
    let path = format!("/v1/contacts/{grace}");
    let etag = service.get(&path).await.etag();
    let taken = service.patch(&path, &etag, json!({ "email": "Ada@example.org" })).await;
    assert_eq!(taken.problem(409, "contact_exists").json()["contact_id"], ada.as_str());
    service.patch(&path, &etag, json!({ "email": "GRACE@example.org" })).await.expect(200);
}

async fn eight_sign_ups_with_one_address_make_one_contact(service: Service) {
    let tries = (0..8).map(|n| service.post("/v1/contacts", person(&format!("Ada {n}"), "ada@example.org")));
    let answers = join_all(tries).await;
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(made.len(), 1);
    let id = text(&made[0].json(), "id");
    for refused in answers.into_iter().filter(|answer| answer.status != 201) {
        assert_eq!(refused.problem(409, "contact_exists").json()["contact_id"], id.as_str());
    }
    assert_eq!(service.items("/v1/contacts").await.len(), 1);
}

/// A sign-up claims no address before it takes it, as the other two ways do.
async fn by_whichever_way_an_address_is_wanted_one_has_it(service: Service) {
    for turn in 0..5 {
        let email = format!("wanted-{turn}@example.org");
        let there = [0, 1].map(|n| format!("there-{turn}-{n}@example.org"));
        let there = join_all(there.iter().map(|email| service.sign_up("Grace Hopper", email))).await;
        let sign_ups = (0..3).map(async |_| service.post("/v1/contacts", person("Ada", &email)).await.status);
        let corrections = there.iter().map(async |id| {
            let path = format!("/v1/contacts/{id}");
            service.patch(&path, "\"1\"", json!({ "email": email })).await.status
        });
        let file = format!("name,email\nAda Lovelace,{email}\n");
        let imports = (0..2).map(async |_| {
            let asked = service.request("POST", "/v1/contacts/imports").token(&service.staff());
            asked.body("text/csv", file.clone()).send().await.status
        });
        let (signed_up, corrected, imported) =
            tokio::join!(join_all(sign_ups), join_all(corrections), join_all(imports));
        assert!(signed_up.iter().all(|status| [201, 409].contains(status)), "{signed_up:?}");
        assert!(corrected.iter().all(|status| [200, 409, 503].contains(status)), "{corrected:?}");
        assert!(imported.iter().all(|status| [200, 503].contains(status)), "{imported:?}");
        let found = service.post("/v1/contacts/search", json!({ "email": email })).await.expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{signed_up:?} {corrected:?} {imported:?}");
        // No contact has lost its address, and the search finds none that has no address.
        let ada = service.post("/v1/contacts/search", json!({ "name": "Ada" })).await.expect(200).json();
        let with_it = |item: &&Value| item["email"] == email.as_str();
        assert!(ada["items"].as_array().unwrap().iter().filter(with_it).count() <= 1, "{ada}");
    }
}

async fn a_correction_needs_the_version_that_it_corrects(service: Service) {
    let path = format!("/v1/contacts/{}", service.sign_up("Ada Lovelace", "ada@example.org").await);
    let patch = json!({ "name": "Ada King" });
    let bare = service.request("PATCH", &path).token(&service.staff()).merge_patch(&patch).send().await;
    bare.problem(428, "precondition_required");
    let etag = service.get(&path).await.etag();
    let racers = join_all((0..4).map(|_| service.patch(&path, &etag, patch.clone()))).await;
    let mut statuses: Vec<u16> = racers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412]);
    let read = service.get(&path).await;
    assert_eq!(read.json()["version"], 2);
    let same = service.request("GET", &path).token(&service.staff()).header("If-None-Match", &read.etag());
    same.send().await.expect(304);
}

async fn six_years_are_counted_from_the_last_activity(service: Service) {
    service.hands.set(Instant::parse("2028-02-29T12:00:00Z").unwrap());
    let mut asked = person("Ada Lovelace", "ada@example.org");
    asked["source"]["obtained_on"] = json!("2028-02-29");
    let made = service.post("/v1/contacts", asked).await.expect(201);
    assert_eq!(made.json()["keep_until"], "2034-02-28");
    let path = made.header("location");

    // 23:30 UTC in June is the next day in London.
    service.hands.set(Instant::parse("2028-06-30T23:30:00Z").unwrap());
    let changed = service.patch(&path, &made.etag(), json!({ "name": "Ada King" })).await.expect(200).json();
    assert_eq!(changed["last_activity_on"], "2028-07-01");
    assert_eq!(changed["keep_until"], "2034-07-01");
}

async fn another_rooms_doings_change_the_tag_and_not_the_version(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = format!("/v1/contacts/{ada}");
    let before = service.get(&path).await;
    service.hands.advance(Duration::days(2));
    service.give(&ada, "newsletter").await;
    let after = service.get(&path).await;
    assert_eq!(after.json()["version"], 1);
    assert_eq!(after.json()["updated_at"], before.json()["updated_at"]);
    assert_eq!(after.json()["last_activity_on"], "2026-11-26");
    assert_eq!(after.json()["keep_until"], "2032-11-26");
    let part = |etag: String| etag.split('-').next().unwrap().to_owned();
    assert_eq!(part(before.etag()), part(after.etag()));
    assert_ne!(before.etag(), after.etag());
    let fresh = service.request("GET", &path).token(&service.staff()).header("If-None-Match", &before.etag());
    fresh.send().await.expect(200);
    // The older tag still names the version.
    service.patch(&path, &before.etag(), json!({ "name": "Ada King" })).await.expect(200);
}

async fn a_deleted_contact_leaves_an_id_and_a_mark(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = format!("/v1/contacts/{ada}");
    let bare = service.request("DELETE", &path).token(&service.staff()).send().await;
    bare.problem(428, "precondition_required");
    let deleted = service.delete(&ada).await.expect(204);
    assert_eq!(deleted.text(), "");
    service.get(&path).await.problem(410, "erased");
    service.patch(&path, "\"2\"", json!({ "name": "X" })).await.problem(410, "erased");
    let again = service.request("DELETE", &path).token(&service.staff()).if_match("\"2\"").send().await;
    again.problem(410, "erased");
    assert_eq!(
        service.counts().into_iter().filter(|(name, count)| name.contains("data_keys") && *count > 0).count(),
        0
    );
    assert_eq!(service.checked(&ada, "newsletter").await, "erased");
    assert!(service.items("/v1/contacts").await.is_empty());
    let search = json!({ "email": "ada@example.org" });
    assert_eq!(service.post("/v1/contacts/search", search).await.json()["items"], json!([]));

    let once_more = service.sign_up("Ada Lovelace", "ADA@example.org").await;
    assert_ne!(once_more, ada);
    assert_eq!(service.checked(&once_more, "newsletter").await, "suppressed");
    service.delete(&once_more).await.expect(204);
    service.sign_up("Ada Lovelace", "ada@example.org").await;
}

async fn a_contact_with_consents_is_not_deleted(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.withdraw(&ada, "newsletter").await;
    service.delete(&ada).await.problem(409, "erasure_request_required");
    service.get(&format!("/v1/contacts/{ada}")).await.expect(200);
}

async fn contacts_are_listed_by_status_and_change(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let grace = service.sign_up("Grace Hopper", "grace@example.org").await;
    service.delete(&service.sign_up("Mary Jackson", "mary@example.org").await).await.expect(204);
    service.hands.advance(Duration::hours(1));
    let since = service.now();
    let path = format!("/v1/contacts/{ada}");
    let etag = service.get(&path).await.etag();
    service.patch(&path, &etag, json!({ "job_title": "Countess" })).await.expect(200);

    let ids = async |query: &str| -> Vec<String> {
        service.items(&format!("/v1/contacts{query}")).await.iter().map(|item| text(item, "id")).collect()
    };
    assert_eq!(ids("").await, [grace.clone(), ada.clone()]);
    assert_eq!(ids("?status=active").await, [grace.clone(), ada.clone()]);
    assert_eq!(ids(&format!("?updated_since={since}")).await, std::slice::from_ref(&ada));
    let erased = service.items("/v1/contacts?status=erased").await;
    assert_eq!(erased.len(), 1);
    for member in ["name", "email", "telephone", "organisation", "job_title", "source"] {
        assert_eq!(erased[0].get(member), None);
    }
    service.get("/v1/contacts?status=lost").await.problem(400, "invalid_query");

    let first = service.get("/v1/contacts?limit=1").await.expect(200).json();
    assert_eq!(first["items"][0]["id"], grace.as_str());
    let cursor = text(&first, "next_cursor");
    let second = service.get(&format!("/v1/contacts?limit=1&cursor={cursor}")).await.expect(200).json();
    assert_eq!(second["items"][0]["id"], ada.as_str());
    assert_eq!(second["next_cursor"], json!(null));
}
