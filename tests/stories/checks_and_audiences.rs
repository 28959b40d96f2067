//! Who may be sent something now.

use std::collections::HashSet;

use chrono::Duration;
use futures_util::future::join_all;
use iewm::domain::{OrganisationId, Role};
use serde_json::{Value, json};

use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_check_answers_every_code_in_the_order_asked,
    a_check_is_for_one_to_a_thousand,
    an_audience_is_streamed_as_lines_and_as_csv,
    an_audience_is_not_everybodys,
    a_large_audience_is_streamed_whole,
}

async fn a_check_answers_every_code_in_the_order_asked(service: Service) {
    let mut ids = Vec::new();
    for who in ["given", "not_given", "pending", "withdrawn", "expired", "erased"] {
        ids.push(service.sign_up(who, &format!("{who}@example.org")).await);
    }
    let [given, not_given, pending, withdrawn, expired, erased] = ids.try_into().unwrap();
    service.decide(grant(&expired, "newsletter", "web_form")).await.expect(201);
    service.hands.advance(Duration::days(14));
    service.give(&given, "newsletter").await;
    service.decide(grant(&pending, "newsletter", "email")).await.expect(201);
    service.withdraw(&withdrawn, "newsletter").await;
    service.delete(&erased).await.expect(204);
    let suppressed = service.sign_up("again", "erased@example.org").await;
    let unknown = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901".to_owned();

    let asked = [&unknown, &given, &erased, &pending, &given, &withdrawn, &suppressed, &expired, &not_given];
    let codes = ["unknown", "given", "erased", "pending", "given", "withdrawn", "suppressed", "expired", "not_given"];
    let body = json!({ "purpose": "newsletter", "contact_ids": asked });
    let answer = service.post("/v1/consents/check", body).await.expect(200).json();
    let expected: Vec<Value> = asked
        .iter()
        .zip(codes)
        .map(|(id, code)| {
            json!({ "contact_id": id, "result": if code == "given" { "allowed" } else { "denied" }, "code": code })
        })
        .collect();
    assert_eq!(answer, json!({ "results": expected }));
    assert_eq!(service.checked(&given, "trade_articles").await, "not_given");
}

async fn a_check_is_for_one_to_a_thousand(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let check = |count: usize| {
        let mut ids: Vec<String> =
            (0..count.saturating_sub(1)).map(|n| format!("01937a5e-8f00-7c3a-9d55-{n:012}")).collect();
        ids.extend((count > 0).then(|| ada.clone()));
        service.post("/v1/consents/check", json!({ "purpose": "newsletter", "contact_ids": ids }))
    };
    let answer = check(1000).await.expect(200).json();
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 1000);
    assert!(results[..999].iter().all(|row| row["code"] == "unknown"));
    assert_eq!(results[999]["result"], "allowed");
    assert_eq!(check(1001).await.problem(422, "invalid").faults(), ["/contact_ids too_many"]);
    assert_eq!(check(0).await.problem(422, "invalid").faults(), ["/contact_ids too_few"]);
    let body = json!({ "purpose": "venue_security", "contact_ids": [ada] });
    service.post("/v1/consents/check", body).await.problem(422, "purpose_not_consent");
    let body = json!({ "purpose": "gossip", "contact_ids": [ada] });
    service.post("/v1/consents/check", body).await.problem(422, "invalid");
}

/// Records of CSV, read by the rules of RFC 4180.
fn csv(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

async fn an_audience_is_streamed_as_lines_and_as_csv(service: Service) {
    let names = ["=HYPERLINK(\"http://x\")", "Lovelace, \"Ada\"", "+44", "-x", "@y", "王小明"];
    let mut ids = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let id = service.sign_up(name, &format!("p{at}@example.org")).await;
        service.give(&id, "newsletter").await;
        ids.push(id);
    }
    let odd = service.sign_up("Odd", "=1+1@example.org").await;
    service.give(&odd, "newsletter").await;
    let telephone_alone = json!({ "name": "No address", "telephone": "020 7946 0958",
                                  "source": { "kind": "self", "obtained_on": "2026-11-24" } });
    let unreachable = text(&service.post("/v1/contacts", telephone_alone).await.expect(201).json(), "id");
    service.give(&unreachable, "newsletter").await;

    let lines = service.get("/v1/audiences/newsletter").await.expect(200);
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let people: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(people.iter().map(|one| text(one, "name")).collect::<Vec<_>>(), [&names[..], &["Odd"]].concat());
    for person in &people {
        assert!(text(person, "unsubscribe_url").starts_with("https://iewm.example/v1/unsubscribe/"));
        assert_eq!(person.as_object().unwrap().len(), 4);
    }

    let table = service.request("GET", "/v1/audiences/newsletter").token(&service.staff());
    let table = table.header("Accept", "text/csv").send().await.expect(200);
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.text().starts_with("contact_id,name,email,unsubscribe_url\r\n"));
    let records = csv(&table.text());
    assert_eq!(records.len(), 8);
    let written: Vec<&str> = records[1..].iter().map(|record| record[1].as_str()).collect();
    assert_eq!(written, ["'=HYPERLINK(\"http://x\")", "Lovelace, \"Ada\"", "'+44", "'-x", "'@y", "王小明", "Odd"]);
    assert_eq!(records[7][2], "'=1+1@example.org");
    assert_eq!(records[1][0], ids[0]);
    // A name is one line, so no cell can hold another row.
    let two_lines = json!({ "name": "Ada\nLovelace", "email": "l@example.org",
                            "source": { "kind": "self", "obtained_on": "2026-11-24" } });
    service.post("/v1/contacts", two_lines).await.problem(422, "invalid");
}

async fn an_audience_is_not_everybodys(service: Service) {
    for purpose in ["gossip", "event_administration", "venue_security"] {
        service.get(&format!("/v1/audiences/{purpose}")).await.problem(404, "not_found");
    }
    assert_eq!(service.get("/v1/audiences/professional_networks").await.expect(200).text(), "");
    let asked = json!({ "name": "Printer", "kind": "approved_contractor" });
    let organisation = service.post("/v1/organisations", asked).await.expect(201).json();
    let organisation: OrganisationId = text(&organisation, "id").parse().unwrap();
    let contractor = service.token("printer-1", &[Role::Contractor], Some(organisation));
    for (token, status, code) in [(contractor, 404, "not_found"), (service.council(), 403, "forbidden")] {
        let refused = service.request("GET", "/v1/audiences/newsletter").token(&token).send().await;
        refused.problem(status, code);
    }
}

async fn a_large_audience_is_streamed_whole(service: Service) {
    let mut expected = HashSet::new();
    for batch in 0..61 {
        let batch = (0..20).map(|at| {
            let service = &service;
            async move {
                let n = batch * 20 + at;
                let id = service.sign_up(&format!("Person {n}"), &format!("p{n}@example.org")).await;
                service.give(&id, "newsletter").await;
                id
            }
        });
        expected.extend(join_all(batch).await);
    }
    let withdrawn: Vec<String> = expected.iter().take(10).cloned().collect();
    for id in &withdrawn {
        service.withdraw(id, "newsletter").await;
        expected.remove(id);
    }
    let text_of = service.get("/v1/audiences/newsletter").await.expect(200).text();
    let streamed: Vec<String> =
        text_of.lines().map(|line| text(&serde_json::from_str::<Value>(line).unwrap(), "contact_id")).collect();
    assert_eq!(streamed.len(), 1210);
    assert_eq!(streamed.into_iter().collect::<HashSet<_>>(), expected);
    let looks = service.audit("action=audiences.read").await;
    let counts: i64 = looks.iter().map(|look| look["detail"]["count"].as_i64().unwrap()).sum();
    assert_eq!(counts, 1210, "every page was recorded");
}
