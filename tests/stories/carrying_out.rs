//! Rights carried out by a request: corrected, restricted, objected to, erased.

use chrono::Duration;
use iewm::domain::Role;
use iewm::jobs::Upkeep;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::mail::{Answer as Refuses, MailServer};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    data_is_put_right_and_the_request_is_answered,
    a_restriction_is_lifted_once_the_person_was_told,
    only_what_brought_a_restriction_about_lifts_it,
    an_objection_is_absolute,
    a_right_needs_its_request_and_proof,
    an_erasure_is_executed_by_another_person,
    a_plan_is_overtaken_by_what_happens,
    what_was_asked_goes_with_the_last_letter,
    an_answer_that_is_kept_goes_with_the_last_letter_too,
    without_an_address_the_last_letter_can_be_printed_for_a_fortnight,
    an_agents_letter_says_whose_data_were_erased,
    a_last_letter_that_is_refused_can_be_printed_for_a_fortnight,
    while_a_copy_is_owed_nothing_is_destroyed,
    a_running_clock_is_among_the_deadlines,
}

impl Service {
    /// Takes in a request of a contact who is known, and gives its path.
    pub(crate) async fn asked_by(&self, contact: &str, kind: &str) -> String {
        let asked = json!({
            "kind": kind, "contact_id": contact, "channel": "email", "received_on": "2026-11-20", "identity_known": true,
            "requester": { "name": "Ada Lovelace", "email": "ada@example.org" }, "details": "Everything about the walrus.",
        });
        self.post("/v1/subject-requests", asked).await.expect(201).header("location")
    }

    pub(crate) async fn council_does(&self, subject: &str, path: &str, body: Option<Value>) -> Answer {
        let token = self.token(subject, &[Role::Council], None);
        let request = self.request("POST", path).token(&token);
        match body {
            Some(body) => request.json(&body).send().await,
            None => request.send().await,
        }
    }

    pub(crate) async fn planned(&self, request: &str) -> String {
        let plan = self.council_does("council-1", &format!("{request}/erasure-plan"), None).await.expect(200).json();
        text(&plan, "plan_sha256")
    }

    pub(crate) async fn executed(&self, subject: &str, request: &str, plan: &str) -> Answer {
        self.council_does(subject, &format!("{request}/execution"), Some(json!({ "plan_sha256": plan }))).await
    }

    async fn kept_up(&self) {
        self.tick(&Upkeep::new(self.state.clone())).await.unwrap();
    }
}

async fn ada(service: &Service) -> String {
    service.sign_up("Ada Lovelace", "ada@example.org").await
}

async fn data_is_put_right_and_the_request_is_answered(service: Service) {
    let ada = ada(&service).await;
    let request = service.asked_by(&ada, "rectification").await;
    let path = format!("{request}/rectification");
    let wrong = json!({ "patch": { "email": "nonsense" } });
    let answer = service.council_does("council-1", &path, Some(wrong)).await.problem(422, "invalid");
    assert_eq!(answer.faults(), ["/patch/email email"]);
    let right = json!({ "patch": { "name": "Ada King", "job_title": null } });
    let done = service.council_does("council-1", &path, Some(right.clone())).await.expect(200).json();
    assert_eq!((&done["status"], &done["outcome"]["kind"]), (&json!("completed"), &json!("fulfilled")));
    assert_eq!(done["clock"]["state"], "stopped");
    assert_eq!(service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json()["name"], "Ada King");
    service.council_does("council-1", &path, Some(right)).await.problem(409, "illegal_transition");
}

async fn a_restriction_is_lifted_once_the_person_was_told(service: Service) {
    let ada = ada(&service).await;
    let request = service.asked_by(&ada, "restriction").await;
    let lift = format!("{request}/restriction/lift");
    let told = |on: &str| Some(json!({ "notified_on": on }));
    service.council_does("council-1", &lift, told("2026-11-24")).await.problem(409, "illegal_transition");
    let ground = Some(json!({ "ground": "accuracy_contested" }));
    let path = format!("{request}/restriction");
    service.council_does("council-1", &path, ground).await.expect(200);
    let contact = service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json();
    assert_eq!((&contact["status"], &contact["name"]), (&json!("restricted"), &json!(null)));
    service.council_does("council-1", &lift, told("2026-11-25")).await.problem(422, "invalid");
    service.council_does("council-1", &lift, told("2026-11-24")).await.expect(200);
    assert_eq!(service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json()["name"], "Ada Lovelace");
}

async fn only_what_brought_a_restriction_about_lifts_it(service: Service) {
    let ada = ada(&service).await;
    let ground = || Some(json!({ "ground": "accuracy_contested" }));
    let told = || Some(json!({ "notified_on": "2026-11-24" }));
    let old = service.asked_by(&ada, "restriction").await;
    service.council_does("council-1", &format!("{old}/restriction"), ground()).await.expect(200);
    service.council_does("council-1", &format!("{old}/restriction/lift"), told()).await.expect(200);
    service.hands.advance(Duration::hours(1));
    let withdrawn = service.asked_by(&ada, "restriction").await;
    let withdrawal = format!("{withdrawn}/withdrawal");
    service.request("POST", &withdrawal).token(&service.staff()).send().await.expect(200);
    let new = service.asked_by(&ada, "restriction").await;
    service.council_does("council-1", &format!("{new}/restriction"), ground()).await.expect(200);
    for other in [&old, &withdrawn] {
        let lift = format!("{other}/restriction/lift");
        service.council_does("council-1", &lift, told()).await.problem(409, "illegal_transition");
    }
    service.council_does("council-1", &format!("{new}/restriction/lift"), told()).await.expect(200);
    service.council_does("council-1", &format!("{new}/restriction/lift"), told()).await.problem(409, "conflict");
}

async fn an_objection_is_absolute(service: Service) {
    let ada = ada(&service).await;
    service.give(&ada, "newsletter").await;
    let request = service.asked_by(&ada, "objection").await;
    let path = format!("{request}/objection");
    let contract = Some(json!({ "purposes": ["venue_security"] }));
    let refused = service.council_does("council-1", &path, contract).await.problem(422, "purpose_not_consent");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/purposes", "{}", refused.text());
    assert!(refused.text().contains("the right that applies is erasure"), "{}", refused.text());
    let done = service.council_does("council-1", &path, None).await.expect(200).json();
    assert_eq!(done["status"], "completed");
    assert!(
        text(&done["outcome"], "explanation").contains("You can withdraw your consent at any time"),
        "the answer names the right that applies"
    );
    assert_eq!(service.checked(&ada, "newsletter").await, "objected");
}

async fn a_right_needs_its_request_and_proof(service: Service) {
    let ada = ada(&service).await;
    let access = service.asked_by(&ada, "access").await;
    let ground = || Some(json!({ "ground": "accuracy_contested" }));
    service.council_does("council-1", &format!("{access}/restriction"), ground()).await.problem(409, "wrong_right");
    service.council_does("council-1", &format!("{access}/erasure-plan"), None).await.problem(409, "wrong_right");
    let stranger = json!({
        "kind": "restriction", "contact_id": ada, "channel": "post", "received_on": "2026-11-20",
        "requester": { "name": "Ada Lovelace" },
    });
    let unproven = service.post("/v1/subject-requests", stranger.clone()).await.expect(201).header("location");
    let path = format!("{unproven}/restriction");
    service.council_does("council-1", &path, ground()).await.problem(409, "identity_unproven");
    service
        .request("POST", &path)
        .token(&service.staff())
        .json(&ground().unwrap())
        .send()
        .await
        .problem(403, "forbidden");
    let mut nobody = stranger;
    nobody["contact_id"].take();
    nobody.as_object_mut().unwrap().remove("contact_id");
    nobody["identity_known"] = json!(true);
    let nobody = service.post("/v1/subject-requests", nobody).await.expect(201).header("location");
    service.council_does("council-1", &format!("{nobody}/restriction"), ground()).await.problem(409, "no_contact");
    assert_eq!(service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json()["status"], "active");
}

async fn an_erasure_is_executed_by_another_person(service: Service) {
    let ada = ada(&service).await;
    service.give(&ada, "newsletter").await;
    let request = service.asked_by(&ada, "erasure").await;
    let plan = service.planned(&request).await;
    service.executed("council-1", &request, &plan).await.problem(403, "same_person");
    service.executed("council-2", &request, &"0".repeat(64)).await.problem(409, "plan_stale");
    let misshapen = service.executed("council-2", &request, "x").await.problem(422, "invalid");
    assert_eq!(misshapen.faults(), ["/plan_sha256 characters", "/plan_sha256 too_short"]);
    let done = service.executed("council-2", &request, &plan).await.expect(200).json();
    assert_eq!((&done["status"], &done["outcome"]["kind"]), (&json!("completed"), &json!("fulfilled")));
    assert!(text(&done["outcome"], "explanation").contains("backups"), "{done}");
    service.get(&format!("/v1/contacts/{ada}")).await.problem(410, "erased");
    service.executed("council-2", &request, &plan).await.problem(409, "illegal_transition");
    service
        .council_does("council-1", &format!("{request}/erasure-plan"), None)
        .await
        .problem(409, "illegal_transition");
}

async fn a_plan_is_overtaken_by_what_happens(service: Service) {
    let ada = ada(&service).await;
    let request = service.asked_by(&ada, "erasure").await;
    let plan = service.planned(&request).await;
    service.give(&ada, "newsletter").await;
    service.executed("council-2", &request, &plan).await.problem(409, "plan_stale");
    let event = json!({
        "title": "Spring conference", "description": "A day.", "capacity": 1, "location": { "name": "The Guildhall" },
        "starts_at": "2027-03-02T09:00:00Z", "ends_at": "2027-03-02T17:00:00Z",
    });
    let event = service.post("/v1/events", event).await.expect(201).header("location");
    service.request("POST", &format!("{event}/publication")).token(&service.staff()).send().await.expect(200);
    let plan = service.planned(&request).await;
    let register =
        async |contact: &str| service.post(&format!("{event}/registrations"), json!({ "contact_id": contact })).await;
    let seat = register(&ada).await.expect(201).header("location");
    service.executed("council-2", &request, &plan).await.problem(409, "plan_stale");
    let grace = service.sign_up("Grace", "grace@example.org").await;
    let waits = register(&grace).await.expect(201).header("location");
    let plan = service.planned(&request).await;
    service.executed("council-2", &request, &plan).await.expect(200);
    let seat = service.get(&seat).await.expect(200).json();
    assert_eq!((&seat["status"], &seat["contact_id"]), (&json!("cancelled"), &json!(ada)), "a seat without a name");
    assert_eq!(service.get(&waits).await.expect(200).json()["status"], "confirmed", "the next person got the place");
}

async fn what_was_asked_goes_with_the_last_letter(service: Service) {
    let server = MailServer::start();
    let ada = ada(&service).await;
    let request = service.asked_by(&ada, "erasure").await;
    service.deliver(&server).await;
    let plan = service.planned(&request).await;
    service.executed("council-2", &request, &plan).await.expect(200);
    service.kept_up().await;
    let waiting = service.get(&request).await.expect(200).json();
    assert_eq!(service.count("subject_request_farewells"), 1, "the last letter has not left yet");
    service.deliver(&server).await;
    let last = server.taken().pop().expect("the outcome");
    assert!(last.text().contains("We have erased your data"), "{}", last.text());
    service.kept_up().await;
    let emptied = service.get(&request).await.expect(200).json();
    assert_eq!((&emptied["requester"], &emptied["details"]), (&json!(null), &json!(null)));
    assert_eq!((&emptied["reference"], &emptied["status"]), (&waiting["reference"], &json!("completed")));
    assert_eq!(emptied["clock"], waiting["clock"]);
    assert_eq!(service.count("subject_request_farewells"), 0);
}

async fn an_answer_that_is_kept_goes_with_the_last_letter_too(service: Service) {
    let server = MailServer::start();
    let ada = ada(&service).await;
    let request = service.asked_by(&ada, "erasure").await;
    let plan = json!({ "plan_sha256": service.planned(&request).await });
    let council = service.token("council-2", &[Role::Council], None);
    let path = format!("{request}/execution");
    let execute = || {
        let asked = service.request("POST", &path).token(&council).header("Idempotency-Key", "execution-0001");
        asked.json(&plan).send()
    };
    let done = execute().await.expect(200);
    assert!(!done.text().contains("walrus") && !done.text().contains("Lovelace"), "{}", done.text());
    assert_eq!(execute().await.expect(200).text(), done.text(), "the same answer while the last letter waits");
    service.deliver(&server).await;
    service.kept_up().await;
    let after = execute().await.text();
    for word in ["walrus", "Lovelace", "ada@example.org"] {
        assert!(!after.contains(word), "{word} in {after}");
    }
}

impl Service {
    /// What the last letter about a request says, as the post would have it; its lines joined.
    pub(crate) async fn last_letter(&self, request: &str) -> String {
        let letter = self.get(&format!("{request}/letters/outcome")).await.expect(200).text();
        letter.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

async fn without_an_address_the_last_letter_can_be_printed_for_a_fortnight(service: Service) {
    let ada = ada(&service).await;
    let asked = json!({
        "kind": "erasure", "contact_id": ada, "channel": "post", "received_on": "2026-11-20",
        "requester": { "name": "Ada Lovelace" }, "details": "Everything about the walrus.",
    });
    let request = service.post("/v1/subject-requests", asked).await.expect(201).header("location");
    let ask = json!({ "requested_on": "2026-11-21", "reason": "Lovelace is a common name." });
    service.post(&format!("{request}/identity-checks"), ask).await.expect(200);
    let came = json!({ "received_on": "2026-11-22", "sufficient": true });
    service.post(&format!("{request}/identity-checks"), came).await.expect(200);
    let plan = service.planned(&request).await;
    let executed = service.executed("council-2", &request, &plan).await.expect(200);

    // The name is in the letter and nowhere else.
    let list = format!("/v1/subject-requests?contact_id={ada}");
    let whole = service.get("/v1/subject-requests").await.expect(200);
    let history = service.get(&format!("{request}/history")).await.expect(200);
    let one = service.get(&request).await.expect(200);
    for answer in [executed, one, service.get(&list).await.expect(200), whole, history] {
        let told = answer.text();
        for word in ["Lovelace", "walrus", "requester"] {
            assert!(!told.contains(word), "{word} in {told}");
        }
    }
    let letter = service.last_letter(&request).await;
    let kept = "We have erased the data about you. We keep the name on this letter for 14 more days, only to post the \
                letter. Then we erase the name too.";
    assert!(letter.contains("Dear Ada Lovelace,") && letter.contains(kept), "{letter}");
    let looked = service.audit(&format!("contact_id={ada}&action=subject_requests.letter")).await;
    assert_eq!(looked.len(), 1, "who had the letter is written down");
    service.hands.advance(Duration::days(14) - Duration::microseconds(1));
    service.kept_up().await;
    assert!(service.last_letter(&request).await.contains("Ada Lovelace"));
    service.hands.advance(Duration::microseconds(1));
    service.kept_up().await;
    service.get(&format!("{request}/letters/outcome")).await.problem(404, "not_found");
    assert_eq!(service.get(&request).await.expect(200).json()["requester"], json!(null));
}

async fn an_agents_letter_says_whose_data_were_erased(service: Service) {
    let ada = ada(&service).await;
    let asked = json!({
        "kind": "erasure", "contact_id": ada, "channel": "post", "received_on": "2026-11-20", "identity_known": true,
        "requester": { "name": "Sue, Grabbit and Run", "acting_for": "agent" },
    });
    let request = service.post("/v1/subject-requests", asked).await.expect(201).header("location");
    let plan = service.planned(&request).await;
    service.executed("council-2", &request, &plan).await.expect(200);
    let letter = service.last_letter(&request).await;
    let erased = "We have erased the data about the person for whom you ask.";
    assert!(letter.contains("Dear Sue, Grabbit and Run,") && letter.contains(erased), "{letter}");
    assert!(!service.get(&request).await.expect(200).text().contains("Grabbit"));
}

async fn a_last_letter_that_is_refused_can_be_printed_for_a_fortnight(service: Service) {
    let server = MailServer::start();
    let ada = ada(&service).await;
    let request = service.asked_by(&ada, "erasure").await;
    service.deliver(&server).await;
    let plan = service.planned(&request).await;
    service.executed("council-2", &request, &plan).await.expect(200);
    server.answer(&[Refuses::Recipient(550)]);
    service.deliver(&server).await;
    service.hands.advance(Duration::days(14) - Duration::microseconds(1));
    service.kept_up().await;
    assert!(service.last_letter(&request).await.contains("Ada Lovelace"));
    assert_eq!(service.get(&request).await.expect(200).json()["requester"], json!(null));
    service.hands.advance(Duration::microseconds(1));
    service.kept_up().await;
    service.get(&format!("{request}/letters/outcome")).await.problem(404, "not_found");
}

async fn while_a_copy_is_owed_nothing_is_destroyed(service: Service) {
    let ada = ada(&service).await;
    let access = service.asked_by(&ada, "access").await;
    let request = service.asked_by(&ada, "erasure").await;
    let plan = service.planned(&request).await;
    let done = service.executed("council-2", &request, &plan).await.expect(200).json();
    assert_eq!(
        (&done["status"], &done["outcome"]["kind"]),
        (&json!("partially_completed"), &json!("partly_fulfilled"))
    );
    let explanation = text(&done["outcome"], "explanation");
    assert_eq!(done["outcome"]["ground"], "UKGDPR.17(3)(b)", "the law owes the copy");
    let words = "\nKept at least until 21 December 2026: your name and contact details, because you have asked for a \
                 copy, and we may not destroy the data before you have it (Data Protection Act 2018, section 173).\n";
    assert!(explanation.contains("Its use is restricted") && explanation.contains(words), "{done}");
    let server = MailServer::start();
    service.deliver(&server).await;
    let letters: Vec<String> =
        server.taken().iter().map(|mail| mail.text().split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert!(letters.iter().any(|letter| letter.contains(words.trim())), "{letters:?}");
    // The key stays, so that a backup can be read for as long as there is one.
    assert!(
        explanation.contains("can be read until 22 February 2027 at the latest. We delete them by 22 February 2027"),
        "{done}"
    );
    let contact = service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json();
    assert_eq!(contact["status"], "restricted", "what is kept is used for nothing else");
    assert_eq!(service.get(&access).await.expect(200).json()["requester"]["name"], "Ada Lovelace");
}

async fn a_running_clock_is_among_the_deadlines(service: Service) {
    let ada = ada(&service).await;
    let request = service.asked_by(&ada, "access").await;
    let known = service.get(&request).await.expect(200).json();
    let [owed] = <[Value; 1]>::try_from(service.items("/v1/deadlines").await).unwrap();
    assert_eq!((&owed["kind"], &owed["reference"]), (&json!("rights_request"), &known["reference"]));
    assert_eq!((&owed["due_on"], &owed["status"]), (&known["clock"]["due_on"], &json!("in_progress")));
    service.request("POST", &format!("{request}/withdrawal")).token(&service.staff()).send().await.expect(200);
    assert_eq!(service.items("/v1/deadlines").await, Vec::<Value>::new());
}
