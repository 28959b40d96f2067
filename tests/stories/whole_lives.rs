//! Two requests from their receipt to the last that is left of them: for access, and for erasure.

use chrono::Duration;
use iewm::domain::{Instant, Role};
use iewm::jobs::{Digest, Upkeep};
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::mail::MailServer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    access_from_the_receipt_to_the_end_of_the_copy,
    erasure_from_the_receipt_to_the_last_letter,
}

/// Who is asked and who writes, in one of these lives.
struct Life<'a> {
    service: &'a Service,
    server: MailServer,
    request: String,
}

impl<'a> Life<'a> {
    /// A request of Ada's, who is a contact, by mail.
    async fn begin(service: &'a Service, kind: &str, ada: &str) -> Self {
        let asked = json!({
            "kind": kind, "contact_id": ada, "channel": "email", "received_on": "2026-11-20",
            "requester": { "name": "Ada Lovelace", "email": "ada@example.org" }, "details": "All about the walrus.",
        });
        let request = service.post("/v1/subject-requests", asked).await.expect(201).header("location");
        Self { service, server: MailServer::start(), request }
    }

    /// The one letter that the last step has sent: its subject, up to the reference, and what it says.
    async fn letter(&self) -> (String, String) {
        let before = self.server.taken().len();
        self.service.deliver(&self.server).await;
        let mails = self.server.taken();
        assert_eq!(mails.len(), before + 1);
        let mail = mails.last().expect("a letter");
        (mail.header("Subject").split(": ").next().unwrap_or_default().to_owned(), mail.text().replace("\r\n", "\n"))
    }

    async fn state(&self) -> [Value; 2] {
        let now = self.service.get(&self.request).await.expect(200).json();
        [now["status"].clone(), now["clock"]["state"].clone()]
    }

    async fn staff(&self, verb: &str, body: Value) -> Answer {
        self.service.post(&format!("{}/{verb}", self.request), body).await
    }

    async fn council(&self, subject: &str, verb: &str, body: Option<&Value>) -> Answer {
        let token = self.service.token(subject, &[Role::Council], None);
        let request = self.service.request("POST", &format!("{}/{verb}", self.request)).token(&token);
        match body {
            Some(body) => request.json(body).send().await,
            None => request.send().await,
        }
    }

    /// Asks for proof and is given it.
    async fn prove(&self) {
        assert_eq!(self.letter().await.0, "We have your request");
        let ask = json!({ "requested_on": "2026-11-23", "reason": "The address is a new one." });
        self.staff("identity-checks", ask).await.expect(200);
        assert_eq!(self.state().await, ["identity_pending", "not_started"]);
        assert!(self.letter().await.1.contains("The address is a new one."));
        let came = json!({ "received_on": "2026-11-24", "sufficient": true });
        self.staff("identity-checks", came).await.expect(200);
        assert_eq!(self.state().await, ["in_progress", "running"]);
    }
}

async fn access_from_the_receipt_to_the_end_of_the_copy(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let life = Life::begin(&service, "access", &ada).await;
    life.prove().await;
    let question = json!({ "asked_on": "2026-11-24", "question": "Which event?" });
    let question = text(&life.staff("clarifications", question).await.expect(201).json(), "id");
    assert_eq!(life.state().await, ["clarification_pending", "paused"]);
    assert!(life.letter().await.1.contains("Which event?"));
    service.hands.set(Instant::parse("2026-11-30T10:00:00Z").unwrap());
    let answer = json!({ "answered_on": "2026-11-30" });
    life.staff(&format!("clarifications/{question}/answer"), answer).await.expect(200);
    assert_eq!(life.state().await, ["in_progress", "running"]);
    let due = |request: &Value| request["clock"]["due_on"].as_str().unwrap().to_owned();
    let before = due(&service.get(&life.request).await.json());
    let notice = json!({ "notified_on": "2026-11-30", "reason": "complexity", "explanation": "Of the walrus." });
    life.staff("extension", notice).await.expect(200);
    assert!(due(&service.get(&life.request).await.json()) > before, "two further months");
    assert_eq!(life.letter().await.0, "We need more time");

    let package = format!("{}/package", life.request);
    life.council("council-1", "package", Some(&json!({ "delivery": "handed_over" }))).await.expect(200);
    let done = life.council("council-1", "package/release", None).await.expect(200).json();
    assert_eq!((&done["status"], &done["clock"]["state"]), (&json!("completed"), &json!("stopped")));
    assert_eq!(life.letter().await.0, "Our answer to your request");
    let copy = async || service.request("GET", &package).token(&service.council()).send().await;
    assert!(copy().await.expect(200).text().contains("Ada Lovelace"));
    let looks = service.audit(&format!("contact_id={ada}&action=subject_requests.package")).await;
    assert_eq!(looks.len(), 1, "who had it is written down");
    service.hands.advance(Duration::days(30));
    copy().await.problem(410, "gone");
    assert!(service.tick(&Digest::new(service.state.clone())).await.is_ok());
    assert_eq!(
        service.get(&life.request).await.expect(200).json()["status"],
        "completed",
        "that it was answered stays"
    );
}

async fn erasure_from_the_receipt_to_the_last_letter(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let life = Life::begin(&service, "erasure", &ada).await;
    life.prove().await;
    let plan = life.council("council-1", "erasure-plan", None).await.expect(200).json();
    let plan = json!({ "plan_sha256": plan["plan_sha256"] });
    life.council("council-1", "execution", Some(&plan)).await.problem(403, "same_person");
    let done = life.council("council-2", "execution", Some(&plan)).await.expect(200).json();
    assert_eq!((&done["status"], &done["outcome"]["kind"]), (&json!("completed"), &json!("fulfilled")));
    service.get(&format!("/v1/contacts/{ada}")).await.problem(410, "erased");
    let shown = service.get(&life.request).await.expect(200).text();
    assert!(!shown.contains("Lovelace"), "the last letter alone has the name: {shown}");

    let (_, body) = life.letter().await;
    let flat = body.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("We have erased your data"), "{flat}");
    assert!(
        flat.contains("can be read until 24 December 2026 at the latest. We delete them by 22 February 2027"),
        "{flat}"
    );
    service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    let left = service.get(&life.request).await.expect(200);
    assert!(left.json().get("requester").is_none_or(Value::is_null), "{}", left.text());
    for word in ["Lovelace", "walrus", "ada@example.org"] {
        assert!(!left.text().contains(word), "{word} in {}", left.text());
    }
    assert_eq!(left.json()["status"], "completed", "that they asked, and what came of it, stays");
    life.council("council-2", "execution", Some(&plan)).await.problem(409, "illegal_transition");
    // The mark stops mail to their address, and identifies no other person with them.
    let again = service.sign_up("Ada Lovelace", "ada@example.org").await;
    assert_ne!(again, ada);
}
