//! Check-ins by a contractor: where it is assigned as a reception, while its assignment is open, and about its own events alone.

use iewm::domain::OrganisationId;
use serde_json::{Value, json};

use crate::harness::assignments::{DOORS, ENDS};
use crate::harness::client::Answer;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_reception_checks_people_in_while_its_assignment_is_open,
    a_registration_at_an_event_of_others_is_unknown,
    no_other_profile_checks_people_in,
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

async fn scan(service: &Service, own: OrganisationId, event: &str, registration: &str) -> Answer {
    let scan = json!({
        "registration_id": id_of(registration), "direction": "in", "occurred_at": service.now().to_string(),
        "device_id": "door-1", "nonce": service.now().to_string().replace(['.', ':'], "-"),
    });
    let request = service.request("POST", &format!("{event}/check-ins")).token(&service.contractor(own));
    request.json(&json!({ "check_ins": [scan] })).send().await
}

fn result(answer: Answer) -> Value {
    let row = answer.expect(200).json()["results"][0].clone();
    if row["code"].is_null() { row["result"].clone() } else { row["code"].clone() }
}

async fn a_reception_checks_people_in_while_its_assignment_is_open(service: Service) {
    let event = service.announce(json!({ "capacity": null })).await;
    let (_, ada) = service.attend(&event, "Ada", json!({})).await;
    let desk = service.assigned(&event, "approved_contractor", "reception").await;
    scan(&service, desk, &event, &ada).await.problem(404, "not_found");
    service.turn_to(DOORS);
    assert_eq!(result(scan(&service, desk, &event, &ada).await), "ok");
    service.turn_to(ENDS);
    scan(&service, desk, &event, &ada).await.problem(404, "not_found");
}

async fn a_registration_at_an_event_of_others_is_unknown(service: Service) {
    let event = service.announce(json!({ "capacity": null })).await;
    let second = service.announce(json!({ "capacity": null, "title": "Theirs too" })).await;
    let other = service.announce(json!({ "capacity": null, "title": "A closed meeting" })).await;
    let (_, there) = service.attend(&second, "There", json!({})).await;
    let (_, elsewhere) = service.attend(&other, "Elsewhere", json!({})).await;
    let desk = service.assigned(&event, "approved_contractor", "reception").await;
    service.assign(&second, desk, "reception").await.expect(201);
    service.turn_to(DOORS);
    assert_eq!(result(scan(&service, desk, &event, &elsewhere).await), "unknown");
    assert_eq!(result(scan(&service, desk, &event, "01937a5e-8f00-7c3a-9d55-3f2a60b1c901").await), "unknown");
    assert_eq!(result(scan(&service, desk, &event, &there).await), "wrong_event");
    scan(&service, desk, &other, &elsewhere).await.problem(404, "not_found");
}

async fn no_other_profile_checks_people_in(service: Service) {
    let event = service.announce(json!({ "capacity": null })).await;
    let (_, ada) = service.attend(&event, "Ada", json!({})).await;
    for (kind, profile) in
        [("venue", "venue_security"), ("event_partner", "partner"), ("approved_contractor", "catering")]
    {
        let organisation = service.assigned(&event, kind, profile).await;
        service.turn_to(DOORS);
        scan(&service, organisation, &event, &ada).await.problem(404, "not_found");
    }
}
