//! Shared contacts: an organisation sees the people whose data is disclosed to it, with the disclosed members, and no others.

use iewm::domain::OrganisationId;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::assignments::{DOORS, names};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_shared_contact_has_the_members_of_its_live_disclosures,
    a_read_makes_no_disclosure,
    a_restricted_person_is_not_there,
    a_suspended_agreement_hides_all_people_from_tokens_that_live,
    the_list_is_filtered_by_purpose_and_by_change,
    pages_of_the_list_go_on_where_the_last_one_ended,
    staff_have_no_shared_contacts,
}

/// A venue that has read the list of an event with Ada and Grace, and their contacts.
async fn venue_that_has_read(service: &Service) -> (String, OrganisationId, String, [String; 2]) {
    let event = service.announce(json!({ "capacity": null })).await;
    let shares = || json!({ "sharing": { "venue": true } });
    let (ada, _) = service.attend(&event, "Ada Lovelace", shares()).await;
    let (grace, _) = service.attend(&event, "Grace Hopper", shares()).await;
    let venue = service.organisation("The Guildhall", "venue").await;
    let agreement =
        service.live_agreement(venue, &["venue_security", "event_administration"], &["name", "organisation"]).await;
    service.assign(&event, venue, "venue_security").await.expect(201);
    service.turn_to(DOORS);
    service.attendees(&event, venue).await;
    (event, venue, agreement, [ada, grace])
}

/// The members of an item, in alphabetical order.
fn members(item: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

async fn list(service: &Service, venue: OrganisationId, query: &str) -> Vec<Value> {
    let answer = service.get_as(venue, &format!("/v1/shared-contacts{query}")).await.expect(200).json();
    answer["items"].as_array().cloned().unwrap()
}

async fn a_shared_contact_has_the_members_of_its_live_disclosures(service: Service) {
    let (event, venue, _, [ada, _]) = venue_that_has_read(&service).await;
    let items = list(&service, venue, "").await;
    assert_eq!(names(&items), ["Grace Hopper", "Ada Lovelace"]);
    assert_eq!(members(&items[1]), ["contact_id", "disclosures", "name", "updated_at"]);
    let path = format!("/v1/shared-contacts/{ada}");
    let read = service.get_as(venue, &path).await.expect(200).json();
    assert_eq!(members(&read), ["contact_id", "disclosure_batch", "disclosures", "name", "updated_at"]);
    let disclosure = &read["disclosures"][0];
    assert_eq!((&disclosure["purpose"], &disclosure["fields"]), (&json!("venue_security"), &json!(["name"])));

    service.assign(&event, venue, "partner").await.expect(201);
    let partner = format!("{event}/attendees?profile=partner");
    service.get_as(venue, &partner).await.expect(200);
    let both = service.get_as(venue, &path).await.expect(200).json();
    let union = ["contact_id", "disclosure_batch", "disclosures", "name", "organisation", "updated_at"];
    assert_eq!(members(&both), union);
    let purposes = [&both["disclosures"][0]["purpose"], &both["disclosures"][1]["purpose"]];
    assert_eq!(purposes, [&json!("event_administration"), &json!("venue_security")]);
}

async fn a_read_makes_no_disclosure(service: Service) {
    let event = service.announce(json!({ "capacity": null })).await;
    let (ada, _) = service.attend(&event, "Ada", json!({ "sharing": { "venue": true } })).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    service.turn_to(DOORS);
    let path = format!("/v1/shared-contacts/{ada}");
    for _ in 0..2 {
        service.get_as(venue, &path).await.problem(404, "not_found");
    }
    let empty = service.get_as(venue, "/v1/shared-contacts").await.expect(200).json();
    assert_eq!(empty, json!({ "items": [], "next_cursor": null }), "an answer that shows no person has no batch");
}

async fn a_restricted_person_is_not_there(service: Service) {
    let (_, venue, _, [ada, _]) = venue_that_has_read(&service).await;
    let path = format!("/v1/shared-contacts/{ada}");
    service.get_as(venue, &path).await.expect(200);
    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    service.get_as(venue, &path).await.problem(404, "not_found");
    assert_eq!(names(&list(&service, venue, "").await), ["Grace Hopper"]);
}

async fn a_suspended_agreement_hides_all_people_from_tokens_that_live(service: Service) {
    let (_, venue, agreement, [ada, _]) = venue_that_has_read(&service).await;
    let token = service.contractor(venue);
    let path = format!("/v1/shared-contacts/{ada}");
    let read = || service.request("GET", &path).token(&token).send();
    read().await.expect(200);
    service.council_verb(&agreement, "suspension", None).await.expect(200);
    read().await.problem(404, "not_found");
    assert!(list(&service, venue, "").await.is_empty());
    service.council_verb(&agreement, "reinstatement", None).await.expect(200);
    read().await.expect(200);
    assert_eq!(list(&service, venue, "").await.len(), 2);
}

async fn the_list_is_filtered_by_purpose_and_by_change(service: Service) {
    let (_, venue, _, [ada, _]) = venue_that_has_read(&service).await;
    assert_eq!(list(&service, venue, "?purpose=venue_security").await.len(), 2);
    assert!(list(&service, venue, "?purpose=newsletter").await.is_empty());
    service.turn_to("2027-03-01T10:00:00Z");
    let since = "?updated_since=2027-03-01T09:30:00Z";
    assert!(list(&service, venue, since).await.is_empty());
    let contact = format!("/v1/contacts/{ada}");
    let etag = service.get(&contact).await.etag();
    service.patch(&contact, &etag, json!({ "name": "Ada King" })).await.expect(200);
    let changed = list(&service, venue, since).await;
    assert_eq!(names(&changed), ["Ada King"]);
    assert_eq!(changed[0]["updated_at"], "2027-03-01T10:00:00.000000Z");
}

async fn pages_of_the_list_go_on_where_the_last_one_ended(service: Service) {
    let (_, venue, _, _) = venue_that_has_read(&service).await;
    let first = service.get_as(venue, "/v1/shared-contacts?limit=1").await.expect(200).json();
    let next = format!("/v1/shared-contacts?limit=1&cursor={}", text(&first, "next_cursor"));
    let last = service.get_as(venue, &next).await.expect(200).json();
    assert_eq!(
        (&first["items"][0]["name"], &last["items"][0]["name"]),
        (&json!("Grace Hopper"), &json!("Ada Lovelace"))
    );
    assert_eq!(last["next_cursor"], json!(null));
    assert_ne!(first["disclosure_batch"], last["disclosure_batch"]);
}

async fn staff_have_no_shared_contacts(service: Service) {
    let refused = service.get("/v1/shared-contacts").await.problem(403, "forbidden").json();
    assert_eq!(refused["permission"], "shared_contacts:read");
}
