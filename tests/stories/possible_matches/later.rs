//! Answers about possible matches outlast the plan or package that they were given for: what stayed unsure can be answered later,
//! and what is another person's is not asked again.

use chrono::Duration;
use iewm::jobs::Upkeep;
use serde_json::{Value, json};

use super::{Recorded, jan, record};
use crate::access_packages::asked;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    what_stayed_unsure_is_answered_after_the_erasure,
    a_record_that_is_still_open_is_answered_before_it_is_erased,
    what_is_another_persons_is_not_asked_again,
    an_answer_of_a_package_is_remembered_and_can_be_changed,
    answers_are_handed_over_by_a_merge,
    a_restriction_ends_when_no_answer_is_unsure,
    a_record_that_stayed_unsure_is_certain_for_no_other_sharer,
}

/// The answers to these records, by their paths.
fn answers(of: &[(&str, &str)]) -> Value {
    let answers = of.iter().map(|(path, answer)| json!({ "record": record(path), "answer": answer }));
    json!({ "matches": answers.collect::<Vec<_>>() })
}

/// The answers that a plan or a draft lists, by record.
fn listed(matches: &Value) -> Vec<(Value, Value)> {
    matches.as_array().unwrap().iter().map(|one| (one["record"].clone(), one["answer"].clone())).collect()
}

impl Service {
    async fn complaint(&self, complainant: Value) -> String {
        let path = self.complain_as(complainant).await;
        self.answer_complaint(&path).await;
        path
    }

    /// The matches of a new plan of a request, without answers.
    async fn planned_matches(&self, request: &str) -> Value {
        self.plan_of("council-1", request, json!({})).await.expect(200).json()["matches"].clone()
    }
}

async fn what_stayed_unsure_is_answered_after_the_erasure(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let request = service.asked_by(&jan, "erasure").await;
    service.post(&format!("{}/withdrawal", found.request), json!({})).await.expect(200);
    service.erased_with(&request, found.answers(["unsure"; 4])).await;
    let done = service.get(&request).await.expect(200);
    assert_eq!(listed(&service.planned_matches(&request).await).len(), 4, "they wait for an answer");

    let late = found.answers(["same_person", "another_person", "unsure", "same_person"]);
    let plan = service.plan_of("council-1", &request, late).await.expect(200).json();
    assert_eq!(
        plan["records"],
        json!([record(&found.by_number)]),
        "a plan of an erased person has the found records alone"
    );
    let erased: Vec<&Value> = plan["anonymise"].as_array().unwrap().iter().map(|line| &line["record"]).collect();
    assert_eq!((erased, &plan["erase"]), (vec![&json!("complaints"), &json!("subject_requests")], &json!([])));
    let sha256 = text(&plan, "plan_sha256");
    service.executed("council-1", &request, &sha256).await.problem(403, "same_person");
    let answered = service.executed("council-2", &request, &sha256).await.expect(200);
    assert_eq!(answered.json()["outcome"], done.json()["outcome"], "the request itself stays as it was answered");

    service.hands.advance(Duration::days(60));
    for _ in 0..2 {
        service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    }
    for path in [&found.by_number, &found.request] {
        let gone = service.get(path).await.expect(200).json();
        assert_eq!((&gone["contact_id"], &gone["details"]), (&json!(jan), &Value::Null), "{gone}");
    }
    let free = service.get(&found.by_address).await.expect(200).json();
    assert_eq!((&free["restricted"], &free["complainant"]["name"]), (&Value::Null, &json!("J.")), "{free}");
    assert_eq!(service.get(&found.by_name).await.expect(200).json()["restricted"], true);

    assert_eq!(listed(&service.planned_matches(&request).await), [(record(&found.by_name), Value::Null)]);
    let withhold =
        json!([{ "record": record(&found.by_name), "ground": "UKGDPR.17(3)(e)", "explanation": "A claim." }]);
    let refused = service.plan_of("council-1", &request, json!({ "withhold": withhold })).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/withhold erased"]);
    service.erased_with(&request, answers(&[(&found.by_name, "another_person")])).await;
    assert!(service.get(&found.by_name).await.expect(200).json()["complainant"].is_object());
    service.plan_of("council-1", &request, json!({})).await.problem(409, "illegal_transition");
}

async fn a_record_that_is_still_open_is_answered_before_it_is_erased(service: Service) {
    let jan = jan(&service).await;
    let open = service.complain_as(json!({ "name": "Jan Tel" })).await;
    let request = service.asked_by(&jan, "erasure").await;
    service.erased_with(&request, answers(&[(&open, "unsure")])).await;
    let theirs = || answers(&[(&open, "same_person")]);
    let refused = service.plan_of("council-1", &request, theirs()).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/matches still_open"]);
    service.answer_complaint(&open).await;
    service.erased_with(&request, theirs()).await;
    assert!(service.get(&open).await.expect(200).json()["complainant"].is_null());
}

/// Has a person erased in part, with answers, and returns a later request for their erasure.
async fn in_part(service: &Service, contact: &str, complaint: &str, matches: Value) -> String {
    let request = service.asked_by(contact, "erasure").await;
    let withhold = json!([{ "record": record(complaint), "ground": "UKGDPR.17(3)(e)", "explanation": "A claim." }]);
    let body = json!({ "withhold": withhold, "matches": matches["matches"] });
    assert_eq!(service.erased_with(&request, body).await["status"], "partially_completed");
    service.asked_by(contact, "erasure").await
}

async fn what_is_another_persons_is_not_asked_again(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let certain = service.complaint(json!({ "name": "J.", "email": "jan@example.org" })).await;
    let first = found.answers(["another_person", "unsure", "another_person", "another_person"]);
    let later = in_part(&service, &jan, &certain, first).await;
    let told = listed(&service.planned_matches(&later).await);
    assert_eq!(told.len(), 4, "the plan shows them, so that both people see what it rests on: {told:?}");
    for (of, answer) in told {
        let is_unsure = of == record(&found.by_address);
        assert_eq!(answer, if is_unsure { Value::Null } else { json!("another_person") }, "{of}");
    }
    // What stayed unsure is asked again; its restriction ends with the answer. A remembered answer can be changed.
    assert_eq!(service.get(&found.by_address).await.expect(200).json()["restricted"], true);
    let done = service
        .erased_with(&later, answers(&[(&found.by_address, "another_person"), (&found.by_number, "same_person")]))
        .await;
    assert_eq!(done["outcome"]["kind"], "fulfilled", "{done}");
    assert!(service.get(&found.by_address).await.expect(200).json()["complainant"].is_object());
    assert!(service.get(&found.by_number).await.expect(200).json()["complainant"].is_null());
}

async fn an_answer_of_a_package_is_remembered_and_can_be_changed(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let matches_of_draft = async || {
        let path = service.taken(asked("access", &jan)).await;
        service.build(&path, json!({})).await.expect(200);
        (service.draft(&path).await.expect(200).json()["search"]["matches"].clone(), path)
    };
    let (_, path) = matches_of_draft().await;
    service.build(&path, found.answers(["another_person", "unsure", "another_person", "unsure"])).await.expect(200);
    service.released(&path).await.expect(200);
    let (matches, path) = matches_of_draft().await;
    let told = listed(&matches);
    for (of, answer) in [(&found.by_number, json!("another_person")), (&found.by_address, Value::Null)] {
        assert!(told.contains(&(record(of), answer)), "{told:?}");
    }
    service.build(&path, found.answers(["unsure", "unsure", "same_person", "unsure"])).await.expect(200);
    service.released(&path).await.expect(200);
    let (matches, _) = matches_of_draft().await;
    assert!(listed(&matches).contains(&(record(&found.by_number), Value::Null)), "{matches}");
}

async fn answers_are_handed_over_by_a_merge(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let path = service.taken(asked("access", &jan)).await;
    service.build(&path, found.answers(["another_person"; 4])).await.expect(200);
    service.released(&path).await.expect(200);
    let other = service.sign_up("Jan Tel", "jan.two@example.org").await;
    service.post(&format!("/v1/contacts/{other}/merge"), json!({ "from_contact_id": jan })).await.expect(200);
    let request = service.asked_by(&other, "erasure").await;
    let told = listed(&service.planned_matches(&request).await);
    assert!(told.len() == 4 && told.iter().all(|(_, answer)| answer == "another_person"), "{told:?}");
}

async fn a_restriction_ends_when_no_answer_is_unsure(service: Service) {
    let (one, other) =
        (service.sign_up("Jan Tel", "one@example.org").await, service.sign_up("Jan Tel", "two@example.org").await);
    let complaint = service.complaint(json!({ "name": "Jan Tel" })).await;
    let mut requests = Vec::new();
    for contact in [&one, &other] {
        let request = service.asked_by(contact, "erasure").await;
        service.erased_with(&request, answers(&[(&complaint, "unsure")])).await;
        requests.push(request);
    }
    for (request, is_last) in requests.iter().zip([false, true]) {
        assert_eq!(service.get(&complaint).await.expect(200).json()["restricted"], true);
        service.erased_with(request, answers(&[(&complaint, "another_person")])).await;
        let restricted = service.get(&complaint).await.expect(200).json()["restricted"].clone();
        assert_eq!(restricted.is_null(), is_last);
    }
}

async fn a_record_that_stayed_unsure_is_certain_for_no_other_sharer(service: Service) {
    let dan = service.sign_up("Dan", "desk@example.org").await;
    let complaint = service.complaint(json!({ "name": "D.", "email": "desk@example.org" })).await;
    service.correct(&dan, json!({ "email": "dan@example.org" })).await;
    let sue = service.sign_up("Sue", "desk@example.org").await;
    let request = service.asked_by(&sue, "erasure").await;
    let of_dan = format!("/v1/contacts/{dan}");
    service.erased_with(&request, answers(&[(&complaint, "unsure"), (&of_dan, "another_person")])).await;

    let path = service.taken(asked("access", &dan)).await;
    service.build(&path, json!({})).await.expect(200);
    let draft = service.draft(&path).await.expect(200).json();
    assert!(!draft["held"].to_string().contains("You wrote to me."), "{draft}");
    let expected = json!([{ "record": record(&complaint), "by": ["email"] }]);
    assert_eq!(draft["search"]["matches"], expected);
    service.delete(&dan).await.problem(409, "erasure_request_required");
    // Dan's own answer decides, and settles it for Sue's erasure too.
    let request_of_dan = service.asked_by(&dan, "erasure").await;
    assert_eq!(service.planned_matches(&request_of_dan).await, expected);
    service.build(&path, answers(&[(&complaint, "same_person")])).await.expect(200);
    service.released(&path).await.expect(200);
    service.erased_with(&request_of_dan, answers(&[(&complaint, "same_person")])).await;
    assert!(service.get(&complaint).await.expect(200).json()["complainant"].is_null());
    service.plan_of("council-1", &request, json!({})).await.problem(409, "illegal_transition");
}
