//! Disclosures: whose data goes to which organisation, under an agreement.

use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::disclosures::under;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

mod ending;
mod handover;
mod law;
mod listing;
mod races;
mod reads;
mod statistics;

on_both_engines! {
    each_person_has_a_result_in_the_order_asked,
    the_same_disclosure_is_made_once_and_gains_fields,
    a_call_that_breaks_a_rule_stores_nothing,
    an_agreement_that_is_not_live_allows_nothing,
    a_thousand_people_are_disclosed_in_one_call,
    a_call_is_repeated_by_its_key,
    a_disclosure_is_sealed_and_audited,
}

const UNKNOWN: &str = "00000000-0000-7000-8000-000000000000";

/// Each row of an answer, as its result or its code.
pub(crate) fn told(answer: &Value) -> Vec<String> {
    let rows = answer["results"].as_array().unwrap().iter();
    rows.map(|row| row.get("code").unwrap_or(&row["result"]).as_str().unwrap().to_owned()).collect()
}

async fn each_person_has_a_result_in_the_order_asked(service: Service) {
    let (venue, agreement) = service.venue().await;
    let [ada, bob, cat, dan, eve] = [
        service.sign_up("Ada", "ada@example.org").await,
        service.sign_up("Bob", "bob@example.org").await,
        service.sign_up("Cat", "cat@example.org").await,
        service.sign_up("Dan", "dan@example.org").await,
        service.sign_up("Eve", "eve@example.org").await,
    ];
    let refusal = format!("/v1/contacts/{bob}/sharing-refusals/venue");
    service.request("PUT", &refusal).token(&service.staff()).send().await.expect(204);
    // Bob's refusal of another kind binds nothing here, and neither does Ada's.
    let other = format!("/v1/contacts/{ada}/sharing-refusals/event_partner");
    service.request("PUT", &other).token(&service.staff()).send().await.expect(204);
    service.restrict(&cat, RestrictionGround::AccuracyContested).await.unwrap();
    service.delete(&dan).await.expect(204);
    let people = [&eve, &ada, &bob, &cat, &dan, UNKNOWN, &ada].map(|id: &str| id);
    let answer = service.disclose(under(&agreement, venue, &people)).await.expect(200).json();
    let expected = ["disclosed", "disclosed", "refused_by_person", "restricted", "erased", "unknown", "disclosed"];
    assert_eq!(told(&answer), expected);
    let rows = answer["results"].as_array().unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row["contact_id"].as_str().unwrap()).collect();
    assert_eq!(ids, people);
    assert_eq!(rows[1], rows[6], "a duplicate is answered alike");
    for row in &rows[2..6] {
        assert_eq!((&row["result"], row.get("disclosure_id")), (&json!("refused"), None));
    }
    assert_eq!(service.items("/v1/disclosures").await.len(), 2, "nothing is stored of the refused");
}

async fn the_same_disclosure_is_made_once_and_gains_fields(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let mut asked = under(&agreement, venue, &[&ada]);
    asked["expires_at"] = json!("2026-12-01T00:00:00Z");
    let first = service.disclosed(asked.clone()).await;
    let read = service.get(&format!("/v1/disclosures/{first}")).await.expect(200);
    let expected = json!({
        "id": first, "contact_id": ada, "organisation_id": venue, "agreement_id": agreement.rsplit('/').next(),
        "purpose": "venue_security", "fields": ["name"], "necessity": "They are on tonight's guest list.",
        "status": "live", "disclosed_at": "2026-11-24T10:00:00.000000Z", "expires_at": "2026-12-01T00:00:00.000000Z",
        "version": 1,
    });
    assert_eq!(read.json(), expected);
    assert_eq!(service.disclosed(asked.clone()).await, first);
    assert_eq!(service.of_disclosure(&first, "version").await, 1, "nothing changed");

    asked["fields"] = json!(["email"]);
    asked["expires_at"] = json!("2026-11-30T00:00:00Z");
    assert_eq!(service.disclosed(asked.clone()).await, first);
    assert_eq!(service.of_disclosure(&first, "fields").await, json!(["name", "email"]));
    assert_eq!(service.of_disclosure(&first, "expires_at").await, "2026-12-01T00:00:00.000000Z", "the later end stays");
    asked.as_object_mut().unwrap().remove("expires_at");
    assert_eq!(service.disclosed(asked.clone()).await, first);
    let last_moment = "2027-06-30T22:59:59.999999Z";
    assert_eq!(service.of_disclosure(&first, "expires_at").await, last_moment, "the agreement's last day is included");
    let changes = service.audit("action=disclosures.extend").await;
    assert_eq!(changes[0]["detail"]["changed"], json!(["expires_at"]));
    assert_eq!(changes[1]["detail"]["changed"], json!(["fields"]));

    // Another purpose, or another organisation, is another disclosure.
    let partner = service.organisation("Partner", "event_partner").await;
    let with_partner = service.live_agreement(partner, &["venue_security", "newsletter"], &["name"]).await;
    let second = service.disclosed(under(&with_partner, partner, &[&ada])).await;
    let mut newsletter = under(&with_partner, partner, &[&ada]);
    newsletter["purpose"] = json!("newsletter");
    let third = service.disclosed(newsletter).await;
    assert!(first != second && second != third);
}

async fn a_call_that_breaks_a_rule_stores_nothing(service: Service) {
    let (venue, agreement) = service.venue().await;
    let partner = service.organisation("Partner", "event_partner").await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let good = || under(&agreement, venue, &[&ada]);
    for (member, value, faults) in [
        ("contact_ids", json!([]), vec!["/contact_ids too_few"]),
        ("contact_ids", json!(["ada"]), vec!["/contact_ids/0 uuid"]),
        ("organisation_id", json!(UNKNOWN), vec!["/organisation_id unknown_reference"]),
        ("agreement_id", json!(UNKNOWN), vec!["/agreement_id unknown_reference"]),
        ("purpose", json!("newsletter"), vec!["/purpose outside_agreement"]),
        ("purpose", json!("marketing"), vec!["/purpose unknown_value"]),
        (
            "fields",
            json!(["telephone", "name", "job_title"]),
            vec!["/fields/0 outside_agreement", "/fields/2 outside_agreement"],
        ),
        ("fields", json!(["access_requirements"]), vec!["/fields/0 unknown_value"]),
        ("fields", json!([]), vec!["/fields too_few"]),
        ("necessity", json!(" "), vec!["/necessity blank"]),
        ("expires_at", json!("2027-06-30T23:00:00Z"), vec!["/expires_at too_late"]),
        ("expires_at", json!("2026-11-24T10:00:00Z"), vec!["/expires_at past"]),
        ("status", json!("live"), vec!["/status read_only"]),
    ] {
        let mut asked = good();
        asked[member] = value;
        let refused = service.disclose(asked).await.problem(422, "invalid");
        assert_eq!(refused.faults(), faults, "{member}");
    }
    for (member, faults) in [("agreement_id", "/agreement_id missing"), ("purpose", "/purpose missing")] {
        let mut asked = good();
        asked.as_object_mut().unwrap().remove(member);
        assert_eq!(service.disclose(asked).await.problem(422, "invalid").faults(), [faults]);
    }
    service.disclose(under(&agreement, partner, &[&ada])).await.problem(409, "wrong_organisation");
    assert!(service.items("/v1/disclosures").await.is_empty());
    // The last moment of the last day is allowed.
    let mut last = good();
    last["expires_at"] = json!("2027-06-30T22:59:59Z");
    service.disclose(last).await.expect(200);
}

async fn an_agreement_that_is_not_live_allows_nothing(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let asked = crate::harness::agreements::agreement(venue);
    let agreement = service.propose_agreement(asked.clone()).await;
    let refused = |status: &'static str| {
        let (service, asked) = (&service, under(&agreement, venue, &[&ada]));
        async move {
            let problem = service.disclose(asked).await.problem(409, "agreement_not_live").json();
            assert_eq!(problem["agreement_status"], status);
            assert!(problem["article"].is_string());
        }
    };
    refused("proposed").await;
    service.council_verb(&agreement, "approval", None).await.expect(200);
    service.disclose(under(&agreement, venue, &[&ada])).await.expect(200);
    service.council_verb(&agreement, "suspension", None).await.expect(200);
    refused("suspended").await;
    service.council_verb(&agreement, "end", Some(json!({ "reason": "Moved." }))).await.expect(200);
    refused("ended").await;
    assert_eq!(service.items("/v1/disclosures").await.len(), 1);
    // One that starts tomorrow, and one of an organisation that is suspended.
    let mut later = asked;
    later["starts_on"] = json!("2026-11-25");
    let later = service.propose_agreement(later).await;
    service.council_verb(&later, "approval", None).await.expect(200);
    let problem = service.disclose(under(&later, venue, &[&ada])).await.problem(409, "agreement_not_live").json();
    assert_eq!(problem["agreement_status"], "active");
    let live = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    service.verb(&format!("/v1/organisations/{venue}"), "suspension").await.expect(200);
    service.disclose(under(&live, venue, &[&ada])).await.problem(409, "organisation_not_active");
}

async fn a_thousand_people_are_disclosed_in_one_call(service: Service) {
    let (venue, agreement) = service.venue().await;
    let file = crate::harness::people::csv_file("Guest", 1_000);
    let import = service.request("POST", "/v1/contacts/imports").token(&service.staff());
    let rows = import.body("text/csv", file).send().await.expect(200).json();
    let people: Vec<String> = rows["results"].as_array().unwrap().iter().map(|row| text(row, "contact_id")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let answer = service.disclose(under(&agreement, venue, &people)).await.expect(200).json();
    assert_eq!(told(&answer), vec!["disclosed"; 1_000]);
    let mut more = people.clone();
    more.push(UNKNOWN);
    let refused = service.disclose(under(&agreement, venue, &more)).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/contact_ids too_many"]);
    let again = service.disclose(under(&agreement, venue, &people)).await.expect(200).json();
    assert_eq!(again, answer);
}

async fn a_call_is_repeated_by_its_key(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let keyed =
        || service.request("POST", "/v1/disclosures").token(&service.staff()).header("Idempotency-Key", "guest-list-1");
    let first = keyed().json(&under(&agreement, venue, &[&ada])).send().await.expect(200);
    let again = keyed().json(&under(&agreement, venue, &[&ada])).send().await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), again.json()), ("true".to_owned(), first.json()));
    let other = keyed().json(&under(&agreement, venue, &[&ada, UNKNOWN])).send().await;
    other.problem(422, "idempotency_key_reused");
}

async fn a_disclosure_is_sealed_and_audited(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let id = service.disclosed(under(&agreement, venue, &[&ada])).await;
    let entries = service.audit(&format!("contact_id={ada}&action=disclosures.create")).await;
    assert_eq!(entries[0]["subject"], format!("disclosure/{id}"));
    assert_eq!(entries[0]["detail"]["organisation_id"], json!(venue));
    assert!(!json!(service.audit("").await).to_string().contains("guest list"));
    let stored = service.cells("disclosure_grounds", "necessity");
    let plain = iewm::domain::hex(b"guest list");
    assert!(stored.len() == 1 && !stored[0].contains(&plain), "the words are sealed");
    service.get(&format!("/v1/disclosures/{UNKNOWN}")).await.problem(404, "not_found");
}
