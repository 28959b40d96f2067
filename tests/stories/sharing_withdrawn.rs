//! What becomes of the disclosures at an event when a person shares less there, or does not come.

use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    sharing_that_ends_recalls_what_that_kind_received_at_that_event,
    a_cancelled_registration_recalls_what_recipients_received_at_the_event,
    a_cancelled_event_recalls_what_recipients_received_of_all_people,
    a_merge_of_two_registrations_recalls_nothing,
    the_restricted_share_less_and_not_more,
}

const SHARED: &str = "recalled sharing_withdrawn";
const CANCELLED: &str = "recalled registration_cancelled";

/// A registration that shares with all kinds, and its path.
async fn registered(service: &Service, event: &str, contact: &str) -> String {
    let body = json!({ "contact_id": contact, "sharing": { "event_partners": true, "venue": true } });
    service.post(&format!("{event}/registrations"), body).await.expect(201).header("location")
}

async fn share(service: &Service, registration: &str, sharing: Value) {
    let etag = service.get(registration).await.etag();
    service.patch(registration, &etag, json!({ "sharing": sharing })).await.expect(200);
}

async fn sharing_that_ends_recalls_what_that_kind_received_at_that_event(service: Service) {
    let (ada, bob) = (service.sign_up("Ada", "ada@example.org").await, service.sign_up("Bob", "bob@example.org").await);
    let venue = service.recipient_of_kind("Guildhall", "venue").await;
    let partner = service.recipient_of_kind("Chamber", "event_partner").await;
    let (event, other) = (service.announce(json!({})).await, service.announce(json!({})).await);
    let registration = registered(&service, &event, &ada).await;
    let to_venue = service.handed_to_at(&ada, &venue, &event);
    let to_partner = service.handed_to_at(&ada, &partner, &event);
    let elsewhere = service.handed_to_at(&ada, &venue, &other);
    let without_event = service.handed_to(&ada, &venue).await;
    let his = service.handed_to_at(&bob, &venue, &event);
    let untouched = |ids: &[&String]| ids.iter().all(|id| service.disclosure_state(id) == "live");
    share(&service, &registration, json!({ "venue": true })).await;
    assert!(untouched(&[&to_venue, &to_partner, &elsewhere, &without_event, &his]), "nothing ended");
    share(&service, &registration, json!({ "venue": false })).await;
    assert_eq!(service.disclosure_state(&to_venue), SHARED);
    assert!(untouched(&[&to_partner, &elsewhere, &without_event, &his]));
    share(&service, &registration, json!({ "event_partners": false, "venue": true })).await;
    assert_eq!(
        (service.disclosure_state(&to_venue).as_str(), service.disclosure_state(&to_partner).as_str()),
        (SHARED, SHARED)
    );
    assert!(untouched(&[&elsewhere, &without_event, &his]));
}

async fn a_cancelled_registration_recalls_what_recipients_received_at_the_event(service: Service) {
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let desk = service.recipient("Reception").await;
    let (event, other) = (service.announce(json!({})).await, service.announce(json!({})).await);
    let registration = registered(&service, &event, &ada).await;
    let here = service.handed_to_at(&ada, &desk, &event);
    let elsewhere = service.handed_to_at(&ada, &desk, &other);
    service.verb(&registration, "cancellation").await.expect(200);
    assert_eq!(service.disclosure_state(&here), CANCELLED);
    assert_eq!(service.disclosure_state(&elsewhere), "live");
}

async fn a_cancelled_event_recalls_what_recipients_received_of_all_people(service: Service) {
    let desk = service.recipient("Reception").await;
    let event = service.announce(json!({})).await;
    let mut received = Vec::new();
    for name in ["ada", "bob"] {
        let contact = service.sign_up(name, &format!("{name}@example.org")).await;
        registered(&service, &event, &contact).await;
        received.push(service.handed_to_at(&contact, &desk, &event));
    }
    service.verb(&event, "cancellation").await.expect(200);
    for id in &received {
        assert_eq!(service.disclosure_state(id), CANCELLED);
    }
}

async fn a_merge_of_two_registrations_recalls_nothing(service: Service) {
    let (ada, twin) = (service.sign_up("Ada", "a@example.org").await, service.sign_up("Ada", "b@example.org").await);
    let desk = service.recipient("Reception").await;
    let event = service.announce(json!({})).await;
    registered(&service, &event, &ada).await;
    registered(&service, &event, &twin).await;
    let received = service.handed_to_at(&ada, &desk, &event);
    service.post(&format!("/v1/contacts/{ada}/merge"), json!({ "from_contact_id": twin })).await.expect(200);
    assert_eq!(service.disclosure_state(&received), "live", "the person still comes");
}

async fn the_restricted_share_less_and_not_more(service: Service) {
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let venue = service.recipient_of_kind("Guildhall", "venue").await;
    let event = service.announce(json!({})).await;
    let registration = registered(&service, &event, &ada).await;
    let received = service.handed_to_at(&ada, &venue, &event);
    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    let patch = async |body: Value| {
        let etag = service.get(&registration).await.etag();
        service.patch(&registration, &etag, body).await
    };
    let less = json!({ "venue": false });
    for more in [
        json!({ "sharing": { "venue": false, "event_partners": true } }),
        json!({ "sharing": less, "access_requirements": null }),
        json!({}),
    ] {
        patch(more).await.problem(423, "restricted");
    }
    assert_eq!(service.disclosure_state(&received), "live");
    let after = patch(json!({ "sharing": less })).await.expect(200).json();
    assert_eq!((&after["sharing"]["venue"], text(&after, "status")), (&json!(false), "confirmed".to_owned()));
    assert_eq!(service.disclosure_state(&received), SHARED);
}
