//! A canary in every column that identifies a person, found in none of them afterwards, nor in any file, answer or link.

use std::collections::BTreeSet;

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use iewm::domain::{Card, Column, Fate};
use iewm::inventory::CARDS;
use iewm::jobs::{Gathering, Upkeep};
use iewm::resources::subject_requests::package::store::building::MOST_AT_ONCE;
use serde_json::{Value, json};

use super::{EXECUTOR, PROPOSER};
use crate::harness::mail::MailServer;
use crate::harness::people::{grant, text};
use crate::harness::{Engine, Service, on_both_engines};
use crate::secrecy::dump;
use crate::secrecy::needles::{CANARIES, Needles};

on_both_engines! {
    nothing_of_the_erased_is_anywhere,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Service {
    pub(crate) fn lines(&self, query: &str) -> Vec<String> {
        let lines: Vec<Line> = match self.engine {
            Engine::Sqlite => sql_query(query).load(&mut self.sqlite()).unwrap(),
            Engine::Postgres => sql_query(query).load(&mut self.postgres()).unwrap(),
        };
        lines.into_iter().map(|Line { line }| line).collect()
    }

    /// What a column holds, of every row where it holds something, in hexadecimal.
    pub(crate) fn cells(&self, table: &str, column: &str) -> Vec<String> {
        let hex = match (self.engine, column) {
            (Engine::Postgres, "search_tokens") => {
                "(SELECT encode(string_agg(int4send(token), ''), 'hex') FROM unnest(search_tokens) AS token)".to_owned()
            }
            (Engine::Sqlite, _) => format!("lower(hex({column}))"),
            (Engine::Postgres, _) => format!("encode({column}, 'hex')"),
        };
        self.lines(&format!("SELECT {hex} AS line FROM {table} WHERE {column} IS NOT NULL"))
    }

    /// What SQLite's index of names and numbers tells of each contact: its tokens, one after the other, in hexadecimal.
    pub(crate) fn borne_tokens(&self) -> Vec<String> {
        let mut sqlite = self.sqlite();
        let index = "CREATE VIRTUAL TABLE temp.borne USING fts5vocab (main, contact_tokens, instance)";
        sql_query(index).execute(&mut sqlite).unwrap();
        let borne = "SELECT group_concat(term, '') AS line FROM (SELECT term, doc FROM temp.borne ORDER BY doc, term) GROUP BY doc";
        let lines: Vec<Line> = sql_query(borne).load(&mut sqlite).unwrap();
        lines.into_iter().map(|Line { line }| line).collect()
    }

    /// Every row of a table, bytes and ids in lower-case hexadecimal.
    fn rows(&self, card: &Card) -> String {
        let quoted = |(name, _): Column| format!("quote({name})");
        let line = match self.engine {
            Engine::Sqlite => card.all_columns().map(quoted).collect::<Vec<_>>().join("||','||"),
            Engine::Postgres => "t::text".to_owned(),
        };
        let rows = self.lines(&format!("SELECT {line} AS line FROM {} t", card.table));
        rows.join("\n").to_lowercase().replace('-', "")
    }
}

/// A person in every table: what names the person, and the links that were mailed.
pub(crate) struct Canary {
    pub(crate) contact: String,
    merged: String,
    pub(crate) memberships: [String; 2],
    pub(crate) consents: Vec<String>,
    pub(crate) confirmation: String,
    pub(crate) preferences: String,
    pub(crate) unsubscribe: String,
}

/// Signs a person up who leaves a value in every column.
pub(crate) async fn plant(service: &Service) -> Canary {
    let [name, email, telephone, employer, job, source, wording, evidence, former] = *CANARIES;
    let person = |email: &str| {
        json!({ "name": name, "email": email, "telephone": telephone, "organisation": employer, "job_title": job,
                "source": { "kind": "event", "detail": source, "obtained_on": "2026-01-05" } })
    };
    let keyed = service.request("POST", "/v1/contacts").token(&service.staff()).header("Idempotency-Key", "canary-1");
    let contact = text(&keyed.json(&person(email)).send().await.expect(201).json(), "id");
    let merged = text(&service.post("/v1/contacts", person(former)).await.expect(201).json(), "id");
    let paper = |contact: &str, purpose: &str| {
        json!({ "contact_id": contact, "purpose": purpose, "decision": "given", "method": "paper", "wording": wording,
                "evidence_ref": evidence })
    };
    for (contact, purpose) in [(&contact, "newsletter"), (&merged, "trade_articles")] {
        service.decide(paper(contact, purpose)).await.expect(201);
    }
    let network = service.network("canaries").await;
    let memberships =
        [service.join(&network, &contact, employer).await, service.join(&network, &merged, employer).await];
    let end = format!("/v1/memberships/{}/end", memberships[0]);
    service.post(&end, json!({ "reason": wording })).await.expect(200);
    service.post(&format!("/v1/contacts/{contact}/merge"), json!({ "from_contact_id": merged })).await.expect(200);
    let mut form = grant(&contact, "event_information", "web_form");
    form["wording"] = json!(wording);
    service.decide(form).await.expect(201);
    let mails = MailServer::start();
    assert_eq!(service.deliver(&mails).await, 1);
    let mail = mails.taken().remove(0);
    assert_eq!(mail.header("To"), email);
    complain(service, Some(&contact)).await;
    // One that names no contact.
    complain(service, None).await;
    ask_by_telephone(service).await;
    wait_for_a_place(service, &contact).await;
    close_an_obligation(service, &contact, wording).await;
    ask(service, &contact).await;
    while service.deliver(&mails).await > 0 {}
    // A refusal, and the link that would allow sharing again.
    for decision in ["refused", "allowed"] {
        let choice = json!({ "recipient_kind": "venue", "decision": decision });
        service.request("POST", &mail.link("preferences")).json(&choice).send().await;
    }
    assert_eq!(service.deliver(&mails).await, 1);
    // One more, which waits: asked for by the mailbox's address alone.
    service.post("/v1/preference-links", json!({ "email": email })).await.expect(202);
    let consents = service.items(&format!("/v1/consents?contact_id={contact}")).await;
    Canary {
        memberships,
        consents: consents.iter().map(|consent| text(consent, "id")).collect(),
        confirmation: mail.link("confirmations"),
        preferences: mail.link("preferences"),
        unsubscribe: mail.link("unsubscribe"),
        contact,
        merged,
    }
}

/// A correction that a recipient cannot follow, and why.
async fn close_an_obligation(service: &Service, contact: &str, explanation: &str) {
    let venue = service.recipient("Guildhall").await;
    service.handed_to(contact, &venue).await;
    service.rectified(contact).await;
    let open = service.obligations(&service.staff(), "status=open").await;
    let path = format!("/v1/obligations/{}/closure", text(&open[0], "id"));
    let closed = json!({ "reason": "impossible", "explanation": explanation });
    service.post(&path, closed).await.expect(200);
}

async fn council(service: &Service, path: &str, body: Value) {
    service.request("POST", path).token(&service.council()).json(&body).send().await.expect(200);
}

/// A complaint that was answered.
async fn complain(service: &Service, contact: Option<&str>) {
    let [name, email, telephone, .., wording, evidence, _] = *CANARIES;
    let complainant = json!({ "name": name, "email": email, "telephone": telephone });
    let mut made =
        json!({ "complainant": complainant, "channel": "email", "received_on": "2026-11-20", "details": wording });
    if let Some(contact) = contact {
        made["contact_id"] = json!(contact);
    }
    let path = service.post("/v1/complaints", made).await.expect(201).header("location");
    let outcome = json!({ "outcome": "upheld", "explanation": evidence, "given_on": "2026-11-24" });
    council(service, &format!("{path}/outcome"), outcome).await;
}

/// A place in a waiting list, with a reason, and with what the person needs.
async fn wait_for_a_place(service: &Service, contact: &str) {
    let [.., wording, evidence, _] = *CANARIES;
    let event = service.announce(json!({ "capacity": 0 })).await;
    let made = json!({ "contact_id": contact, "access_requirements": { "details": wording } });
    let path = service.post(&format!("{event}/registrations"), made).await.expect(201).header("location");
    service.post(&format!("{path}/priority"), json!({ "reason": evidence })).await.expect(200);
}

/// A request that names no contact, and was withdrawn.
async fn ask_by_telephone(service: &Service) {
    let [name, email, telephone, .., wording, _, _] = *CANARIES;
    let made = json!({ "kind": "objection", "channel": "telephone", "received_on": "2026-11-20", "details": wording,
                       "requester": { "name": name, "email": email, "telephone": telephone } });
    let path = service.post("/v1/subject-requests", made).await.expect(201).header("location");
    service.post(&format!("{path}/withdrawal"), json!({})).await.expect(200);
}

/// A request that was answered with a package of many parts, and the words of each step.
async fn ask(service: &Service, contact: &str) {
    let [name, email, .., wording, evidence, _] = *CANARIES;
    let made = json!({ "kind": "access", "contact_id": contact, "channel": "email", "received_on": "2026-11-20",
                       "requester": { "name": name, "email": email }, "details": wording });
    let path = service.post("/v1/subject-requests", made).await.expect(201).header("location");
    for step in [
        json!({ "requested_on": "2026-11-21", "reason": evidence }),
        json!({ "received_on": "2026-11-22", "sufficient": true }),
    ] {
        service.post(&format!("{path}/identity-checks"), step).await.expect(200);
    }
    service.look_often(contact, MOST_AT_ONCE + 1).await;
    let package = service.request("POST", &format!("{path}/package")).token(&service.council());
    package.json(&json!({ "explanation": wording, "search_note": evidence })).send().await.expect(202);
    assert_eq!(service.tick(&Gathering::new(service.state.clone())).await, Ok(1));
    service.left_out(&path, &[("contacts", "/name")]).await;
    service.released(&path).await.expect(200);
}

/// The values of every column that identifies a person, in hexadecimal; fails where a column is empty.
fn planted(service: &Service) -> Vec<String> {
    let mut cells = Vec::new();
    // A person whom a hold catches is not erased, and a release deletes what it kept: `held_rows` shows that.
    let goes = |card: &&Card| {
        matches!(card.on_erasure.fate(), Some(Fate::Erase | Fate::Anonymise)) && card.table != "held_values"
    };
    for card in CARDS.iter().filter(goes) {
        for (column, _) in card.all_columns().filter(|(_, class)| class.tells()) {
            let found = service.cells(card.table, column);
            assert!(!found.is_empty(), "no canary in {}.{column}: plant one", card.table);
            cells.extend(found);
        }
    }
    cells
}

fn decoded(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// What any answer tells of the erased: nothing but that they were.
async fn ask_everywhere(service: &Service, canary: &Canary) -> Vec<String> {
    let [name, email, telephone, ..] = *CANARIES;
    let mut told = Vec::new();
    let mut hear = |answer: crate::harness::client::Answer, status: u16| {
        assert_eq!(answer.status, status, "{}", answer.text());
        told.push(answer.text());
    };
    hear(service.get(&format!("/v1/contacts/{}", canary.contact)).await, 410);
    hear(service.get(&format!("/v1/contacts/{}", canary.merged)).await, 410);
    for path in [
        "/v1/contacts",
        "/v1/contacts?status=erased",
        "/v1/consents",
        "/v1/messages",
        "/v1/audiences/newsletter",
        "/v1/audiences/event_information",
    ] {
        hear(service.get(path).await, 200);
    }
    let export = service.request("GET", "/v1/contacts").token(&service.staff()).header("Accept", "text/csv");
    hear(export.send().await, 200);
    for wanted in [json!({ "email": email }), json!({ "telephone": telephone }), json!({ "name": name })] {
        let found = service.post("/v1/contacts/search", wanted).await;
        let ids: Vec<String> = found.json()["items"].as_array().unwrap().iter().map(|item| text(item, "id")).collect();
        assert!(!ids.contains(&canary.contact) && !ids.contains(&canary.merged), "{ids:?}");
        hear(found, 200);
    }
    for membership in &canary.memberships {
        hear(service.get(&format!("/v1/memberships/{membership}")).await, 404);
    }
    for consent in &canary.consents {
        hear(service.get(&format!("/v1/consents/{consent}")).await, 200);
        let history = service.get(&format!("/v1/consents/{consent}/history")).await;
        assert!(!history.json()["items"].as_array().unwrap().is_empty(), "the history stays");
        hear(history, 200);
        hear(service.get(&format!("/v1/consents/{consent}/receipt")).await, 410);
    }
    hear(service.follow("GET", &canary.confirmation).await, 404);
    hear(service.follow("POST", &canary.confirmation).await, 404);
    hear(service.follow("GET", &canary.preferences).await, 404);
    hear(service.follow("POST", &canary.unsubscribe).await, 200);
    let audit = service.audit("").await;
    told.push(Value::Array(audit).to_string());
    told
}

async fn nothing_of_the_erased_is_anywhere(service: Service) {
    let canary = plant(&service).await;
    let cells = planted(&service);
    let known_by = [("contacts", "email_index"), ("contacts", "named_number"), ("former_addresses", "mark")];
    let marks: BTreeSet<String> = known_by.iter().flat_map(|(table, column)| service.cells(table, column)).collect();
    assert_eq!(marks.len(), 3, "two addresses, and a number with the name");
    let destroyed: Vec<Vec<u8>> =
        cells.iter().filter(|cell| !marks.contains(*cell)).map(|cell| decoded(cell)).collect();
    // Another person has the same name; nothing happens to that person.
    let beside = json!({ "name": "Zebulon Quagmire-Xylophone the Other", "email": "other@example.org",
                         "source": { "kind": "self", "obtained_on": "2026-01-05" } });
    let beside = service.post("/v1/contacts", beside).await.expect(201).json();
    service.give(&text(&beside, "id"), "newsletter").await;

    let proposed = service.propose(PROPOSER, &canary.contact, Vec::new()).await.unwrap();
    let told = serde_json::to_string(&proposed).unwrap();
    let executed = service.execute(EXECUTOR, &canary.contact, &proposed.plan_sha256).await.unwrap();
    assert!(executed.erased);
    // The words of requests go as soon as no letter about them waits.
    service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    service.state.flush_looks().await;

    assert_eq!(service.deliver(&MailServer::start()).await, 0, "what waited was dropped");
    // What is there now; the story looks at the rest after all other requests.
    let files = match service.engine {
        Engine::Sqlite => dump::files_without(&service.directory(), &destroyed),
        Engine::Postgres => Vec::new(),
    };
    let rows: Vec<(&str, String)> = CARDS.iter().map(|card| (card.table, service.rows(card))).collect();
    let marked: BTreeSet<String> = service.cells("suppressions", "mark").into_iter().collect();
    let answers = ask_everywhere(&service, &canary).await;
    let still = service.get(&format!("/v1/contacts/{}", text(&beside, "id"))).await.expect(200).json();
    assert_eq!(still["name"], beside["name"]);
    assert_eq!(service.checked(&text(&beside, "id"), "newsletter").await, "given");

    // The other one's name begins with the canary's.
    let person = Needles::of(&CANARIES[1..]);
    person.assert_absent("the plan", told.as_bytes());
    person.assert_absent("an answer", answers.join("\n").as_bytes());
    assert_eq!(marked, marks, "every address that they had and their number with their name, and nothing else");
    let ids = [&canary.contact, &canary.merged].map(|id| id.replace('-', ""));
    for (table, rows) in rows {
        person.assert_absent(table, rows.as_bytes());
        for cell in cells.iter().filter(|cell| table != "suppressions" || !marks.contains(*cell)) {
            assert!(!rows.contains(cell.as_str()), "{cell} is still in {table}: {rows}");
        }
        let gone = CARDS.of(table).is_some_and(|card| card.on_erasure.fate() == Some(Fate::Erase));
        let named = ids.iter().any(|id| rows.contains(id));
        assert!(!gone || !named, "{table} still names the erased: {rows}");
    }
    for (name, bytes) in files {
        person.assert_absent(&name, &bytes);
    }
}
