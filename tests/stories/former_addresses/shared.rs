//! Complaints and requests at an address or a number that two people have or had.

use iewm::jobs::Upkeep;
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};
use crate::possible_matches::record;

on_both_engines! {
    a_record_at_an_address_of_two_people_is_neithers_for_certain,
    an_erasure_leaves_a_record_at_an_address_of_two_people,
    a_record_that_turns_out_to_be_a_persons_is_emptied_and_restricted_no_more,
    a_complainant_at_a_shared_number_or_address_is_not_shown_to_the_person,
}

/// Dan complained and objected from the desk and then moved; Sue has the desk's address now.
struct Desk {
    dan: String,
    sue: String,
    complaint: String,
    request: String,
}

impl Desk {
    async fn with(service: &Service, is_confirmed: bool) -> Self {
        let desk = format!("desk.{is_confirmed}@example.org");
        let dan = service.sign_up("Dan", &desk).await;
        let wrote = json!({ "name": "Daniel", "email": desk });
        let complaint = service.complain_as(wrote.clone()).await;
        service.answer_complaint(&complaint).await;
        let request = service.ask_as(wrote).await;
        service.post(&format!("{request}/withdrawal"), json!({})).await.expect(200);
        service.correct(&dan, json!({ "email": format!("dan.{is_confirmed}@example.org") })).await;
        let sue = service.sign_up("Sue", &desk).await;
        if is_confirmed {
            service.give_and_confirm(&sue, "newsletter").await;
        }
        Self { dan, sue, complaint, request }
    }

    async fn is_whole(&self, service: &Service) {
        let complaint = service.get(&self.complaint).await.expect(200).json();
        assert_eq!(
            (&complaint["complainant"]["name"], &complaint["details"]),
            (&json!("Daniel"), &json!("You wrote to me."))
        );
        let request = service.get(&self.request).await.expect(200).json();
        assert_eq!((&request["requester"]["name"], &request["details"]), (&json!("Daniel"), &json!("Stop it.")));
    }
}

/// The draft of a package of a new request.
async fn package(service: &Service, contact: &str) -> Value {
    let path = service.taken(asked("access", contact)).await;
    service.build(&path, json!({})).await.expect(200);
    service.draft(&path).await.expect(200).json()
}

fn held(package: &Value, table: &str) -> Vec<Value> {
    let parts = package["held"].as_array().unwrap().iter();
    parts.filter(|part| part["table"] == table).flat_map(|part| part["records"].as_array().unwrap().clone()).collect()
}

async fn a_record_at_an_address_of_two_people_is_neithers_for_certain(service: Service) {
    for is_confirmed in [false, true] {
        let desk = Desk::with(&service, is_confirmed).await;
        let dans = if is_confirmed { "former_email" } else { "shared_email" };
        for (contact, by) in [(&desk.sue, "shared_email"), (&desk.dan, dans)] {
            let package = package(&service, contact).await;
            assert!(held(&package, "complaints").is_empty(), "{is_confirmed} {package}");
            assert!(!package["held"].to_string().contains("Daniel"), "{is_confirmed} {package}");
            let matches = package["search"]["matches"].as_array().unwrap();
            for path in [&desk.complaint, &desk.request] {
                assert!(matches.contains(&json!({ "record": record(path), "by": [by] })), "{by} {matches:?}");
            }
        }
    }
}

async fn an_erasure_leaves_a_record_at_an_address_of_two_people(service: Service) {
    let desk = Desk::with(&service, false).await;
    service.delete(&desk.sue).await.problem(409, "erasure_request_required");
    desk.is_whole(&service).await;
    let desk = Desk::with(&service, true).await;
    let request = service.asked_by(&desk.sue, "erasure").await;
    let plan = service.plan_of("council-1", &request, json!({})).await.expect(200).json();
    let found = plan["matches"].as_array().unwrap();
    assert_eq!(found.len(), 3, "the two records, and Dan: {plan}");
    let anothers = found.iter().map(|found| json!({ "record": found["record"], "answer": "another_person" }));
    service.erased_with(&request, json!({ "matches": anothers.collect::<Vec<Value>>() })).await;
    desk.is_whole(&service).await;
}

/// After the erasure of one of two people whose records they may be, they are the other's for certain.
async fn a_record_that_turns_out_to_be_a_persons_is_emptied_and_restricted_no_more(service: Service) {
    let Desk { dan, sue, complaint, request } = Desk::with(&service, false).await;
    let asked = service.asked_by(&dan, "erasure").await;
    let plan = service.plan_of("council-1", &asked, json!({})).await.expect(200).json();
    let answer = |found: &Value| {
        let answer = if found["record"]["kind"] == "contacts" { "another_person" } else { "unsure" };
        json!({ "record": found["record"], "answer": answer })
    };
    let answers: Vec<Value> = plan["matches"].as_array().unwrap().iter().map(answer).collect();
    service.erased_with(&asked, json!({ "matches": answers })).await;
    for path in [&complaint, &request] {
        assert_eq!(service.get(path).await.expect(200).json()["restricted"], true, "{path}");
    }
    // A record that stayed unsure is certain for no one: the plan asks about it.
    let sures = [&complaint, &request].map(|path| json!({ "record": record(path), "answer": "same_person" }));
    let asked = service.asked_by(&sue, "erasure").await;
    service.erased_with(&asked, json!({ "matches": sures })).await;
    // The last letters by post stay for printing for a time.
    service.hands.advance(chrono::Duration::days(60));
    for _ in 0..3 {
        service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    }
    for path in [&complaint, &request] {
        let emptied = service.get(path).await.expect(200).json();
        assert!(emptied["details"].is_null() && emptied["restricted"].is_null(), "{emptied}");
    }
    for table in ["complaints", "subject_requests"] {
        assert_eq!(service.cells(table, "email_index"), [""; 0], "{table}");
    }
}

async fn a_complainant_at_a_shared_number_or_address_is_not_shown_to_the_person(service: Service) {
    let pat = service.sign_up_by_number("Pat", "01905 765765").await;
    let dan = service.sign_up("Dan", "desk@example.org").await;
    service.correct(&dan, json!({ "email": "dan@example.org" })).await;
    service.correct(&pat, json!({ "email": "desk@example.org" })).await;
    let complainants = [
        (json!({ "name": "Agent Smith", "telephone": "01905 765765" }), false),
        (json!({ "name": "Pat", "telephone": "01905 765765" }), true),
        (json!({ "name": "Agent Smith", "email": "desk@example.org" }), false),
        (json!({ "name": "Pat", "email": "desk@example.org" }), true),
    ];
    for (complainant, _) in &complainants {
        let made = json!({ "contact_id": pat, "complainant": complainant, "channel": "email", "received_on": "2026-11-20",
                           "details": "You wrote." });
        service.post("/v1/complaints", made).await.expect(201);
    }
    let package = package(&service, &pat).await;
    let mut told = held(&package, "complaints");
    told.sort_by_key(|complaint| text(complaint, "id"));
    let shown: Vec<bool> = told.iter().map(|complaint| complaint["complainant"]["name"].is_string()).collect();
    assert_eq!(shown, complainants.map(|(_, shown)| shown), "{told:#?}");
    assert!(!package["held"].to_string().contains("Smith"));
}
