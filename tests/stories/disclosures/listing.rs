//! Lists of disclosures, for staff and for the organisation that received the data.

use chrono::Duration;
use serde_json::{Value, json};

use super::UNKNOWN;
use crate::harness::disclosures::under;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    disclosures_are_found_by_what_is_known_of_them,
    a_contractor_lists_and_reads_its_own_alone,
    a_suspension_hides_and_a_reinstatement_shows_again,
    recalled_disclosures_are_listed_in_the_order_of_their_recall,
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| text(item, "id")).collect()
}

impl Service {
    /// The ids that a list shows to a caller.
    async fn listed(&self, token: &str, query: &str) -> Vec<String> {
        let list = self.request("GET", &format!("/v1/disclosures{query}")).token(token).send().await.expect(200).json();
        ids(list["items"].as_array().unwrap())
    }
}

async fn disclosures_are_found_by_what_is_known_of_them(service: Service) {
    let (venue, agreement) = service.venue().await;
    let partner = service.organisation("Partner", "event_partner").await;
    let with_partner = service.live_agreement(partner, &["venue_security", "newsletter"], &["name"]).await;
    let [ada, bob] = [service.sign_up("Ada", "ada@example.org").await, service.sign_up("Bob", "bob@example.org").await];
    let mut short = under(&agreement, venue, &[&ada]);
    short["expires_at"] = json!("2026-11-24T11:00:00Z");
    let one = service.disclosed(short).await;
    let two = service.disclosed(under(&agreement, venue, &[&bob])).await;
    let mut newsletter = under(&with_partner, partner, &[&bob]);
    newsletter["purpose"] = json!("newsletter");
    let three = service.disclosed(newsletter).await;
    service.verb(&format!("/v1/disclosures/{two}"), "recall").await.expect(200);
    service.hands.advance(Duration::hours(1));
    let staff = service.staff();
    let of_agreement = format!("?agreement_id={}", agreement.rsplit('/').next().unwrap());
    for (query, expected) in [
        (String::new(), vec![&three, &two, &one]),
        ("?status=live".to_owned(), vec![&three]),
        ("?status=expired".to_owned(), vec![&one]),
        ("?status=recalled".to_owned(), vec![&two]),
        ("?status=proposed".to_owned(), vec![]),
        (format!("?organisation_id={venue}"), vec![&two, &one]),
        (format!("?contact_id={bob}"), vec![&three, &two]),
        (format!("?contact_id={UNKNOWN}"), vec![]),
        (of_agreement, vec![&two, &one]),
        ("?purpose=newsletter".to_owned(), vec![&three]),
        (format!("?contact_id={bob}&status=recalled&organisation_id={venue}"), vec![&two]),
    ] {
        let expected: Vec<String> = expected.into_iter().cloned().collect();
        assert_eq!(service.listed(&staff, &query).await, expected, "{query}");
    }
    let first = service.get("/v1/disclosures?limit=2").await.expect(200).json();
    let next = format!("/v1/disclosures?limit=2&cursor={}", text(&first, "next_cursor"));
    let second = service.get(&next).await.expect(200).json();
    assert_eq!((ids(second["items"].as_array().unwrap()), &second["next_cursor"]), (vec![one], &Value::Null));
    service.get("/v1/disclosures?status=gone").await.problem(400, "invalid_query");
    // Any id of the person finds all of them.
    let former = service.sign_up("Robert", "robert@example.org").await;
    service.merge(&bob, &former).await;
    assert_eq!(service.listed(&staff, &format!("?contact_id={former}")).await, [three, two]);
}

async fn a_contractor_lists_and_reads_its_own_alone(service: Service) {
    let (venue, agreement) = service.venue().await;
    let (other, with_other) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let own = service.disclosed(under(&agreement, venue, &[&ada])).await;
    let theirs = service.disclosed(under(&with_other, other, &[&ada])).await;
    let token = service.contractor(venue);
    assert_eq!(service.listed(&token, "").await, std::slice::from_ref(&own));
    assert_eq!(service.listed(&token, &format!("?contact_id={ada}")).await, std::slice::from_ref(&own));
    for query in [
        format!("?organisation_id={other}"),
        format!("?agreement_id={}", with_other.rsplit('/').next().unwrap()),
        format!("?contact_id={UNKNOWN}"),
    ] {
        assert_eq!(service.listed(&token, &query).await, [""; 0], "{query}");
    }
    let read = |id: &str| service.request("GET", &format!("/v1/disclosures/{id}")).token(&token).send();
    assert_eq!(read(&own).await.expect(200).json()["necessity"], "They are on tonight's guest list.");
    let strip = |problem: Value| {
        let mut problem = problem;
        problem.as_object_mut().unwrap().remove("instance");
        problem
    };
    let (hidden, missing) =
        (read(&theirs).await.problem(404, "not_found"), read(UNKNOWN).await.problem(404, "not_found"));
    assert_eq!(strip(hidden.json()), strip(missing.json()));
    let disclose = service.request("POST", "/v1/disclosures").token(&token).json(&under(&agreement, venue, &[&ada]));
    disclose.send().await.problem(403, "forbidden");
}

async fn a_suspension_hides_and_a_reinstatement_shows_again(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let id = service.disclosed(under(&agreement, venue, &[&ada])).await;
    let recalled = service.disclosed(under(&agreement, venue, &[&bob])).await;
    service.verb(&format!("/v1/disclosures/{recalled}"), "recall").await.expect(200);
    let token = service.contractor(venue);
    let read = || service.request("GET", &format!("/v1/disclosures/{id}")).token(&token).send();
    service.council_verb(&agreement, "suspension", None).await.expect(200);
    assert_eq!(
        service.listed(&token, "").await,
        std::slice::from_ref(&recalled),
        "what was recalled can still be deleted"
    );
    read().await.problem(404, "not_found");
    assert_eq!(service.of_disclosure(&id, "status").await, "live");
    service.council_verb(&agreement, "reinstatement", None).await.expect(200);
    assert_eq!(service.listed(&token, "").await, [recalled, id.clone()]);
    read().await.expect(200);
}

async fn recalled_disclosures_are_listed_in_the_order_of_their_recall(service: Service) {
    let (venue, agreement) = service.venue().await;
    let mut made = Vec::new();
    for name in ["Ada", "Bob", "Cat"] {
        let contact = service.sign_up(name, &format!("{}@example.org", name.to_lowercase())).await;
        made.push((service.disclosed(under(&agreement, venue, &[&contact])).await, contact));
    }
    for at in [1, 0, 2] {
        service.hands.advance(Duration::minutes(1));
        service.verb(&format!("/v1/disclosures/{}", made[at].0), "recall").await.expect(200);
    }
    let token = service.contractor(venue);
    let expected = [2, 0, 1].map(|at| made[at].0.clone());
    assert_eq!(service.listed(&token, "?status=recalled").await, expected);
    assert_eq!(service.listed(&token, "?status=recalled&since=2026-11-24T10:02:00Z").await, expected[..2]);
    assert_eq!(service.listed(&token, "?since=2026-11-24T10:03:00.000001Z").await, [""; 0]);
    let mut paged = Vec::new();
    let mut path = "/v1/disclosures?status=recalled&limit=1".to_owned();
    loop {
        let page = service.request("GET", &path).token(&token).send().await.expect(200).json();
        paged.extend(ids(page["items"].as_array().unwrap()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/disclosures?status=recalled&limit=1&cursor={cursor}");
    }
    assert_eq!(paged, expected);
    let read = service.request("GET", &format!("/v1/disclosures/{}", made[1].0)).token(&token).send().await;
    let to_delete = json!({
        "id": made[1].0, "contact_id": made[1].1, "organisation_id": venue, "status": "recalled",
        "recalled_at": "2026-11-24T10:01:00.000000Z", "recall_cause": "decision", "version": 2,
    });
    assert_eq!(read.expect(200).json(), to_delete, "no more than it takes to delete a copy");
    assert_eq!(service.of_disclosure(&made[1].0, "fields").await, json!(["name"]), "staff see the rest");
}
