//! Attendee lists: what each profile shows, whom a list leaves out, when it opens and closes, and what is recorded of it.

use iewm::domain::{DisclosureBatchId, OrganisationId};
use iewm::platform::transaction::ReadTx;
use iewm::policy::restriction::RestrictionGround;
use iewm::resources::disclosures::batches::store as batches;
use iewm::resources::disclosures::store::{ShownFilter, live_shown};
use serde_json::{Value, json};

use crate::harness::assignments::{DOORS, ENDS, OPENS, names};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    each_profile_sees_what_its_task_needs,
    a_caterer_sees_numbers_and_no_people,
    the_list_leaves_out_people_who_do_not_share_with_the_recipient,
    the_list_leaves_out_people_without_a_place_and_people_whose_data_is_restricted,
    the_list_opens_and_closes_with_the_assignment,
    staff_see_all_attendees_as_a_reception_does_and_disclose_nothing,
    a_person_is_disclosed_once_however_often_the_list_is_read,
    a_lost_list_leads_to_its_reader,
    pages_of_a_list_name_each_person_once,
    an_organisation_with_two_profiles_names_the_one_it_reads_as,
    an_earlier_end_ends_the_disclosures_too,
    an_end_that_moves_during_reads_leaves_no_later_disclosure,
}

fn sharing() -> Value {
    json!({ "sharing": { "venue": true, "event_partners": true } })
}

/// An event without a limit, with Ada, who needs a vegan meal, and Grace.
async fn event_with_two(service: &Service) -> String {
    let event = service.announce(json!({ "capacity": null })).await;
    let mut ada = sharing();
    ada["access_requirements"] = json!({ "dietary": ["vegan", "other"], "details": "No lupin." });
    service.attend(&event, "Ada Lovelace", ada).await;
    service.attend(&event, "Grace Hopper", sharing()).await;
    event
}

/// The members of each item, in alphabetical order.
fn members(item: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

async fn each_profile_sees_what_its_task_needs(service: Service) {
    let event = event_with_two(&service).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    let reception = service.assigned(&event, "approved_contractor", "reception").await;
    let partner = service.assigned(&event, "event_partner", "partner").await;
    service.turn_to(DOORS);
    for (organisation, ada, grace) in [
        (venue, vec!["disclosure_id", "name"], vec!["disclosure_id", "name"]),
        (partner, vec!["disclosure_id", "name", "organisation"], vec!["disclosure_id", "name", "organisation"]),
        (
            reception,
            vec!["access_requirements", "disclosure_id", "name", "organisation", "registration_id"],
            vec!["disclosure_id", "name", "organisation", "registration_id"],
        ),
    ] {
        let items = service.attendees(&event, organisation).await;
        assert_eq!(names(&items), ["Grace Hopper", "Ada Lovelace"]);
        assert_eq!((members(&items[0]), members(&items[1])), (grace, ada));
    }
    let ada = service.attendees(&event, reception).await.remove(1);
    assert_eq!(ada["access_requirements"], json!({ "dietary": ["vegan", "other"], "details": "No lupin." }));
    assert_eq!(ada["organisation"], "Wyre Forest Council");
    let shown = shown(&service, reception).await;
    assert!(shown.iter().all(|fields| fields == "name organisation access_requirements"), "{shown:?}");
    assert_eq!(self::shown(&service, venue).await, ["name", "name"]);
}

/// The fields of each live disclosure to an organisation.
async fn shown(service: &Service, organisation: OrganisationId) -> Vec<String> {
    let read = move |tx: &mut ReadTx<'_>| live_shown(tx, organisation, &ShownFilter::default(), None, 100);
    let shown = service.state.job("story").read(read).await.unwrap();
    shown.iter().map(|disclosure| disclosure.fields.text()).collect()
}

async fn a_caterer_sees_numbers_and_no_people(service: Service) {
    let event = event_with_two(&service).await;
    let mut needs = sharing();
    needs["access_requirements"] = json!({ "dietary": ["vegan"], "access": ["other"], "details": "Near the door." });
    let (refusing, _) = service.attend(&event, "Alan Turing", needs).await;
    let caterer = service.assigned(&event, "approved_contractor", "catering").await;
    service.turn_to(DOORS);
    let answer = service.get_as(caterer, &format!("{event}/attendees")).await.expect(200);
    let none = json!({
        "vegetarian": 0, "vegan": 2, "halal": 0, "kosher": 0, "gluten_free": 0, "dairy_free": 0, "nut_free": 0, "other": 1,
    });
    assert_eq!(answer.json(), json!({ "counts": none, "details": ["No lupin."] }));
    assert!(shown(&service, caterer).await.is_empty(), "nothing is disclosed");
    let refusal = format!("/v1/contacts/{refusing}/sharing-refusals/approved_contractor");
    service.request("PUT", &refusal).token(&service.staff()).send().await.expect(204);
    let counted = service.get_as(caterer, &format!("{event}/attendees")).await.expect(200).json();
    assert_eq!(counted["counts"]["vegan"], 1);
    let looks = service.audit("action=attendees.list").await;
    assert_eq!((looks.len(), &looks[0]["detail"]["profile"]), (2, &json!("catering")));
}

async fn the_list_leaves_out_people_who_do_not_share_with_the_recipient(service: Service) {
    let event = service.announce(json!({ "capacity": null })).await;
    service.attend(&event, "Shares Nothing", json!({})).await;
    service.attend(&event, "Shares With Venues", json!({ "sharing": { "venue": true } })).await;
    service.attend(&event, "Shares With Partners", json!({ "sharing": { "event_partners": true } })).await;
    let (refusing, _) = service.attend(&event, "Refuses All Kinds", sharing()).await;
    for kind in ["venue", "event_partner", "approved_contractor"] {
        let refusal = format!("/v1/contacts/{refusing}/sharing-refusals/{kind}");
        service.request("PUT", &refusal).token(&service.staff()).send().await.expect(204);
    }
    let venue = service.assigned(&event, "venue", "venue_security").await;
    let partner = service.assigned(&event, "event_partner", "partner").await;
    let contractor = service.assigned(&event, "approved_contractor", "reception").await;
    service.turn_to(DOORS);
    assert_eq!(names(&service.attendees(&event, venue).await), ["Shares With Venues"]);
    assert_eq!(names(&service.attendees(&event, partner).await), ["Shares With Partners"]);
    let all = ["Shares With Partners", "Shares With Venues", "Shares Nothing"];
    assert_eq!(names(&service.attendees(&event, contractor).await), all);
}

async fn the_list_leaves_out_people_without_a_place_and_people_whose_data_is_restricted(service: Service) {
    let event = service.announce(json!({ "capacity": 3 })).await;
    let (restricted, _) = service.attend(&event, "Ada", sharing()).await;
    let (_, cancelled) = service.attend(&event, "Grace", sharing()).await;
    service.attend(&event, "Edsger", sharing()).await;
    service.attend(&event, "Waits", sharing()).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    service.turn_to(DOORS);
    assert_eq!(names(&service.attendees(&event, venue).await), ["Edsger", "Grace", "Ada"]);
    service.restrict(&restricted, RestrictionGround::AccuracyContested).await.unwrap();
    assert_eq!(names(&service.attendees(&event, venue).await), ["Edsger", "Grace"]);
    service.verb(&cancelled, "cancellation").await.expect(200);
    let seen = service.attendees(&event, venue).await;
    assert!(!names(&seen).contains(&"Grace") && !names(&seen).contains(&"Ada"), "{seen:?}");
}

async fn the_list_opens_and_closes_with_the_assignment(service: Service) {
    let event = event_with_two(&service).await;
    let venue = service.organisation("The Guildhall", "venue").await;
    let agreement = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    service.assign(&event, venue, "venue_security").await.expect(201);
    let path = format!("{event}/attendees");
    service.get_as(venue, &path).await.problem(404, "not_found");
    service.turn_to("2027-03-01T06:59:59Z");
    service.get_as(venue, &path).await.problem(404, "not_found");
    service.turn_to(OPENS);
    let token = service.contractor(venue);
    let read = || service.request("GET", &path).token(&token).send();
    read().await.expect(200);
    service.council_verb(&agreement, "suspension", None).await.expect(200);
    read().await.problem(404, "not_found");
    assert!(shown(&service, venue).await.is_empty());
    service.council_verb(&agreement, "reinstatement", None).await.expect(200);
    assert_eq!(read().await.expect(200).json()["items"].as_array().unwrap().len(), 2);
    assert_eq!(shown(&service, venue).await.len(), 2);
    service.turn_to(ENDS);
    service.get_as(venue, &path).await.problem(410, "gone");
    assert!(shown(&service, venue).await.is_empty(), "the disclosures end with the assignment");
}

async fn staff_see_all_attendees_as_a_reception_does_and_disclose_nothing(service: Service) {
    let event = service.announce(json!({ "capacity": null })).await;
    service.attend(&event, "Shares Nothing", json!({ "access_requirements": { "access": ["quiet_room"] } })).await;
    let seen = service.get(&format!("{event}/attendees")).await.expect(200).json();
    assert_eq!(members(&seen["items"][0]), ["access_requirements", "name", "organisation", "registration_id"]);
    assert!(seen.get("disclosure_batch").is_none());
    let council = service.request("GET", &format!("{event}/attendees")).token(&service.council()).send().await;
    assert_eq!(council.problem(403, "forbidden").json()["permission"], "attendees:read");
    let looks = service.audit("action=attendees.list").await;
    assert_eq!(looks[0]["detail"]["count"], 1);
}

async fn a_person_is_disclosed_once_however_often_the_list_is_read(service: Service) {
    let event = event_with_two(&service).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    service.turn_to(DOORS);
    let first = service.attendees(&event, venue).await;
    assert_ne!(first[0]["disclosure_id"], first[1]["disclosure_id"]);
    assert_eq!(service.attendees(&event, venue).await, first);
    let again = service.get_as(venue, &format!("{event}/attendees?profile=venue_security")).await.expect(200).json();
    assert_eq!(again["items"], json!(first));
}

async fn a_lost_list_leads_to_its_reader(service: Service) {
    let event = event_with_two(&service).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    service.turn_to(DOORS);
    let path = format!("{event}/attendees");
    let (one, other) = (service.get_as(venue, &path).await.json(), service.get_as(venue, &path).await.json());
    assert_ne!(one["disclosure_batch"], other["disclosure_batch"]);
    let batch: DisclosureBatchId = text(&one, "disclosure_batch").parse().unwrap();
    let named = service.state.job("story").read(move |tx| batches::named(tx, batch)).await.unwrap().unwrap();
    assert_eq!((named.organisation, named.caller.as_str(), named.contacts.len()), (venue, "contractor-1", 2));
    assert_eq!(named.read_at.to_string(), DOORS);
    let person = named.contacts[0];
    let reads = move |tx: &mut ReadTx<'_>| batches::reads_of(tx, &[person], &[venue], 10);
    let reads = service.state.job("story").read(reads).await.unwrap();
    assert_eq!(reads.len(), 2, "{reads:?}");
    let looks = service.audit("action=attendees.list").await;
    assert_eq!(looks[0]["detail"]["batch"], other["disclosure_batch"]);
    assert_eq!((&looks[0]["outcome"], &looks[0]["organisation_id"]), (&json!("looked"), &json!(venue)));
}

async fn pages_of_a_list_name_each_person_once(service: Service) {
    let event = event_with_two(&service).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    let other = service.assigned(&event, "event_partner", "partner").await;
    service.turn_to(DOORS);
    let path = format!("{event}/attendees?limit=1");
    let first = service.get_as(venue, &path).await.expect(200).json();
    let next = format!("{path}&cursor={}", text(&first, "next_cursor"));
    service.get_as(other, &next).await.problem(400, "invalid_cursor");
    let last = service.get_as(venue, &next).await.expect(200).json();
    assert_eq!(last["next_cursor"], json!(null));
    assert_eq!(
        (&first["items"][0]["name"], &last["items"][0]["name"]),
        (&json!("Grace Hopper"), &json!("Ada Lovelace"))
    );
}

async fn an_organisation_with_two_profiles_names_the_one_it_reads_as(service: Service) {
    let event = event_with_two(&service).await;
    let venue = service.assigned(&event, "venue", "catering").await;
    service.live_agreement(venue, &["venue_security"], &["name"]).await;
    service.assign(&event, venue, "venue_security").await.expect(201);
    service.turn_to(DOORS);
    let service = &service;
    let read = |query: &str| {
        let path = format!("{event}/attendees{query}");
        async move { service.get_as(venue, &path).await }
    };
    assert_eq!(read("").await.expect(200).json()["items"].as_array().unwrap().len(), 2);
    assert_eq!(read("?profile=catering").await.expect(200).json()["counts"]["vegan"], 1);
    read("?profile=reception").await.problem(404, "not_found");
}

/// The only assignment of an event, and its tag.
async fn only_assignment(service: &Service, event: &str) -> (String, String) {
    let assignment = service.items(&format!("{event}/assignments")).await.remove(0);
    let path = format!("{event}/assignments/{}", text(&assignment, "id"));
    let etag = service.get(&path).await.etag();
    (path, etag)
}

async fn an_earlier_end_ends_the_disclosures_too(service: Service) {
    let event = event_with_two(&service).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    service.turn_to(DOORS);
    service.attendees(&event, venue).await;
    let (path, etag) = only_assignment(&service, &event).await;
    let changed = service.patch(&path, &etag, json!({ "ends_at": "2027-03-01T10:00:00Z" })).await.expect(200);
    assert_eq!(shown(&service, venue).await.len(), 2);
    service.turn_to("2027-03-01T10:00:00Z");
    assert!(shown(&service, venue).await.is_empty());
    service.get_as(venue, &format!("{event}/attendees")).await.problem(410, "gone");
    let longer = service.patch(&path, &changed.etag(), json!({ "ends_at": ENDS })).await.expect(200);
    assert_eq!(service.attendees(&event, venue).await.len(), 2);
    service.patch(&path, &longer.etag(), json!({ "ends_at": "2027-03-01T08:00:00Z" })).await.expect(200);
    assert!(shown(&service, venue).await.is_empty(), "an end in the past ends them now");
}

async fn an_end_that_moves_during_reads_leaves_no_later_disclosure(service: Service) {
    let event = event_with_two(&service).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    service.turn_to(DOORS);
    let (path, etag) = only_assignment(&service, &event).await;
    let list = format!("{event}/attendees");
    let read = || service.get_as(venue, &list);
    let move_end = service.patch(&path, &etag, json!({ "ends_at": "2027-03-01T10:00:00Z" }));
    let (one, moved, two, three) = tokio::join!(read(), move_end, read(), read());
    moved.expect(200);
    for answer in [one, two, three] {
        answer.expect(200);
    }
    service.turn_to("2027-03-01T10:00:00Z");
    assert!(
        shown(&service, venue).await.is_empty(),
        "a read that came first is moved, and one that came later knew the end"
    );
}
