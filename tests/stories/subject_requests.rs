//! Requests of people about their rights: taken in, proven, put off, decided.

use chrono::Duration;
use futures_util::future::join_all;
use iewm::resources::subject_requests::{commands::Completed, store};
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_request_is_taken_in_with_a_number_and_a_clock,
    references_have_no_gaps_however_many_come_at_once,
    what_is_wrong_with_a_request_is_told_all_at_once,
    the_clock_waits_for_proof_that_was_asked_for_with_reason,
    proof_that_came_unasked_starts_work_at_once,
    an_agent_proves_their_authority_too,
    authority_alone_does_not_tell_who_asks,
    a_question_about_access_stops_the_clock,
    a_question_about_another_right_does_not,
    a_question_and_an_extension_can_come_too_late,
    an_extension_is_for_once,
    days_of_steps_are_possible_ones,
    a_request_that_is_closed_keeps_its_clock,
    a_refusal_needs_its_ground_and_its_reasons,
    a_request_lapses_only_while_we_wait,
    a_duplicate_is_of_one_that_is_answered,
    a_right_is_carried_out_for_a_person_who_is_known,
    recipients_finish_what_was_carried_out,
    out_of_order_says_where_it_can_go,
    staff_take_in_and_the_council_decides,
    requests_are_listed_by_what_they_are_and_when_they_fall_due,
    the_entity_tag_tells_of_days_gone_by,
    an_open_request_keeps_its_contact,
    a_merge_moves_requests,
    two_who_decide_at_once_decide_once,
    the_history_tells_every_step,
}

const LIST: &str = "/v1/subject-requests";

/// A request for access by a person who is no contact.
fn asked() -> Value {
    json!({
        "kind": "access", "requester": { "name": "Ada Lovelace" }, "channel": "post", "received_on": "2026-11-20",
    })
}

/// The same with some members of other values.
fn asked_with(members: &Value) -> Value {
    let mut asked = asked();
    for (name, value) in members.as_object().unwrap() {
        asked[name] = value.clone();
    }
    asked
}

impl Service {
    /// Takes a request in, and returns its path.
    async fn take(&self, asked: Value) -> String {
        self.post(LIST, asked).await.expect(201).header("location")
    }

    /// A request of a person who is a contact.
    async fn take_known(&self, kind: &str) -> String {
        self.take(asked_with(&json!({ "kind": kind, "identity_known": true }))).await
    }

    /// A verb by staff.
    async fn intake(&self, path: &str, verb: &str, body: Value) -> Answer {
        self.post(&format!("{path}/{verb}"), body).await
    }

    /// A verb by the council.
    async fn decision(&self, path: &str, verb: &str, body: Value) -> Answer {
        self.request("POST", &format!("{path}/{verb}")).token(&self.council()).json(&body).send().await
    }

    async fn clock(&self, path: &str) -> Value {
        self.get(path).await.expect(200).json()["clock"].clone()
    }
}

fn refusal() -> Value {
    json!({ "ground": "UKGDPR.12(5)", "explanation": "It is the tenth this week." })
}

fn fulfilled() -> Value {
    json!({ "outcome": { "kind": "fulfilled", "explanation": "We have done what you asked." } })
}

async fn a_request_is_taken_in_with_a_number_and_a_clock(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let whole = json!({
        "kind": "erasure", "contact_id": ada, "channel": "web_form", "received_on": "2026-11-20",
        "details": "Delete me.\nAll of it.", "identity_known": true,
        "requester": { "name": "Ada Lovelace", "email": "ada@example.org", "telephone": "01905 765765" },
    });
    let made = service.post(LIST, whole).await.expect(201);
    let body = made.json();
    assert_eq!(
        (&body["reference"], &body["status"], &body["version"]),
        (&json!("SR-2026-000001"), &json!("in_progress"), &json!(1))
    );
    let requester = json!({
        "name": "Ada Lovelace", "email": "ada@example.org", "telephone": "+441905765765", "acting_for": "self",
    });
    assert_eq!((&body["requester"], &body["details"]), (&requester, &json!("Delete me.\nAll of it.")));
    let clock = json!({
        "state": "running", "clock_start_on": "2026-11-20", "nominal_due_on": "2026-12-20", "due_on": "2026-12-21",
        "paused_days": 0, "extension_notice_due_on": "2026-12-21", "extended": false, "days_left": 27,
    });
    assert_eq!((&body["clock"], body.get("outcome")), (&clock, None));
    let path = made.header("location");
    let read = service.get(&path).await.expect(200);
    assert_eq!((read.json(), read.etag()), (body, made.etag()));
    let second = service.post(LIST, asked()).await.expect(201).json();
    assert_eq!((&second["reference"], &second["status"]), (&json!("SR-2026-000002"), &json!("received")));
    assert_eq!((second.get("contact_id"), second.get("details")), (None, None));
    service.turn_to("2027-01-02T00:30:00Z");
    let next_year = service.post(LIST, asked()).await.expect(201).json();
    assert_eq!(next_year["reference"], "SR-2027-000001");
}

async fn references_have_no_gaps_however_many_come_at_once(service: Service) {
    let bad = asked_with(&json!({ "contact_id": "01937a5e-8f00-7c3a-9d55-3f2a60b1c901" }));
    let all = (0..24).map(|number| service.post(LIST, if number % 3 == 0 { bad.clone() } else { asked() }));
    let answers = join_all(all).await;
    let made = answers.iter().filter(|answer| answer.status == 201);
    let mut references: Vec<String> = made.map(|answer| text(&answer.json(), "reference")).collect();
    references.sort();
    let expected: Vec<String> = (1..=16).map(|number| format!("SR-2026-{number:06}")).collect();
    assert_eq!(references, expected);
}

async fn what_is_wrong_with_a_request_is_told_all_at_once(service: Service) {
    let faults = async |body: Value| service.post(LIST, body).await.problem(422, "invalid").faults();
    assert_eq!(
        faults(json!({})).await,
        ["/channel missing", "/kind missing", "/received_on missing", "/requester missing"]
    );
    let wrong = json!({
        "kind": "oblivion", "channel": "pigeon", "received_on": "2026-02-30", "identity_known": "perhaps", "status": "received",
        "clock": {}, "reference": "SR-2026-000009", "colour": "green", "contact_id": "x", "details": " ",
        "requester": { "name": "", "email": "ada", "telephone": "123", "acting_for": "fun", "age": 3 },
    });
    let expected = [
        "/channel unknown_value",
        "/clock read_only",
        "/colour unknown",
        "/contact_id uuid",
        "/details blank",
        "/identity_known type",
        "/kind unknown_value",
        "/received_on date",
        "/reference read_only",
        "/requester/acting_for unknown_value",
        "/requester/age unknown",
        "/requester/email email",
        "/requester/name blank",
        "/requester/telephone telephone",
        "/status read_only",
    ];
    assert_eq!(faults(wrong).await, expected);
    let nobody = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    let tomorrow = asked_with(&json!({ "received_on": "2026-11-25", "contact_id": nobody }));
    assert_eq!(faults(tomorrow).await, ["/contact_id unknown_reference", "/received_on future"]);
    let gone = service.sign_up("Bob", "bob@example.org").await;
    service.delete(&gone).await.expect(204);
    service.post(LIST, asked_with(&json!({ "contact_id": gone }))).await.problem(410, "erased");
    assert!(service.items(LIST).await.is_empty());
    service.get(&format!("{LIST}/{nobody}")).await.problem(404, "not_found");
    service.get(&format!("{LIST}/{nobody}/history")).await.problem(404, "not_found");
    for query in ["status=lost", "kind=x", "due_before=2026-02-30", "contact_id=x", "colour=green", "reference=SR-1"] {
        service.get(&format!("{LIST}?{query}")).await.problem(400, "invalid_query");
    }
}

async fn the_clock_waits_for_proof_that_was_asked_for_with_reason(service: Service) {
    let path = service.take(asked()).await;
    let checks = "identity-checks";
    for (body, faults) in [
        (json!({}), vec![" exactly_one"]),
        (json!({ "requested_on": "2026-11-21" }), vec!["/reason missing"]),
        (json!({ "reason": "Another address." }), vec!["/requested_on missing"]),
        (json!({ "sufficient": true }), vec!["/received_on missing"]),
        (json!({ "received_on": "2026-11-21" }), vec!["/sufficient missing"]),
        (json!({ "requested_on": "2026-11-21", "reason": "x", "sufficient": true }), vec![" exactly_one"]),
        (
            json!({ "requested_on": "2026-11-21", "reason": "\u{a0}", "proof_of": "love" }),
            vec!["/proof_of unknown_value", "/reason blank"],
        ),
    ] {
        assert_eq!(service.intake(&path, checks, body).await.problem(422, "invalid").faults(), faults);
    }
    let ask = json!({ "requested_on": "2026-11-23", "reason": "The address is not the one that we have." });
    let waits = service.intake(&path, checks, ask.clone()).await.expect(200);
    let body = waits.json();
    assert_eq!((&body["status"], waits.etag().starts_with("\"2-")), (&json!("identity_pending"), true));
    assert_eq!((&body["clock"]["state"], &body["clock"]["due_on"]), (&json!("not_started"), &json!(null)));
    assert_eq!(body["clock"]["days_left"], json!(null));
    service.intake(&path, checks, ask.clone()).await.problem(409, "illegal_transition");

    let came = |on: &str, sufficient: bool| json!({ "received_on": on, "sufficient": sufficient });
    let little = service.intake(&path, checks, came("2026-11-24", false)).await.expect(200).json();
    assert_eq!((&little["status"], &little["clock"]["state"]), (&json!("identity_pending"), &json!("not_started")));
    // What was not enough may be asked for again.
    service.intake(&path, checks, ask).await.expect(200);
    service.turn_to("2026-12-01T10:00:00Z");
    let enough = service.intake(&path, checks, came("2026-11-30", true)).await.expect(200).json();
    assert_eq!((&enough["status"], &enough["clock"]["clock_start_on"]), (&json!("in_progress"), &json!("2026-11-30")));
    assert_eq!(enough["clock"]["due_on"], "2026-12-30");
    let again = service.intake(&path, checks, came("2026-11-30", true)).await.problem(409, "illegal_transition");
    assert!(again.json()["allowed_transitions"].as_array().unwrap().contains(&json!("completed")));
}

async fn proof_that_came_unasked_starts_work_at_once(service: Service) {
    let path = service.take(asked()).await;
    let little = json!({ "received_on": "2026-11-21", "sufficient": false });
    assert_eq!(service.intake(&path, "identity-checks", little).await.expect(200).json()["status"], "received");
    let enough = json!({ "received_on": "2026-11-23", "sufficient": true });
    let body = service.intake(&path, "identity-checks", enough).await.expect(200).json();
    // Only what was asked for moves the start.
    assert_eq!((&body["status"], &body["clock"]["clock_start_on"]), (&json!("in_progress"), &json!("2026-11-20")));
}

async fn an_agent_proves_their_authority_too(service: Service) {
    let agent = json!({ "requester": { "name": "Sue, Grabbit and Run", "acting_for": "agent" } });
    let path = service.take(asked_with(&agent)).await;
    for of in ["identity", "authority"] {
        let ask = json!({ "proof_of": of, "requested_on": "2026-11-21", "reason": "We do not know you." });
        service.intake(&path, "identity-checks", ask).await.expect(200);
    }
    let came = |of: &str, on: &str| json!({ "proof_of": of, "received_on": on, "sufficient": true });
    let half = service.intake(&path, "identity-checks", came("identity", "2026-11-22")).await.expect(200).json();
    assert_eq!((&half["status"], &half["clock"]["state"]), (&json!("identity_pending"), &json!("not_started")));
    let whole = service.intake(&path, "identity-checks", came("authority", "2026-11-23")).await.expect(200).json();
    assert_eq!((&whole["status"], &whole["clock"]["clock_start_on"]), (&json!("in_progress"), &json!("2026-11-23")));
}

async fn authority_alone_does_not_tell_who_asks(service: Service) {
    let agent = json!({ "requester": { "name": "Sue, Grabbit and Run", "acting_for": "agent" } });
    let path = service.take(asked_with(&agent)).await;
    let ask = |of: &str| json!({ "proof_of": of, "requested_on": "2026-11-21", "reason": "We do not know you." });
    let came = |of: &str| json!({ "proof_of": of, "received_on": "2026-11-22", "sufficient": true });
    service.intake(&path, "identity-checks", ask("authority")).await.expect(200);
    let half = service.intake(&path, "identity-checks", came("authority")).await.expect(200).json();
    assert_eq!(half["status"], "identity_pending", "it is not known yet who asks");
    service.decision(&path, "completion", fulfilled()).await.problem(409, "identity_unproven");
    service.intake(&path, "identity-checks", ask("identity")).await.expect(200);
    let whole = service.intake(&path, "identity-checks", came("identity")).await.expect(200).json();
    assert_eq!(whole["status"], "in_progress");
}

async fn a_question_about_access_stops_the_clock(service: Service) {
    let path = service.take_known("access").await;
    let question = json!({ "asked_on": "2026-11-23", "question": "Which event do you mean?" });
    let made = service.intake(&path, "clarifications", question.clone()).await.expect(201).json();
    assert_eq!((&made["asked_on"], &made["question"]), (&question["asked_on"], &question["question"]));
    let now = service.get(&path).await.expect(200).json();
    assert_eq!((&now["status"], &now["clock"]["state"]), (&json!("clarification_pending"), &json!("paused")));
    assert_eq!((&now["clock"]["due_on"], &now["clock"]["paused_days"]), (&json!(null), &json!(null)));
    // From 23 November to the nominal 20 December, both included, and the same every day.
    assert_eq!(now["clock"]["days_left"], 28);
    service.turn_to("2026-11-30T10:00:00Z");
    assert_eq!(service.clock(&path).await["days_left"], 28);
    service.intake(&path, "clarifications", question).await.problem(409, "illegal_transition");

    let answer = format!("clarifications/{}/answer", text(&made, "id"));
    let body = service.intake(&path, &answer, json!({ "answered_on": "2026-11-28" })).await.expect(200).json();
    assert_eq!((&body["status"], &body["clock"]["paused_days"]), (&json!("in_progress"), &json!(6)));
    assert_eq!(
        (&body["clock"]["nominal_due_on"], &body["clock"]["due_on"]),
        (&json!("2026-12-26"), &json!("2026-12-29"))
    );
    service.intake(&path, &answer, json!({ "answered_on": "2026-11-28" })).await.problem(409, "illegal_transition");
    let nothing = "clarifications/01937a5e-8f00-7c3a-9d55-3f2a60b1c901/answer";
    service.intake(&path, nothing, json!({ "answered_on": "2026-11-28" })).await.problem(404, "not_found");
    // A question of another request is none of this one's.
    let other = service.take_known("access").await;
    service.intake(&other, &answer, json!({ "answered_on": "2026-11-28" })).await.problem(404, "not_found");
}

async fn a_question_about_another_right_does_not(service: Service) {
    let path = service.take_known("erasure").await;
    let before = service.clock(&path).await;
    let question = json!({ "asked_on": "2026-11-23", "question": "All of it?" });
    let made = service.intake(&path, "clarifications", question).await.expect(201).json();
    let now = service.get(&path).await.expect(200).json();
    assert_eq!((&now["status"], &now["clock"]), (&json!("clarification_pending"), &before));
    let answer = format!("clarifications/{}/answer", text(&made, "id"));
    let body = service.intake(&path, &answer, json!({ "answered_on": "2026-11-24" })).await.expect(200).json();
    assert_eq!((&body["status"], &body["clock"]), (&json!("in_progress"), &before));
}

async fn a_question_and_an_extension_can_come_too_late(service: Service) {
    let path = service.take_known("access").await;
    service.turn_to("2026-12-22T10:00:00Z");
    let question = |on: &str| json!({ "asked_on": on, "question": "Which event do you mean?" });
    let late = service.intake(&path, "clarifications", question("2026-12-22")).await.problem(409, "too_late").json();
    assert_eq!(late["article"], "UK GDPR Article 12A");
    let notice = |on: &str| json!({ "notified_on": on, "reason": "complexity", "explanation": "There is much of it." });
    service.intake(&path, "extension", notice("2026-12-22")).await.problem(409, "too_late");
    let clock = service.clock(&path).await;
    assert_eq!(
        (&clock["due_on"], &clock["days_left"], &clock["extended"]),
        (&json!("2026-12-21"), &json!(-1), &json!(false))
    );
    // In time until the very last day, also when it is written down a day later.
    service.intake(&path, "extension", notice("2026-12-21")).await.expect(200);
    let refused = service.audit("action=subject_requests:intake").await;
    assert_eq!((refused.len(), &refused[0]["code"]), (2, &json!("too_late")), "refusals of the law are written down");
}

async fn an_extension_is_for_once(service: Service) {
    let path = service.take_known("portability").await;
    let notice =
        json!({ "notified_on": "2026-11-24", "reason": "number_of_requests", "explanation": "There are ten." });
    let clock = service.intake(&path, "extension", notice.clone()).await.expect(200).json()["clock"].clone();
    assert_eq!((&clock["extended"], &clock["due_on"]), (&json!(true), &json!("2027-02-22")));
    assert_eq!(clock["extension_notice_due_on"], "2026-12-21");
    service.intake(&path, "extension", notice.clone()).await.problem(409, "already_extended");
    for (member, value, fault) in [
        ("reason", json!("laziness"), "/reason unknown_value"),
        ("explanation", json!("  "), "/explanation blank"),
        ("notified_on", json!("soon"), "/notified_on date"),
    ] {
        let mut wrong = notice.clone();
        wrong[member] = value;
        assert_eq!(service.intake(&path, "extension", wrong).await.problem(422, "invalid").faults(), [fault]);
    }
    // Before the clock has started, too.
    let path = service.take(asked()).await;
    let ask = json!({ "requested_on": "2026-11-23", "reason": "We do not know you." });
    service.intake(&path, "identity-checks", ask).await.expect(200);
    let clock = service.intake(&path, "extension", notice).await.expect(200).json()["clock"].clone();
    assert_eq!((&clock["state"], &clock["extended"]), (&json!("not_started"), &json!(true)));
}

async fn days_of_steps_are_possible_ones(service: Service) {
    let (known, unknown) = (service.take_known("access").await, service.take(asked()).await);
    let question = json!({ "asked_on": "2026-11-23", "question": "Which?" });
    let made = service.intake(&known, "clarifications", question).await.expect(201).json();
    let answer = format!("clarifications/{}/answer", text(&made, "id"));
    for (path, verb, member, more, early) in [
        (&unknown, "identity-checks", "requested_on", json!({ "reason": "x" }), "2026-11-19"),
        (&unknown, "identity-checks", "received_on", json!({ "sufficient": true }), "2026-11-19"),
        (&known, "clarifications", "asked_on", json!({ "question": "x" }), "2026-11-19"),
        (&known, &answer, "answered_on", json!({}), "2026-11-22"),
        (&known, "extension", "notified_on", json!({ "reason": "complexity", "explanation": "x" }), "2026-11-19"),
    ] {
        for (day, fault) in [(early, "order"), ("2026-11-25", "future"), ("2026-11-31", "date")] {
            let mut body = more.clone();
            body[member] = json!(day);
            let told = service.intake(path, verb, body).await.problem(422, "invalid").faults();
            assert_eq!(told, [format!("/{member} {fault}")], "{verb}");
        }
    }
    let ask = json!({ "requested_on": "2026-11-23", "reason": "We do not know you." });
    service.intake(&unknown, "identity-checks", ask).await.expect(200);
    let early = json!({ "received_on": "2026-11-22", "sufficient": true });
    let told = service.intake(&unknown, "identity-checks", early).await.problem(422, "invalid").faults();
    assert_eq!(told, ["/received_on order"]);
}

async fn a_request_that_is_closed_keeps_its_clock(service: Service) {
    let path = service.take_known("access").await;
    let done = service.intake(&path, "withdrawal", json!({})).await.expect(200);
    let body = done.json();
    assert_eq!((&body["status"], &body["outcome"]["kind"]), (&json!("withdrawn"), &json!("withdrawn")));
    assert_eq!((&body["outcome"]["decided_on"], &body["clock"]["state"]), (&json!("2026-11-24"), &json!("stopped")));
    assert_eq!((&body["clock"]["due_on"], &body["clock"]["days_left"]), (&json!("2026-12-21"), &json!(27)));
    service.turn_to("2027-06-01T10:00:00Z");
    let later = service.get(&path).await.expect(200);
    assert_eq!((later.json(), later.etag()), (body, done.etag()));
    // The answer has what the request said; the request may say nothing.
    let path = service.take_known("access").await;
    let said = json!({ "explanation": "She called to say so." });
    let body = service.intake(&path, "withdrawal", said).await.expect(200).json();
    assert_eq!(body["outcome"]["explanation"], "She called to say so.");
    let path = service.take(asked()).await;
    let bare = service.request("POST", &format!("{path}/withdrawal")).token(&service.staff()).send().await.expect(200);
    assert_eq!(bare.json()["outcome"]["explanation"], "You withdrew your request.");
}

async fn a_refusal_needs_its_ground_and_its_reasons(service: Service) {
    let path = service.take_known("access").await;
    for (body, faults) in [
        (json!({}), vec!["/explanation missing", "/ground missing"]),
        (json!({ "ground": "because", "explanation": " " }), vec!["/explanation blank", "/ground unknown_value"]),
        (json!({ "ground": "UKGDPR.17(3)(b)", "explanation": "x" }), vec!["/ground wrong_ground"]),
        (json!({ "ground": "identity_not_verified", "explanation": "x" }), vec!["/ground wrong_ground"]),
    ] {
        assert_eq!(service.decision(&path, "refusal", body).await.problem(422, "invalid").faults(), faults);
    }
    let body = service.decision(&path, "refusal", refusal()).await.expect(200).json();
    let outcome = json!({
        "kind": "refused", "explanation": "It is the tenth this week.", "ground": "UKGDPR.12(5)", "decided_on": "2026-11-24",
    });
    assert_eq!((&body["status"], &body["outcome"]), (&json!("refused"), &outcome));
    assert_eq!(service.get(&path).await.expect(200).json(), body);
    for ground in [
        "Sch2.p2",
        "Sch2.p5(2)",
        "Sch2.p5(3)",
        "Sch2.p16",
        "Sch2.p19",
        "Sch2.p24",
        "UKGDPR.11(2)",
        "UKGDPR.17(3)(a)",
        "UKGDPR.17(3)(e)",
        "no_match",
        "identity_not_verified",
    ] {
        let path = service.take(asked_with(&json!({ "kind": "erasure" }))).await;
        let body = json!({ "ground": ground, "explanation": "For that reason." });
        let told = service.decision(&path, "refusal", body).await.expect(200).json();
        assert_eq!(told["outcome"]["ground"], ground);
    }
}

async fn a_request_lapses_only_while_we_wait(service: Service) {
    let reason = json!({ "reason": "You did not answer our question." });
    let path = service.take_known("access").await;
    service.decision(&path, "lapse", reason.clone()).await.problem(409, "illegal_transition");
    let question = json!({ "asked_on": "2026-11-23", "question": "Which?" });
    service.intake(&path, "clarifications", question).await.expect(201);
    assert_eq!(service.decision(&path, "lapse", json!({})).await.problem(422, "invalid").faults(), ["/reason missing"]);
    let body = service.decision(&path, "lapse", reason.clone()).await.expect(200).json();
    assert_eq!((&body["status"], &body["outcome"]["kind"]), (&json!("lapsed"), &json!("lapsed")));
    assert_eq!(body["outcome"]["explanation"], reason["reason"]);
    // The clock stands where the question had stopped it.
    assert_eq!((&body["clock"]["state"], &body["clock"]["days_left"]), (&json!("stopped"), &json!(28)));
    let path = service.take(asked()).await;
    service.decision(&path, "lapse", reason.clone()).await.problem(409, "illegal_transition");
    let ask = json!({ "requested_on": "2026-11-23", "reason": "We do not know you." });
    service.intake(&path, "identity-checks", ask).await.expect(200);
    service.decision(&path, "lapse", reason).await.expect(200);
}

async fn a_duplicate_is_of_one_that_is_answered(service: Service) {
    let (first, second, third) =
        (service.take(asked()).await, service.take(asked()).await, service.take_known("erasure").await);
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let of = |path: &str| json!({ "of_request_id": id(path) });
    for (body, fault) in [
        (json!({}), "/of_request_id missing"),
        (of(&second), "/of_request_id same_request"),
        (of(&third), "/of_request_id other_right"),
        (of("/01937a5e-8f00-7c3a-9d55-3f2a60b1c901"), "/of_request_id unknown_reference"),
    ] {
        assert_eq!(service.decision(&second, "duplicate", body).await.problem(422, "invalid").faults(), [fault]);
    }
    let body = service.decision(&second, "duplicate", of(&first)).await.expect(200).json();
    assert_eq!((&body["status"], &body["outcome"]["duplicate_of"]), (&json!("duplicate"), &json!(id(&first))));
    // If two requests were each other's duplicates, neither would be answered.
    let told = service.decision(&first, "duplicate", of(&second)).await.problem(422, "invalid").faults();
    assert_eq!(told, ["/of_request_id duplicate_too"]);
    // Nor is it a duplicate of a request without an answer, or of another person's.
    let withdrawn = service.take(asked()).await;
    service.intake(&withdrawn, "withdrawal", json!({})).await.expect(200);
    let told = service.decision(&first, "duplicate", of(&withdrawn)).await.problem(422, "invalid").faults();
    assert_eq!(told, ["/of_request_id not_answered"]);
    let [ada, bob] =
        [("Ada", "ada@example.org"), ("Bob", "bob@example.org")].map(|(name, to)| service.sign_up(name, to));
    let mut theirs = Vec::new();
    for contact in [ada.await, bob.await] {
        theirs.push(service.take(asked_with(&json!({ "contact_id": contact }))).await);
    }
    let told = service.decision(&theirs[0], "duplicate", of(&theirs[1])).await.problem(422, "invalid").faults();
    assert_eq!(told, ["/of_request_id other_person"]);
}

async fn a_right_is_carried_out_for_a_person_who_is_known(service: Service) {
    let path = service.take(asked()).await;
    let refused = service.decision(&path, "completion", fulfilled()).await.problem(409, "identity_unproven").json();
    assert_eq!(refused["article"], "UK GDPR Article 12(6)");
    assert!(refused["allowed_transitions"].as_array().unwrap().contains(&json!("identity_pending")));
    let proof = json!({ "received_on": "2026-11-23", "sufficient": true });
    service.intake(&path, "identity-checks", proof).await.expect(200);
    let partly = |ground: Option<&str>| {
        let mut outcome = json!({ "kind": "partly_fulfilled", "explanation": "All but the names of others." });
        if let Some(ground) = ground {
            outcome["ground"] = json!(ground);
        }
        json!({ "outcome": outcome })
    };
    let mut whole_with_ground = fulfilled();
    whole_with_ground["outcome"]["ground"] = json!("Sch2.p16");
    for (body, fault) in [
        (json!({}), "/outcome missing"),
        (json!({ "outcome": { "kind": "refused", "explanation": "x" } }), "/outcome/kind unknown_value"),
        (partly(None), "/outcome/ground missing"),
        (partly(Some("UKGDPR.17(3)(b)")), "/outcome/ground wrong_ground"),
        (whole_with_ground, "/outcome/ground not_here"),
    ] {
        assert_eq!(service.decision(&path, "completion", body).await.problem(422, "invalid").faults(), [fault]);
    }
    let body = service.decision(&path, "completion", partly(Some("Sch2.p16"))).await.expect(200).json();
    assert_eq!(
        (&body["status"], &body["outcome"]["kind"]),
        (&json!("partially_completed"), &json!("partly_fulfilled"))
    );
    let path = service.take_known("rectification").await;
    let body = service.decision(&path, "completion", fulfilled()).await.expect(200).json();
    assert_eq!((&body["status"], &body["clock"]["state"]), (&json!("completed"), &json!("stopped")));
    service.decision(&path, "completion", fulfilled()).await.problem(409, "illegal_transition");
}

async fn recipients_finish_what_was_carried_out(service: Service) {
    let path = service.take_known("rectification").await;
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let done: Completed = serde_json::from_value(fulfilled()["outcome"].clone()).unwrap();
    service.state.job("sharing").run(move |tx| store::carry_out(tx, id, done, true)).await.unwrap();
    let waits = service.get(&path).await.expect(200).json();
    assert_eq!((&waits["status"], &waits["clock"]["state"]), (&json!("awaiting_recipients"), &json!("running")));
    assert_eq!(waits["outcome"]["kind"], "fulfilled");
    assert_eq!(service.items("/v1/deadlines").await, Vec::<Value>::new(), "the answer was given");
    let refused = service.intake(&path, "withdrawal", json!({})).await.problem(409, "illegal_transition").json();
    assert_eq!(refused["allowed_transitions"], json!(["completed", "partially_completed"]));
    service.state.job("sharing").run(move |tx| store::recipients_done(tx, id)).await.unwrap();
    assert_eq!(service.get(&path).await.json()["status"], "completed");
    let again = service.state.job("sharing").run(move |tx| store::recipients_done(tx, id)).await.unwrap_err();
    assert_eq!(again.code().entry().name, "illegal_transition");
}

async fn out_of_order_says_where_it_can_go(service: Service) {
    let path = service.take(asked()).await;
    let question = json!({ "asked_on": "2026-11-23", "question": "Which?" });
    let told =
        service.intake(&path, "clarifications", question.clone()).await.problem(409, "illegal_transition").json();
    let from_received = json!(["identity_pending", "in_progress", "refused", "withdrawn", "duplicate"]);
    assert_eq!(told["allowed_transitions"], from_received);
    service.decision(&path, "refusal", refusal()).await.expect(200);
    let notice = json!({ "notified_on": "2026-11-24", "reason": "complexity", "explanation": "x" });
    let proof = json!({ "received_on": "2026-11-23", "sufficient": true });
    let of = json!({ "of_request_id": path.rsplit('/').next().unwrap() });
    for (verb, body) in
        [("clarifications", question), ("extension", notice), ("identity-checks", proof), ("withdrawal", json!({}))]
    {
        let told = service.intake(&path, verb, body).await.problem(409, "illegal_transition").json();
        assert_eq!(told["allowed_transitions"], json!([]), "{verb}");
    }
    for (verb, body) in [("refusal", refusal()), ("lapse", json!({ "reason": "x" })), ("completion", fulfilled())] {
        let told = service.decision(&path, verb, body).await.problem(409, "illegal_transition").json();
        assert_eq!(told["allowed_transitions"], json!([]), "{verb}");
    }
    service.decision(&path, "duplicate", of).await.problem(422, "invalid");
    for verb in ["identity-checks", "extension", "withdrawal"] {
        let nothing = "/v1/subject-requests/01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
        let body = match verb {
            "identity-checks" => json!({ "received_on": "2026-11-23", "sufficient": true }),
            "extension" => json!({ "notified_on": "2026-11-24", "reason": "complexity", "explanation": "x" }),
            _ => json!({}),
        };
        service.intake(nothing, verb, body).await.problem(404, "not_found");
    }
}

async fn staff_take_in_and_the_council_decides(service: Service) {
    let path = service.take_known("access").await;
    for (verb, body) in [("refusal", refusal()), ("lapse", json!({ "reason": "x" })), ("completion", fulfilled())] {
        let told = service.intake(&path, verb, body).await.problem(403, "forbidden").json();
        assert_eq!(told["permission"], "subject_requests:decide", "{verb}");
    }
    let made = service.request("POST", LIST).token(&service.council()).json(&asked()).send().await.expect(201);
    service.request("GET", &made.header("location")).token(&service.council()).send().await.expect(200);
}

async fn requests_are_listed_by_what_they_are_and_when_they_fall_due(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let mut paths = Vec::new();
    for day in 1..=9 {
        let kind = if day % 2 == 0 { "access" } else { "erasure" };
        let members = json!({ "kind": kind, "received_on": format!("2026-11-{day:02}"), "identity_known": day > 2 });
        let mut asked = asked_with(&members);
        if day == 4 {
            asked["contact_id"] = json!(ada);
        }
        paths.push(service.take(asked).await);
    }
    let found = async |query: &str| {
        let items = service.items(&format!("{LIST}?{query}")).await;
        items.iter().map(|item| text(item, "received_on")[8..].parse().unwrap()).collect::<Vec<u8>>()
    };
    assert_eq!(found("").await, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(found("status=received").await, [2, 1]);
    assert_eq!(found("kind=access").await, [8, 6, 4, 2]);
    assert_eq!(found(&format!("contact_id={ada}")).await, [4]);
    assert_eq!(found("reference=SR-2026-000005").await, [5]);
    assert_eq!(found("reference=SR-2026-000005&kind=access").await, [0; 0]);
    assert_eq!(found("reference=DC-2026-000005").await, [0; 0]);
    let looks = service.audit(&format!("contact_id={ada}&action=subject_requests.list")).await;
    assert_eq!(found("reference=SR-2026-000004").await, [4]);
    let named = service.audit(&format!("contact_id={ada}&action=subject_requests.list")).await;
    assert_eq!(named.len(), looks.len() + 1, "the look names whose request it was");
    // Exclusive: what falls due on 4 December is not due before it.
    assert_eq!(found("due_before=2026-12-04").await, [3, 2, 1]);
    assert_eq!(found("due_before=2026-12-05").await, [4, 3, 2, 1]);
    assert_eq!(found("due_before=2026-12-05&kind=erasure&status=in_progress").await, [3]);
    // A clock that does not run shows no last day.
    let question = json!({ "asked_on": "2026-11-23", "question": "Which?" });
    service.intake(&paths[3], "clarifications", question).await.expect(201);
    let ask = json!({ "requested_on": "2026-11-23", "reason": "We do not know you." });
    service.intake(&paths[0], "identity-checks", ask).await.expect(200);
    assert_eq!(found("due_before=2026-12-05").await, [3, 2]);
    let first = service.get(&format!("{LIST}?due_before=2027-01-01&limit=3")).await.expect(200).json();
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    let cursor = text(&first, "next_cursor");
    assert_eq!(found(&format!("due_before=2027-01-01&limit=3&cursor={cursor}")).await, [6, 5, 3]);
}

async fn the_entity_tag_tells_of_days_gone_by(service: Service) {
    let path = service.take_known("access").await;
    let etag = service.get(&path).await.etag();
    let again = async |etag: &str| {
        service.request("GET", &path).token(&service.staff()).header("If-None-Match", etag).send().await
    };
    again(&etag).await.expect(304);
    service.hands.advance(Duration::days(1));
    let tomorrow = again(&etag).await.expect(200);
    assert_eq!((&tomorrow.json()["clock"]["days_left"], &tomorrow.json()["version"]), (&json!(26), &json!(1)));
}

async fn an_open_request_keeps_its_contact(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.take(asked_with(&json!({ "contact_id": ada }))).await;
    service.delete(&ada).await.problem(409, "erasure_request_required");
    service.intake(&path, "withdrawal", json!({})).await.expect(200);
    service.delete(&ada).await.expect(204);
    assert_eq!(service.get(&path).await.expect(200).json()["contact_id"], json!(ada));
}

async fn a_merge_moves_requests(service: Service) {
    let stays = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let goes = service.sign_up("A. Lovelace", "countess@example.org").await;
    let path = service.take(asked_with(&json!({ "contact_id": goes, "details": "Everything." }))).await;
    service.post(&format!("/v1/contacts/{stays}/merge"), json!({ "from_contact_id": goes })).await.expect(200);
    let body = service.get(&path).await.expect(200).json();
    assert_eq!(
        (&body["contact_id"], &body["details"], &body["version"]),
        (&json!(stays), &json!("Everything."), &json!(2))
    );
    service.post(LIST, asked_with(&json!({ "contact_id": goes }))).await.problem(410, "merged");
    service.delete(&stays).await.problem(409, "erasure_request_required");
}

async fn two_who_decide_at_once_decide_once(service: Service) {
    for _ in 0..4 {
        let path = service.take_known("access").await;
        let deeds = (0..8).map(|number| {
            let (path, service) = (&path, &service);
            async move {
                match number % 3 {
                    0 => service.decision(path, "refusal", refusal()).await,
                    1 => service.decision(path, "completion", fulfilled()).await,
                    _ => service.intake(path, "withdrawal", json!({})).await,
                }
            }
        });
        let (done, refused): (Vec<_>, Vec<_>) =
            join_all(deeds).await.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((done.len(), refused.len()), (1, 7));
        for answer in refused {
            answer.problem(409, "illegal_transition");
        }
        let body = service.get(&path).await.json();
        assert_eq!((&body["version"], &body["outcome"]), (&json!(2), &done[0].json()["outcome"]));
    }
}

async fn the_history_tells_every_step(service: Service) {
    let path = service.take(asked()).await;
    let ask = json!({ "requested_on": "2026-11-23", "reason": "The address is a new one." });
    service.intake(&path, "identity-checks", ask).await.expect(200);
    let came = json!({ "received_on": "2026-11-24", "sufficient": true });
    service.intake(&path, "identity-checks", came).await.expect(200);
    let question = json!({ "asked_on": "2026-11-24", "question": "Which event\ndo you mean?" });
    let made = service.intake(&path, "clarifications", question).await.expect(201).json();
    let answer = format!("clarifications/{}/answer", text(&made, "id"));
    service.intake(&path, &answer, json!({ "answered_on": "2026-11-24" })).await.expect(200);
    let notice = json!({ "notified_on": "2026-11-24", "reason": "complexity", "explanation": "There is much of it." });
    service.intake(&path, "extension", notice).await.expect(200);
    service.decision(&path, "refusal", refusal()).await.expect(200);
    let steps = service.items(&format!("{path}/history")).await;
    let told: Vec<_> =
        steps.iter().map(|step| (text(step, "kind"), step["text"].as_str(), text(step, "recorded_by"))).collect();
    let expected = [
        ("refused", None, "council-1"),
        ("extension_notified", Some("Your request is complex. There is much of it."), "staff-1"),
        ("clarification_received", None, "staff-1"),
        ("clarification_requested", Some("Which event\ndo you mean?"), "staff-1"),
        ("identity_received", None, "staff-1"),
        ("identity_requested", Some("The address is a new one."), "staff-1"),
        ("received", None, "staff-1"),
    ];
    assert_eq!(told, expected.map(|(kind, text, by)| (kind.to_owned(), text, by.to_owned())));
    assert_eq!((&steps[2]["answers"], &steps[4]["sufficient"]), (&made["id"], &json!(true)));
    assert_eq!((&steps[6]["on"], steps[6].get("sufficient")), (&json!("2026-11-20"), None));
    let page = service.get(&format!("{path}/history?limit=4")).await.expect(200).json();
    let rest = service.items(&format!("{path}/history?limit=4&cursor={}", text(&page, "next_cursor"))).await;
    assert_eq!(rest.len(), 3);
}
