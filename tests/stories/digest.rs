//! The digest of everything that falls due, for those who decide: by mail, once on each working day.

use chrono::Duration;
use futures_util::future::join_all;
use iewm::domain::Instant;
use iewm::jobs::Digest;
use serde_json::{Value, json};

use crate::harness::mail::{MailServer, Taken};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_digest_is_sent_once_on_a_working_day,
    of_several_processes_one_sends_the_digest,
    requests_complaints_and_breaches_are_in_one_digest,
    a_breach_is_overdue_to_the_minute,
    the_hours_of_a_breach_run_through_days_of_rest,
    what_is_done_is_in_no_digest,
    a_complaint_that_waits_for_its_outcome_is_in_every_digest,
}

const REQUESTS: &str = "/v1/subject-requests";

/// Records a request of a person who is a contact, and returns its path.
async fn request(service: &Service, kind: &str, received_on: &str) -> String {
    let asked = json!({
        "kind": kind, "requester": { "name": "Ada Lovelace" }, "channel": "post", "received_on": received_on,
        "details": "About the walrus.", "identity_known": true,
    });
    service.post(REQUESTS, asked).await.expect(201).header("location")
}

async fn complaint(service: &Service, received_on: &str) -> String {
    let asked = json!({
        "complainant": { "name": "Grace Hopper" }, "channel": "post", "received_on": received_on,
        "details": "About the walrus.",
    });
    service.post("/v1/complaints", asked).await.expect(201).header("location")
}

async fn breach(service: &Service, aware_at: &str) -> String {
    let asked = json!({ "aware_at": aware_at, "nature": "The walrus was lost.", "categories": ["contact"] });
    service.post("/v1/breaches", asked).await.expect(201).header("location")
}

async fn by_council(service: &Service, path: &str, body: Value) {
    service.request("POST", path).token(&service.council()).json(&body).send().await.expect(200);
}

/// Sends the one mail that is due.
async fn the_mail(service: &Service) -> Taken {
    let server = MailServer::start();
    service.deliver(&server).await;
    let [mail] = <[Taken; 1]>::try_from(server.taken()).ok().expect("one mail");
    mail
}

/// What a mail tells as due, line by line.
fn told(mail: &Taken) -> Vec<String> {
    let body = mail.text();
    body.lines().filter_map(|line| line.strip_prefix("    ")).map(|line| line.trim_end().to_owned()).collect()
}

/// What became of the digests, the newest first.
async fn digests(service: &Service) -> Vec<(String, Option<String>)> {
    let messages = service.items("/v1/messages").await;
    let digests = messages.iter().filter(|message| message["kind"] == "deadline_digest");
    digests.map(|message| (text(message, "status"), message["reason"].as_str().map(str::to_owned))).collect()
}

async fn a_digest_is_sent_once_on_a_working_day(service: Service) {
    let digest = Digest::new(service.state.clone());
    assert_eq!(service.tick(&digest).await, Ok(0), "nothing is due, and nothing is sent");
    // Due on 23 November, which is past; on 1 December, the fifth working day; and on the 2nd, which is the sixth.
    let late = request(&service, "erasure", "2026-10-23").await;
    request(&service, "access", "2026-11-01").await;
    request(&service, "access", "2026-11-02").await;
    assert_eq!(service.tick(&digest).await, Ok(1));
    assert_eq!(service.tick(&digest).await, Ok(0), "once a day");
    let mail = the_mail(&service).await;
    assert_eq!(mail.header("To"), "dataprotection@worcestershire.gov.uk");
    assert_eq!(mail.header("Subject"), "Legal deadlines: 2 within five working days or overdue");
    let lines = [
        "SR-2026-000001: answer the request by 23 November 2026, OVERDUE",
        "SR-2026-000002: answer the request by 1 December 2026",
    ];
    assert_eq!(told(&mail), lines);
    assert!(mail.text().contains("Overdue: 1."), "{}", mail.text());

    let at = |instant: &str| service.hands.set(Instant::parse(instant).unwrap());
    for (instant, owed) in [
        ("2026-11-25T06:59:59Z", false),
        ("2026-11-25T07:00:00Z", true),
        ("2026-11-25T23:59:59Z", false),
        ("2026-11-28T09:00:00Z", false), // a Saturday
        ("2026-12-25T09:00:00Z", false),
        ("2026-12-29T09:00:00Z", true),
        // In summer, seven by the clocks of London is six in UTC.
        ("2027-06-01T05:59:59Z", false),
        ("2027-06-01T06:00:00Z", true),
    ] {
        at(instant);
        assert_eq!(service.tick(&digest).await, Ok(usize::from(owed)), "{instant}");
    }
    // What was answered before the mail left is not told of.
    for path in service.items(REQUESTS).await.iter().map(|item| format!("{REQUESTS}/{}", text(item, "id"))) {
        service.post(&format!("{path}/withdrawal"), json!({})).await.expect(200);
    }
    let server = MailServer::start();
    service.deliver(&server).await;
    assert!(server.taken().is_empty());
    assert_eq!(service.get(&late).await.json()["status"], "withdrawn");
}

async fn of_several_processes_one_sends_the_digest(service: Service) {
    complaint(&service, "2026-10-20").await;
    let processes: Vec<Digest> = (0..6).map(|_| Digest::new(service.state.clone())).collect();
    let sent = join_all(processes.iter().map(|process| service.tick(process))).await;
    assert_eq!(sent.into_iter().map(Result::unwrap).sum::<usize>(), 1);
    assert_eq!(digests(&service).await, [("queued".to_owned(), None)]);
}

async fn requests_complaints_and_breaches_are_in_one_digest(service: Service) {
    complaint(&service, "2026-10-20").await; // to be acknowledged by 19 November
    complaint(&service, "2026-11-01").await; // by 1 December, the fifth working day
    complaint(&service, "2026-11-02").await; // by the 2nd, the sixth
    request(&service, "access", "2026-10-26").await; // to be answered by 26 November
    breach(&service, "2026-11-20T10:30:00Z").await; // to be notified by Monday the 23rd
    breach(&service, "2026-11-24T09:45:30Z").await; // by Friday the 27th
    assert_eq!(service.tick(&Digest::new(service.state.clone())).await, Ok(1));
    let mail = the_mail(&service).await;
    assert_eq!(mail.header("Subject"), "Legal deadlines: 5 within five working days or overdue");
    let lines = [
        "DC-2026-000001: acknowledge the complaint by 19 November 2026, OVERDUE",
        "PB-2026-000001: notify the Information Commission of the breach by 23 November 2026, 10:30 GMT, OVERDUE",
        "SR-2026-000001: answer the request by 26 November 2026",
        "PB-2026-000002: notify the Information Commission of the breach by 27 November 2026, 09:45 GMT",
        "DC-2026-000002: acknowledge the complaint by 1 December 2026",
    ];
    assert_eq!(told(&mail), lines);
    // The same as the list says, and nothing about a person.
    let listed = service.items("/v1/deadlines?before=2026-12-02").await;
    let listed: Vec<_> = listed.iter().map(|item| text(item, "reference")).collect();
    let references: Vec<_> = lines.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(listed, references);
    for part in [mail.text(), mail.part("text/html")] {
        for never in ["Ada", "Lovelace", "Grace", "Hopper", "walrus"] {
            assert!(!part.contains(never), "{never} in {part}");
        }
        assert!(lines.iter().all(|line| part.contains(line)), "{part}");
    }
}

async fn a_breach_is_overdue_to_the_minute(service: Service) {
    service.hands.set(Instant::parse("2027-06-04T08:00:00Z").unwrap());
    breach(&service, "2027-06-04T08:00:00Z").await; // a Friday: by Monday at nine in summer time
    let digest = Digest::new(service.state.clone());
    let line = "PB-2027-000001: notify the Information Commission of the breach by 7 June 2027, 09:00 BST";
    for (instant, expected) in [
        ("2027-06-04T08:00:00Z", line.to_owned()),
        ("2027-06-07T08:00:00Z", line.to_owned()), // its last moment
        ("2027-06-08T06:00:00Z", format!("{line}, OVERDUE")),
    ] {
        service.hands.set(Instant::parse(instant).unwrap());
        assert_eq!(service.tick(&digest).await, Ok(1), "{instant}");
        assert_eq!(told(&the_mail(&service).await), [expected], "{instant}");
    }
    // The mail says what is overdue when it is written, whenever it was queued.
    service.hands.set(Instant::parse("2027-06-09T08:00:00Z").unwrap());
    let other = breach(&service, "2027-06-06T08:00:00Z").await; // to be notified this very instant
    assert_eq!(service.tick(&digest).await, Ok(1));
    service.hands.advance(Duration::microseconds(1));
    let lines = told(&the_mail(&service).await);
    let id = text(&service.get(&other).await.expect(200).json(), "reference");
    let late = format!("{id}: notify the Information Commission of the breach by 9 June 2027, 09:00 BST, OVERDUE");
    assert_eq!(lines, [format!("{line}, OVERDUE"), late]);
}

async fn the_hours_of_a_breach_run_through_days_of_rest(service: Service) {
    let digest = Digest::new(service.state.clone());
    // Christmas Eve 2026 is a Thursday, and the next working day the Tuesday after: the hours end on Sunday.
    service.hands.set(Instant::parse("2026-12-24T08:00:00Z").unwrap());
    request(&service, "access", "2026-11-27").await;
    assert_eq!(service.tick(&digest).await, Ok(1), "Christmas Eve is a working day");
    the_mail(&service).await;
    let made = breach(&service, "2026-12-24T08:00:00Z").await;
    for day in ["2026-12-25", "2026-12-27"] {
        service.hands.set(Instant::parse(&format!("{day}T08:00:00Z")).unwrap());
        assert_eq!(service.tick(&digest).await, Ok(1), "{day}");
        assert_eq!(service.tick(&digest).await, Ok(0), "once a day");
        let reference = text(&service.get(&made).await.expect(200).json(), "reference");
        assert!(told(&the_mail(&service).await).iter().any(|line| line.starts_with(&reference)), "{day}");
    }
    // What is over, and what ends on working days, waits for one.
    service.hands.set(Instant::parse("2026-12-28T08:00:00Z").unwrap());
    assert_eq!(service.tick(&digest).await, Ok(0));
    service.hands.set(Instant::parse("2026-12-29T08:00:00Z").unwrap());
    assert_eq!(service.tick(&digest).await, Ok(1));
}

async fn what_is_done_is_in_no_digest(service: Service) {
    let digest = Digest::new(service.state.clone());
    let complained = complaint(&service, "2026-11-01").await;
    let on = json!({ "acknowledged_on": "2026-11-24" });
    service.post(&format!("{complained}/acknowledgement"), on).await.expect(200);
    service.post(&format!("{complained}/withdrawal"), json!({})).await.expect(200);
    let waiting = request(&service, "access", "2026-10-26").await;
    let question = json!({ "asked_on": "2026-11-24", "question": "Which event?" });
    service.post(&format!("{waiting}/clarifications"), question).await.expect(201);
    let spared = breach(&service, "2026-11-24T09:00:00Z").await;
    let judged = |risk: &str, notify: bool| json!({ "risk": risk, "reasons": "So.", "notify_regulator": notify, "notify_subjects": false });
    by_council(&service, &format!("{spared}/assessment"), judged("unlikely", false)).await;
    assert_eq!(service.tick(&digest).await, Ok(0));
    assert!(digests(&service).await.is_empty(), "nothing due sends nothing");

    let notified = breach(&service, "2026-11-24T09:00:00Z").await;
    by_council(&service, &format!("{notified}/assessment"), judged("likely", true)).await;
    assert_eq!(service.tick(&digest).await, Ok(1), "the notification is due, assessed or not");
    let told = json!({ "notified_at": "2026-11-24T10:00:00Z", "phase": "initial" });
    by_council(&service, &format!("{notified}/notification"), told).await;
    let server = MailServer::start();
    service.deliver(&server).await;
    assert!(server.taken().is_empty());
    assert_eq!(digests(&service).await, [("dropped".to_owned(), Some("done".to_owned()))]);
}

async fn a_complaint_that_waits_for_its_outcome_is_in_every_digest(service: Service) {
    let digest = Digest::new(service.state.clone());
    let complained = complaint(&service, "2026-11-20").await;
    let on = json!({ "acknowledged_on": "2026-11-24" });
    service.post(&format!("{complained}/acknowledgement"), on).await.expect(200);
    let line = "DC-2026-000001: tell the person the outcome of the complaint without undue delay (received on 20 November 2026)";
    for (day, owed) in [("2026-11-24", true), ("2026-11-28", false), ("2027-11-24", true)] {
        service.hands.set(Instant::parse(&format!("{day}T10:00:00Z")).unwrap());
        assert_eq!(service.tick(&digest).await, Ok(usize::from(owed)), "{day}: not on a Saturday");
        if owed {
            let mail = the_mail(&service).await;
            assert_eq!(told(&mail), [line], "{day}");
            assert_eq!(mail.header("Subject"), "Legal deadlines: 0 within five working days or overdue");
            assert!(mail.text().contains("Complaints without an outcome: 1."), "{}", mail.text());
        }
    }
    let outcome = json!({ "outcome": "upheld", "explanation": "Yes.", "given_on": "2027-11-24" });
    by_council(&service, &format!("{complained}/outcome"), outcome).await;
    service.hands.set(Instant::parse("2027-11-25T10:00:00Z").unwrap());
    service.deliver(&MailServer::start()).await;
    assert_eq!(service.tick(&digest).await, Ok(0));
}
