//! What a person is sent of everything that is held about them.

use std::collections::BTreeSet;

use chrono::Duration;
use iewm::inventory::{CARDS, holders};
use iewm::jobs::Digest;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::disclosures::under;
use crate::harness::mail::MailServer;
use crate::harness::people::{WORDING, grant, text};
use crate::harness::{Service, on_both_engines};
use crate::possible_matches::record;

on_both_engines! {
    a_package_holds_what_every_table_holds,
    a_package_holds_nothing_of_others,
    a_package_completes_its_request,
    a_package_needs_a_right_a_person_and_proof,
    a_package_is_read_and_printed_as_a_page,
    portability_is_a_vcard_too,
    a_package_can_be_had_for_thirty_days,
    a_package_goes_with_its_person,
    the_restricted_are_told_everything,
    each_fetch_of_a_package_is_recorded,
    a_request_is_matched_to_its_contact,
    a_look_under_an_earlier_id_is_listed_too,
    the_search_is_on_record,
    what_else_was_searched_is_on_record,
}

/// The body of a request of Ada's, who is known.
pub(crate) fn asked(kind: &str, contact: &str) -> Value {
    json!({
        "kind": kind, "contact_id": contact, "channel": "email", "received_on": "2026-11-20", "identity_known": true,
        "details": "All about the walrus.", "requester": { "name": "Ada Lovelace", "email": "ada@example.org" },
    })
}

impl Service {
    /// Takes a request in, and gives its path.
    pub(crate) async fn taken(&self, asked: Value) -> String {
        self.post("/v1/subject-requests", asked).await.expect(201).header("location")
    }

    pub(crate) async fn by_council(&self, method: &str, path: &str, accept: &str) -> Answer {
        let request = self.request(method, &format!("{path}/package")).token(&self.council());
        if accept.is_empty() { request.send().await } else { request.header("Accept", accept).send().await }
    }

    /// Builds and releases the package of a new request, and gives its path. Who has no e-mail address is handed it. Possible
    /// matches are said to be about another person.
    pub(crate) async fn built(&self, asked: Value) -> String {
        let body =
            if asked["requester"]["email"].is_string() { json!({}) } else { json!({ "delivery": "handed_over" }) };
        let path = self.taken(asked).await;
        self.build(&path, body).await.expect(200);
        if self.released(&path).await.status == 409 {
            self.no_match(&path).await;
            self.released(&path).await.expect(200);
        }
        path
    }

    /// Answers of every possible match of a draft that it is about another person.
    pub(crate) async fn no_match(&self, path: &str) {
        let draft = self.draft(path).await.expect(200).json();
        let matches = draft["search"]["matches"].as_array().unwrap().iter();
        let answer = |found: &Value| json!({ "record": found["record"], "answer": "another_person" });
        let answers = json!({ "matches": matches.map(answer).collect::<Vec<_>>() });
        self.build(path, answers).await.expect(200);
    }

    /// Releases the package of a request.
    pub(crate) async fn released(&self, path: &str) -> Answer {
        self.request("POST", &format!("{path}/package/release")).token(&self.council()).send().await
    }
}

/// A person of whom every table holds a row.
pub(crate) async fn known_everywhere(service: &Service) -> String {
    // Another person had the address and was deleted: it bears marks.
    let before = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.delete(&before).await.expect(204);
    let person = json!({
        "name": "Ada Lovelace", "email": "byron@example.org", "telephone": "01905 765765", "organisation": "Engines & Co",
        "job_title": "Analyst", "source": { "kind": "event", "detail": "Spring conference", "obtained_on": "2026-11-20" },
    });
    let ada = text(&service.post("/v1/contacts", person).await.expect(201).json(), "id");
    // She had another address before.
    service.correct(&ada, json!({ "email": "ada@example.org" })).await;
    service.decide(grant(&ada, "newsletter", "paper")).await.expect(201);
    service.decide(grant(&ada, "event_information", "web_form")).await.expect(201);
    let network = json!({ "code": "adass", "name": "ADASS", "description": "Directors." });
    let network = service.post("/v1/networks", network).await.expect(201).header("location");
    let member = json!({ "contact_id": ada, "represents": "Dudley" });
    service.post(&format!("{network}/memberships"), member).await.expect(201);
    let event =
        service.announce(json!({ "starts_at": "2026-11-25T09:00:00Z", "ends_at": "2026-11-25T17:00:00Z" })).await;
    let seat = json!({ "contact_id": ada, "access_requirements": { "details": "A seat near the door." } });
    let seat = service.post(&format!("{event}/registrations"), seat).await.expect(201).json();
    let scan = json!({ "registration_id": seat["id"], "direction": "in", "occurred_at": "2026-11-24T10:00:00Z",
                       "device_id": "door-1", "nonce": "1" });
    service.post(&format!("{event}/check-ins"), json!({ "check_ins": [scan] })).await.expect(200);
    let complaint = json!({ "contact_id": ada, "complainant": { "name": "Ada Lovelace" }, "channel": "post",
                            "received_on": "2026-11-20", "details": "The letters were too small." });
    service.post("/v1/complaints", complaint).await.expect(201);
    // A colleague at the same number, whose complaint is answered below as another person's.
    let colleague = json!({ "name": "Colleague", "telephone": "01905 765765" });
    let colleagues = service.complain_as(colleague).await;
    // A partner received her name, and it was handed over.
    let partner = service.organisation("Dudley College", "event_partner").await;
    let agreement = service.live_agreement(partner, &["venue_security"], &["name"]).await;
    let disclosed = service.disclosed(under(&agreement, partner, &[&ada])).await;
    service.get(&format!("/v1/disclosures/{disclosed}/handover")).await.expect(200);
    let refusal = format!("/v1/contacts/{ada}/sharing-refusals/venue");
    service.request("PUT", &refusal).token(&service.staff()).send().await.expect(204);
    let erasure = service.taken(asked("erasure", &ada)).await;
    let plan = format!("{erasure}/erasure-plan");
    service.request("POST", &plan).token(&service.council()).send().await.expect(200);
    let reviewed = service.taken(asked("portability", &ada)).await;
    let others = json!({ "matches": [{ "record": record(&colleagues), "answer": "another_person" }] });
    service.build(&reviewed, others).await.expect(200);
    service.left_out(&reviewed, &[("contacts", "/job_title")]).await;
    service.released(&reviewed).await.expect(200);
    let link = service.package_link(&MailServer::start()).await;
    let reference = text(&service.get(&reviewed).await.json(), "reference");
    service.open(&link, &reference).await.expect(200);
    ada
}

async fn a_package_holds_what_every_table_holds(service: Service) {
    let ada = known_everywhere(&service).await;
    service.sign_up("Ada King", "king@example.org").await;
    service.post("/v1/contacts/search", json!({ "name": "ada" })).await.expect(200);
    service.state.flush_looks().await;
    let path = service.built(asked("access", &ada)).await;
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    let held = package["held"].as_array().unwrap();
    let told: BTreeSet<String> = held.iter().map(|part| text(part, "table")).collect();
    let every: BTreeSet<String> =
        holders().iter().flat_map(|holder| holder.cards()).map(|card| card.table.to_owned()).collect();
    assert_eq!(told, every, "every table of every room is in it");
    for part in held {
        // Requests are emptied once the person is erased. And of a package that is being
        // built, a package says nothing: it would be of itself.
        let nothing = ["subject_request_farewells", "subject_request_package_builds", "subject_request_package_parts"];
        // No right of hers was carried out that a recipient must follow, she refuses no recipient by a link, and no hold keeps
        // her data.
        let nothing = [
            nothing.as_slice(),
            &[
                "obligations",
                "obligation_disclosures",
                "sharing_allowance_links",
                "legal_holds",
                "held_erasures",
                "held_values",
            ],
        ]
        .concat();
        let something = !nothing.contains(&text(part, "table").as_str());
        assert_eq!(something, part["records"] != json!([]), "{} holds something of her", part["table"]);
        assert!(!text(part, "meaning").is_empty());
    }
    let whole = package.to_string();
    for said in [
        "Ada Lovelace",
        "ada@example.org",
        "+441905765765",
        "Engines & Co",
        "Analyst",
        "Spring conference",
        &WORDING.replace('\n', "\\n"),
        "Call recording 42",
        "Dudley",
        "ADASS",
        "All about the walrus.",
        "A seat near the door.",
        "The letters were too small.",
    ] {
        assert!(whole.contains(said), "{said} in {whole}");
    }
    let particulars = &package["particulars"];
    for member in ["controller", "contact", "complaint_route", "automated_decisions", "transfers"] {
        assert!(!text(particulars, member).is_empty(), "{member}");
    }
    assert_eq!(particulars["source"]["kind"], "event");
    assert_eq!(particulars["keep_until"], "2032-11-24");
    let purpose = &particulars["purposes"][0];
    for member in ["purpose", "lawful_basis", "data", "recipients", "retention"] {
        assert!(!purpose[member].is_null(), "{member}");
    }
    assert!(!particulars["rights"].as_array().unwrap().is_empty());
    let accesses = package["accesses"].as_array().unwrap();
    for action in ["contacts.create", "contacts.search"] {
        let told = accesses.iter().any(|access| access["action"] == action && access["roles"] == "iewm_staff");
        assert!(told, "{action} in {accesses:?}");
    }
}

/// A holder exports the rows of its tables, or they are about no person: a table with a person's data beside the rooms'
/// must say here why it is in no package.
#[test]
fn tables_beside_the_rooms_hold_nothing_that_is_not_told() {
    let held: Vec<&str> = holders().iter().flat_map(|holder| holder.cards()).map(|card| card.table).collect();
    let left_out = [
        "organisations",      // the contact point of an organisation
        "sharing_agreements", // words about an organisation
        "disclosure_grounds", // words about all people of a call, and who wrote them
        "audit_entries",      // told as `accesses`
        "audit_subjects",     // told as `accesses`
        "kept_answers",       // ids and keyed hashes, for a day
        "records_to_index",   // ids, until the next start
        "token_revocations",  // of those who work here
        "breaches",           // they name no person
        "breach_steps",
        "vault.data_keys", // keys alone
        "vault.destroyed_keys",
        "vault.executed_plans", // ids, counts and grounds
        "vault.key_remnants",
        "vault.service_keys",
    ];
    for card in CARDS.iter() {
        let is_known = held.contains(&card.table) || left_out.contains(&card.table);
        assert!(!card.is_personal() || is_known, "{}", card.table);
    }
}

async fn a_package_holds_nothing_of_others(service: Service) {
    let ada = known_everywhere(&service).await;
    let bob = service.sign_up("Bob Babbage", "bob@example.org").await;
    service.give(&bob, "newsletter").await;
    service.taken(asked("access", &bob)).await;
    let mut by_agent = asked("access", &ada);
    by_agent["requester"] =
        json!({ "name": "Sue, Grabbit and Run", "email": "sue@example.org", "acting_for": "agent" });
    let on_behalf = json!({ "contact_id": ada, "complainant": { "name": "Solicitor Snodgrass", "email": "snodgrass@example.org" },
                            "channel": "post", "received_on": "2026-11-20", "details": "About the walrus." });
    service.post("/v1/complaints", on_behalf).await.expect(201);
    let path = service.built(by_agent).await;
    let whole = service.by_council("GET", &path, "").await.expect(200).text();
    assert!(whole.contains("Ada Lovelace") && whole.contains("About the walrus."));
    for other in ["Babbage", "bob@", &bob, "Grabbit", "sue@", "nodgrass", "staff-1", "council-1"] {
        assert!(!whole.contains(other), "{other} in {whole}");
    }
}

async fn a_package_completes_its_request(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.taken(asked("access", &ada)).await;
    service.by_council("GET", &path, "").await.problem(404, "not_found");
    let nothing = "/v1/subject-requests/01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    service.by_council("GET", nothing, "").await.problem(404, "not_found");
    service.by_council("POST", nothing, "").await.problem(404, "not_found");
    for method in ["GET", "POST"] {
        let refused = service.request(method, &format!("{path}/package")).token(&service.staff()).send().await;
        assert_eq!(refused.problem(403, "forbidden").json()["permission"], "subject_requests:decide");
    }
    service.by_council("POST", &path, "").await.expect(200);
    let done = service.released(&path).await.expect(200).json();
    assert_eq!((&done["status"], &done["outcome"]["kind"]), (&json!("completed"), &json!("fulfilled")));
    assert_eq!(done["clock"]["state"], "stopped");
    service.by_council("POST", &path, "").await.problem(409, "illegal_transition");
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    assert_eq!((&package["reference"], &package["contact_id"]), (&done["reference"], &json!(ada)));
    // Staff can put the answer to the requester in their own words.
    let path = service.taken(asked("access", &ada)).await;
    let own = service.request("POST", &format!("{path}/package")).token(&service.council());
    own.json(&json!({ "explanation": "Here it is." })).send().await.expect(200);
    let done = service.released(&path).await.expect(200).json();
    assert_eq!(done["outcome"]["explanation"], "Here it is.");
}

async fn a_package_needs_a_right_a_person_and_proof(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let erasure = service.taken(asked("erasure", &ada)).await;
    service.by_council("POST", &erasure, "").await.problem(409, "wrong_right");
    let mut unknown = asked("access", &ada);
    unknown["identity_known"] = json!(false);
    let unproven = service.taken(unknown).await;
    service.by_council("POST", &unproven, "").await.problem(409, "identity_unproven");
    let mut nobody = asked("access", &ada);
    nobody.as_object_mut().unwrap().remove("contact_id");
    let nobody = service.taken(nobody).await;
    service.by_council("POST", &nobody, "").await.problem(409, "no_contact");
    let waits = service.taken(asked("access", &ada)).await;
    let question = json!({ "asked_on": "2026-11-24", "question": "Which event?" });
    service.post(&format!("{waits}/clarifications"), question).await.expect(201);
    service.by_council("POST", &waits, "").await.problem(409, "illegal_transition");
    for path in [erasure, unproven, nobody, waits] {
        for rest in ["package", "package?draft=true", "package/progress"] {
            let none = service.request("GET", &format!("{path}/{rest}")).token(&service.council()).send().await;
            let none = none.problem(404, "not_found").text();
            assert!(none.contains("POST /v1/subject-requests/{id}/package"), "{rest}: {none}");
        }
    }
}

async fn a_package_is_read_and_printed_as_a_page(service: Service) {
    let eve = service.sign_up("Eve <script>alert(1)</script>", "eve@example.org").await;
    service.give(&eve, "newsletter").await;
    let path = service.built(asked("access", &eve)).await;
    let page = service.by_council("GET", &path, "text/html,application/xhtml+xml,*/*;q=0.8").await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("vary").starts_with("Accept"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let page = page.text();
    assert!(page.contains("&#60;script&#62;") && !page.contains("<script"), "{page}");
    for said in [
        "The data that we hold about you",
        "SR-2026-000001",
        "eve@example.org",
        "24 November 2032",
        "Article 15",
        "who has seen it",
        "contacts.create",
        "lang=\"en-GB\"",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    for accept in ["*/*", "application/json", "text/vcard"] {
        let json = service.by_council("GET", &path, accept).await.expect(200);
        assert_eq!(json.header("content-type"), "application/json", "{accept}");
    }
}

async fn portability_is_a_vcard_too(service: Service) {
    let person = json!({
        "name": "Lovelace, Ada; Countess", "email": "ada@example.org", "telephone": "01905 765765",
        "organisation": "Ångström Analytical Engines of the United Kingdom of Great Britain and Ireland",
        "source": { "kind": "self", "obtained_on": "2026-11-24" },
    });
    let ada = text(&service.post("/v1/contacts", person).await.expect(201).json(), "id");
    let path = service.built(asked("portability", &ada)).await;
    let card = service.by_council("GET", &path, "text/vcard").await.expect(200);
    assert_eq!(card.header("content-type"), "text/vcard; charset=utf-8");
    let expected = format!(
        "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:{ada}\r\nFN:Lovelace\\, Ada\\; Countess\r\nEMAIL:ada@example.org\r\n\
         TEL;VALUE=uri:tel:+441905765765\r\nORG:Ångström Analytical Engines of the United Kingdom of Great Britain \r\n \
         and Ireland\r\nEND:VCARD\r\n"
    );
    let unfolded = |text: &str| text.replace("\r\n ", "");
    assert_eq!(unfolded(&card.text()), unfolded(&expected));
    let json = service.by_council("GET", &path, "").await.expect(200).json();
    assert_eq!(json["kind"], "portability");
}

async fn a_package_can_be_had_for_thirty_days(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.built(asked("access", &ada)).await;
    service.hands.advance(Duration::days(30) - Duration::seconds(1));
    service.by_council("GET", &path, "").await.expect(200);
    service.hands.advance(Duration::seconds(1));
    service.by_council("GET", &path, "").await.problem(410, "gone");
    service.tick(&Digest::new(service.state.clone())).await.unwrap();
    service.by_council("GET", &path, "").await.problem(410, "gone");
    let swept = service.audit("action=subject_requests.sweep_packages").await;
    assert_eq!((swept.len(), &swept[0]["detail"]["count"]), (1, &json!(1)));
    service.tick(&Digest::new(service.state.clone())).await.unwrap();
    assert_eq!(
        service.audit("action=subject_requests.sweep_packages").await.len(),
        1,
        "there is nothing left to delete"
    );
}

async fn a_package_goes_with_its_person(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.built(asked("access", &ada)).await;
    service.delete(&ada).await.expect(204);
    service.by_council("GET", &path, "").await.problem(410, "gone");
    // A merge leaves it: the person is the same.
    let (stays, goes) = (service.sign_up("Bob", "bob@example.org").await, service.sign_up("B.", "b@example.org").await);
    let path = service.built(asked("access", &goes)).await;
    service.post(&format!("/v1/contacts/{stays}/merge"), json!({ "from_contact_id": goes })).await.expect(200);
    service.by_council("GET", &path, "").await.expect(200);
    service.delete(&stays).await.expect(204);
    service.by_council("GET", &path, "").await.problem(410, "gone");
}

async fn each_fetch_of_a_package_is_recorded(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.built(asked("access", &ada)).await;
    service.by_council("GET", &path, "").await.expect(200);
    service.by_council("GET", &path, "text/html").await.expect(200);
    let looks = service.audit(&format!("action=subject_requests.package&contact_id={ada}")).await;
    assert_eq!(looks.len(), 2);
    assert_eq!((&looks[0]["actor"], &looks[0]["outcome"]), (&json!("council-1"), &json!("looked")));
    assert_eq!(service.audit(&format!("action=subject_requests.build_package&contact_id={ada}")).await.len(), 1);
}

async fn a_request_is_matched_to_its_contact(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let mut nobody = asked("access", &ada);
    nobody.as_object_mut().unwrap().remove("contact_id");
    let path = service.taken(nobody).await;
    let found = async |body: Value| service.post(&format!("{path}/match"), body).await;
    assert_eq!(found(json!({})).await.problem(422, "invalid").faults(), ["/contact_id missing"]);
    let unknown = json!({ "contact_id": "01937a5e-8f00-7c3a-9d55-3f2a60b1c901" });
    assert_eq!(found(unknown).await.problem(422, "invalid").faults(), ["/contact_id unknown_reference"]);
    let gone = service.sign_up("Bob", "bob@example.org").await;
    service.delete(&gone).await.expect(204);
    found(json!({ "contact_id": gone })).await.problem(410, "erased");
    let matched = found(json!({ "contact_id": ada })).await.expect(200);
    assert_eq!((&matched.json()["contact_id"], &matched.json()["version"]), (&json!(ada), &json!(2)));
    service.by_council("POST", &path, "").await.expect(200);
    service.released(&path).await.expect(200);
    let closed = found(json!({ "contact_id": ada })).await.problem(409, "illegal_transition").json();
    assert_eq!(closed["allowed_transitions"], json!([]));
}

async fn the_restricted_are_told_everything(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    let path = service.built(asked("access", &ada)).await;
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    let contact = package["held"].as_array().unwrap().iter().find(|part| part["table"] == "contacts").unwrap();
    let contact = &contact["records"][0];
    assert_eq!((&contact["name"], &contact["status"]), (&json!("Ada Lovelace"), &json!("restricted")));
    assert_eq!(contact["email"], "ada@example.org");
}

async fn a_look_under_an_earlier_id_is_listed_too(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let known_as = service.sign_up("A. Lovelace", "a@example.org").await;
    let earlier = service.built(asked("access", &known_as)).await;
    service.hands.advance(Duration::minutes(1));
    service.get(&format!("/v1/contacts/{known_as}")).await.expect(200);
    service.state.flush_looks().await;
    service.hands.advance(Duration::minutes(1));
    service.get(&format!("/v1/contacts/{ada}")).await.expect(200);
    service.post(&format!("/v1/contacts/{ada}/merge"), json!({ "from_contact_id": known_as })).await.expect(200);
    service.by_council("GET", &earlier, "").await.expect(200);
    service.state.flush_looks().await;
    let path = service.built(asked("access", &ada)).await;
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    let told = package["accesses"].as_array().unwrap();
    let at = |minute: &str, action: &str| {
        told.iter().filter(|access| text(access, "at").contains(minute) && access["action"] == action).count()
    };
    assert_eq!(at("10:01:", "contacts.read"), 1, "{told:?}");
    assert_eq!(at("10:02:", "contacts.read"), 1, "{told:?}");
    assert_eq!(at("10:00:", "contacts.create"), 2, "{told:?}");
    assert!(told.is_sorted_by_key(|access| std::cmp::Reverse(text(access, "at"))), "newest first: {told:?}");
    let packages = package["held"].as_array().unwrap().iter().find(|part| part["table"] == "subject_request_packages");
    assert_eq!(packages.unwrap()["records"].as_array().unwrap().len(), 1, "the package from before");
}

/// The text of the newest step of a request.
async fn newest_step(service: &Service, path: &str) -> String {
    text(&service.items(&format!("{path}/history")).await[0], "text")
}

async fn the_search_is_on_record(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let known_as = service.sign_up("A. Lovelace", "a@example.org").await;
    service.post(&format!("/v1/contacts/{ada}/merge"), json!({ "from_contact_id": known_as })).await.expect(200);
    service.give(&ada, "newsletter").await;
    service.give(&ada, "event_information").await;
    service.state.flush_looks().await;
    let path = service.built(asked("access", &ada)).await;
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    let search = &package["search"];
    assert_eq!(search["begun_at"], "2026-11-24T10:00:00.000000Z");
    assert_eq!(search["contact_ids"], json!([ada, known_as]));
    assert_eq!(search["email_addresses"], 2, "that of the contact, and that of the other");
    assert_eq!(search["elsewhere"], "We searched nothing outside this service.");
    assert!(text(search, "reasons").contains("every table"), "{search}");
    let searched = search["searched"].as_array().unwrap();
    let tables: BTreeSet<String> = searched.iter().map(|table| text(table, "table")).collect();
    let mut every: BTreeSet<String> =
        holders().iter().flat_map(|holder| holder.cards()).map(|card| card.table.to_owned()).collect();
    every.insert("audit_entries".to_owned());
    assert_eq!(tables, every);
    for part in package["held"].as_array().unwrap() {
        let found = searched.iter().find(|table| table["table"] == part["table"]).unwrap();
        assert_eq!(found["records"], part["records"].as_array().unwrap().len(), "{found}");
    }
    let looks = searched.iter().find(|table| table["table"] == "audit_entries").unwrap();
    assert_eq!(looks["records"], package["accesses"].as_array().unwrap().len());
    // An officer finds it in the history of the request, for longer than the package is there; the history names no person.
    service.hands.advance(Duration::days(30));
    service.tick(&Digest::new(service.state.clone())).await.unwrap();
    service.by_council("GET", &path, "").await.problem(410, "gone");
    let step = newest_step(&service, &path).await;
    for said in [
        "24 November 2026",
        "2 contact ids, 2 email addresses",
        "What you agreed to (2)",
        "every table",
        "We searched nothing outside this service",
    ] {
        assert!(step.contains(said), "{said} in {step}");
    }
    for value in [ada.as_str(), "Lovelace", "ada@"] {
        assert!(!step.contains(value), "{value} in {step}");
    }
}

async fn what_else_was_searched_is_on_record(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.taken(asked("access", &ada)).await;
    let build = async |body: Value| {
        let asked = service.request("POST", &format!("{path}/package")).token(&service.council());
        asked.json(&body).send().await
    };
    assert_eq!(build(json!({ "search_note": " " })).await.problem(422, "invalid").faults().len(), 1);
    assert_eq!(build(json!({ "search_notes": "x" })).await.problem(422, "invalid").faults(), ["/search_notes unknown"]);
    let note = "The mailbox was searched for her name:\n<b>one</b> letter of thanks. No paper.";
    build(json!({ "search_note": note })).await.expect(200);
    service.released(&path).await.expect(200);
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    assert_eq!(package["search"]["elsewhere"], note);
    let page = service.by_council("GET", &path, "text/html").await.expect(200).text();
    for said in
        ["How we searched", "On 24 November 2026 we searched", "&#60;b&#62;one&#60;/b&#62; letter", "consent_decisions"]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(newest_step(&service, &path).await.ends_with(note));
}
