//! What a person or an operator wrote is nowhere but in the answers to those who may see it: not in the database's
//! bytes, not in a log line of any level, not in a metric, not in a problem.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use iewm::app;
use iewm::domain::{Clock, IdMint, Role};
use iewm::platform::auth::{TokenMint, TokenRequest};
use iewm::platform::vault::{MasterKeys, SystemEntropy};
use serde_json::{Value, json};

use crate::harness::client::{Answer, Request};
use crate::harness::mail::MailServer;
use crate::harness::process::{Process, request};
use crate::harness::service::{AUDIENCE, ISSUER};
use crate::harness::{Engine, postgres};

pub(crate) mod dump;
mod erased;
pub(crate) mod needles;

use needles::{CANARIES, Needles};

/// A service in a process of its own that logs everything it can.
struct Talkative {
    process: Process,
    issuer: TokenMint,
    base: String,
    metrics: String,
    mails: MailServer,
    /// Every problem that was answered.
    problems: Vec<String>,
}

fn start(folder: &Path, url: &str) -> Talkative {
    let mails = MailServer::start();
    let set = |name: &str, value: &str| (format!("IEWM__{name}"), value.to_owned());
    let variables = HashMap::from([
        set("SERVER__LISTEN", "127.0.0.1:0"),
        set("SERVER__METRICS_LISTEN", "127.0.0.1:0"),
        set("AUTH__ISSUER", ISSUER),
        set("AUTH__AUDIENCE", AUDIENCE),
        set("AUTH__JWKS", "jwks.json"),
        set("VAULT__MASTER_KEY_FILE", "master.key"),
        set("DATABASE__URL", url),
        set("LOG__FILTER", "trace"),
        set("MAIL__SMTP_URL", &mails.url),
    ]);
    MasterKeys::generate_file(&folder.join("master.key"), &SystemEntropy).unwrap();
    let issuer = TokenMint::generate(&SystemEntropy).unwrap();
    fs::write(folder.join("jwks.json"), issuer.jwks()).unwrap();
    let mut process = Process::start(folder, &variables, &["serve"]);
    let line: Value = serde_json::from_str(&process.until("\"listening\"")).unwrap();
    let address = |name: &str| format!("http://{}", line[name].as_str().unwrap());
    let (base, metrics) = (address("address"), address("metrics"));
    Talkative { base, metrics, mails, process, issuer, problems: Vec::new() }
}

impl Talkative {
    fn request(&self, method: &str, path: &str) -> Request {
        let now = Clock::system().now();
        let asked = TokenRequest {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            subject: "staff-1".to_owned(),
            roles: vec![Role::IewmStaff, Role::Council],
            organisation: None,
            lifetime_seconds: 3600,
        };
        let jti = IdMint::new(std::sync::Arc::new(SystemEntropy)).uuid(now);
        let token = self.issuer.mint(&asked, now, jti).unwrap();
        request(method, &format!("{}{path}", self.base)).token(&token)
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path).json(body).send().await
    }

    async fn refuse(&mut self, status: u16, request: Request) {
        let answer = request.send().await.expect(status);
        self.problems.push(answer.text());
    }
}

/// A complaint and a breach, from their beginning to their end.
async fn tell_what_went_wrong(service: &Talkative) {
    let [name, email, telephone, employer, job, source, wording, evidence, point] = *CANARIES;
    let complaint = json!({
        "complainant": { "name": name, "email": email, "telephone": telephone }, "channel": "email",
        "received_on": "2026-01-05", "details": wording,
    });
    let complaint = service.post("/v1/complaints", &complaint).await.expect(201).header("location");
    service.post(&format!("{complaint}/investigation"), &json!({ "note": evidence })).await.expect(200);
    let outcome = json!({ "outcome": "upheld", "explanation": source, "given_on": "2026-01-06" });
    service.post(&format!("{complaint}/outcome"), &outcome).await.expect(200);
    let breach = json!({
        "aware_at": "2026-01-05T10:00:00Z", "nature": wording, "categories": ["contact"], "consequences": evidence,
        "measures": source,
    });
    let breach = service.post("/v1/breaches", &breach).await.expect(201).header("location");
    let judged = json!({ "risk": "likely", "reasons": job, "notify_regulator": true, "notify_subjects": true });
    service.post(&format!("{breach}/assessment"), &judged).await.expect(200);
    let told = json!({ "notified_at": "2026-01-09T10:00:00Z", "phase": "initial", "lateness_reason": employer });
    service.post(&format!("{breach}/notification"), &told).await.expect(200);
    service.post(&format!("{breach}/closure"), &json!({ "explanation": point })).await.expect(200);
    for path in [&complaint, &breach, &format!("{complaint}/history"), &format!("{breach}/history")] {
        service.request("GET", path).send().await.expect(200);
    }
}

/// Everything that takes a value, and everything that could let one slip.
#[expect(clippy::too_many_lines, reason = "it is a list of calls")]
async fn tell_everything(service: &mut Talkative) -> Vec<String> {
    let [name, email, telephone, employer, job, source, wording, evidence, point] = *CANARIES;
    let organisation = json!({ "name": "Guildhall", "kind": "venue", "contact_point": point, "contact_email": email });
    let organisation = service.post("/v1/organisations", &organisation).await.expect(201).json();
    let agreement = json!({
        "organisation_id": organisation["id"], "purposes": ["venue_security"], "fields": ["name"], "necessity": wording,
        "starts_on": "2026-01-05", "ends_on": "9999-12-31",
    });
    let agreement = service.post("/v1/sharing-agreements", &agreement).await.expect(201).header("location");
    service.post(&format!("{agreement}/end"), &json!({ "reason": evidence })).await.expect(200);
    let person = json!({
        "name": name, "email": email, "telephone": telephone, "organisation": employer, "job_title": job,
        "source": { "kind": "event", "detail": source, "obtained_on": "2026-01-05" },
    });
    let keyed = |service: &Talkative| {
        service.request("POST", "/v1/contacts").header("Idempotency-Key", "a-key-of-ours").json(&person)
    };
    let made = keyed(service).send().await.expect(201);
    assert_eq!(keyed(service).send().await.expect(201).json(), made.json());
    let (path, contact) = (made.header("location"), made.json()["id"].clone());
    assert_eq!(made.json()["name"], name);

    let paper = json!({
        "contact_id": contact, "purpose": "newsletter", "decision": "given", "method": "paper",
        "wording": wording, "evidence_ref": evidence,
    });
    let consent = service.post("/v1/consents", &paper).await.expect(201).header("location");
    let form = json!({
        "contact_id": contact, "purpose": "event_information", "decision": "given", "method": "web_form",
        "wording": wording,
    });
    service.post("/v1/consents", &form).await.expect(201);
    let network = json!({ "code": "adass", "name": "ADASS", "description": "Directors." });
    let network = service.post("/v1/networks", &network).await.expect(201).header("location");
    let member = json!({ "contact_id": contact, "represents": employer, "directory_visibility": "network" });
    let joined = service.post(&format!("{network}/memberships"), &member).await.expect(201).header("location");
    service.request("GET", &format!("{network}/directory")).send().await.expect(200);
    service.post(&format!("{joined}/end"), &json!({ "reason": wording })).await.expect(200);
    for path in [
        &path,
        &joined,
        &format!("{consent}/history"),
        &format!("{consent}/receipt"),
        "/v1/contacts",
        "/v1/audiences/newsletter",
    ] {
        service.request("GET", path).send().await.expect(200);
    }
    for wanted in [json!({ "email": email }), json!({ "telephone": telephone }), json!({ "name": name })] {
        let found = service.post("/v1/contacts/search", &wanted).await.expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{wanted}");
    }
    let patch = json!({ "job_title": format!("{job} II") });
    service.request("PATCH", &path).if_match("\"1\"").merge_patch(&patch).send().await.expect(200);

    let refusals = [
        (409, service.request("POST", "/v1/contacts").json(&person)),
        (412, service.request("PATCH", &path).if_match("\"1\"").merge_patch(&patch)),
        (
            422,
            service.request("POST", "/v1/contacts").json(&json!({ "name": name, "email": name, "wording": wording })),
        ),
        (422, service.request("POST", "/v1/consents").json(&json!({ "contact_id": email, "evidence_ref": evidence }))),
        (
            400,
            service
                .request("POST", "/v1/contacts")
                .body("application/json", format!("{{\"name\": \"{name}\" \"{email}\"}}")),
        ),
        (
            400,
            service
                .request("POST", "/v1/contacts")
                .body("application/json", format!("{{\"name\": \"{name}\", \"name\": \"{email}\"}}")),
        ),
        (415, service.request("POST", "/v1/contacts").body("text/plain", email)),
        (400, service.request("GET", &format!("/v1/contacts?email={email}"))),
        (400, service.request("GET", &format!("/v1/contacts?status={email}"))),
        (400, service.request("GET", &format!("/v1/contacts?cursor={email}"))),
        (404, service.request("GET", &format!("/v1/contacts/{email}"))),
        (404, service.request("GET", &format!("/v1/{email}"))),
        (404, service.request("GET", &format!("/v1/confirmations/{email}"))),
        (405, service.request("PUT", "/v1/contacts").json(&person)),
        (
            401,
            request("GET", &format!("{}/v1/contacts", service.base))
                .header("Authorization", &format!("Bearer {email}")),
        ),
        (400, service.request("POST", "/v1/contacts").header("Idempotency-Key", name).json(&person)),
    ];
    for (status, request) in refusals {
        service.refuse(status, request).await;
    }
    let mail = service.mails.until_taken(1).remove(0);
    assert_eq!(mail.header("To"), email);
    let links = [
        mail.link("confirmations"),
        mail.link("preferences"),
        mail.link("unsubscribe"),
        ask_for_everything(service, &contact).await,
    ];
    request("GET", &format!("{}{}", service.base, links[0])).send().await.expect(200);
    request("POST", &format!("{}{}", service.base, links[0])).send().await.expect(200);
    request("POST", &format!("{}{}", service.base, links[2])).send().await.expect(200);
    tell_what_went_wrong(service).await;
    // The pointer to an unknown member names it, for the caller who sent it alone.
    service.post("/v1/contacts", &json!({ name: email })).await.expect(422);
    links.map(|link| link.rsplit('/').next().unwrap_or_default().to_owned()).to_vec()
}

/// A request of the person, through all that takes a text, to its refusal; gives the link of its acknowledgement.
async fn ask_for_everything(service: &Talkative, contact: &Value) -> String {
    let [name, email, telephone, employer, job, source, wording, ..] = *CANARIES;
    let asked = json!({
        "kind": "access", "contact_id": contact, "channel": "email", "received_on": "2026-01-05", "details": wording,
        "identity_known": true, "requester": { "name": name, "email": email, "telephone": telephone },
    });
    let path = service.post("/v1/subject-requests", &asked).await.expect(201).header("location");
    let acknowledgement = service.mails.until_taken(2).remove(1);
    assert_eq!(acknowledgement.header("To"), email);
    let question = json!({ "asked_on": "2026-01-06", "question": source });
    let made = service.post(&format!("{path}/clarifications"), &question).await.expect(201).json();
    let answer = format!("{path}/clarifications/{}/answer", made["id"].as_str().unwrap());
    service.post(&answer, &json!({ "answered_on": "2026-01-07" })).await.expect(200);
    let notice = json!({ "notified_on": "2026-01-08", "reason": "complexity", "explanation": employer });
    service.post(&format!("{path}/extension"), &notice).await.expect(200);
    let refusal = json!({ "ground": "no_match", "explanation": job });
    service.post(&format!("{path}/refusal"), &refusal).await.expect(200);
    for path in [&path, &format!("{path}/history"), &format!("{path}/letters/refusal"), "/v1/subject-requests"] {
        let shown = service.request("GET", path).send().await.expect(200).text();
        assert!(shown.contains(name) || path.ends_with("history"), "{path}: {shown}");
    }
    service.post("/v1/subject-requests", &json!({ "kind": name, "details": wording })).await.expect(422);
    let link = acknowledgement.link("request-status");
    request("GET", &format!("{}{link}", service.base)).send().await.expect(200);
    link
}

async fn values_are_nowhere(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let (url, database) = match engine {
        Engine::Sqlite => ("sqlite://iewm.db".to_owned(), None),
        Engine::Postgres => {
            postgres::template(|url| app::migrate_only(url).expect("migrations that run"));
            let Some(database) = postgres::database() else { return };
            (database.url.clone(), Some(database))
        }
    };
    let mut service = start(folder.path(), &url);
    let tokens = tell_everything(&mut service).await;
    let metrics = request("GET", &format!("{}/metrics", service.metrics)).send().await.expect(200).text();
    assert!(metrics.contains("iewm_http_answers"), "{metrics}");

    let secrets: Vec<&str> = CANARIES.iter().copied().chain(tokens.iter().map(String::as_str)).collect();
    let needles = Needles::of(&secrets);
    // The files while it runs, with what is not checkpointed yet, and again when it has stopped.
    dump::search_files(&needles, folder.path());
    assert!(service.process.stop("TERM").success());
    dump::search_files(&needles, folder.path());
    if let Some(database) = &database {
        dump::search_postgres(&needles, &database.url);
    }
    needles.assert_absent("the metrics", metrics.as_bytes());
    for problem in &service.problems {
        needles.assert_absent("a problem", problem.as_bytes());
    }
    let lines = &service.process.said;
    assert!(lines.iter().any(|line| line.contains("\"TRACE\"")), "the log is not at its loudest");
    assert!(lines.iter().any(|line| line.contains("/v1/contacts/search")), "the requests are not in the log");
    for line in lines {
        needles.assert_absent("the log", line.as_bytes());
    }
}

mod values_are_nowhere {
    use super::Engine;

    #[actix_web::test]
    async fn on_sqlite() {
        super::values_are_nowhere(Engine::Sqlite).await;
    }

    #[actix_web::test]
    async fn on_postgres() {
        super::values_are_nowhere(Engine::Postgres).await;
    }
}
