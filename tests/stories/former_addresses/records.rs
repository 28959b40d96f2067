//! Complaints and requests that name no contact and bear a person's address or number: they are the person's.

use diesel::connection::SimpleConnection;
use iewm::jobs::Upkeep;
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::erasure::PROPOSER;
use crate::harness::people::text;
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    records_without_a_contact_are_in_the_package,
    records_without_a_contact_are_in_the_plan_and_go_with_the_person,
    an_open_complaint_without_a_contact_stands_in_the_way,
    records_of_an_older_version_are_indexed_by_the_next_start,
}

impl Service {
    /// Records a complaint that names no contact, and returns its path.
    pub(crate) async fn complain_as(&self, complainant: Value) -> String {
        let made = json!({ "complainant": complainant, "channel": "email", "received_on": "2026-11-20",
                           "details": "You wrote to me." });
        self.post("/v1/complaints", made).await.expect(201).header("location")
    }

    /// Answers a complaint.
    pub(crate) async fn answer_complaint(&self, path: &str) {
        let outcome = json!({ "outcome": "upheld", "explanation": "The list was old.", "given_on": "2026-11-24" });
        let outcome = self.request("POST", &format!("{path}/outcome")).token(&self.council()).json(&outcome);
        outcome.send().await.expect(200);
    }

    /// Records a request that names no contact, and returns its path.
    pub(crate) async fn ask_as(&self, requester: Value) -> String {
        let made = json!({ "kind": "objection", "requester": requester, "channel": "email", "received_on": "2026-11-20",
                           "details": "Stop it." });
        self.post("/v1/subject-requests", made).await.expect(201).header("location")
    }
}

/// Jan, who had another address and another number before.
async fn jan(service: &Service) -> String {
    let jan = service.sign_up("Jan Tel", "jan.old@example.org").await;
    service.correct(&jan, json!({ "email": "jan@example.org", "telephone": "01905 765765" })).await;
    service.correct(&jan, json!({ "telephone": "01905 765766" })).await;
    jan
}

/// Under what Jan may have written; and under what a colleague at the same number did.
fn theirs() -> [Value; 4] {
    [
        json!({ "name": "J.", "email": "JAN@example.org" }),
        json!({ "name": "Jan", "email": "jan.old@example.org" }),
        json!({ "name": "jan tel", "telephone": "01905 765765" }),
        json!({ "name": "Jan  Tel", "telephone": "01905 765766" }),
    ]
}

fn colleague() -> Value {
    json!({ "name": "Colleague", "telephone": "01905 765766" })
}

async fn records_without_a_contact_are_in_the_package(service: Service) {
    let jan = jan(&service).await;
    for who in theirs().into_iter().chain([colleague()]) {
        service.complain_as(who.clone()).await;
        service.ask_as(who).await;
    }
    let mut agent = theirs()[0].clone();
    agent["acting_for"] = json!("agent");
    service.ask_as(agent).await;
    let path = service.built(asked("access", &jan)).await;
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    let held = |table: &str| -> Vec<Value> {
        let parts = package["held"].as_array().unwrap().iter();
        parts
            .filter(|part| part["table"] == table)
            .flat_map(|part| part["records"].as_array().unwrap().clone())
            .collect()
    };
    let complaints = held("complaints");
    assert_eq!(complaints.len(), 4, "{complaints:#?}");
    assert!(
        complaints.iter().all(|complaint| complaint["complainant"].is_object()),
        "the complaints name who complained"
    );
    assert_eq!(held("subject_requests").len(), 5, "with the one that asks for the package");
    let searched = package["search"]["searched"].as_array().unwrap();
    let counted = searched.iter().find(|table| table["table"] == "complaints").unwrap();
    assert_eq!(counted["records"], 4);
}

async fn records_without_a_contact_are_in_the_plan_and_go_with_the_person(service: Service) {
    let jan = jan(&service).await;
    let (mut complaints, mut requests) = (Vec::new(), Vec::new());
    for who in theirs().into_iter().chain([colleague()]) {
        complaints.push(service.complain_as(who.clone()).await);
        requests.push(service.ask_as(who).await);
    }
    for (complaint, request) in complaints.iter().zip(&requests) {
        service.answer_complaint(complaint).await;
        service.post(&format!("{request}/withdrawal"), json!({})).await.expect(200);
    }
    let plan = serde_json::to_value(service.propose(PROPOSER, &jan, Vec::new()).await.unwrap()).unwrap();
    let anonymised = plan["anonymise"].as_array().unwrap().iter();
    let counted = anonymised.filter(|line| line["record"] == "complaints").map(|line| line["count"].clone());
    assert_eq!(counted.collect::<Vec<_>>(), [json!(4)], "{plan}");
    assert!(service.erase(&jan, Vec::new()).await.erased);
    service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    // The letters by post stay for printing for a time.
    service.hands.advance(chrono::Duration::days(60));
    service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    for (at, (complaint, request)) in complaints.iter().zip(&requests).enumerate() {
        let complaint = service.get(complaint).await.expect(200).json();
        let request = service.get(request).await.expect(200).json();
        let colleagues = at == 4;
        for told in [&complaint["complainant"], &complaint["details"], &request["requester"], &request["details"]] {
            assert_eq!(told.is_null(), !colleagues, "{at}: {complaint} {request}");
        }
    }
    for table in ["complaints", "subject_requests"] {
        assert_eq!(service.cells(table, "email_index").len(), 0, "{table}");
        assert_eq!(service.cells(table, "named_number").len(), 1, "{table}: the colleague's");
    }
}

async fn an_open_complaint_without_a_contact_stands_in_the_way(service: Service) {
    let jan = jan(&service).await;
    let complaint = service.complain_as(theirs()[1].clone()).await;
    service.delete(&jan).await.problem(409, "erasure_request_required");
    let executed = service.erase(&jan, Vec::new()).await;
    assert!(!executed.erased);
    let id = complaint.rsplit('/').next().unwrap();
    let is_withheld =
        executed.withheld.iter().any(|kept| kept.record.table == "complaints" && kept.record.id.to_string() == id);
    assert!(is_withheld, "{:?}", executed.withheld);
    service.answer_complaint(&complaint).await;
    assert!(service.erase(&jan, Vec::new()).await.erased);
    assert!(service.get(&complaint).await.expect(200).json()["complainant"].is_null());
}

async fn records_of_an_older_version_are_indexed_by_the_next_start(mut service: Service) {
    let jan = jan(&service).await;
    let (complaint, request) =
        (service.complain_as(theirs()[0].clone()).await, service.ask_as(theirs()[3].clone()).await);
    service.answer_complaint(&complaint).await;
    let older = ["complaints", "subject_requests"].map(|table| {
        format!(
            "UPDATE {table} SET email_index = NULL, telephone_index = NULL, named_number = NULL; \
             INSERT INTO records_to_index SELECT '{table}', id FROM {table} WHERE contact_id IS NULL;"
        )
    });
    match service.engine {
        Engine::Sqlite => service.sqlite().batch_execute(&older.concat()).unwrap(),
        Engine::Postgres => service.postgres().batch_execute(&older.concat()).unwrap(),
    }
    service.restart().await;
    assert_eq!(service.left_to_index(), 0);
    let path = service.built(asked("access", &jan)).await;
    let package = service.by_council("GET", &path, "").await.expect(200).text();
    for path in [complaint, request] {
        let reference = text(&service.get(&path).await.expect(200).json(), "reference");
        assert!(package.contains(&reference), "{reference}");
    }
}
