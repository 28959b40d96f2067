//! Complaints about the use of personal data, from their receipt to their outcome.

use chrono::{Duration, NaiveDate};
use iewm::domain::{Instant, OrganisationId, Role};
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::mail::MailServer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_complaint_is_taken_acknowledged_looked_into_and_answered,
    a_complaint_goes_only_where_the_law_lets_it,
    days_that_cannot_be_true_are_refused,
    a_bad_complaint_is_told_what_to_change,
    the_acknowledgement_is_due_on_a_working_day,
    a_holiday_that_is_proclaimed_moves_the_day,
    beyond_the_table_of_holidays_nothing_is_guessed,
    complaints_are_found_by_state_contact_reference_and_day,
    the_person_is_told_by_mail,
    no_letter_leaves_without_its_reason_or_an_address,
    a_contacts_letter_leads_to_their_choices,
    a_contact_with_an_open_complaint_is_not_simply_deleted,
    a_merge_hands_the_complaints_over,
    only_the_council_decides_and_contractors_see_nothing,
    of_two_outcomes_at_once_one_is_given,
    numbers_run_without_a_gap,
}

/// A complaint of a person who is no contact.
fn complaint() -> Value {
    json!({
        "complainant": { "name": "Grace Hopper", "email": "grace@example.org", "telephone": "01905 765765" },
        "channel": "email", "received_on": "2026-11-20", "details": "I asked twice to be left alone.\nIn vain.",
    })
}

fn complaint_with(member: &str, value: Value) -> Value {
    let mut asked = complaint();
    asked[member] = value;
    asked
}

async fn taken(service: &Service, asked: Value) -> String {
    service.post("/v1/complaints", asked).await.expect(201).header("location")
}

async fn decided(service: &Service, path: &str, body: Value) -> Answer {
    service.request("POST", &format!("{path}/outcome")).token(&service.council()).json(&body).send().await
}

fn outcome() -> Value {
    json!({ "outcome": "upheld", "explanation": "The list was old.\nIt is not any more.", "given_on": "2026-11-24" })
}

async fn verb(service: &Service, path: &str, verb: &str) -> Answer {
    match verb {
        "acknowledgement" => service.post(&format!("{path}/{verb}"), json!({ "acknowledged_on": "2026-11-24" })).await,
        "investigation" => service.post(&format!("{path}/{verb}"), json!({ "note": "Asked the contractor." })).await,
        "outcome" => decided(service, path, outcome()).await,
        _ => service.request("POST", &format!("{path}/{verb}")).token(&service.staff()).send().await,
    }
}

async fn a_complaint_is_taken_acknowledged_looked_into_and_answered(service: Service) {
    let made = service.post("/v1/complaints", complaint()).await.expect(201);
    let (path, told) = (made.header("location"), made.json());
    let id = text(&told, "id");
    assert_eq!(
        told,
        json!({
            "id": id, "reference": "DC-2026-000001", "channel": "email", "received_on": "2026-11-20",
            "complainant": { "name": "Grace Hopper", "email": "grace@example.org", "telephone": "+441905765765" },
            "details": "I asked twice to be left alone.\nIn vain.", "acknowledge_by": "2026-12-21",
            "status": "received", "version": 1,
        })
    );
    let read = service.get(&path).await.expect(200);
    assert_eq!((read.json(), read.etag()), (told, made.etag()));

    let acknowledged = verb(&service, &path, "acknowledgement").await.expect(200).json();
    assert_eq!(
        (text(&acknowledged, "status"), text(&acknowledged, "acknowledged_on")),
        ("acknowledged".into(), "2026-11-24".into())
    );
    let investigating = verb(&service, &path, "investigation").await.expect(200).json();
    assert_eq!(
        (text(&investigating, "status"), text(&investigating, "note")),
        ("investigating".into(), "Asked the contractor.".into())
    );
    let answered = verb(&service, &path, "outcome").await.expect(200);
    assert!(answered.etag().starts_with("\"4-"), "{}", answered.etag());
    let answered = answered.json();
    for (member, expected) in [
        ("status", json!("outcome_given")),
        ("outcome", json!("upheld")),
        ("explanation", json!("The list was old.\nIt is not any more.")),
        ("closed_on", json!("2026-11-24")),
        ("keep_until", json!("2032-11-24")),
        ("note", json!("Asked the contractor.")),
        ("version", json!(4)),
    ] {
        assert_eq!(answered[member], expected, "{member}");
    }
    assert_eq!(service.get(&path).await.expect(200).json(), answered);

    let history = service.items(&format!("{path}/history")).await;
    let steps: Vec<_> = history
        .iter()
        .map(|step| (text(step, "status"), text(step, "occurred_on"), text(step, "recorded_by")))
        .collect();
    let step = |status: &str, on: &str, by: &str| (status.to_owned(), on.to_owned(), by.to_owned());
    assert_eq!(
        steps,
        [
            step("outcome_given", "2026-11-24", "council-1"),
            step("investigating", "2026-11-24", "staff-1"),
            step("acknowledged", "2026-11-24", "staff-1"),
            step("received", "2026-11-20", "staff-1"),
        ]
    );
    let actions: Vec<Value> = service.audit("").await.iter().map(|entry| entry["action"].clone()).collect();
    for action in ["receive", "acknowledge", "investigate", "outcome", "read", "history"] {
        assert!(actions.contains(&json!(format!("complaints.{action}"))), "{action} in {actions:?}");
    }
}

async fn a_complaint_goes_only_where_the_law_lets_it(service: Service) {
    let verbs = ["acknowledgement", "investigation", "outcome", "withdrawal"];
    let states = ["acknowledged", "investigating", "outcome_given", "withdrawn"];
    // The verbs that lead to a state, and the states that can follow it.
    let from: [(&[&str], &[&str]); 5] = [
        (&[], &states),
        (&["acknowledgement"], &states[1..]),
        (&["investigation"], &states[2..]),
        (&["outcome"], &[]),
        (&["withdrawal"], &[]),
    ];
    for (way, next) in from {
        for (at, tried) in verbs.iter().enumerate() {
            let path = taken(&service, complaint()).await;
            for step in way {
                verb(&service, &path, step).await.expect(200);
            }
            let before = service.get(&path).await.expect(200).json();
            let answer = verb(&service, &path, tried).await;
            if next.contains(&states[at]) {
                assert_eq!(answer.expect(200).json()["status"], states[at], "{way:?} {tried}");
            } else {
                let problem = answer.problem(409, "illegal_transition").json();
                assert_eq!(problem["allowed_transitions"], json!(next), "{way:?} {tried}");
                assert_eq!(service.get(&path).await.expect(200).json(), before);
            }
        }
    }
}

async fn days_that_cannot_be_true_are_refused(service: Service) {
    let refused = async |received_on: &str| {
        let asked = complaint_with("received_on", json!(received_on));
        service.post("/v1/complaints", asked).await.problem(422, "invalid").faults()
    };
    assert_eq!(refused("2026-11-25").await, ["/received_on future"]);
    assert_eq!(refused("2018-05-24").await, ["/received_on too_early"]);
    assert_eq!(refused("2026-11-31").await, ["/received_on date"]);
    let path = taken(&service, complaint()).await;
    let acknowledged = async |on: &str| {
        let answer = service.post(&format!("{path}/acknowledgement"), json!({ "acknowledged_on": on })).await;
        answer.problem(422, "invalid").faults()
    };
    assert_eq!(acknowledged("2026-11-25").await, ["/acknowledged_on future"]);
    assert_eq!(acknowledged("2026-11-19").await, ["/acknowledged_on before_receipt"]);
    for (on, fault) in [("2026-11-25", "/given_on future"), ("2026-11-19", "/given_on before_receipt")] {
        let mut body = outcome();
        body["given_on"] = json!(on);
        assert_eq!(decided(&service, &path, body).await.problem(422, "invalid").faults(), [fault]);
    }
    // Today is London's: half past eleven in the evening of a summer's day in UTC is tomorrow there.
    service.hands.set(Instant::parse("2027-06-30T23:30:00Z").unwrap());
    taken(&service, complaint_with("received_on", json!("2027-07-01"))).await;
    // The answer names a wrong day before a wrong state.
    verb(&service, &path, "withdrawal").await.expect(200);
    let answer = service.post(&format!("{path}/acknowledgement"), json!({ "acknowledged_on": "2026-11-01" })).await;
    assert_eq!(answer.problem(422, "invalid").faults(), ["/acknowledged_on before_receipt"]);
}

async fn a_bad_complaint_is_told_what_to_change(service: Service) {
    let nobody = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    let refused = async |body: Value| service.post("/v1/complaints", body).await.problem(422, "invalid").faults();
    let missing = ["/channel missing", "/complainant missing", "/details missing", "/received_on missing"];
    assert_eq!(refused(json!({})).await, missing);
    let mut bad = complaint();
    bad["complainant"] = json!({ "name": " ", "email": "grace", "age": 7 });
    bad["channel"] = json!("fax");
    bad["details"] = json!("a\u{0}b");
    bad["reference"] = json!("DC-2026-000009");
    bad["status"] = json!("withdrawn");
    bad["acknowledge_by"] = json!("2099-01-01");
    let expected = [
        "/acknowledge_by read_only",
        "/channel unknown_value",
        "/complainant/age unknown",
        "/complainant/email email",
        "/complainant/name blank",
        "/details characters",
        "/reference read_only",
        "/status read_only",
    ];
    assert_eq!(refused(bad).await, expected);
    let mut both = complaint_with("contact_id", json!(nobody));
    both["received_on"] = json!("2026-11-25");
    assert_eq!(refused(both).await, ["/contact_id unknown_reference", "/received_on future"]);
    assert_eq!(refused(complaint_with("details", json!("x".repeat(10_001)))).await, ["/details too_long"]);

    let path = taken(&service, complaint()).await;
    for (verb, fault) in [("acknowledgement", "/acknowledged_on missing"), ("investigation", "/note missing")] {
        let answer = service.post(&format!("{path}/{verb}"), json!({})).await;
        assert_eq!(answer.problem(422, "invalid").faults(), [fault]);
    }
    let bad = json!({ "outcome": "settled", "explanation": "\n", "given_on": "today", "version": 2 });
    let faults = decided(&service, &path, bad).await.problem(422, "invalid").faults();
    assert_eq!(faults, ["/explanation blank", "/given_on date", "/outcome unknown_value", "/version read_only"]);
    let answer = service.post(&format!("{path}/withdrawal"), json!({ "reason": "none" })).await;
    assert_eq!(answer.problem(422, "invalid").faults(), ["/reason unknown"]);
    for tried in ["acknowledgement", "investigation", "outcome", "withdrawal"] {
        verb(&service, &format!("/v1/complaints/{nobody}"), tried).await.problem(404, "not_found");
    }
    service.get(&format!("/v1/complaints/{nobody}/history")).await.problem(404, "not_found");
    let items = service.items("/v1/complaints").await;
    assert_eq!((items.len(), &items[0]["reference"]), (1, &json!("DC-2026-000001")), "nothing is half done");
}

async fn the_acknowledgement_is_due_on_a_working_day(service: Service) {
    service.hands.set(Instant::parse("2027-03-01T10:00:00Z").unwrap());
    for (received_on, acknowledge_by) in [
        ("2026-11-24", "2026-12-24"), // a Thursday
        ("2026-11-25", "2026-12-29"), // Christmas on a Friday, and Boxing Day kept on the Monday
        ("2026-11-30", "2026-12-30"),
        ("2026-12-02", "2027-01-04"), // New Year's Day, and a weekend
        ("2027-02-24", "2027-03-30"), // Good Friday to Easter Monday
        ("2026-06-25", "2026-07-27"), // a Saturday
        ("2020-04-08", "2020-05-11"), // the bank holiday that was moved to Friday 8 May
    ] {
        let made = service.post("/v1/complaints", complaint_with("received_on", json!(received_on))).await.expect(201);
        assert_eq!(made.json()["acknowledge_by"], acknowledge_by, "{received_on}");
    }
}

async fn a_holiday_that_is_proclaimed_moves_the_day(service: Service) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("holidays.json");
    let holidays = |dates: &[&str]| {
        let events: Vec<Value> = dates.iter().map(|date| json!({ "title": "Proclaimed", "date": date })).collect();
        std::fs::write(&file, json!({ "england-and-wales": { "events": events } }).to_string()).unwrap();
    };
    holidays(&[]);
    let more = [("CALENDAR__EXTRA_HOLIDAYS_FILE", file.to_str().unwrap())];
    let Some(mut service) = Service::start_with(service.engine, &more).await else { return };
    let made = service.post("/v1/complaints", complaint()).await.expect(201);
    let path = made.header("location");
    holidays(&["2026-12-21", "2026-12-22"]);
    service.restart().await;
    let moved = service.get(&path).await.expect(200);
    assert_eq!((&moved.json()["acknowledge_by"], &moved.json()["version"]), (&json!("2026-12-23"), &json!(1)));
    assert_ne!(moved.etag(), made.etag(), "the entity tag tells it");
    let found = async |before: &str| service.items(&format!("/v1/complaints?acknowledge_before={before}")).await.len();
    assert_eq!((found("2026-12-23").await, found("2026-12-24").await), (0, 1), "and so does the list");
}

async fn beyond_the_table_of_holidays_nothing_is_guessed(service: Service) {
    service.hands.set(Instant::parse("2028-12-04T10:00:00Z").unwrap());
    let asked = complaint_with("received_on", json!("2028-12-04"));
    let problem = service.post("/v1/complaints", asked).await.problem(503, "calendar_exhausted");
    assert!(!problem.header("retry-after").is_empty());
    // What is due on the last working day of the table is not lost to it, and the number was not used up.
    let made = service.post("/v1/complaints", complaint_with("received_on", json!("2028-11-29"))).await.expect(201);
    let told = made.json();
    assert_eq!((&told["acknowledge_by"], &told["reference"]), (&json!("2028-12-29"), &json!("DC-2028-000001")));
    assert_eq!(service.items("/v1/complaints?acknowledge_before=9999-12-31").await.len(), 1);
    assert_eq!(service.items("/v1/complaints?acknowledge_before=1900-01-01").await.len(), 0);
}

async fn complaints_are_found_by_state_contact_reference_and_day(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let mut paths = Vec::new();
    for day in ["2026-11-02", "2026-11-03", "2026-11-24", "2026-11-20"] {
        paths.push(taken(&service, complaint_with("received_on", json!(day))).await);
    }
    let of_ada = taken(&service, complaint_with("contact_id", json!(ada))).await;
    verb(&service, &paths[0], "withdrawal").await.expect(200);
    let found = async |query: &str| {
        let items = service.items(&format!("/v1/complaints?{query}")).await;
        items.iter().map(|item| text(item, "reference")[8..].trim_start_matches('0').to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, ["5", "4", "3", "2", "1"], "newest first");
    assert_eq!(found("status=withdrawn").await, ["1"]);
    assert_eq!(found(&format!("contact_id={ada}")).await, ["5"]);
    assert_eq!(found("reference=DC-2026-000003").await, ["3"]);
    assert!(found("reference=PB-2026-000003").await.is_empty());
    // 2 December, 3 December; Sunday 20 December, moved to the 21st; 24 December.
    assert_eq!(found("acknowledge_before=2026-12-03").await, ["1"]);
    assert_eq!(found("acknowledge_before=2026-12-21").await, ["2", "1"]);
    assert_eq!(found("acknowledge_before=2026-12-22&status=received").await, ["5", "4", "2"]);
    assert_eq!(found("acknowledge_before=2026-12-25").await.len(), 5);
    for query in
        ["acknowledge_before=soon", "status=open", "contact_id=7", "name=Grace", "reference=DC-2026-3", "reference=%00"]
    {
        service.get(&format!("/v1/complaints?{query}")).await.problem(400, "invalid_query");
    }
    let first = service.get("/v1/complaints?limit=2").await.expect(200).json();
    let next = format!("/v1/complaints?limit=3&cursor={}", text(&first, "next_cursor"));
    assert_eq!(service.items(&next).await.len(), 3);
    let steps = service.get(&format!("{of_ada}/history?limit=1")).await.expect(200).json();
    assert_eq!((steps["items"].as_array().unwrap().len(), &steps["next_cursor"]), (1, &json!(null)));
}

async fn the_person_is_told_by_mail(service: Service) {
    let server = MailServer::start();
    let path = taken(&service, complaint()).await;
    assert_eq!(service.deliver(&server).await, 0, "receipt alone mails nothing");
    verb(&service, &path, "acknowledgement").await.expect(200);
    assert_eq!(service.deliver(&server).await, 1);
    verb(&service, &path, "investigation").await.expect(200);
    let mut answer = outcome();
    answer["explanation"] = json!("We <b>found</b> it.\nAnd mended it.");
    decided(&service, &path, answer).await.expect(200);
    assert_eq!(service.deliver(&server).await, 1);
    let mails = server.taken();
    assert_eq!(mails.len(), 2);
    for (mail, subject) in
        mails.iter().zip(["We have your complaint DC-2026-000001", "The outcome of your complaint DC-2026-000001"])
    {
        assert_eq!((mail.header("To").as_str(), mail.header("Subject").as_str()), ("grace@example.org", subject));
        assert!(mail.header("List-Unsubscribe").is_empty());
        for part in [mail.text(), mail.part("text/html")] {
            for needed in [
                "DC-2026-000001",
                "20 November 2026",
                "Information Commission",
                "section 165",
                "section 167",
                "court",
                "dataprotection@worcestershire.gov.uk",
            ] {
                assert!(part.contains(needed), "{needed} in {part}");
            }
            assert!(
                !part.contains("Grace") && !part.contains("I asked twice") && !part.contains("/preferences/"),
                "{part}"
            );
        }
    }
    assert!(mails[0].text().contains("section 164A"), "{}", mails[0].text());
    let words = mails[1].text();
    assert!(words.contains("upheld") && words.contains("We <b>found</b> it.\r\nAnd mended it."), "{words}");
    assert!(mails[1].part("text/html").contains("We &#60;b&#62;found&#60;/b&#62; it."));
}

async fn no_letter_leaves_without_its_reason_or_an_address(service: Service) {
    let server = MailServer::start();
    let by_post = taken(&service, complaint_with("complainant", json!({ "name": "Grace Hopper" }))).await;
    verb(&service, &by_post, "acknowledgement").await.expect(200);
    verb(&service, &by_post, "outcome").await.expect(200);
    assert!(service.items("/v1/messages").await.is_empty());
    let back = taken(&service, complaint()).await;
    verb(&service, &back, "acknowledgement").await.expect(200);
    verb(&service, &back, "withdrawal").await.expect(200);
    let quick = taken(&service, complaint()).await;
    verb(&service, &quick, "acknowledgement").await.expect(200);
    verb(&service, &quick, "outcome").await.expect(200);
    assert_eq!(service.deliver(&server).await, 3);
    assert_eq!(server.taken().len(), 1, "the outcome alone");
    assert!(server.taken()[0].header("Subject").starts_with("The outcome"));
    let messages = service.items("/v1/messages?status=dropped").await;
    let mut reasons: Vec<String> = messages.iter().map(|message| text(message, "reason")).collect();
    reasons.sort();
    assert_eq!(reasons, ["outcome_given", "withdrawn"]);
}

async fn a_contacts_letter_leads_to_their_choices(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    for email in ["Ada@example.org", "elsewhere@example.org"] {
        let mut asked = complaint_with("contact_id", json!(ada));
        asked["complainant"] = json!({ "name": "Ada Lovelace", "email": email });
        let path = taken(&service, asked).await;
        verb(&service, &path, "acknowledgement").await.expect(200);
        service.deliver(&server).await;
    }
    let mails = server.taken();
    service.follow("GET", &mails[0].link("preferences")).await.expect(200);
    assert!(!mails[1].text().contains("/preferences/"), "another's mailbox may not choose for her");
    let messages = service.items("/v1/messages").await;
    assert!(messages.iter().all(|message| message["contact_id"] == json!(ada)), "{messages:?}");
}

async fn a_contact_with_an_open_complaint_is_not_simply_deleted(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = taken(&service, complaint_with("contact_id", json!(ada))).await;
    for step in ["acknowledgement", "investigation", "outcome"] {
        service.delete(&ada).await.problem(409, "erasure_request_required");
        verb(&service, &path, step).await.expect(200);
    }
    service.delete(&ada).await.expect(204);
    let kept = service.get(&path).await.expect(200).json();
    assert_eq!(
        (&kept["contact_id"], &kept["status"]),
        (&json!(ada), &json!("outcome_given")),
        "that it was answered stays"
    );
    assert_eq!(
        (&kept["complainant"], &kept["details"], &kept["explanation"]),
        (&json!(null), &json!(null), &json!(null))
    );
    let again = service.post("/v1/complaints", complaint_with("contact_id", json!(ada))).await;
    again.problem(410, "erased");
}

async fn a_merge_hands_the_complaints_over(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let twice = service.sign_up("A. Lovelace", "a.lovelace@example.org").await;
    let path = taken(&service, complaint_with("contact_id", json!(twice))).await;
    let merge = json!({ "from_contact_id": twice });
    service.post(&format!("/v1/contacts/{ada}/merge"), merge).await.expect(200);
    let handed = service.get(&path).await.expect(200).json();
    assert_eq!((&handed["contact_id"], &handed["version"]), (&json!(ada), &json!(2)));
    assert_eq!(service.items(&format!("/v1/complaints?contact_id={ada}")).await, [handed]);
    let problem = service.post("/v1/complaints", complaint_with("contact_id", json!(twice))).await;
    assert_eq!(problem.problem(410, "merged").json()["merged_into"], json!(ada));
    service.delete(&ada).await.problem(409, "erasure_request_required");
    verb(&service, &path, "withdrawal").await.expect(200);
}

async fn only_the_council_decides_and_contractors_see_nothing(service: Service) {
    let path = taken(&service, complaint()).await;
    let problem = service.post(&format!("{path}/outcome"), outcome()).await.problem(403, "forbidden").json();
    assert_eq!(problem["permission"], "complaints:decide");
    let asked = json!({ "name": "Brightwater Mailing", "kind": "approved_contractor" });
    let organisation = service.post("/v1/organisations", asked).await.expect(201).json();
    let organisation: OrganisationId = text(&organisation, "id").parse().unwrap();
    let contractor = service.token("contractor-1", &[Role::Contractor], Some(organisation));
    for (method, path) in [("GET", "/v1/complaints"), ("GET", &path), ("POST", "/v1/complaints")] {
        service.request(method, path).token(&contractor).send().await.problem(403, "forbidden");
    }
    for step in ["acknowledgement", "investigation"] {
        let body =
            if step == "investigation" { json!({ "note": "X" }) } else { json!({ "acknowledged_on": "2026-11-24" }) };
        let by_council = service.request("POST", &format!("{path}/{step}")).token(&service.council()).json(&body);
        by_council.send().await.expect(200);
    }
}

async fn of_two_outcomes_at_once_one_is_given(service: Service) {
    let server = MailServer::start();
    for _ in 0..5 {
        let path = taken(&service, complaint()).await;
        let answers = futures_util::future::join_all((0..4).map(|_| decided(&service, &path, outcome()))).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409]);
        assert_eq!(service.items(&format!("{path}/history")).await.len(), 2);
    }
    assert_eq!(service.deliver(&server).await, 5);
}

async fn numbers_run_without_a_gap(service: Service) {
    let bad = complaint_with("received_on", json!("2026-11-25"));
    let asked = (0..12).map(|at| if at % 3 == 2 { bad.clone() } else { complaint() });
    let answers = futures_util::future::join_all(asked.map(|asked| service.post("/v1/complaints", asked))).await;
    let mut numbers: Vec<String> =
        answers.iter().filter(|answer| answer.status == 201).map(|answer| text(&answer.json(), "reference")).collect();
    numbers.sort();
    let expected: Vec<String> = (1..=8).map(|number| format!("DC-2026-{number:06}")).collect();
    assert_eq!(numbers, expected);
    service.hands.advance(Duration::days(60));
    let today = (NaiveDate::from_ymd_opt(2026, 11, 24).unwrap() + Duration::days(60)).to_string();
    let made = service.post("/v1/complaints", complaint_with("received_on", json!(today))).await.expect(201);
    assert_eq!(made.json()["reference"], "DC-2027-000001");
}
