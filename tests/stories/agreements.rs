//! Agreements to share data with an organisation: two people make one, and time or a caller ends it.

use chrono::Duration;
use futures_util::future::join_all;
use iewm::domain::{OrganisationId, Role};
use serde_json::{Value, json};

use crate::harness::agreements::agreement;
use crate::harness::client::Answer;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    an_agreement_is_proposed_by_one_person_and_approved_by_another,
    a_proposal_that_breaks_a_rule_stores_nothing,
    an_organisation_that_is_not_active_makes_no_agreement,
    an_agreement_goes_only_where_its_status_allows,
    an_agreement_ends_with_its_last_day_in_london,
    agreements_are_listed_by_organisation_and_status_as_of_now,
    a_contractor_sees_its_own_agreements_alone,
    the_proposer_and_programs_approve_nothing,
    one_of_two_approvals_at_the_same_moment_wins,
    an_end_and_an_approval_at_the_same_moment_follow_one_another,
    a_proposal_is_repeated_by_its_key,
    terms_cannot_be_changed,
}

/// `GET path` with a token.
async fn get(service: &Service, token: &str, path: &str) -> Answer {
    service.request("GET", path).token(token).send().await
}

/// The ids of the items of a list.
fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn an_agreement_is_proposed_by_one_person_and_approved_by_another(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let mut asked = agreement(venue);
    asked["purposes"] = json!(["venue_security", "event_administration"]);
    asked["fields"] = json!(["job_title", "name"]);
    let made = service.post("/v1/sharing-agreements", asked.clone()).await.expect(201);
    let (path, proposal) = (made.header("location"), made.json());
    assert_eq!(path, format!("/v1/sharing-agreements/{}", proposal["id"].as_str().unwrap()));
    let expected = json!({
        "id": proposal["id"], "organisation_id": venue, "purposes": ["event_administration", "venue_security"],
        "fields": ["name", "job_title"], "necessity": asked["necessity"], "starts_on": "2026-11-24",
        "ends_on": "2027-06-30", "status": "proposed", "proposed_by": "staff-1",
        "proposed_at": "2026-11-24T10:00:00.000000Z", "version": 1,
    });
    assert_eq!(proposal, expected);
    assert_eq!(service.get(&path).await.expect(200).json(), expected);

    service.hands.advance(Duration::hours(1));
    let approved = service.council_verb(&path, "approval", None).await.expect(200);
    let mut active = expected;
    active["status"] = json!("active");
    active["approved_by"] = json!("council-1");
    active["approved_at"] = json!("2026-11-24T11:00:00.000000Z");
    active["version"] = json!(2);
    assert_eq!(approved.json(), active);
    let read = service.get(&path).await.expect(200);
    assert_eq!((read.json(), read.etag()), (active, approved.etag()));
    assert_ne!(approved.etag(), made.etag());

    let entries = service.audit("action=agreements.approve").await;
    assert_eq!(entries[0]["subject"], format!("sharing_agreement/{}", proposal["id"].as_str().unwrap()));
    assert_eq!(entries[0]["detail"]["changed"], json!(["approved_at", "approved_by", "status"]));
    let entries = service.audit("action=agreements.propose").await;
    assert_eq!(entries[0]["detail"]["organisation_id"], json!(venue));
    assert!(
        !json!(service.audit("").await).to_string().contains("door"),
        "the audit repeats the words of an agreement"
    );
}

async fn a_proposal_that_breaks_a_rule_stores_nothing(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let council = service.organisation("Worcestershire County Council", "council").await;
    for (member, value, code, pointer) in [
        ("organisation_id", json!("00000000-0000-7000-8000-000000000000"), "unknown_reference", "/organisation_id"),
        ("organisation_id", json!(council), "own_organisation", "/organisation_id"),
        ("purposes", json!([]), "too_few", "/purposes"),
        ("purposes", json!(["venue_security", "venue_security"]), "not_unique", "/purposes"),
        ("purposes", json!(["marketing"]), "unknown_value", "/purposes/0"),
        ("fields", json!([]), "too_few", "/fields"),
        ("fields", json!(["name", "name"]), "not_unique", "/fields"),
        ("fields", json!(["access_requirements"]), "unknown_value", "/fields/0"),
        ("necessity", json!("  "), "blank", "/necessity"),
        ("ends_on", json!("2026-11-23"), "before_start", "/ends_on"),
        ("status", json!("active"), "read_only", "/status"),
    ] {
        let mut asked = agreement(venue);
        asked[member] = value;
        let refused = service.post("/v1/sharing-agreements", asked).await.expect(422).json();
        let fault = &refused["errors"][0];
        assert_eq!((&fault["code"], &fault["pointer"]), (&json!(code), &json!(pointer)), "{refused}");
    }
    let mut late = agreement(venue);
    (late["starts_on"], late["ends_on"]) = (json!("2026-11-01"), json!("2026-11-23"));
    let refused = service.post("/v1/sharing-agreements", late.clone()).await.expect(422).json();
    assert_eq!((&refused["errors"][0]["code"], &refused["errors"][0]["pointer"]), (&json!("past"), &json!("/ends_on")));
    assert!(service.items("/v1/sharing-agreements").await.is_empty());
    // The last day may be today, and the first day may be past.
    late["ends_on"] = json!("2026-11-24");
    service.propose_agreement(late).await;
    let mut empty = agreement(venue);
    empty["purposes"] = json!([]);
    let told = service.post("/v1/sharing-agreements", empty).await.problem(422, "invalid").json();
    assert_eq!(told["errors"][0]["detail"], "must have at least one item");
}

async fn an_organisation_that_is_not_active_makes_no_agreement(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let of_venue = format!("/v1/organisations/{venue}");
    let proposal = service.propose_agreement(agreement(venue)).await;
    let suspended = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    service.council_verb(&suspended, "suspension", None).await.expect(200);

    service.verb(&of_venue, "suspension").await.expect(200);
    let refused =
        service.post("/v1/sharing-agreements", agreement(venue)).await.problem(409, "organisation_not_active");
    assert_eq!(refused.json().get("allowed_transitions"), None);
    for (path, verb) in [(&proposal, "approval"), (&suspended, "reinstatement")] {
        let refused = service.council_verb(path, verb, None).await.problem(409, "organisation_not_active");
        assert_eq!(refused.json()["allowed_transitions"], json!(["ended"]));
    }
    service.verb(&of_venue, "reinstatement").await.expect(200);
    service.council_verb(&proposal, "approval", None).await.expect(200);
    service.council_verb(&suspended, "reinstatement", None).await.expect(200);
}

async fn an_agreement_goes_only_where_its_status_allows(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let reason = || Some(json!({ "reason": "The event has moved." }));
    // From each status: the verb, and where it leads or which states are allowed instead.
    let verbs = [("approval", "active"), ("suspension", "suspended"), ("reinstatement", "active"), ("end", "ended")];
    for (status, allowed) in [
        ("proposed", &[("approval", "active"), ("end", "ended")][..]),
        ("active", &[("suspension", "suspended"), ("end", "ended")]),
        ("suspended", &[("reinstatement", "active"), ("end", "ended")]),
        ("ended", &[]),
    ] {
        for (verb, to) in verbs {
            let path = service.propose_agreement(agreement(venue)).await;
            if status != "proposed" {
                service.council_verb(&path, "approval", None).await.expect(200);
            }
            match status {
                "suspended" => drop(service.council_verb(&path, "suspension", None).await.expect(200)),
                "ended" => drop(service.council_verb(&path, "end", reason()).await.expect(200)),
                _ => {}
            }
            let body = if verb == "end" { reason() } else { None };
            let answer = service.council_verb(&path, verb, body).await;
            if allowed.contains(&(verb, to)) {
                assert_eq!(answer.expect(200).json()["status"], to, "{status} {verb}");
            } else {
                let refused = answer.problem(409, "illegal_transition");
                let next: Vec<&str> = allowed.iter().map(|(_, to)| *to).collect();
                assert_eq!(refused.json()["allowed_transitions"], json!(next), "{status} {verb}");
            }
        }
    }
    let path = service.propose_agreement(agreement(venue)).await;
    service.post(&format!("{path}/end"), json!({})).await.problem(422, "invalid");
    let ended = service.post(&format!("{path}/end"), json!({ "reason": "Not needed." })).await.expect(200).json();
    assert_eq!(
        (&ended["end_reason"], &ended["ended_at"]),
        (&json!("Not needed."), &json!("2026-11-24T10:00:00.000000Z"))
    );
    assert_eq!(ended.get("approved_by"), None);
}

async fn an_agreement_ends_with_its_last_day_in_london(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let approved = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    let proposal = service.propose_agreement(agreement(venue)).await;
    let before = service.get(&approved).await.expect(200);
    // 30 June 2027 ends at 23:00 UTC, by summer time.
    service.hands.advance(Duration::days(218) + Duration::hours(12) + Duration::minutes(59));
    assert_eq!(service.now().to_string(), "2027-06-30T22:59:00.000000Z");
    assert_eq!(service.get(&approved).await.expect(200).etag(), before.etag());
    service.hands.advance(Duration::minutes(1));
    for path in [&approved, &proposal] {
        let read = service.get(path).await.expect(200).json();
        assert_eq!((&read["status"], read.get("ended_at"), read.get("end_reason")), (&json!("ended"), None, None));
        for verb in ["approval", "suspension", "reinstatement"] {
            let refused = service.council_verb(path, verb, None).await.problem(409, "illegal_transition");
            assert_eq!(refused.json()["allowed_transitions"], json!([]));
        }
    }
    // The version stays, and the entity tag does not.
    let after = service.get(&approved).await.expect(200);
    assert_eq!(after.json()["version"], before.json()["version"]);
    assert_ne!(after.etag(), before.etag());
}

async fn agreements_are_listed_by_organisation_and_status_as_of_now(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let partner = service.organisation("Malvern Trust", "event_partner").await;
    let live = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    let mut short = agreement(venue);
    short["ends_on"] = json!("2026-11-24");
    let short = service.propose_agreement(short).await;
    service.council_verb(&short, "approval", None).await.expect(200);
    let down = service.propose_agreement(agreement(venue)).await;
    service.council_verb(&down, "end", Some(json!({ "reason": "Not needed." }))).await.expect(200);
    let theirs = service.propose_agreement(agreement(partner)).await;
    let listed = async |query: &str| {
        let list = service.get(&format!("/v1/sharing-agreements?{query}")).await.expect(200).json();
        ids(&list).into_iter().map(|id| format!("/v1/sharing-agreements/{id}")).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, [&theirs, &down, &short, &live].map(Clone::clone));
    assert_eq!(listed(&format!("organisation_id={venue}&status=active")).await, [short.clone(), live.clone()]);
    assert_eq!(listed("status=proposed").await, [theirs]);
    service.hands.advance(Duration::days(1));
    assert_eq!(listed("status=active").await, [live]);
    assert_eq!(listed("status=ended").await, [down.clone(), short.clone()]);
    let first = service.get("/v1/sharing-agreements?status=ended&limit=1").await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(listed(&format!("status=ended&limit=1&cursor={cursor}")).await, [short]);
}

async fn a_contractor_sees_its_own_agreements_alone(service: Service) {
    let (venue, other) =
        (service.organisation("Guildhall", "venue").await, service.organisation("Hive", "venue").await);
    let own = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    let foreign = service.live_agreement(other, &["venue_security"], &["name"]).await;
    let token = service.contractor(venue);
    let read = get(&service, &token, &own).await.expect(200).json();
    assert_eq!(read["necessity"], agreement(venue)["necessity"]);
    assert_eq!((read.get("proposed_by"), read.get("approved_by")), (None, None));
    let list = get(&service, &token, "/v1/sharing-agreements").await.expect(200).json();
    assert_eq!(list["items"], json!([read]));
    let list = get(&service, &token, &format!("/v1/sharing-agreements?organisation_id={other}")).await.expect(200);
    assert_eq!(list.json()["items"], json!([]));
    let refused = get(&service, &token, &foreign).await.problem(404, "not_found");
    let random = get(&service, &token, "/v1/sharing-agreements/00000000-0000-7000-8000-000000000000").await;
    let without_instance = |answer: &Answer| {
        let mut body = answer.json();
        body["instance"] = json!(null);
        body
    };
    assert_eq!(without_instance(&refused), without_instance(&random.problem(404, "not_found")));
    for verb in ["approval", "suspension", "reinstatement", "end"] {
        let answer = service.request("POST", &format!("{own}/{verb}")).token(&token).send().await;
        answer.problem(403, "forbidden");
    }
    let asked = service.request("POST", "/v1/sharing-agreements").token(&token).json(&agreement(venue)).send().await;
    asked.problem(403, "forbidden");
}

async fn the_proposer_and_programs_approve_nothing(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let both = |subject| service.token(subject, &[Role::IewmStaff, Role::Council], None);
    let asked = service.request("POST", "/v1/sharing-agreements").token(&both("ann")).json(&agreement(venue));
    let path = asked.send().await.expect(201).header("location");
    let approve = async |token: &str| service.request("POST", &format!("{path}/approval")).token(token).send().await;
    approve(&service.staff()).await.problem(403, "forbidden");
    let refused = approve(&both("ann")).await.problem(403, "same_person");
    assert_eq!(refused.json()["article"], "UK GDPR Articles 5(2), 26 and 28(3)");
    assert_eq!(service.get(&path).await.expect(200).json()["status"], "proposed");
    approve(&both("bob")).await.expect(200);
    // An active agreement answers its proposer as before, and another person with its status.
    approve(&both("ann")).await.problem(403, "same_person");
    approve(&both("bob")).await.problem(409, "illegal_transition");
}

async fn one_of_two_approvals_at_the_same_moment_wins(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    for _ in 0..4 {
        let path = service.propose_agreement(agreement(venue)).await;
        let approvals = (0..6).map(|at| {
            let token = service.token(&format!("council-{at}"), &[Role::Council], None);
            service.request("POST", &format!("{path}/approval")).token(&token).send()
        });
        let answers = join_all(approvals).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1);
        let read = service.get(&path).await.expect(200).json();
        assert_eq!(won[0].json(), read);
        assert_eq!(read["version"], 2);
        for refused in lost {
            let refused = refused.problem(409, "illegal_transition");
            assert_eq!(refused.json()["allowed_transitions"], json!(["suspended", "ended"]));
        }
    }
}

async fn an_end_and_an_approval_at_the_same_moment_follow_one_another(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    for _ in 0..6 {
        let path = service.propose_agreement(agreement(venue)).await;
        let end = format!("{path}/end");
        let (approved, ended) = futures_util::join!(
            service.council_verb(&path, "approval", None),
            service.post(&end, json!({ "reason": "Not needed." })),
        );
        let read = service.get(&path).await.expect(200).json();
        ended.expect(200);
        assert_eq!(read["status"], "ended");
        // An approval that came first is remembered; one that came last is refused.
        match approved.status {
            200 => assert_eq!((&read["approved_by"], &read["version"]), (&json!("council-1"), &json!(3))),
            _ => assert_eq!((approved.problem(409, "illegal_transition").status, read.get("approved_by")), (409, None)),
        }
    }
}

async fn a_proposal_is_repeated_by_its_key(service: Service) {
    let venue = service.organisation("Guildhall", "venue").await;
    let ask = async || {
        let asked = service.request("POST", "/v1/sharing-agreements").token(&service.staff());
        asked.header("Idempotency-Key", "agreements-1").json(&agreement(venue)).send().await
    };
    let first = ask().await.expect(201);
    let again = ask().await.expect(201);
    assert_eq!((again.header("idempotent-replayed").as_str(), again.json()), ("true", first.json()));
    assert_eq!(service.items("/v1/sharing-agreements").await.len(), 1);
}

async fn terms_cannot_be_changed(service: Service) {
    let venue: OrganisationId = service.organisation("Guildhall", "venue").await;
    let path = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    for method in ["PATCH", "PUT", "DELETE"] {
        let refused = service.request(method, &path).token(&service.staff()).send().await;
        let refused = refused.problem(405, "method_not_allowed");
        assert_eq!(refused.header("allow"), "GET, HEAD");
    }
}
