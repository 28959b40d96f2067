//! Restriction of processing (UK GDPR Article 18): who is restricted is stored, and used nowhere.

use std::collections::BTreeMap;

use chrono::Duration;
use futures_util::future::join_all;
use iewm::domain::Code;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::mail::MailServer;
use crate::harness::people::{grant, person, text, withdrawal};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    who_is_restricted_is_an_id_a_status_and_a_version,
    no_search_finds_the_restricted,
    the_restricted_are_in_no_export_and_no_audience,
    an_import_never_touches_the_restricted,
    nothing_is_written_about_the_restricted,
    a_no_is_always_taken_and_a_yes_waits,
    letters_to_the_restricted_are_dropped,
    a_preferences_page_takes_a_no_and_no_yes,
    networks_leave_the_restricted_out,
    the_person_is_told_before_it_is_lifted,
    what_cannot_be_restricted_is_refused,
    a_correction_asked_for_is_made_while_restricted,
    of_racing_restrictions_one_holds,
}

use RestrictionGround::{AccuracyContested, NeededForClaims, ObjectionPending, UnlawfulProcessing};

const SECRETS: &[&str] = &["Lovelace", "ada@example.org", "7946", "Analytical", "Countess", "Sheet of June"];

/// A person with every member filled in.
async fn ada(service: &Service) -> String {
    let ada = json!({
        "name": "Ada Lovelace", "email": "ada@example.org", "telephone": "+442079460958",
        "organisation": "Analytical Engines", "job_title": "Countess",
        "source": { "kind": "self", "detail": "Sheet of June", "obtained_on": "2026-11-24" },
    });
    text(&service.post("/v1/contacts", ada).await.expect(201).json(), "id")
}

/// The same person, restricted.
async fn restricted(service: &Service) -> String {
    let ada = ada(service).await;
    service.restrict(&ada, AccuracyContested).await.unwrap();
    ada
}

#[track_caller]
fn tells_nothing(answer: &Answer) {
    let body = answer.text();
    for secret in SECRETS {
        assert!(!body.contains(secret), "{secret} in {body}");
    }
}

async fn rows(service: &Service, path: &str, csv: &str) -> Vec<Value> {
    let import = service.request("POST", path).token(&service.staff()).body("text/csv", csv);
    import.send().await.expect(200).json()["results"].as_array().unwrap().clone()
}

async fn who_is_restricted_is_an_id_a_status_and_a_version(service: Service) {
    let ada = ada(&service).await;
    let path = format!("/v1/contacts/{ada}");
    let before = service.get(&path).await.expect(200);
    service.restrict(&ada, AccuracyContested).await.unwrap();
    let bare = json!({ "id": ada, "status": "restricted", "version": 2 });
    for token in [service.staff(), service.council()] {
        let now = service.request("GET", &path).token(&token).send().await.expect(200);
        assert_eq!((now.json(), now.etag().as_str()), (bare.clone(), "\"2\""));
    }
    let again = service.request("GET", &path).token(&service.staff()).header("If-None-Match", &before.etag());
    assert_eq!(again.send().await.expect(200).json(), bare, "what was known before is no longer current");
    let looks = service.audit(&format!("contact_id={ada}&action=contacts.read")).await;
    assert_eq!(looks.len(), 4, "a look at a restricted person is a look");
    let entry = &service.audit(&format!("contact_id={ada}&action=contacts.restrict")).await[0];
    assert_eq!(entry["detail"], json!({ "changed": ["status"], "ground": "accuracy_contested" }));
}

async fn no_search_finds_the_restricted(service: Service) {
    let ada = restricted(&service).await;
    let bob = service.sign_up("Bob Lovelace", "bob@example.org").await;
    let ids = |items: &[Value]| items.iter().map(|item| text(item, "id")).collect::<Vec<_>>();
    for list in ["/v1/contacts", "/v1/contacts?status=active", "/v1/contacts?updated_since=2026-01-01T00:00:00Z"] {
        assert_eq!(ids(&service.items(list).await), std::slice::from_ref(&bob), "{list}");
    }
    let bare = json!({ "id": ada, "status": "restricted", "version": 2 });
    assert_eq!(service.items("/v1/contacts?status=restricted").await, [bare]);
    assert!(service.items("/v1/contacts?status=erased").await.is_empty());
    for wanted in [json!({ "email": "ada@example.org" }), json!({ "telephone": "+442079460958" })] {
        let found = service.post("/v1/contacts/search", wanted).await.expect(200).json();
        assert_eq!(found["items"], json!([]));
    }
    let found = service.post("/v1/contacts/search", json!({ "name": "lovelace" })).await.expect(200).json();
    assert_eq!(ids(found["items"].as_array().unwrap()), [bob]);
}

async fn the_restricted_are_in_no_export_and_no_audience(service: Service) {
    let ada = ada(&service).await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    for contact in [&ada, &bob] {
        service.give(contact, "newsletter").await;
    }
    service.restrict(&ada, UnlawfulProcessing).await.unwrap();
    for query in ["", "?status=restricted"] {
        let path = format!("/v1/contacts{query}");
        let csv = service.request("GET", &path).token(&service.staff()).header("Accept", "text/csv");
        let csv = csv.send().await.expect(200);
        tells_nothing(&csv);
        assert!(!csv.text().contains(&ada), "{query}");
        assert_eq!(csv.text().contains(&bob), query.is_empty());
    }
    for form in ["application/x-ndjson", "text/csv"] {
        let audience = service.request("GET", "/v1/audiences/newsletter").token(&service.staff());
        let audience = audience.header("Accept", form).send().await.expect(200);
        tells_nothing(&audience);
        assert!(!audience.text().contains(&ada) && audience.text().contains(&bob), "{form}");
    }
    assert_eq!(service.checked(&ada, "newsletter").await, "restricted");
    assert_eq!(service.checked(&ada, "trade_articles").await, "restricted");
    let listed: Vec<_> = service.items("/v1/consents").await.iter().map(|item| text(item, "contact_id")).collect();
    assert_eq!(listed, [bob]);
    assert_eq!(service.consent(&ada, "newsletter").await["state"], "given", "by the contact's own id it is there");
    service.lift(&ada, "2026-11-24").await.unwrap();
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
}

async fn an_import_never_touches_the_restricted(service: Service) {
    let ada = ada(&service).await;
    let phone = json!({ "name": "Cat", "telephone": "+442079460959",
                        "source": { "kind": "self", "obtained_on": "2026-11-24" } });
    let cat = text(&service.post("/v1/contacts", phone).await.expect(201).json(), "id");
    for contact in [&ada, &cat] {
        service.restrict(contact, NeededForClaims).await.unwrap();
    }
    let file = "name,email,telephone,job_title\nAda King,ADA@example.org,,Engineer\nCat,,+442079460959,Singer\n\
                Bob,bob@example.org,,\n";
    for path in ["/v1/contacts/imports?dry_run=true", "/v1/contacts/imports"] {
        let rows = rows(&service, path, file).await;
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row["result"].clone(), row["errors"][0]["pointer"].clone(), row["errors"][0]["code"].clone()))
            .collect();
        let rejected = |pointer: &str| (json!("rejected"), json!(pointer), json!("restricted"));
        let made = (json!("created"), Value::Null, Value::Null);
        assert_eq!(told, [rejected("/email"), rejected("/telephone"), made], "{path}");
        assert!(rows[..2].iter().all(|row| row.get("contact_id").is_none()), "{rows:?}");
    }
    for contact in [&ada, &cat] {
        let now = service.get(&format!("/v1/contacts/{contact}")).await.expect(200).json();
        assert_eq!(now["version"], 2);
    }
    let lifted = service.lift(&ada, "2026-11-24").await.unwrap();
    assert_eq!(lifted.job_title.unwrap().as_str(), "Countess");
    assert_eq!(service.items("/v1/contacts").await.len(), 2, "Ada and Bob");
}

async fn nothing_is_written_about_the_restricted(service: Service) {
    let ada = restricted(&service).await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let path = format!("/v1/contacts/{ada}");
    let before = without_audit(&service);
    let refused = service.patch(&path, "\"2\"", json!({ "name": "Ada King" })).await.problem(423, "restricted");
    assert_eq!(refused.json()["article"], "UK GDPR Article 18(2)");
    tells_nothing(&refused);
    service.patch(&path, "\"1\"", json!({ "name": "Ada King" })).await.problem(412, "stale_version");
    service.delete(&ada).await.problem(423, "restricted");
    for (into, from) in [(&ada, &bob), (&bob, &ada)] {
        let merge = json!({ "from_contact_id": from });
        service.post(&format!("/v1/contacts/{into}/merge"), merge).await.problem(423, "restricted");
    }
    service.post(&format!("{path}/merge"), json!({ "from_contact_id": ada })).await.problem(422, "invalid");
    service.decide(grant(&ada, "newsletter", "telephone")).await.problem(423, "restricted");
    service.decide(grant(&ada, "newsletter", "web_form")).await.problem(423, "restricted");
    service.decide(grant(&ada, "venue_security", "paper")).await.problem(422, "purpose_not_consent");
    // The address is hers still: no other contact gets it.
    let again = service.post("/v1/contacts", person("Somebody", "ada@example.org")).await;
    tells_nothing(&again.problem(409, "contact_exists"));
    assert_eq!(without_audit(&service), before, "only the refusals were written down");
    let refusals = service.audit("action=contacts:update").await;
    assert_eq!(refusals[0]["code"], "restricted");
}

/// How many rows each table has, but for the audit's.
fn without_audit(service: &Service) -> BTreeMap<String, i64> {
    let mut counts = service.counts();
    counts.retain(|table, _| !table.ends_with(".audit_entries"));
    counts
}

async fn a_no_is_always_taken_and_a_yes_waits(service: Service) {
    let ada = ada(&service).await;
    service.give(&ada, "newsletter").await;
    let waiting = service.decide(grant(&ada, "trade_articles", "web_form")).await.expect(201).json();
    let link = service.link(&text(&waiting, "decision_id")).await;
    service.restrict(&ada, ObjectionPending).await.unwrap();
    let done = service.decide(withdrawal(&ada, "newsletter")).await.expect(201);
    assert_eq!(done.json()["state"], "withdrawn");
    tells_nothing(&done);
    service.decide(withdrawal(&ada, "blogs_and_articles")).await.expect(201);
    for method in ["GET", "POST"] {
        let refused = service.follow(method, &link).await.problem(423, "restricted");
        assert!(!refused.text().contains("Yes, send me"), "{}", refused.text());
    }
    service.lift(&ada, "2026-11-24").await.unwrap();
    assert_eq!(service.checked(&ada, "newsletter").await, "withdrawn");
    service.follow("POST", &link).await.expect(200);
    assert_eq!(
        service.checked(&ada, "trade_articles").await,
        "given",
        "what waited may be confirmed once it is lifted"
    );
}

async fn letters_to_the_restricted_are_dropped(service: Service) {
    let server = MailServer::start();
    let ada = ada(&service).await;
    service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
    service.post("/v1/preference-links", json!({ "email": "ada@example.org" })).await.expect(202);
    service.restrict(&ada, AccuracyContested).await.unwrap();
    service.deliver(&server).await;
    assert!(server.taken().is_empty());
    let mut became: Vec<_> = service
        .items("/v1/messages")
        .await
        .iter()
        .map(|message| (text(message, "kind"), text(message, "status"), text(message, "reason")))
        .collect();
    became.sort();
    let dropped = |kind: &str| (kind.to_owned(), "dropped".to_owned(), "restricted".to_owned());
    assert_eq!(became, [dropped("confirmation"), dropped("preferences")]);
}

async fn a_preferences_page_takes_a_no_and_no_yes(service: Service) {
    let server = MailServer::start();
    let ada = ada(&service).await;
    service.give(&ada, "newsletter").await;
    service.post("/v1/preference-links", json!({ "email": "ada@example.org" })).await.expect(202);
    service.deliver(&server).await;
    let link = server.taken()[0].link("preferences");
    assert_eq!(service.follow("GET", &link).await.expect(200).json()["restricted"], false);
    service.restrict(&ada, AccuracyContested).await.unwrap();
    let shown = service.follow("GET", &link).await.expect(200);
    tells_nothing(&shown);
    assert_eq!(shown.json()["restricted"], true);
    let browse = |body: Option<&'static str>| {
        let asked = service.request(if body.is_some() { "POST" } else { "GET" }, &link).header("Accept", "text/html");
        match body {
            Some(body) => asked.body("application/x-www-form-urlencoded", body).send(),
            None => asked.send(),
        }
    };
    let page = browse(None).await.expect(200);
    tells_nothing(&page);
    assert!(page.text().contains("Your data is restricted."));
    assert!(page.text().contains("Stop the newsletter") && !page.text().contains("Send me"), "{}", page.text());
    let yes = browse(Some("purpose=trade_articles&decision=given")).await.expect(423);
    assert!(yes.text().contains("<h1>"), "a problem of a page is a page");
    let asked = service.request("POST", &link).json(&json!({ "purpose": "trade_articles", "decision": "given" }));
    asked.send().await.problem(423, "restricted");
    browse(Some("purpose=newsletter&decision=withdrawn")).await.expect(200);
    assert_eq!(service.consent(&ada, "newsletter").await["state"], "withdrawn");
}

async fn networks_leave_the_restricted_out(service: Service) {
    let asked = json!({ "code": "adass", "name": "ADASS", "description": "Directors." });
    let adass = text(&service.post("/v1/networks", asked).await.expect(201).json(), "id");
    let members = format!("/v1/networks/{adass}/memberships");
    let ada = ada(&service).await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let mut paths = Vec::new();
    for contact in [&ada, &bob] {
        let member = json!({ "contact_id": contact, "represents": "Countess", "directory_visibility": "network" });
        paths.push(service.post(&members, member).await.expect(201).header("location"));
    }
    service.restrict(&ada, AccuracyContested).await.unwrap();
    for list in [&members, &format!("{members}?status=active")] {
        let listed = service.items(list).await;
        assert_eq!(listed.iter().map(|item| text(item, "contact_id")).collect::<Vec<_>>(), std::slice::from_ref(&bob));
    }
    let directory = service.items(&format!("/v1/networks/{adass}/directory")).await;
    assert_eq!(directory.iter().map(|line| text(line, "name")).collect::<Vec<_>>(), ["Bob"]);
    assert_eq!(service.items(&format!("/v1/contacts?network_id={adass}")).await.len(), 1);
    let membership = service.get(&paths[0]).await.expect(200);
    tells_nothing(&membership);
    service.patch(&paths[0], "\"1\"", json!({ "role": "chair" })).await.problem(423, "restricted");
    service.post(&format!("{}/end", paths[0]), json!({})).await.problem(423, "restricted");
    let chair = json!({ "contact_id": ada, "role": "chair" });
    service.post(&members, chair).await.problem(423, "restricted");
    service.lift(&ada, "2026-11-24").await.unwrap();
    assert_eq!(service.get(&paths[0]).await.expect(200).json()["represents"], "Countess");
    service.post(&format!("{}/end", paths[0]), json!({})).await.expect(200);
}

async fn the_person_is_told_before_it_is_lifted(service: Service) {
    let ada = ada(&service).await;
    let before = service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json();
    service.restrict(&ada, NeededForClaims).await.unwrap();
    service.hands.advance(Duration::days(3));
    for (day, fault) in [("2026-11-28", "future"), ("2026-11-23", "before_restriction")] {
        let error = service.lift(&ada, day).await.unwrap_err();
        let fault = |told: &iewm::domain::Fault| told.code == fault && told.pointer() == "/notified_on";
        assert!(error.code() == Code::Invalid && error.particulars().faults.listed().iter().any(fault), "{error}");
    }
    service.lift(&ada, "2026-11-26").await.unwrap();
    let mut after = service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json();
    assert_eq!((&after["version"], &after["updated_at"]), (&json!(3), &json!("2026-11-27T10:00:00.000000Z")));
    (after["version"], after["updated_at"]) = (before["version"].clone(), before["updated_at"].clone());
    assert_eq!(after, before, "nothing was lost");
    let entry = &service.audit(&format!("contact_id={ada}&action=contacts.lift_restriction")).await[0];
    let told = json!({ "changed": ["status"], "ground": "needed_for_claims", "since": "2026-11-24T10:00:00.000000Z",
                       "notified_on": "2026-11-26" });
    assert_eq!(entry["detail"], told);
    assert_eq!(service.lift(&ada, "2026-11-26").await.unwrap_err().code(), Code::Conflict);
    service.patch(&format!("/v1/contacts/{ada}"), "\"3\"", json!({ "name": "Ada King" })).await.expect(200);
}

async fn what_cannot_be_restricted_is_refused(service: Service) {
    let ada = restricted(&service).await;
    assert_eq!(service.restrict(&ada, NeededForClaims).await.unwrap_err().code(), Code::Restricted);
    let nobody = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    assert_eq!(service.restrict(nobody, NeededForClaims).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(service.lift(nobody, "2026-11-24").await.unwrap_err().code(), Code::NotFound);
    let erased = service.sign_up("Bob", "bob@example.org").await;
    service.delete(&erased).await.expect(204);
    let (into, from) = (service.sign_up("Cat", "c@example.org").await, service.sign_up("Cat", "d@example.org").await);
    service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
    for (gone, code) in [(&erased, Code::Erased), (&from, Code::Merged)] {
        assert_eq!(service.restrict(gone, NeededForClaims).await.unwrap_err().code(), code);
        assert_eq!(service.lift(gone, "2026-11-24").await.unwrap_err().code(), code);
    }
    // The database itself ensures that a restriction has a ground, and that no erased contact is restricted.
    for wrong in ["restricted_ground = NULL", "status = 'erased', particulars = NULL, email_index = NULL"] {
        service.sql(&format!("UPDATE contacts SET {wrong} WHERE restricted_at IS NOT NULL")).unwrap_err();
    }
}

async fn a_correction_asked_for_is_made_while_restricted(service: Service) {
    use iewm::domain::ContactId;
    use iewm::resources::contacts::store::changes::rectify;

    let id: ContactId = restricted(&service).await.parse().unwrap();
    let correct = |patch: Value| {
        let patch = serde_json::from_value(patch).unwrap();
        service.state.job("story").run(move |tx| rectify(tx, id, patch))
    };
    let shown = correct(json!({ "name": "Ada King", "telephone": null })).await.unwrap();
    assert!(shown.name.is_none() && shown.version == 3);
    assert_eq!(correct(json!({ "email": null })).await.unwrap_err().code(), Code::Invalid);
    tells_nothing(&service.get(&format!("/v1/contacts/{id}")).await.expect(200));
    let lifted = service.lift(&id.to_string(), "2026-11-24").await.unwrap();
    assert_eq!((lifted.name.unwrap().as_str(), lifted.telephone), ("Ada King", None));
    let found = service.post("/v1/contacts/search", json!({ "name": "king" })).await.expect(200).json();
    assert_eq!(found["items"][0]["id"], json!(id));
}

async fn of_racing_restrictions_one_holds(service: Service) {
    let ada = ada(&service).await;
    let grounds = [AccuracyContested, UnlawfulProcessing, NeededForClaims, ObjectionPending];
    let made = join_all(grounds.map(|ground| service.restrict(&ada, ground))).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert_eq!(service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json()["version"], 2);
    assert_eq!(service.audit(&format!("contact_id={ada}&action=contacts.restrict")).await.len(), 1);
    // A write that races with a restriction is before it or refused, never after it.
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let (restricted, given) = futures_util::future::join(
        service.restrict(&bob, AccuracyContested),
        service.decide(grant(&bob, "newsletter", "telephone")),
    )
    .await;
    restricted.unwrap();
    assert!([201, 423].contains(&given.status), "{}", given.text());
    assert_eq!(service.checked(&bob, "newsletter").await, "restricted");
}
