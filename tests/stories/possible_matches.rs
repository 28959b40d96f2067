//! Complaints and requests that name no contact and may be about a person or about another: the plan of an erasure lists them, and
//! the person who decides says whose they are.

mod later;
mod packages;

use futures_util::future::join;
use iewm::jobs::Upkeep;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    records_that_may_be_anothers_are_listed_and_left_alone,
    a_plan_is_not_executed_before_each_match_has_its_answer,
    the_answer_decides_what_becomes_of_a_match,
    what_stays_unsure_is_restricted_and_the_letter_says_so,
    a_match_that_is_the_persons_and_still_open_stands_in_the_way,
    only_what_the_plan_lists_can_be_answered,
    a_match_that_comes_between_makes_the_plan_stale,
    two_plans_at_once_leave_one,
    an_execution_and_a_new_match_at_once_lose_nothing,
}

/// Jan, who had another address and another number before; the old mailbox has since confirmed for another person.
async fn jan(service: &Service) -> String {
    let jan = service.sign_up("Jan Tel", "jan.old@example.org").await;
    service.correct(&jan, json!({ "email": "jan@example.org", "telephone": "01905 765765" })).await;
    service.correct(&jan, json!({ "telephone": "01905 765766" })).await;
    service.sql("UPDATE former_addresses SET passed_on_at = since WHERE kind = 'email'").unwrap();
    jan
}

/// What names no contact, as the service records it.
struct Recorded {
    /// A complaint under a number that was Jan's.
    by_number: String,
    /// A complaint under the address that passed on.
    by_address: String,
    /// A complaint under the name, with another's address.
    by_name: String,
    /// A request under the name alone.
    request: String,
}

impl Recorded {
    /// The records that may be Jan's, beside one that surely is and one that has nothing to do with Jan.
    async fn with(service: &Service) -> Self {
        let complain = async |who: Value| {
            let path = service.complain_as(who).await;
            service.answer_complaint(&path).await;
            path
        };
        complain(json!({ "name": "J.", "email": "jan@example.org" })).await;
        complain(json!({ "name": "Jan Other", "email": "other@example.org", "telephone": "01905 765799" })).await;
        let mut agent = json!({ "name": "Jan Tel", "telephone": "01905 765766" });
        agent["acting_for"] = json!("agent");
        service.ask_as(agent).await;
        Self {
            by_number: complain(json!({ "name": "Colleague", "telephone": "01905 765765" })).await,
            by_address: complain(json!({ "name": "J.", "email": "jan.old@example.org" })).await,
            by_name: complain(json!({ "name": "jan  TÉL", "email": "other@example.org" })).await,
            request: service.ask_as(json!({ "name": "Jan Tel" })).await,
        }
    }

    /// The answers to all, in this order: number, address, name, request.
    fn answers(&self, answers: [&str; 4]) -> Value {
        let paths = [&self.by_number, &self.by_address, &self.by_name, &self.request];
        let answers: Vec<Value> = paths
            .iter()
            .zip(answers)
            .map(|(path, answer)| json!({ "record": record(path), "answer": answer }))
            .collect();
        json!({ "matches": answers })
    }
}

/// A record as a plan names it, by its path.
pub(crate) fn record(path: &str) -> Value {
    let (kind, id) = path.trim_start_matches("/v1/").split_once('/').unwrap();
    json!({ "kind": kind.replace('-', "_"), "id": id })
}

impl Service {
    /// Proposes a plan of erasure.
    pub(crate) async fn plan_of(&self, subject: &str, request: &str, body: Value) -> Answer {
        self.council_does(subject, &format!("{request}/erasure-plan"), Some(body)).await
    }

    /// Plans with these answers, and has another person execute the plan.
    pub(crate) async fn erased_with(&self, request: &str, body: Value) -> Value {
        let plan = self.plan_of("council-1", request, body).await.expect(200).json();
        self.executed("council-2", request, &text(&plan, "plan_sha256")).await.expect(200).json()
    }
}

async fn records_that_may_be_anothers_are_listed_and_left_alone(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let request = service.asked_by(&jan, "erasure").await;
    let plan = service.council_does("council-1", &format!("{request}/erasure-plan"), None).await.expect(200).json();
    let mut matches = plan["matches"].as_array().unwrap().clone();
    matches.sort_by_key(|one| one["record"]["id"].to_string());
    let one = |path: &str, by: &[&str]| json!({ "record": record(path), "by": by });
    let expected = [
        one(&found.by_number, &["telephone"]),
        one(&found.by_address, &["former_email"]),
        one(&found.by_name, &["name"]),
        one(&found.request, &["name"]),
    ];
    assert_eq!(matches, expected, "in the order in which they were recorded");
    let complaints = plan["anonymise"].as_array().unwrap().iter().find(|line| line["record"] == "complaints").unwrap();
    assert_eq!(complaints["count"], 1, "the one that is Jan's for certain: {plan}");
    assert_eq!(plan["withhold"], json!([]));
    assert!(plan["records"].as_array().unwrap().contains(&json!({ "kind": "contacts", "id": jan })), "{plan}");
}

async fn a_plan_is_not_executed_before_each_match_has_its_answer(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let request = service.asked_by(&jan, "erasure").await;
    let mut some = found.answers(["another_person", "another_person", "another_person", "unsure"]);
    some["matches"].as_array_mut().unwrap().pop();
    for body in [json!({}), some] {
        let plan = text(&service.plan_of("council-1", &request, body).await.expect(200).json(), "plan_sha256");
        service.executed("council-2", &request, &plan).await.problem(409, "matches_unanswered");
        service.get(&format!("/v1/contacts/{jan}")).await.expect(200);
    }
    // The same answers are the same plan, and another answer another one.
    let all = || found.answers(["another_person", "another_person", "another_person", "another_person"]);
    let plan = service.plan_of("council-1", &request, all()).await.expect(200).json();
    assert_eq!(service.plan_of("council-1", &request, all()).await.expect(200).json(), plan);
    let other = found.answers(["another_person", "another_person", "another_person", "unsure"]);
    let other = service.plan_of("council-1", &request, other).await.expect(200).json();
    assert_ne!(other["plan_sha256"], plan["plan_sha256"]);
    service.executed("council-2", &request, &text(&plan, "plan_sha256")).await.problem(409, "plan_stale");
    let plan = service.plan_of("council-1", &request, all()).await.expect(200).json();
    let plan = text(&plan, "plan_sha256");
    service.executed("council-1", &request, &plan).await.problem(403, "same_person");
    let done = service.executed("council-2", &request, &plan).await.expect(200).json();
    assert_eq!(done["outcome"]["kind"], "fulfilled", "what is another person's is no part of it");
    for path in [&found.by_number, &found.by_address, &found.by_name] {
        let kept = service.get(path).await.expect(200).json();
        assert!(kept["complainant"].is_object() && kept["restricted"].is_null(), "{kept}");
    }
    let proposed = service.audit(&format!("contact_id={jan}&action=erasures.propose")).await;
    assert_eq!((&proposed[0]["detail"]["matches"], &proposed[0]["detail"]["answered"]), (&json!(4), &json!(4)));
}

async fn the_answer_decides_what_becomes_of_a_match(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let request = service.asked_by(&jan, "erasure").await;
    service.post(&format!("{}/withdrawal", found.request), json!({})).await.expect(200);
    let answers = found.answers(["another_person", "same_person", "same_person", "same_person"]);
    let plan = service.plan_of("council-1", &request, answers).await.expect(200).json();
    let complaints = plan["anonymise"].as_array().unwrap().iter().find(|line| line["record"] == "complaints").unwrap();
    assert_eq!(complaints["count"], 3, "those that are Jan's go with Jan: {plan}");
    let done = service.executed("council-2", &request, &text(&plan, "plan_sha256")).await.expect(200).json();
    assert_eq!(done["outcome"]["kind"], "fulfilled", "{done}");
    service.get(&format!("/v1/contacts/{jan}")).await.problem(410, "erased");
    // The letters by post stay for printing for a time.
    service.hands.advance(chrono::Duration::days(60));
    service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    for path in [&found.by_address, &found.by_name] {
        assert!(service.get(path).await.expect(200).json()["complainant"].is_null(), "{path}");
    }
    let emptied = service.get(&found.request).await.expect(200).json();
    assert!(emptied["requester"].is_null() && emptied["details"].is_null(), "{emptied}");
    assert!(service.get(&found.by_number).await.expect(200).json()["complainant"].is_object());
    assert_eq!(service.cells("complaints", "name_index").len(), 2, "the colleague's, and another's");
}

async fn what_stays_unsure_is_restricted_and_the_letter_says_so(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let request = service.asked_by(&jan, "erasure").await;
    let done = service.erased_with(&request, found.answers(["unsure", "another_person", "unsure", "unsure"])).await;
    assert_eq!((&done["status"], &done["outcome"]["ground"]), (&json!("partially_completed"), &json!("UKGDPR.11(2)")));
    service.get(&format!("/v1/contacts/{jan}")).await.problem(410, "erased");
    let letter = service.last_letter(&request).await;
    for told in [
        "We hold records that may be from you or from another person: 2 complaints and 1 request about personal data.",
        "We could not find out whose they are, so we have not erased them. Their use is restricted",
        "We have erased everything else.",
        "The reason in law is that we cannot tell which of the data that we hold are about you",
    ] {
        assert!(letter.contains(told), "{told} in {letter}");
    }
    // What is closed shows its words no more, in no list and in no history.
    for path in [&found.by_number, &found.by_name] {
        let kept = service.get(path).await.expect(200).json();
        assert_eq!(kept["restricted"], true);
        assert!(kept["complainant"].is_null() && kept["details"].is_null() && kept["explanation"].is_null(), "{kept}");
    }
    let all = service.get("/v1/complaints").await.expect(200).text();
    assert!(!all.contains("Colleague") && !all.contains("TÉL") && all.contains("Jan Other"), "{all}");
    // What is open must be answered first.
    let open = service.get(&found.request).await.expect(200).json();
    assert_eq!((&open["restricted"], &open["requester"]["name"]), (&json!(true), &json!("Jan Tel")));
    let closed = json!({ "explanation": "Jan took it back." });
    let closed = service.post(&format!("{}/withdrawal", found.request), closed).await.expect(200);
    let history = service.get(&format!("{}/history", found.request)).await.expect(200).text();
    for told in [closed.text(), service.get(&found.request).await.text(), history] {
        assert!(!told.contains("Jan Tel") && !told.contains("Stop it"), "{told}");
    }
    // What is unsure is kept whole: of the five complaints, the one that was Jan's for certain is emptied.
    assert_eq!(service.cells("complaints", "name_index").len(), 4);
}

async fn a_match_that_is_the_persons_and_still_open_stands_in_the_way(service: Service) {
    let jan = jan(&service).await;
    let open = service.complain_as(json!({ "name": "Colleague", "telephone": "01905 765765" })).await;
    let request = service.asked_by(&jan, "erasure").await;
    let answers = json!({ "matches": [{ "record": record(&open), "answer": "same_person" }] });
    let plan = service.plan_of("council-1", &request, answers).await.expect(200).json();
    let withheld: Vec<&Value> = plan["withhold"].as_array().unwrap().iter().map(|one| &one["record"]).collect();
    assert_eq!(withheld, [&record(&open), &json!({ "kind": "contacts", "id": jan })]);
}

async fn only_what_the_plan_lists_can_be_answered(service: Service) {
    let jan = jan(&service).await;
    let found = Recorded::with(&service).await;
    let request = service.asked_by(&jan, "erasure").await;
    let nowhere = json!({ "kind": "complaints", "id": "01937a5e-8f00-7c3a-9d55-3f2a60b1c901" });
    let answer = |record: Value| json!({ "record": record, "answer": "unsure" });
    let by_number = || record(&found.by_number);
    for (answers, faults) in [
        (json!([answer(nowhere)]), vec!["/matches/0/record not_in_plan"]),
        (json!([answer(json!({ "kind": "contacts", "id": jan }))]), vec!["/matches/0/record not_in_plan"]),
        (
            json!([answer(by_number()), { "record": by_number(), "answer": "same_person" }]),
            vec!["/matches/1/record not_unique"],
        ),
        (json!([{ "record": by_number(), "answer": "perhaps" }]), vec!["/matches/0/answer unknown_value"]),
        (json!([{ "record": by_number() }]), vec!["/matches/0/answer missing"]),
        (json!({}), vec!["/matches type"]),
    ] {
        let refused = service.plan_of("council-1", &request, json!({ "matches": answers })).await;
        assert_eq!(refused.problem(422, "invalid").faults(), faults);
    }
    let by_staff = service.request("POST", &format!("{request}/erasure-plan")).token(&service.staff());
    by_staff.json(&found.answers(["unsure"; 4])).send().await.problem(403, "forbidden");
    assert_eq!(service.count("erasure_plans"), 0, "nothing was proposed");
}

async fn a_match_that_comes_between_makes_the_plan_stale(service: Service) {
    let jan = jan(&service).await;
    let request = service.asked_by(&jan, "erasure").await;
    let plan = service.planned(&request).await;
    let came = service.complain_as(json!({ "name": "Jan Tel" })).await;
    service.executed("council-2", &request, &plan).await.problem(409, "plan_stale");
    let answers = json!({ "matches": [{ "record": record(&came), "answer": "another_person" }] });
    assert_eq!(service.erased_with(&request, answers).await["outcome"]["kind"], "fulfilled");
}

async fn two_plans_at_once_leave_one(service: Service) {
    let jan = jan(&service).await;
    let came = service.complain_as(json!({ "name": "Jan Tel" })).await;
    let request = service.asked_by(&jan, "erasure").await;
    let answer = |answer: &str| json!({ "matches": [{ "record": record(&came), "answer": answer }] });
    for _ in 0..4 {
        let (one, other) = join(
            service.plan_of("council-1", &request, answer("unsure")),
            service.plan_of("council-2", &request, answer("another_person")),
        )
        .await;
        let plans = [one, other].map(|plan| text(&plan.expect(200).json(), "plan_sha256"));
        assert_ne!(plans[0], plans[1]);
        assert_eq!(service.count("erasure_plans"), 1);
    }
    let kept = service.plan_of("council-2", &request, answer("another_person")).await.expect(200).json();
    let kept = text(&kept, "plan_sha256");
    let (one, other) =
        join(service.executed("council-1", &request, &kept), service.executed("council-3", &request, &kept)).await;
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "one executes it, once");
}

async fn an_execution_and_a_new_match_at_once_lose_nothing(service: Service) {
    for _ in 0..4 {
        let jan = service.sign_up("Jan Tel", "jan@example.org").await;
        let request = service.asked_by(&jan, "erasure").await;
        let known =
            service.council_does("council-1", &format!("{request}/erasure-plan"), None).await.expect(200).json();
        let earlier = known["matches"].as_array().unwrap().iter();
        let earlier: Vec<_> =
            earlier.map(|one| json!({ "record": one["record"], "answer": "another_person" })).collect();
        let plan = service.plan_of("council-1", &request, json!({ "matches": &earlier })).await.expect(200).json();
        let plan = text(&plan, "plan_sha256");
        let (executed, came) =
            join(service.executed("council-2", &request, &plan), service.complain_as(json!({ "name": "Jan Tel" })))
                .await;
        if executed.status == 200 {
            service.get(&format!("/v1/contacts/{jan}")).await.problem(410, "erased");
        } else {
            executed.problem(409, "plan_stale");
            service.delete(&jan).await.problem(409, "erasure_request_required");
            let mut matches = earlier;
            matches.push(json!({ "record": record(&came), "answer": "another_person" }));
            service.erased_with(&request, json!({ "matches": matches })).await;
        }
        assert_eq!(service.get(&came).await.expect(200).json()["complainant"]["name"], "Jan Tel");
    }
}
