//! What follows from possible matches and from what was said about them: a contact that has some is not simply deleted, an
//! executed answer is kept, and what stays unsure shows its words no more.

use chrono::Duration;
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::mail::{Answer as Refuses, MailServer};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};
use crate::possible_matches::record;

on_both_engines! {
    a_contact_with_possible_matches_is_not_deleted_without_a_plan,
    an_executed_answer_is_kept,
    a_restricted_request_shows_no_words_once_it_is_closed,
    a_restricted_complaint_shows_no_words_once_it_is_closed,
    the_last_letter_of_a_restricted_request_can_be_printed_where_no_mail_brings_it,
    a_request_that_was_closed_before_it_became_restricted_prints_nothing,
    a_mail_that_brought_the_last_letter_leaves_nothing_to_print,
}

const REFUSED: &str = "We do not know of any such walrus.";

impl Service {
    /// A person with a number, and a request for their erasure.
    async fn jan(&self) -> (String, String) {
        let jan = self.sign_up("Jan Tel", "jan@example.org").await;
        self.correct(&jan, json!({ "telephone": "01905 765765" })).await;
        let request = self.asked_by(&jan, "erasure").await;
        (jan, request)
    }

    /// Erases Jan; the records at the paths stay unsure.
    async fn unsure_of(&self, request: &str, paths: &[&str]) {
        let answers = paths.iter().map(|path| json!({ "record": record(path), "answer": "unsure" }));
        self.erased_with(request, json!({ "matches": answers.collect::<Vec<_>>() })).await;
    }

    /// Refuses a request, and returns the answer.
    async fn refused(&self, path: &str) -> String {
        let refusal = json!({ "ground": "UKGDPR.12(5)", "explanation": REFUSED });
        self.council_does("council-1", &format!("{path}/refusal"), Some(refusal)).await.expect(200).text()
    }
}

async fn a_contact_with_possible_matches_is_not_deleted_without_a_plan(service: Service) {
    let by_address = service.sign_up("Jan One", "jan.old@example.org").await;
    service.correct(&by_address, json!({ "email": "jan@example.org" })).await;
    service.sign_up("Bob", "jan.old@example.org").await;
    let by_number = service.sign_up("Jan Two", "two@example.org").await;
    service.correct(&by_number, json!({ "telephone": "01905 765765" })).await;
    let by_name = service.sign_up("Jan Three", "three@example.org").await;
    for (contact, complainant) in [
        (by_address, json!({ "name": "Jan One", "email": "jan.old@example.org" })),
        (by_number, json!({ "name": "Colleague", "telephone": "01905 765765" })),
        (by_name, json!({ "name": "Jan Three" })),
    ] {
        let complaint = service.complain_as(complainant).await;
        let refused = service.delete(&contact).await.problem(409, "erasure_request_required");
        assert!(text(&refused.json(), "detail").contains("`matches`"), "{}", refused.text());
        service.get(&format!("/v1/contacts/{contact}")).await.expect(200);
        let request = service.asked_by(&contact, "erasure").await;
        let plan = service.council_does("council-1", &format!("{request}/erasure-plan"), None).await.expect(200).json();
        let found: Vec<Value> = plan["matches"].as_array().unwrap().iter().map(|one| one["record"].clone()).collect();
        assert!(found.contains(&record(&complaint)), "{plan}");
        let answers = found.iter().map(|record| json!({ "record": record, "answer": "another_person" }));
        let answers = json!({ "matches": answers.collect::<Vec<_>>() });
        assert_eq!(service.erased_with(&request, answers).await["status"], "completed");
        assert_eq!(service.get(&complaint).await.expect(200).json()["details"], "You wrote to me.");
    }
    let ida = service.sign_up("Ida", "ida@example.org").await;
    service.delete(&ida).await.expect(204);
}

async fn an_executed_answer_is_kept(service: Service) {
    let (jan, erasure) = service.jan().await;
    let complaint = service.complain_as(json!({ "name": "Colleague", "telephone": "01905 765765" })).await;
    service.answer_complaint(&complaint).await;
    let objection = service.ask_as(json!({ "name": "Jan Tel" })).await;
    let access = service.taken(asked("access", &jan)).await;
    let theirs = |path: &str| json!({ "record": record(path), "answer": "same_person" });
    let answers = json!({ "matches": [theirs(&complaint), theirs(&objection)] });
    let plan = service.plan_of("council-1", &erasure, answers).await.expect(200).json();
    let withheld = json!({ "record": record(&complaint), "ground": "DPA2018.173", "until": "2026-12-21" });
    assert!(plan["withhold"].as_array().unwrap().contains(&withheld), "{plan}");
    service.executed("council-2", &erasure, &text(&plan, "plan_sha256")).await.expect(200);
    for path in [&complaint, &objection] {
        assert_eq!(service.get(path).await.expect(200).json()["contact_id"], json!(jan), "{path}");
    }
    // The copy that it is kept for has it, and nothing is asked again.
    service.by_council("POST", &access, "").await.expect(200);
    service.released(&access).await.expect(200);
    let package = service.by_council("GET", &access, "").await.expect(200).json();
    assert!(package["held"].to_string().contains("You wrote to me."), "{package}");
    assert_eq!(package["search"]["matches"], json!([]));
    let later = service.asked_by(&jan, "erasure").await;
    let plan = service.council_does("council-1", &format!("{later}/erasure-plan"), None).await.expect(200).json();
    assert_eq!(plan["matches"], json!([]), "{plan}");
    assert!(plan["records"].as_array().unwrap().contains(&record(&complaint)), "{plan}");
    service.executed("council-2", &later, &text(&plan, "plan_sha256")).await.expect(200);
    assert!(service.get(&complaint).await.expect(200).json()["details"].is_null(), "it goes with the person");
}

async fn a_restricted_request_shows_no_words_once_it_is_closed(service: Service) {
    let server = MailServer::start();
    let (_, erasure) = service.jan().await;
    let asked = json!({
        "kind": "objection", "channel": "email", "received_on": "2026-11-20", "identity_known": true, "details": "Stop it.",
        "requester": { "name": "Jan Tel", "email": "walrus@example.org" },
    });
    let path = service.taken(asked).await;
    let question = json!({ "asked_on": "2026-11-24", "question": "Which walrus?" });
    let question = service.post(&format!("{path}/clarifications"), question).await.expect(201).header("location");
    service.post(&format!("{question}/answer"), json!({ "answered_on": "2026-11-24" })).await.expect(200);
    service.unsure_of(&erasure, &[&path]).await;
    let open = service.get(&path).await.expect(200).json();
    assert_eq!((&open["restricted"], &open["requester"]["name"]), (&json!(true), &json!("Jan Tel")));
    let closed = service.refused(&path).await;
    let mut answers = vec![closed];
    for path in [path.clone(), format!("{path}/history"), "/v1/subject-requests?kind=objection".to_owned()] {
        answers.push(service.get(&path).await.expect(200).text());
    }
    for told in &answers {
        for word in ["Jan Tel", "walrus", "Stop it"] {
            assert!(!told.contains(word), "{word} in {told}");
        }
    }
    assert!(answers[1].contains("The words are not shown"), "{}", answers[1]);
    service.get(&question).await.problem(410, "gone");
    for letter in ["acknowledgement", "clarification", "refusal", "outcome"] {
        service.get(&format!("{path}/letters/{letter}")).await.problem(404, "not_found");
    }
    // The person has the answer all the same.
    service.deliver(&server).await;
    let last = server.taken().pop().expect("the refusal");
    assert!(last.text().contains("Dear Jan Tel,") && last.text().contains(REFUSED), "{}", last.text());
}

async fn a_restricted_complaint_shows_no_words_once_it_is_closed(service: Service) {
    let (_, erasure) = service.jan().await;
    let (closed, withdrawn) = (
        service.complain_as(json!({ "name": "Jan Tel" })).await,
        service.complain_as(json!({ "name": "Colleague", "telephone": "01905 765765" })).await,
    );
    service.unsure_of(&erasure, &[&closed, &withdrawn]).await;
    let outcome = json!({ "outcome": "upheld", "explanation": REFUSED, "given_on": "2026-11-24" });
    let outcome = service.council_does("council-1", &format!("{closed}/outcome"), Some(outcome)).await.expect(200);
    let withdrawal = service.post(&format!("{withdrawn}/withdrawal"), json!({})).await.expect(200);
    for told in [outcome.json(), withdrawal.json()] {
        assert_eq!(told["restricted"], true);
        for member in ["complainant", "details", "note", "explanation"] {
            assert_eq!(told[member], Value::Null, "{member} in {told}");
        }
    }
}

async fn the_last_letter_of_a_restricted_request_can_be_printed_where_no_mail_brings_it(service: Service) {
    let server = MailServer::start();
    let (_, erasure) = service.jan().await;
    let by_post = service.ask_as(json!({ "name": "Jan Tel" })).await;
    let dead = service.ask_as(json!({ "name": "Jan Tel", "email": "walrus@example.org" })).await;
    service.unsure_of(&erasure, &[&by_post, &dead]).await;
    service.deliver(&server).await;
    for path in [&by_post, &dead] {
        service.refused(path).await;
    }
    service.get(&format!("{dead}/letters/refusal")).await.problem(404, "not_found");
    server.answer(&[Refuses::Recipient(550)]);
    service.deliver(&server).await;
    let printed = async |path: &str, letter: &str| service.get(&format!("{path}/letters/{letter}")).await;
    service.hands.advance(Duration::days(13));
    for path in [&by_post, &dead] {
        assert!(printed(path, "refusal").await.expect(200).text().contains("Dear Jan Tel,"), "{path}");
        printed(path, "acknowledgement").await.problem(404, "not_found");
        assert!(!service.get(path).await.expect(200).text().contains("Jan Tel"));
    }
    service.hands.advance(Duration::days(1));
    for path in [&by_post, &dead] {
        printed(path, "refusal").await.problem(404, "not_found");
    }
}

/// Restricted data is stored alone (UK GDPR Article 18(2)): the answer was given before.
async fn a_request_that_was_closed_before_it_became_restricted_prints_nothing(service: Service) {
    let (_, erasure) = service.jan().await;
    let closed = service.ask_as(json!({ "name": "Jan Tel" })).await;
    service.refused(&closed).await;
    let letter = format!("{closed}/letters/refusal");
    assert!(service.get(&letter).await.expect(200).text().contains("Dear Jan Tel,"));
    service.hands.advance(Duration::seconds(1));
    service.unsure_of(&erasure, &[&closed]).await;
    service.get(&letter).await.problem(404, "not_found");
}

/// Another letter that was refused does not count.
async fn a_mail_that_brought_the_last_letter_leaves_nothing_to_print(service: Service) {
    let server = MailServer::start();
    let (_, erasure) = service.jan().await;
    let path = service.ask_as(json!({ "name": "Jan Tel", "email": "walrus@example.org" })).await;
    let dead = async || service.items("/v1/messages?status=dead").await.len();
    server.answer(&[Refuses::Recipient(550); 2]);
    service.deliver(&server).await;
    service.unsure_of(&erasure, &[&path]).await;
    service.refused(&path).await;
    service.deliver(&server).await;
    assert_eq!(dead().await, 1, "the acknowledgement");
    assert!(server.taken().iter().any(|mail| mail.text().contains(REFUSED)));
    service.get(&format!("{path}/letters/refusal")).await.problem(404, "not_found");
}
