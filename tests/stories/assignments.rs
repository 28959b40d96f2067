//! Organisations that are assigned to events: which agreement an assignment needs, what its organisation sees of the event, and
//! how its end moves.

use serde_json::json;

use crate::harness::assignments::{DOORS, ENDS, OPENS};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    an_assignment_needs_a_live_agreement_that_allows_its_profile,
    an_assignment_is_made_listed_read_and_changed,
    bad_assignments_are_told_what_to_change,
    an_organisation_sees_only_the_events_that_it_is_assigned_to,
    a_suspended_agreement_hides_the_event_from_tokens_that_live,
    an_organisation_sees_only_its_own_assignments,
}

async fn an_assignment_needs_a_live_agreement_that_allows_its_profile(service: Service) {
    let event = service.announce(json!({})).await;
    let venue = service.organisation("The Guildhall", "venue").await;
    let refused = service.assign(&event, venue, "venue_security").await.problem(409, "agreement_required").json();
    assert_eq!(refused["article"], "UK GDPR Articles 26 and 28(3)");
    let agreement = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    service.assign(&event, venue, "reception").await.problem(409, "agreement_required");
    service.live_agreement(venue, &["event_administration"], &["name"]).await;
    service.assign(&event, venue, "reception").await.problem(409, "agreement_required");
    service.assign(&event, venue, "partner").await.problem(409, "agreement_required");
    service.assign(&event, venue, "catering").await.expect(201);
    let made = service.assign(&event, venue, "venue_security").await.expect(201).json();
    assert!(agreement.ends_with(&text(&made, "agreement_id")), "{made}");
    service.council_verb(&agreement, "suspension", None).await.expect(200);
    service.assign(&event, venue, "venue_security").await.problem(409, "agreement_required");
}

async fn an_assignment_is_made_listed_read_and_changed(service: Service) {
    let event = service.announce(json!({})).await;
    let venue = service.organisation("The Guildhall", "venue").await;
    service.live_agreement(venue, &["venue_security"], &["name"]).await;
    let made = service.assign(&event, venue, "venue_security").await.expect(201);
    let path = made.header("location");
    let assignment = made.json();
    assert_eq!((&assignment["profile"], &assignment["version"]), (&json!("venue_security"), &json!(1)));
    assert_eq!(service.get(&path).await.expect(200).json(), assignment);
    assert_eq!(service.items(&format!("{event}/assignments")).await, std::slice::from_ref(&assignment));

    let changed = service.patch(&path, &made.etag(), json!({ "ends_at": DOORS })).await.expect(200);
    assert_eq!((&changed.json()["ends_at"], &changed.json()["version"]), (&json!(DOORS), &json!(2)));
    service.patch(&path, &made.etag(), json!({ "ends_at": ENDS })).await.problem(412, "stale_version");
    let early = service.patch(&path, &changed.etag(), json!({ "ends_at": OPENS })).await.problem(422, "invalid");
    assert_eq!(early.faults(), ["/ends_at before_start"]);
    let actions = service.audit("action=assignments.update").await;
    assert_eq!(actions[0]["detail"]["changed"], json!(["ends_at"]));

    let other = service.announce(json!({ "title": "Another" })).await;
    let misplaced = path.replace(&event, &other);
    service.get(&misplaced).await.problem(404, "not_found");
}

async fn bad_assignments_are_told_what_to_change(service: Service) {
    let event = service.announce(json!({})).await;
    let venue = service.organisation("The Guildhall", "venue").await;
    service.live_agreement(venue, &["venue_security"], &["name"]).await;
    let assignments = format!("{event}/assignments");
    let asked = |organisation: &str, profile: &str, from: &str, until: &str| json!({ "organisation_id": organisation, "profile": profile, "starts_at": from, "ends_at": until });
    let (own, unknown) = (venue.to_string(), "01937a5e-8f00-7c3a-9d55-3f2a60b1c901");
    for (body, fault) in [
        (asked(&own, "venue_security", ENDS, OPENS), "/ends_at before_start"),
        (asked(&own, "venue_security", OPENS, OPENS), "/ends_at before_start"),
        (asked(&own, "venue_security", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"), "/ends_at in_the_past"),
        (asked(unknown, "venue_security", OPENS, ENDS), "/organisation_id unknown_reference"),
    ] {
        assert_eq!(service.post(&assignments, body).await.problem(422, "invalid").faults(), [fault]);
    }
    let refused = service.post(&assignments, asked(&own, "doorman", OPENS, ENDS)).await.problem(422, "invalid");
    assert!(refused.text().contains("venue_security"), "{}", refused.text());
    let nowhere = format!("/v1/events/{unknown}/assignments");
    service.post(&nowhere, asked(&own, "venue_security", OPENS, ENDS)).await.problem(404, "not_found");
    service.verb(&event, "cancellation").await.expect(200);
    service.assign(&event, venue, "venue_security").await.problem(409, "illegal_transition");
}

async fn an_organisation_sees_only_the_events_that_it_is_assigned_to(service: Service) {
    let (theirs, other) =
        (service.announce(json!({})).await, service.announce(json!({ "title": "A closed meeting" })).await);
    let venue = service.assigned(&theirs, "venue", "venue_security").await;
    let seen = service.get_as(venue, "/v1/events").await.expect(200).json();
    assert_eq!(seen["items"].as_array().unwrap().len(), 1, "{seen}");
    assert_eq!(service.get_as(venue, &theirs).await.expect(200).json(), service.get(&theirs).await.json());
    service.get_as(venue, &format!("{theirs}/calendar")).await.expect(200);
    for path in ["", "/calendar", "/assignments"] {
        service.get_as(venue, &format!("{other}{path}")).await.problem(404, "not_found");
    }
}

async fn a_suspended_agreement_hides_the_event_from_tokens_that_live(service: Service) {
    let event = service.announce(json!({})).await;
    let venue = service.organisation("The Guildhall", "venue").await;
    let agreement = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    service.assign(&event, venue, "venue_security").await.expect(201);
    let token = service.contractor(venue);
    let read = || service.request("GET", &event).token(&token).send();
    read().await.expect(200);
    service.council_verb(&agreement, "suspension", None).await.expect(200);
    read().await.problem(404, "not_found");
    service.council_verb(&agreement, "reinstatement", None).await.expect(200);
    read().await.expect(200);
    service.council_verb(&agreement, "end", Some(json!({ "reason": "The event has moved." }))).await.expect(200);
    read().await.problem(404, "not_found");
}

async fn an_organisation_sees_only_its_own_assignments(service: Service) {
    let event = service.announce(json!({})).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    let partner = service.assigned(&event, "event_partner", "partner").await;
    for (own, other) in [(venue, partner), (partner, venue)] {
        let all = service.items(&format!("{event}/assignments")).await;
        let of = |organisation| all.iter().find(|item| item["organisation_id"] == json!(organisation)).unwrap();
        let path = |organisation| format!("{event}/assignments/{}", text(of(organisation), "id"));
        let seen = service.get_as(own, &format!("{event}/assignments")).await.expect(200).json();
        assert_eq!(seen["items"], json!([of(own)]));
        service.get_as(own, &path(own)).await.expect(200);
        service.get_as(own, &path(other)).await.problem(404, "not_found");
    }
}
