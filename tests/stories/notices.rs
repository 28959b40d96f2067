//! The privacy notice in its versions.

use chrono::Duration;
use futures_util::future::join_all;
use iewm::domain::{Instant, OrganisationId, Role};
use serde_json::{Value, json};

use crate::harness::canonical::{canonical, sha256};
use crate::harness::client::Answer;
use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    the_notice_of_2019_is_there_from_the_first_start,
    a_draft_is_written_changed_and_published,
    a_draft_is_not_for_the_public,
    a_bad_draft_is_refused,
    a_notice_is_in_force_from_its_day_on,
    a_material_change_makes_the_consents_of_its_purpose_stale,
    a_stale_consent_waits_for_its_mailbox,
    a_notice_published_once_is_published_for_good,
}

/// What a notice says of a purpose.
fn purpose(code: &str, change: &str) -> Value {
    let basis = if code == "venue_security" { "contract" } else { "consent" };
    json!({ "code": code, "lawful_basis": [basis], "data": ["Name"], "recipients": [], "retention": "Six years",
            "change": change })
}

fn draft(version: &str, effective_on: &str, change: &str) -> Value {
    json!({ "version": version, "effective_on": effective_on,
            "purposes": [purpose("newsletter", change), purpose("trade_articles", "minor")] })
}

/// The hash as the contract defines it.
fn hash(notice: &Value) -> String {
    let members = ["version", "effective_on", "controller", "purposes", "rights", "contact", "complaint_route"];
    let hashed: serde_json::Map<String, Value> =
        members.iter().map(|&member| (member.to_owned(), notice[member].clone())).collect();
    sha256(&canonical(&Value::Object(hashed)))
}

async fn publish(service: &Service, version: &str) -> Answer {
    let path = format!("/v1/privacy-notices/{version}/publication");
    service.request("POST", &path).token(&service.council()).send().await
}

async fn the_notice_of_2019_is_there_from_the_first_start(mut service: Service) {
    let answer = service.request("GET", "/v1/privacy-notice").send().await.expect(200);
    let notice = answer.json();
    assert_eq!((&notice["version"], &notice["effective_on"]), (&json!("2019-01-29"), &json!("2019-01-29")));
    assert_eq!(notice["status"], "published");
    let said: Vec<(String, Value)> = notice["purposes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|purpose| (text(purpose, "code"), purpose["lawful_basis"].clone()))
        .collect();
    let expected = [
        ("newsletter", json!(["consent"])),
        ("blogs_and_articles", json!(["consent"])),
        ("trade_articles", json!(["consent"])),
        ("event_information", json!(["consent"])),
        ("event_administration", json!(["contract"])),
        ("professional_networks", json!(["consent", "contract"])),
        ("venue_security", json!(["contract"])),
    ];
    assert_eq!(said, expected.map(|(code, basis)| (code.to_owned(), basis)));
    for purpose in notice["purposes"].as_array().unwrap() {
        assert!(text(purpose, "retention").starts_with("Six years"), "{purpose}");
        assert!(!purpose["data"].as_array().unwrap().is_empty(), "{purpose}");
    }
    let all = notice["purposes"].to_string();
    for recipient in ["Worcestershire County Council", "Event partners", "Event venues", "Approved contractors"] {
        assert!(all.contains(recipient), "{recipient}");
    }
    let rights = notice["rights"].to_string();
    for right in
        ["Access", "Rectification", "Erasure", "Restriction", "Portability", "Objection", "Withdrawal of consent"]
    {
        assert!(rights.contains(right), "{right}");
    }
    let route = text(&notice, "complaint_route");
    let (us, regulator) = (route.find("us first"), route.find("Information Commission (ICO)"));
    assert!(us.is_some() && us < regulator, "{route}");
    assert!(!answer.text().contains("Commissioner"));
    assert_eq!(notice["sha256"], hash(&notice));

    let named = service.request("GET", "/v1/privacy-notices/2019-01-29").send().await.expect(200);
    assert_eq!(named.json(), notice);
    service.restart().await;
    assert_eq!(service.request("GET", "/v1/privacy-notice").send().await.expect(200).json(), notice);
    assert_eq!(service.items("/v1/privacy-notices").await, [notice]);
}

async fn a_draft_is_written_changed_and_published(service: Service) {
    let made = service.post("/v1/privacy-notices", draft("2026-12-01", "2026-12-15", "minor")).await.expect(201);
    assert_eq!(made.header("location"), "/v1/privacy-notices/2026-12-01");
    let written = made.json();
    assert_eq!(written["status"], "draft");
    assert_eq!(written.get("published_at"), None);
    assert_eq!(written["sha256"], hash(&written));
    let today = service.request("GET", "/v1/privacy-notice").send().await.json();
    for member in ["controller", "rights", "contact", "complaint_route"] {
        assert_eq!(written[member], today[member], "{member}");
    }
    service
        .post("/v1/privacy-notices", draft("2026-12-01", "2027-01-01", "minor"))
        .await
        .problem(409, "version_exists");
    let seeded = draft("2019-01-29", "2027-01-01", "minor");
    service.post("/v1/privacy-notices", seeded).await.problem(409, "version_exists");

    let path = "/v1/privacy-notices/2026-12-01";
    let patch = json!({ "effective_on": "2026-12-20", "rights": ["Zugang: \"alles\"\nà vous"] });
    let changed = service.patch(path, &made.etag(), patch.clone()).await.expect(200);
    let rewritten = changed.json();
    assert_eq!(rewritten["effective_on"], "2026-12-20");
    assert_ne!(rewritten["sha256"], written["sha256"]);
    assert_eq!(rewritten["sha256"], hash(&rewritten));
    service.patch(path, &made.etag(), patch.clone()).await.problem(412, "stale_version");

    let by_staff = service.request("POST", &format!("{path}/publication")).token(&service.staff()).send().await;
    assert_eq!(by_staff.problem(403, "forbidden").json()["permission"], "notices:publish");
    let published = publish(&service, "2026-12-01").await.expect(200);
    assert_eq!(published.json()["status"], "published");
    assert_eq!(published.json()["published_at"], "2026-11-24T10:00:00.000000Z");
    assert_eq!(published.json()["sha256"], rewritten["sha256"]);
    service.patch(path, &published.etag(), patch).await.problem(409, "illegal_transition");
    let again = publish(&service, "2026-12-01").await.problem(409, "illegal_transition");
    assert_eq!(again.json()["allowed_transitions"], json!([]));
    publish(&service, "2026-12-02").await.problem(404, "not_found");
}

async fn a_draft_is_not_for_the_public(service: Service) {
    service.post("/v1/privacy-notices", draft("2026-12-01", "2026-12-15", "minor")).await.expect(201);
    let path = "/v1/privacy-notices/2026-12-01";
    service.request("GET", path).send().await.problem(404, "not_found");
    service.get(path).await.expect(200);
    service.request("GET", path).token(&service.council()).send().await.expect(200);
    let asked = json!({ "name": "Printer", "kind": "approved_contractor" });
    let organisation = service.post("/v1/organisations", asked).await.expect(201).json();
    let organisation: OrganisationId = text(&organisation, "id").parse().unwrap();
    let contractor = service.token("printer-1", &[Role::Contractor], Some(organisation));
    service.request("GET", path).token(&contractor).send().await.problem(404, "not_found");
    service.request("GET", "/v1/privacy-notices").token(&contractor).send().await.problem(403, "forbidden");
    service.request("GET", "/v1/privacy-notices").send().await.problem(401, "unauthenticated");
    let contractors_draft = service.request("POST", "/v1/privacy-notices").token(&contractor);
    contractors_draft.json(&draft("2026-12-02", "2026-12-15", "minor")).send().await.problem(403, "forbidden");
    // No person can have been shown a draft.
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let mut asked = grant(&ada, "newsletter", "paper");
    asked["notice_version"] = json!("2026-12-01");
    let refused = service.decide(asked).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/notice_version unknown_reference"]);
    for missing in ["/v1/privacy-notices/2018-01-01", "/v1/privacy-notices/next"] {
        service.request("GET", missing).send().await.problem(404, "not_found");
    }
}

async fn a_bad_draft_is_refused(service: Service) {
    let before = service.counts();
    let twice = json!({ "version": "2026-12-01", "effective_on": "2026-12-15",
                        "purposes": [purpose("newsletter", "minor"), purpose("newsletter", "minor")] });
    let mut foreign = draft("2026-12-01", "2026-12-15", "minor");
    foreign["purposes"][0]["lawful_basis"] = json!(["contract"]);
    let empty = json!({ "version": "2026-12-01", "effective_on": "2026-12-15", "purposes": [] });
    for (asked, faults) in [
        (twice, vec!["/purposes/1/code not_unique"]),
        (foreign, vec!["/purposes/0/lawful_basis lawful_basis"]),
        (empty, vec!["/purposes too_few"]),
        (json!({ "version": "soon" }), vec!["/effective_on missing", "/purposes missing", "/version date"]),
    ] {
        let refused = service.post("/v1/privacy-notices", asked.clone()).await.problem(422, "invalid");
        assert_eq!(refused.faults(), faults, "{asked}");
    }
    assert_eq!(service.counts(), before);
    // Not in force before the one that is in force already.
    service.post("/v1/privacy-notices", draft("2018-05-25", "2018-05-25", "minor")).await.expect(201);
    publish(&service, "2018-05-25").await.problem(422, "invalid");
}

async fn a_notice_is_in_force_from_its_day_on(service: Service) {
    service.post("/v1/privacy-notices", draft("2027-06-01", "2027-07-01", "unchanged")).await.expect(201);
    publish(&service, "2027-06-01").await.expect(200);
    let current = async || text(&service.request("GET", "/v1/privacy-notice").send().await.json(), "version");
    let read = async |version: &str| {
        service.request("GET", &format!("/v1/privacy-notices/{version}")).send().await.expect(200)
    };
    assert_eq!(current().await, "2019-01-29");
    assert_eq!(read("2027-06-01").await.json()["status"], "published");
    let before = read("2019-01-29").await;
    // The day begins in London, an hour before it does in UTC.
    service.hands.set(Instant::parse("2027-06-30T22:59:59Z").unwrap());
    assert_eq!(current().await, "2019-01-29");
    service.hands.set(Instant::parse("2027-06-30T23:00:00Z").unwrap());
    assert_eq!(current().await, "2027-06-01");
    let after = read("2019-01-29").await;
    assert_eq!(after.json()["status"], "superseded");
    assert_ne!(before.etag(), after.etag());
    assert_eq!(after.json()["sha256"], before.json()["sha256"]);
    // What is recorded from now on is tied to the version in force.
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    assert_eq!(service.give(&ada, "newsletter").await["notice_version"], "2027-06-01");
}

async fn a_material_change_makes_the_consents_of_its_purpose_stale(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let given = service.give(&ada, "newsletter").await;
    service.give(&ada, "trade_articles").await;
    service.post("/v1/privacy-notices", draft("2026-12-01", "2026-12-15", "material")).await.expect(201);
    publish(&service, "2026-12-01").await.expect(200);
    let path = format!("/v1/consents/{}", text(&given, "id"));
    let before = service.get(&path).await;
    assert_eq!(before.json()["state"], "given");

    service.hands.set(Instant::parse("2026-12-15T00:00:00Z").unwrap());
    let after = service.get(&path).await;
    assert_eq!(after.json()["state"], "stale");
    assert_eq!(after.json()["version"], 1);
    assert_ne!(before.etag(), after.etag());
    assert_eq!(service.checked(&ada, "newsletter").await, "stale");
    assert_eq!(service.checked(&ada, "trade_articles").await, "given");
    assert_eq!(service.get("/v1/audiences/newsletter").await.text(), "");
    assert_eq!(service.items("/v1/consents?state=stale").await.len(), 1);
    let then = service.items("/v1/consents?purpose=newsletter&as_at=2026-12-14T12:00:00Z").await;
    assert_eq!(then[0]["state"], "given");

    // Under the old notice nothing is renewed; under the new one it is.
    let mut old = grant(&ada, "newsletter", "paper");
    old["notice_version"] = json!("2019-01-29");
    assert_eq!(service.decide(old).await.expect(201).json()["state"], "stale");
    assert_eq!(service.give(&ada, "newsletter").await["state"], "given");
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    let grace = service.sign_up("Grace Hopper", "grace@example.org").await;
    assert_eq!(service.give(&grace, "newsletter").await["state"], "given");
    service.hands.advance(Duration::days(400));
    assert_eq!(service.checked(&grace, "newsletter").await, "given");
}

async fn a_stale_consent_waits_for_its_mailbox(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    service.post("/v1/privacy-notices", draft("2026-11-23", "2026-11-24", "material")).await.expect(201);
    let recorded = service.now();
    service.hands.advance(Duration::hours(1));
    publish(&service, "2026-11-23").await.expect(200);
    assert_eq!(service.checked(&ada, "newsletter").await, "stale");
    // Before the service published it, no person could have read it.
    let then = service.items(&format!("/v1/consents?as_at={recorded}")).await;
    assert_eq!(then[0]["state"], "given");

    assert_eq!(service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201).json()["state"], "pending");
    assert_eq!(service.checked(&ada, "newsletter").await, "pending");
    let link = service.link(&text(&service.newest_decision(&ada, "newsletter").await, "id")).await;
    service.hands.advance(Duration::days(1));
    service.follow("POST", &link).await.expect(200);
    let renewed = service.consent(&ada, "newsletter").await;
    assert_eq!((&renewed["state"], &renewed["notice_version"]), (&json!("given"), &json!("2026-11-23")));
}

async fn a_notice_published_once_is_published_for_good(service: Service) {
    service.post("/v1/privacy-notices", draft("2026-12-01", "2026-12-15", "material")).await.expect(201);
    let answers = join_all((0..4).map(|_| publish(&service, "2026-12-01"))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);
    let drafts = (0..4).map(|_| service.post("/v1/privacy-notices", draft("2027-01-01", "2027-01-15", "minor")));
    let mut statuses: Vec<u16> = join_all(drafts).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}
