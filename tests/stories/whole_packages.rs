//! A package is whole: everything that is held of a person under any id, address or number that they ever had here.

use std::collections::BTreeSet;

use chrono::Duration;
use iewm::jobs::Gathering;
use iewm::platform::queue::{Job, Round};
use iewm::resources::subject_requests::package::store::building::MOST_AT_ONCE;
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::mail::MailServer;
use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_package_holds_what_every_contact_of_a_chain_held,
    a_package_holds_what_was_recorded_under_an_address_alone,
    a_package_leaves_out_who_shares_a_number_or_has_an_address_now,
    the_search_says_what_it_was_made_by,
    a_large_package_begins_anew_when_another_address_leads_to_the_person,
    accesses_are_told_under_every_id_of_a_chain,
}

/// The records of a table in a package.
pub(crate) fn held<'a>(package: &'a Value, table: &str) -> &'a [Value] {
    let part = package["held"].as_array().unwrap().iter().find(|part| part["table"] == table);
    part.unwrap_or_else(|| panic!("no {table}"))["records"].as_array().unwrap()
}

/// The distinct values of a member, wherever it is in the records.
fn values(records: &[Value], pointer: &str) -> BTreeSet<String> {
    records.iter().filter_map(|record| record.pointer(pointer)?.as_str().map(str::to_owned)).collect()
}

fn set<const N: usize>(values: [&str; N]) -> BTreeSet<String> {
    values.into_iter().map(str::to_owned).collect()
}

/// Signs a person up of whom every table that names a contact holds a record, each with the person's `name` in it.
async fn with_everything(service: &Service, name: &str) -> String {
    let email = format!("{name}@example.org");
    let contact = service.sign_up(name, &email).await;
    let with = |method: &str, purpose: &str| {
        let mut asked = grant(&contact, purpose, method);
        (asked["wording"], asked["evidence_ref"]) =
            (json!(format!("Yes, says {name}.")), json!(format!("Form {name}")));
        asked
    };
    service.decide(with("paper", "newsletter")).await.expect(201);
    service.decide(with("web_form", "event_information")).await.expect(201);
    let network = json!({ "code": name, "name": format!("Network {name}"), "description": "Directors." });
    let network = service.post("/v1/networks", network).await.expect(201).header("location");
    service.post(&format!("{network}/memberships"), json!({ "contact_id": contact })).await.expect(201);
    let event = json!({ "title": format!("Day {name}"), "starts_at": "2026-11-25T09:00:00Z", "ends_at": "2026-11-25T17:00:00Z" });
    let event = service.announce(event).await;
    let seat = json!({ "contact_id": contact, "access_requirements": { "details": format!("A seat for {name}.") } });
    let seat = service.post(&format!("{event}/registrations"), seat).await.expect(201).json();
    let scan = json!({ "registration_id": seat["id"], "direction": "in", "occurred_at": "2026-11-24T10:00:00Z",
                       "device_id": "door-1", "nonce": name });
    service.post(&format!("{event}/check-ins"), json!({ "check_ins": [scan] })).await.expect(200);
    let complaint = json!({ "contact_id": contact, "complainant": { "name": name, "email": email }, "channel": "post",
                            "received_on": "2026-11-20", "details": format!("A complaint of {name}.") });
    service.post("/v1/complaints", complaint).await.expect(201);
    let kind = match name {
        "ada" => "venue",
        "byron" => "public_authority",
        _ => "event_partner",
    };
    let refusal = format!("/v1/contacts/{contact}/sharing-refusals/{kind}");
    service.request("PUT", &refusal).token(&service.staff()).send().await.expect(204);
    let erasure = service.taken(asked("erasure", &contact)).await;
    let plan = format!("{erasure}/erasure-plan");
    service.request("POST", &plan).token(&service.council()).send().await.expect(200);
    service.built(asked("portability", &contact)).await;
    service.deliver(&MailServer::start()).await;
    contact
}

async fn a_package_holds_what_every_contact_of_a_chain_held(service: Service) {
    let mut ids = Vec::new();
    for name in ["ada", "byron", "king"] {
        ids.push(with_everything(&service, name).await);
        service.hands.advance(Duration::minutes(1));
    }
    // Each asked before the merges: whichever contact a request named, its package is the person's.
    let mut requests = Vec::new();
    for contact in &ids {
        for kind in ["access", "portability"] {
            requests.push(service.taken(asked(kind, contact)).await);
        }
    }
    let [ada, byron, king] = &ids[..] else { panic!("three") };
    service.merge(byron, king).await;
    service.merge(ada, byron).await;
    service.state.flush_looks().await;
    for path in requests {
        service.by_council("POST", &path, "").await.expect(200);
        service.released(&path).await.expect(200);
        let package = service.by_council("GET", &path, "").await.expect(200).json();
        is_whole(&package, &ids);
    }
}

#[track_caller]
fn is_whole(package: &Value, ids: &[String]) {
    let all_ids: BTreeSet<String> = ids.iter().cloned().collect();
    let contacts = held(package, "contacts");
    assert_eq!(contacts[0]["name"], "ada", "the contact that stays comes first");
    assert_eq!(values(contacts, "/id"), all_ids);
    assert!(contacts[1..].iter().all(|merged| merged["merged_into"] == ids[0].as_str()), "{contacts:?}");
    assert_eq!(values(held(package, "consents"), "/contact_id"), all_ids);
    let decisions = held(package, "consent_decisions");
    assert_eq!(values(decisions, "/contact_id"), all_ids);
    assert_eq!(values(decisions, "/wording"), set(["Yes, says ada.", "Yes, says byron.", "Yes, says king."]));
    assert_eq!(values(decisions, "/evidence_ref"), set(["Form ada", "Form byron", "Form king"]));
    // A link for each of them, and those that the merges asked for are not sent yet.
    assert_eq!(held(package, "consent_confirmations").len(), 3);
    assert!(held(package, "preference_links").len() >= 3);
    assert_eq!(values(held(package, "messages"), "/contact_id"), all_ids);
    let networks = set(["Network ada", "Network byron", "Network king"]);
    assert_eq!(values(held(package, "memberships"), "/network"), networks);
    let events = set(["Day ada", "Day byron", "Day king"]);
    for table in ["registrations", "registration_steps", "check_ins", "access_requirements"] {
        assert_eq!(values(held(package, table), "/event"), events, "{table}");
    }
    let needs = values(held(package, "access_requirements"), "/access_requirements/details");
    assert_eq!(needs, set(["A seat for ada.", "A seat for byron.", "A seat for king."]));
    let complaints = held(package, "complaints");
    let details = set(["A complaint of ada.", "A complaint of byron.", "A complaint of king."]);
    assert_eq!(values(complaints, "/details"), details);
    assert_eq!(values(complaints, "/complainant/name"), set(["ada", "byron", "king"]), "each was the person");
    assert_eq!(values(held(package, "complaint_steps"), "/complaint").len(), 3);
    assert_eq!(
        values(held(package, "sharing_refusals"), "/recipient_kind"),
        set(["venue", "public_authority", "event_partner"])
    );
    assert_eq!(held(package, "erasure_plans").len(), 3);
    assert_eq!(held(package, "subject_requests").len(), 12);
    assert_eq!(values(held(package, "subject_request_steps"), "/request").len(), 12);
    assert!(held(package, "subject_request_packages").len() >= 3);
    assert_eq!(held(package, "former_addresses").len(), 2);
    let accesses = package["accesses"].as_array().unwrap();
    for minute in ["10:00:", "10:01:", "10:02:"] {
        let created = |access: &&Value| access["action"] == "contacts.create" && text(access, "at").contains(minute);
        assert_eq!(accesses.iter().filter(created).count(), 1, "{minute}");
    }
    let search = &package["search"];
    assert_eq!(search["contact_ids"].as_array().unwrap().len(), 3);
    assert_eq!(search["email_addresses"], 3);
}

/// Records and acknowledges a complaint that names no contact.
async fn complaint(service: &Service, complainant: Value, details: &str) {
    let complaint =
        json!({ "complainant": complainant, "channel": "post", "received_on": "2026-11-20", "details": details });
    let path = service.post("/v1/complaints", complaint).await.expect(201).header("location");
    let acknowledged = json!({ "acknowledged_on": "2026-11-24" });
    service.post(&format!("{path}/acknowledgement"), acknowledged).await.expect(200);
}

/// Takes in a request for rectification that names no contact.
async fn request(service: &Service, requester: Value, details: &str) {
    let request = json!({ "kind": "rectification", "channel": "post", "received_on": "2026-11-20",
                          "identity_known": true, "requester": requester, "details": details });
    service.taken(request).await;
}

/// Builds and reads the package of a new request.
async fn package_of(service: &Service, contact: &str) -> Value {
    service.state.flush_looks().await;
    let path = service.built(json!({
        "kind": "access", "contact_id": contact, "channel": "post", "received_on": "2026-11-20", "identity_known": true,
        "requester": { "name": "The same" },
    }));
    service.by_council("GET", &path.await, "").await.expect(200).json()
}

/// A person with two addresses and two numbers that they had before: by a correction, and by two merges.
async fn with_a_past(service: &Service) -> String {
    let ada = service.sign_up_by_number("Ada Lovelace", "01905 765765").await;
    service.correct(&ada, json!({ "email": "ada@example.org" })).await;
    service.correct(&ada, json!({ "email": "byron@example.org", "telephone": "01905 765766" })).await;
    let other = service.sign_up("Ada King", "king@example.org").await;
    let third = service.sign_up("A. King", "a.king@example.org").await;
    service.merge(&other, &third).await;
    service.merge(&ada, &other).await;
    ada
}

async fn a_package_holds_what_was_recorded_under_an_address_alone(service: Service) {
    let ada = with_a_past(&service).await;
    for email in ["ada@example.org", "BYRON@example.org", "king@example.org", "a.king@example.org"] {
        complaint(&service, json!({ "name": "A", "email": email }), &format!("A complaint from {email}.")).await;
        request(&service, json!({ "name": "A", "email": email }), &format!("A request from {email}.")).await;
        service.post("/v1/preference-links", json!({ "email": email })).await.expect(202);
        // What one asked for within the hour is not asked for again.
        service.hands.advance(Duration::hours(2));
    }
    for number in ["01905 765765", "01905 765766"] {
        let by_number = json!({ "name": "ada  LOVELACE", "telephone": number });
        complaint(&service, by_number.clone(), &format!("A complaint from {number}.")).await;
        request(&service, by_number, &format!("A request from {number}.")).await;
    }
    let package = package_of(&service, &ada).await;
    let from = [
        "ada@example.org",
        "BYRON@example.org",
        "king@example.org",
        "a.king@example.org",
        "01905 765765",
        "01905 765766",
    ];
    let complaints: BTreeSet<String> = from.iter().map(|from| format!("A complaint from {from}.")).collect();
    assert_eq!(values(held(&package, "complaints"), "/details"), complaints);
    let requests: BTreeSet<String> = from.iter().map(|from| format!("A request from {from}.")).collect();
    assert_eq!(values(held(&package, "subject_requests"), "/details"), requests);
    assert_eq!(values(held(&package, "complaint_steps"), "/complaint").len(), from.len());
    assert_eq!(values(held(&package, "subject_request_steps"), "/request").len(), from.len() + 1);
    let messages = held(&package, "messages");
    let of_kind = |kind: &str| messages.iter().filter(|message| message["kind"] == kind).count();
    assert_eq!(of_kind("preferences"), 4, "each of the four mailboxes asked: {messages:?}");
    assert_eq!(of_kind("complaint_acknowledgement"), 4, "{messages:?}");
    assert_eq!(of_kind("request_acknowledgement"), 4, "{messages:?}");
}

async fn a_package_leaves_out_who_shares_a_number_or_has_an_address_now(service: Service) {
    let ada = with_a_past(&service).await;
    // The same switchboard, another name; and a mailbox that another person has confirmed since.
    complaint(&service, json!({ "name": "Bob Babbage", "telephone": "01905 765765" }), "Bob's complaint.").await;
    request(&service, json!({ "name": "Bob Babbage", "telephone": "01905 765766" }), "Bob's request.").await;
    let grace = service.sign_up("Grace Hopper", "ada@example.org").await;
    service.give_and_confirm(&grace, "newsletter").await;
    complaint(&service, json!({ "name": "Grace", "email": "ada@example.org" }), "Grace's complaint.").await;
    let package = package_of(&service, &ada).await;
    for other in ["Bob", "Grace", &grace] {
        assert!(!package.to_string().contains(other), "{other} in {package}");
    }
    assert_eq!(package["search"]["email_addresses"], 3);
    assert_eq!(package["search"]["addresses_of_others_now"], 1);
    let reasons = text(&package["search"], "reasons");
    assert!(reasons.contains("did not search by one earlier email address"), "{reasons}");
}

async fn the_search_says_what_it_was_made_by(service: Service) {
    let ada = with_a_past(&service).await;
    let package = package_of(&service, &ada).await;
    let search = &package["search"];
    assert_eq!(search["contact_ids"].as_array().unwrap().len(), 3);
    assert_eq!((&search["email_addresses"], &search["telephones_and_names"]), (&json!(4), &json!(2)));
    assert_eq!(search["addresses_of_others_now"], 0);
    let reasons = text(search, "reasons");
    for said in
        ["3 contact ids, 4 email addresses, 2 telephone numbers", "every table that can hold data about a contact"]
    {
        assert!(reasons.contains(said), "{said} in {reasons}");
    }
    assert!(!reasons.contains("another person has confirmed"), "{reasons}");
    // The other stories show of each of these that the search by it finds what is there.
    let by = |terms: &[&str]| -> BTreeSet<String> {
        let searched = search["searched"].as_array().unwrap().iter();
        searched.filter(|table| table["searched_by"] == json!(terms)).map(|table| text(table, "table")).collect()
    };
    let everything = by(&["contact_id", "email_address", "telephone_and_name"]);
    let of_requests =
        ["subject_requests", "subject_request_steps", "subject_request_links", "subject_request_farewells"];
    let mut expected = set(of_requests);
    expected.extend(set(["subject_request_package_links", "subject_request_package_downloads"]));
    expected.extend(set(["complaints", "complaint_steps", "messages"]));
    assert_eq!(everything, expected);
    assert_eq!(by(&["email_address", "telephone_and_name"]), set(["suppressions"]));
    let all = search["searched"].as_array().unwrap().len();
    assert_eq!(by(&["contact_id"]).len(), all - everything.len() - 1, "the others by the contact alone");
    for part in package["held"].as_array().unwrap() {
        let searched = search["searched"].as_array().unwrap().iter().find(|table| table["table"] == part["table"]);
        assert_eq!(searched.unwrap()["searched_by"], part["searched_by"], "{}", part["table"]);
    }
    // A person who has an id alone.
    let bob = service.sign_up("Bob", "bob@example.org").await;
    service.correct(&bob, json!({ "email": null, "telephone": "01905 111111" })).await;
    let reasons = text(&package_of(&service, &bob).await["search"], "reasons");
    assert!(reasons.contains("one contact id, one email address, one telephone number together with its name"));
}

async fn a_large_package_begins_anew_when_another_address_leads_to_the_person(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    complaint(&service, json!({ "name": "A", "email": "byron@example.org" }), "From an address to come.").await;
    service.look_often(&ada, MOST_AT_ONCE + 1).await;
    let path = service.taken(asked("access", &ada)).await;
    service.by_council("POST", &path, "").await.expect(202);
    let gathering = Gathering::new(service.state.clone());
    let steps = std::cell::Cell::new(0);
    let most_of_it = || {
        steps.set(steps.get() + 1);
        steps.get() < 10
    };
    assert_eq!(gathering.tick(Round::new(service.now(), &most_of_it)).await, Ok(0));
    service.correct(&ada, json!({ "email": "byron@example.org" })).await;
    assert_eq!(service.tick(&gathering).await, Ok(1));
    assert_eq!(service.audit("action=subject_requests.restart_package").await.len(), 1);
    service.released(&path).await.expect(200);
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    assert_eq!(values(held(&package, "complaints"), "/details"), set(["From an address to come."]));
    assert_eq!(held(&package, "contacts")[0]["email"], "byron@example.org");
    assert_eq!(package["search"]["email_addresses"], 2);
    let searched = package["search"]["searched"].as_array().unwrap();
    assert!(searched.iter().all(|table| table["searched_by"] != json!([])), "{searched:?}");
}

async fn accesses_are_told_under_every_id_of_a_chain(service: Service) {
    let mut ids = Vec::new();
    for name in ["ada", "byron", "king"] {
        let contact = service.sign_up(name, &format!("{name}@example.org")).await;
        service.get(&format!("/v1/contacts/{contact}")).await.expect(200);
        service.hands.advance(Duration::minutes(1));
        ids.push(contact);
    }
    service.merge(&ids[1], &ids[2]).await;
    service.merge(&ids[0], &ids[1]).await;
    for contact in &ids {
        service.state.flush_looks().await;
        let path = format!("/v1/contacts/{contact}/accesses?limit=200");
        let told = service.request("GET", &path).token(&service.council()).send().await.expect(200).json();
        let looks = told["items"].as_array().unwrap().iter().filter(|look| look["action"] == "contacts.read");
        let minutes: BTreeSet<String> = looks.map(|look| text(look, "at")[11..16].to_owned()).collect();
        assert_eq!(minutes, set(["10:00", "10:01", "10:02"]), "{contact}");
    }
}
