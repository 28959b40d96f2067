//! An erasure that withholds a part: what it erases is in no copy either, and the letter says what else stays.

use iewm::jobs::Upkeep;
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::mail::MailServer;
use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    what_a_plan_erases_is_in_no_copy_either,
    a_draft_goes_with_what_it_is_a_copy_of,
    the_answer_that_says_what_is_withheld_stays_until_the_rest_is_erased,
}

/// What takes the place of the words of a request that was emptied.
const EMPTIED: &str = "The words were erased with the person's data.";

const TABLES: [&str; 2] = ["subject_request_package_parts", "subject_request_redactions"];

impl Service {
    /// A complaint of a contact, closed or open.
    async fn complaint_of(&self, contact: &str, details: &str, is_closed: bool) -> String {
        let complaint = json!({
            "contact_id": contact, "complainant": { "name": "Ada Lovelace" }, "channel": "post",
            "received_on": "2026-11-20", "details": details,
        });
        let path = self.post("/v1/complaints", complaint).await.expect(201).header("location");
        if is_closed {
            self.answer_complaint(&path).await;
        }
        path
    }

    /// Plans and executes an erasure, and returns the plan and the request afterwards.
    async fn erased_in_part(&self, request: &str) -> (Value, Value) {
        let plan = self.council_does("council-1", &format!("{request}/erasure-plan"), None).await.expect(200).json();
        let done = self.executed("council-2", request, &text(&plan, "plan_sha256")).await.expect(200).json();
        assert_eq!(done["status"], "partially_completed", "{done}");
        (plan, done)
    }

    async fn redactions_of(&self, request: &str) -> Value {
        let asked = self.request("GET", &format!("{request}/package/redactions")).token(&self.council());
        asked.send().await.expect(200).json()["items"].clone()
    }
}

fn grounds(plan: &Value, list: &str, table: &str) -> Vec<String> {
    let lines = plan[list].as_array().unwrap().iter().filter(|line| line["record"] == table);
    lines.map(|line| text(line, "ground")).collect()
}

async fn what_a_plan_erases_is_in_no_copy_either(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.decide(grant(&ada, "newsletter", "paper")).await.expect(201);
    let closed = service.complaint_of(&ada, "The walrus sang too loudly.", true).await;
    let access = service.taken(asked("access", &ada)).await;
    service.by_council("POST", &access, "").await.expect(200);
    service.left_out(&access, &[("complaints", "/explanation")]).await;
    service.released(&access).await.expect(200);
    let link = service.package_link(&server).await;
    let reference = text(&service.get(&access).await.json(), "reference");
    assert!(service.open(&link, &reference).await.expect(200).text().contains("sang too loudly"));
    assert_eq!(service.redactions_of(&access).await.as_array().unwrap().len(), 1);

    let open = service.complaint_of(&ada, "I get no answer.", false).await;
    let request = service.asked_by(&ada, "erasure").await;
    let (plan, done) = service.erased_in_part(&request).await;
    // The plan says so, and so does the letter.
    assert_eq!(grounds(&plan, "erase", "subject_request_redactions").len(), 1);
    assert_eq!(grounds(&plan, "erase", "subject_request_package_parts").len(), 1);
    assert_eq!(grounds(&plan, "anonymise", "subject_request_packages").len(), 1);
    let [kept] = <[String; 1]>::try_from(grounds(&plan, "anonymise", "subject_requests")).unwrap();
    assert!(kept.contains("open requests and the answer about the withheld records stay"), "{kept}");
    let explanation = text(&done["outcome"], "explanation");
    let told =
        "We have erased everything else. Until we can erase the rest, we also keep this answer, and any request of";
    assert!(explanation.contains(told), "{explanation}");

    assert!(service.get(&closed).await.expect(200).json()["details"].is_null());
    assert_eq!(service.get(&open).await.expect(200).json()["details"], "I get no answer.");
    service.request("GET", &link).send().await.problem(410, "gone");
    service.open(&link, &reference).await.problem(410, "gone");
    service.by_council("GET", &access, "").await.problem(410, "gone");
    assert_eq!(service.redactions_of(&access).await, json!([]));
    assert_eq!(TABLES.map(|table| service.count(table)), [0, 0]);
    // Who asked goes as well, and is in the last letter alone.
    let histories = [&access, &request].map(|path| format!("{path}/history"));
    for path in [access.clone(), request.clone(), "/v1/subject-requests".into()].iter().chain(&histories) {
        let told = service.get(path).await.expect(200).text();
        assert!(!told.contains("Lovelace") && !told.contains("ada@example.org"), "{path}: {told}");
    }
    let letter = service.last_letter(&request).await;
    assert!(letter.contains("Dear Ada Lovelace,") && !letter.contains("We have erased the data about"), "{letter}");
    service.deliver(&server).await;
    service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    assert_eq!(service.count("subject_request_farewells"), 0, "the requests are emptied");
    service.get(&format!("{request}/letters/outcome")).await.problem(404, "not_found");
    let answered = service.get(&request).await.expect(200).json();
    assert_eq!(answered["outcome"]["explanation"], explanation, "what is withheld, and why, is known while it is");
    let other = service.get(&access).await.expect(200).json();
    assert_eq!(other["outcome"]["explanation"], EMPTIED);
}

async fn a_draft_goes_with_what_it_is_a_copy_of(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.complaint_of(&ada, "The walrus sang too loudly.", true).await;
    let given = service.built(asked("portability", &ada)).await;
    let access = service.taken(asked("access", &ada)).await;
    service.by_council("POST", &access, "").await.expect(200);
    service.left_out(&access, &[("complaints", "/details")]).await;
    let request = service.asked_by(&ada, "erasure").await;
    service.erased_in_part(&request).await;
    service.by_council("GET", &given, "").await.problem(410, "gone");
    service.released(&access).await.problem(404, "not_found");
    assert_eq!(TABLES.map(|table| service.count(table)), [0, 0]);
    // What is asked for is withheld, and the copy is made of that.
    assert_eq!(service.get(&access).await.expect(200).json()["requester"]["name"], "Ada Lovelace");
    service.by_council("POST", &access, "").await.expect(200);
    service.released(&access).await.expect(200);
    let package = service.by_council("GET", &access, "").await.expect(200).text();
    assert!(package.contains("sang too loudly"), "{package}");
}

async fn the_answer_that_says_what_is_withheld_stays_until_the_rest_is_erased(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let open = service.complaint_of(&ada, "I get no answer.", false).await;
    let first = service.asked_by(&ada, "erasure").await;
    service.erased_in_part(&first).await;
    let second = service.asked_by(&ada, "erasure").await;
    service.erased_in_part(&second).await;
    let emptied = async || {
        service.deliver(&server).await;
        service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
        assert_eq!(service.count("subject_request_farewells"), 0);
        let mut told = Vec::new();
        for request in [&first, &second] {
            let request = service.get(request).await.expect(200).json();
            assert!(request["requester"].is_null() && request["details"].is_null(), "{request}");
            told.push(text(&request["outcome"], "explanation"));
        }
        told
    };
    assert!(emptied().await.iter().all(|told| told.contains("your complaints and our answers")));
    service.answer_complaint(&open).await;
    let third = service.asked_by(&ada, "erasure").await;
    let plan = service.planned(&third).await;
    assert_eq!(service.executed("council-2", &third, &plan).await.expect(200).json()["status"], "completed");
    assert_eq!(emptied().await, [EMPTIED, EMPTIED]);
}
