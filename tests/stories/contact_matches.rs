//! Another live contact that may be the same person: it has the number and the name, or an e-mail address, in common.

use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::people::{person, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    another_contact_with_the_number_and_name_is_a_possible_match,
    another_contact_at_an_address_is_a_possible_match,
    another_contact_is_never_taken_in_but_merged,
    another_contact_that_stays_unsure_is_left_and_the_letter_says_so,
    another_contact_comes_between_a_plan_and_its_execution,
    a_search_finds_both_contacts_of_a_number_and_name,
}

impl Service {
    /// Signs up a person with an e-mail address and a telephone number.
    async fn sign_up_with(&self, name: &str, email: &str, telephone: &str) -> String {
        let mut asked = person(name, email);
        asked["telephone"] = json!(telephone);
        text(&self.post("/v1/contacts", asked).await.expect(201).json(), "id")
    }

    /// The possible matches of a plan of erasure, and of the draft of a package, which are the same.
    async fn matches_of(&self, contact: &str) -> Vec<Value> {
        let erasure = self.asked_by(contact, "erasure").await;
        let plan = self.plan_of("council-1", &erasure, json!({})).await.expect(200).json();
        let access = self.taken(asked("access", contact)).await;
        self.build(&access, json!({})).await.expect(200);
        let draft = self.draft(&access).await.expect(200).json();
        assert_eq!(draft["search"]["matches"], plan["matches"]);
        for path in [erasure, access] {
            self.post(&format!("{path}/withdrawal"), json!({})).await.expect(200);
        }
        plan["matches"].as_array().unwrap().clone()
    }
}

fn contact(id: &str, by: &[&str]) -> Value {
    json!({ "record": { "kind": "contacts", "id": id }, "by": by })
}

fn answer(id: &str, answer: &str) -> Value {
    json!({ "matches": [{ "record": { "kind": "contacts", "id": id }, "answer": answer }] })
}

async fn another_contact_with_the_number_and_name_is_a_possible_match(service: Service) {
    let one = service.sign_up_with("Jan Tel", "jan@example.org", "01905 765765").await;
    let other = service.sign_up_with("jan  T\u{c9}L", "tel@example.org", "01905 765765").await;
    service.sign_up_with("A Colleague", "colleague@example.org", "01905 765765").await;
    service.sign_up_with("Jan Tel", "namesake@example.org", "01905 765766").await;
    assert_eq!(service.matches_of(&one).await, [contact(&other, &["telephone_and_name"])]);
    assert_eq!(service.matches_of(&other).await, [contact(&one, &["telephone_and_name"])]);
    // Nor is it forgotten when either has another number.
    service.correct(&one, json!({ "telephone": "01905 765767" })).await;
    assert_eq!(service.matches_of(&one).await, [contact(&other, &["telephone_and_name"])]);
    assert_eq!(service.matches_of(&other).await, [contact(&one, &["telephone_and_name"])]);
    service.merge(&other, &one).await;
    assert!(service.matches_of(&other).await.is_empty(), "what was merged is the person");
}

async fn another_contact_at_an_address_is_a_possible_match(service: Service) {
    for is_confirmed in [false, true] {
        let address = format!("desk.{is_confirmed}@example.org");
        let dan = service.sign_up("Dan", &address).await;
        service.correct(&dan, json!({ "email": format!("dan.{is_confirmed}@example.org") })).await;
        let again = service.sign_up("Dan", &address).await;
        if is_confirmed {
            service.give_and_confirm(&again, "newsletter").await;
        }
        let dans = if is_confirmed { "former_email" } else { "shared_email" };
        assert_eq!(service.matches_of(&dan).await, [contact(&again, &[dans])]);
        assert_eq!(service.matches_of(&again).await, [contact(&dan, &["shared_email"])]);
    }
}

async fn another_contact_is_never_taken_in_but_merged(service: Service) {
    let one = service.sign_up_with("Jan Tel", "jan@example.org", "01905 765765").await;
    let other = service.sign_up_with("Jan Tel", "tel@example.org", "01905 765765").await;
    let request = service.asked_by(&one, "erasure").await;
    let access = service.taken(asked("access", &one)).await;
    service.build(&access, json!({})).await.expect(200);
    service.released(&access).await.problem(409, "matches_unanswered");
    let said = answer(&other, "same_person");
    for refused in [service.plan_of("council-1", &request, said.clone()).await, service.build(&access, said).await] {
        let refused = refused.problem(422, "invalid");
        assert_eq!(refused.faults(), ["/matches/0/answer merge_first"]);
        assert!(refused.text().contains("POST /v1/contacts/{id}/merge"), "{}", refused.text());
    }
    service.post(&format!("{access}/withdrawal"), json!({})).await.expect(200);
    // As the refusal says: after the merge there is nothing to answer, and both go.
    service.merge(&one, &other).await;
    let done = service.erased_with(&request, json!({})).await;
    assert_eq!(done["outcome"]["kind"], "fulfilled");
    for id in [&one, &other] {
        let gone = service.get(&format!("/v1/contacts/{id}")).await;
        assert_eq!(gone.status, 410, "{}", gone.text());
    }
    let found = service.post("/v1/contacts/search", json!({ "telephone": "01905 765765" })).await.expect(200).json();
    assert_eq!(found["items"], json!([]));
}

async fn another_contact_that_stays_unsure_is_left_and_the_letter_says_so(service: Service) {
    let one = service.sign_up_with("Jan Tel", "jan@example.org", "01905 765765").await;
    let other = service.sign_up_with("Jan Tel", "tel@example.org", "01905 765765").await;
    let before = service.get(&format!("/v1/contacts/{other}")).await.expect(200).json();
    let access = service.taken(asked("access", &one)).await;
    service.build(&access, answer(&other, "unsure")).await.expect(200);
    service.released(&access).await.expect(200);
    let given = service.by_council("GET", &access, "").await.expect(200).text();
    assert!(given.contains("We hold one record that may be about you") && !given.contains(&other), "{given}");
    let request = service.asked_by(&one, "erasure").await;
    let done = service.erased_with(&request, answer(&other, "unsure")).await;
    assert_eq!((&done["status"], &done["outcome"]["ground"]), (&json!("partially_completed"), &json!("UKGDPR.11(2)")));
    let letter = service.last_letter(&request).await;
    for told in [
        "We hold 1 record that may be about you or about another person, with your telephone number and name",
        "We have not changed that data, and we still use it as before.",
        "If you can show us that it is yours, please write to us, and we will erase it too.",
    ] {
        assert!(letter.contains(told), "{told} in {letter}");
    }
    assert!(!letter.contains("Their use is restricted"), "{letter}");
    // Nothing says that it is the person's, so that its use goes on.
    assert_eq!(service.get(&format!("/v1/contacts/{other}")).await.expect(200).json(), before);
    service.get(&format!("/v1/contacts/{one}")).await.problem(410, "erased");
}

async fn another_contact_comes_between_a_plan_and_its_execution(service: Service) {
    let one = service.sign_up_with("Jan Tel", "jan@example.org", "01905 765765").await;
    let request = service.asked_by(&one, "erasure").await;
    let plan = service.planned(&request).await;
    let other = service.sign_up_with("Jan Tel", "tel@example.org", "01905 765765").await;
    service.executed("council-2", &request, &plan).await.problem(409, "plan_stale");
    let done = service.erased_with(&request, answer(&other, "another_person")).await;
    assert_eq!(done["outcome"]["kind"], "fulfilled", "{done}");
    service.get(&format!("/v1/contacts/{other}")).await.expect(200);
}

async fn a_search_finds_both_contacts_of_a_number_and_name(service: Service) {
    let one = service.sign_up_with("Jan Tel", "jan@example.org", "01905 765765").await;
    let other = service.sign_up_with("Jan Tel", "tel@example.org", "01905 765765").await;
    let found = service.post("/v1/contacts/search", json!({ "telephone": "01905 765765" })).await.expect(200).json();
    let ids: Vec<String> = found["items"].as_array().unwrap().iter().map(|item| text(item, "id")).collect();
    assert_eq!(ids, [other, one], "newest first");
}
