//! The withdrawal of an assignment: what the attendee list disclosed is recalled, and the organisation sees the event no longer.

use chrono::Duration;
use iewm::domain::OrganisationId;
use serde_json::{Value, json};

use crate::harness::assignments::{DOORS, ENDS, OPENS, names};
use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_withdrawn_assignment_recalls_what_its_list_disclosed,
    what_another_assignment_shows_stays_until_that_one_ends,
    a_part_that_is_over_is_withdrawn_without_a_recall,
    withdrawals_and_reads_at_the_same_moment_leave_nothing_live,
}

/// An event with Ada, who shares her place with all.
async fn event_with_ada(service: &Service) -> String {
    let event = service.announce(json!({ "capacity": null })).await;
    service.attend(&event, "Ada Lovelace", json!({ "sharing": { "venue": true, "event_partners": true } })).await;
    event
}

/// The paths of an event's assignments, newest first.
async fn assignments(service: &Service, event: &str) -> Vec<String> {
    let all = service.items(&format!("{event}/assignments")).await;
    all.iter().map(|assignment| format!("{event}/assignments/{}", text(assignment, "id"))).collect()
}

async fn withdraw(service: &Service, path: &str) -> Answer {
    let etag = service.get(path).await.etag();
    service.request("DELETE", path).token(&service.staff()).if_match(&etag).send().await
}

/// Each disclosure to an organisation: its status, why it was recalled, and its end.
async fn states(service: &Service, organisation: OrganisationId) -> Vec<[Value; 3]> {
    let all = service.items(&format!("/v1/disclosures?organisation_id={organisation}")).await;
    let state = |disclosure: &Value| ["status", "recall_cause", "expires_at"].map(|member| disclosure[member].clone());
    all.iter().map(state).collect()
}

async fn a_withdrawn_assignment_recalls_what_its_list_disclosed(service: Service) {
    let event = event_with_ada(&service).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    service.turn_to(DOORS);
    assert_eq!(names(&service.attendees(&event, venue).await), ["Ada Lovelace"]);
    let path = assignments(&service, &event).await.remove(0);
    service.request("DELETE", &path).token(&service.staff()).send().await.problem(428, "precondition_required");
    let stale = service.request("DELETE", &path).token(&service.staff()).if_match("\"9\"").send().await;
    stale.problem(412, "stale_version");
    withdraw(&service, &path).await.expect(204);

    assert_eq!(states(&service, venue).await, [[json!("recalled"), json!("assignment_ended"), json!(ENDS)]]);
    let told =
        service.get_as(venue, &format!("/v1/disclosures?status=recalled&since={DOORS}")).await.expect(200).json();
    assert_eq!(told["items"][0]["recall_cause"], "assignment_ended", "the venue learns which copy to delete: {told}");
    for hidden in [event.clone(), format!("{event}/attendees")] {
        service.get_as(venue, &hidden).await.problem(404, "not_found");
    }
    service.get(&path).await.problem(404, "not_found");
    let entries = service.audit("action=assignments.withdraw").await;
    assert_eq!(entries[0]["detail"]["disclosures"], json!(1), "{entries:?}");
}

async fn what_another_assignment_shows_stays_until_that_one_ends(service: Service) {
    let event = event_with_ada(&service).await;
    let partner = service.assigned(&event, "event_partner", "partner").await;
    let earlier = json!({
        "organisation_id": partner, "profile": "reception", "starts_at": OPENS, "ends_at": "2027-03-01T12:00:00Z",
    });
    service.post(&format!("{event}/assignments"), earlier).await.expect(201);
    service.turn_to(DOORS);
    for profile in ["partner", "reception"] {
        service.get_as(partner, &format!("{event}/attendees?profile={profile}")).await.expect(200);
    }
    let [reception, as_partner] = assignments(&service, &event).await.try_into().unwrap();
    withdraw(&service, &as_partner).await.expect(204);
    let noon = json!("2027-03-01T12:00:00.000000Z");
    assert_eq!(
        states(&service, partner).await,
        [[json!("live"), Value::Null, noon.clone()]],
        "the reception shows her"
    );
    withdraw(&service, &reception).await.expect(204);
    assert_eq!(states(&service, partner).await, [[json!("recalled"), json!("assignment_ended"), noon]]);
}

async fn a_part_that_is_over_is_withdrawn_without_a_recall(service: Service) {
    let event = event_with_ada(&service).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    service.turn_to(DOORS);
    service.attendees(&event, venue).await;
    service.turn_to(ENDS);
    let path = assignments(&service, &event).await.remove(0);
    withdraw(&service, &path).await.expect(204);
    assert_eq!(states(&service, venue).await, [[json!("expired"), Value::Null, json!(ENDS)]]);
}

async fn withdrawals_and_reads_at_the_same_moment_leave_nothing_live(service: Service) {
    let event = event_with_ada(&service).await;
    let partner = service.assigned(&event, "event_partner", "partner").await;
    let list = format!("{event}/attendees");
    service.turn_to(DOORS);
    for _ in 0..4 {
        let both = json!({ "organisation_id": partner, "profile": "reception", "starts_at": OPENS, "ends_at": ENDS });
        service.post(&format!("{event}/assignments"), both).await.expect(201);
        let paths = assignments(&service, &event).await;
        let withdrawals = futures_util::future::join_all(paths.iter().map(|path| withdraw(&service, path)));
        let read = || service.get_as(partner, &list);
        let (one, withdrawn, two) = futures_util::join!(read(), withdrawals, read());
        for answer in withdrawn {
            answer.expect(204);
        }
        for answer in [one, two] {
            assert!([200, 404].contains(&answer.status), "{}", answer.text());
        }
        let all = states(&service, partner).await;
        assert!(all.iter().all(|[status, ..]| status == "recalled"), "{all:?}");
        service.hands.advance(Duration::minutes(1));
    }
}
