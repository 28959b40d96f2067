//! `demo`: a newcomer's first minute, and their second day.

use std::collections::HashMap;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Variables, anywhere, folder, mode, refused, set_mode, variables};
use crate::harness::postgres;
use crate::harness::process::{Process, request, run};

/// A demo that is up: where it listens, and the tokens it printed.
struct Demo {
    process: Process,
    address: String,
    tokens: HashMap<String, String>,
}

fn demo(folder: &Path) -> Demo {
    started(folder, &["demo"])
}

fn started(folder: &Path, arguments: &[&str]) -> Demo {
    let mut process = Process::start(folder, &anywhere(), arguments);
    process.until("Stop with Ctrl-C");
    let greeting = process.said.iter().find_map(|line| line.strip_prefix("The demo is at ")).unwrap();
    let address = greeting.split(',').next().unwrap().to_owned();
    assert!(greeting.contains(&format!("{address}/docs/")) && !address.ends_with(":0"), "{greeting}");
    let exports = process.said.iter().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    let tokens: HashMap<_, _> = exports.map(|(name, token)| (name.to_owned(), token.to_owned())).collect();
    assert_eq!(tokens.len(), 4, "{:?}", process.said);
    Demo { process, address, tokens }
}

impl Demo {
    async fn get(&self, token: &str, path: &str) -> Value {
        let ask = || request("GET", &format!("{}{path}", self.address)).token(&self.tokens[token]).send();
        let mut answer = ask().await;
        for _ in 0..20 {
            // A machine that is busy with all these processes may be asked again, as the answer itself says.
            if answer.status == 503 {
                actix_web::rt::time::sleep(Duration::from_secs(answer.header("retry-after").parse().unwrap())).await;
                answer = ask().await;
            }
        }
        assert_eq!(answer.status, 200, "{path}: {}: {:?}", answer.text(), self.process.heard());
        answer.json()
    }
}

#[actix_web::test]
async fn it_serves_sample_people_and_finds_everything_again() {
    let folder = folder();
    let first = demo(folder.path());
    for file in ["master.key", "demo-issuer.key"] {
        assert_eq!(mode(&folder.path().join("data").join(file)), 0o600, "{file}");
    }
    assert_eq!(mode(&folder.path().join("data")), 0o700);
    let people = first.get("STAFF", "/v1/contacts").await["items"].clone();
    assert!(people.as_array().unwrap().len() >= 8, "{people}");
    let audit = first.get("COUNCIL", "/v1/audit").await;
    assert!(!audit["items"].as_array().unwrap().is_empty());
    let own = first.get("CONTRACTOR", "/v1/organisations").await["items"].clone();
    assert_eq!(own.as_array().unwrap().len(), 1, "{own}");
    let breach =
        json!({ "aware_at": "2026-11-20T10:00:00Z", "nature": "A badge was lost.", "categories": ["contact"] });
    let breach =
        request("POST", &format!("{}/v1/breaches", first.address)).token(&first.tokens["CONTRACTOR"]).json(&breach);
    breach.send().await.expect(201);
    let reported = first.get("CONTRACTOR", "/v1/breaches").await["items"].clone();
    assert_eq!(reported.as_array().unwrap().len(), 1, "{reported}");
    let page = request("GET", &format!("{}/docs/", first.address)).send().await.expect(200);
    assert!(page.text().contains("swagger"), "{}", page.text());

    let made = request("POST", &format!("{}/v1/organisations", first.address)).token(&first.tokens["COUNCIL"]);
    let made = made.json(&json!({ "name": "Guildhall", "kind": "venue" })).send().await.expect(201).header("location");
    let token = run(folder.path(), &Variables::new(), &["token", "--role", "iewm_staff", "--subject", "me"]);
    assert_eq!(token.code, 0, "{token:?}");
    let mine = request("GET", &format!("{}{made}", first.address)).token(token.out.trim());
    mine.send().await.expect(200);
    let old = first.tokens.clone();
    let Demo { mut process, .. } = first;
    assert!(process.stop("TERM").success());

    let second = demo(folder.path());
    assert_eq!(second.get("STAFF", "/v1/contacts").await["items"], people);
    assert_eq!(second.get("STAFF", &made).await["name"], "Guildhall");
    assert_eq!(second.get("CONTRACTOR", "/v1/organisations").await["items"], own);
    let yesterdays = request("GET", &format!("{}{made}", second.address)).token(&old["STAFF"]);
    yesterdays.send().await.expect(200);
    let mut process = second.process;
    assert!(process.stop("INT").success());
}

#[actix_web::test]
async fn it_keeps_its_people_in_postgresql_when_a_database_is_named() {
    let folder = folder();
    let file = run(folder.path(), &anywhere(), &["demo", "--database-url", "sqlite://elsewhere.db"]);
    refused(&file, 2, &["--database-url", "name a PostgreSQL database"]);
    let Some(database) = postgres::database() else { return };
    let arguments = ["demo", "--database-url", &database.url];
    let first = started(folder.path(), &arguments);
    assert!(first.process.said.iter().any(|line| line.contains("in the database that you named")));
    assert!(!folder.path().join("data/iewm.db").exists());
    let people = first.get("STAFF", "/v1/contacts").await["items"].clone();
    assert!(people.as_array().unwrap().len() >= 8, "{people}");
    let Demo { mut process, .. } = first;
    assert!(process.stop("TERM").success());
    let second = started(folder.path(), &arguments);
    assert_eq!(second.get("STAFF", "/v1/contacts").await["items"], people);
    let mut process = second.process;
    assert!(process.stop("TERM").success());
    // Another demo's keys do not open it, and nothing is laid into it.
    let other = super::folder();
    refused(&run(other.path(), &anywhere(), &arguments), 1, &["master key"]);
}

/// What the README has a newcomer do: cancel until the waiting list is empty. And a request for access waits for its answer.
#[actix_web::test]
async fn a_newcomer_empties_a_waiting_list() {
    let folder = folder();
    let demo = demo(folder.path());
    let event = demo.get("STAFF", "/v1/events").await["items"][0]["id"].as_str().unwrap().to_owned();
    let places = async || {
        let capacity = demo.get("STAFF", &format!("/v1/events/{event}/capacity")).await;
        [&capacity["confirmed"], &capacity["waitlisted"], &capacity["ended"]["cancelled"]].map(|n| n.as_i64().unwrap())
    };
    assert_eq!(places().await, [3, 5, 0]);
    for gone in 1..=5 {
        let confirmed = format!("/v1/events/{event}/registrations?status=confirmed&limit=1");
        let seat = demo.get("STAFF", &confirmed).await["items"][0]["id"].as_str().unwrap().to_owned();
        let cancel = format!("{}/v1/registrations/{seat}/cancellation", demo.address);
        request("POST", &cancel).token(&demo.tokens["STAFF"]).send().await.expect(200);
        assert_eq!(places().await, [3, 5 - gone, gone]);
    }
    let requests = demo.get("COUNCIL", "/v1/subject-requests").await["items"].clone();
    let access = requests.as_array().unwrap().iter().find(|request| request["kind"] == "access").expect("half way");
    assert_eq!((&access["status"], &access["clock"]["state"]), (&json!("clarification_pending"), &json!("paused")));
    let mut process = demo.process;
    assert!(process.stop("TERM").success());
}

/// The sharing that the demo tells a newcomer to try, before and after a second start.
#[actix_web::test]
async fn a_newcomer_sees_what_is_shared_and_a_refusal_at_work() {
    let folder = folder();
    let first = demo(folder.path());
    let said = first.process.said.join("\n");
    for tried in ["GET /v1/shared-contacts", "GET /v1/disclosures?batch=ID", "GET /v1/events/ID/attendees"] {
        assert!(said.contains(tried), "{said}");
    }
    let expected = what_is_shared(&first).await;
    let Demo { mut process, .. } = first;
    assert!(process.stop("TERM").success());
    let second = demo(folder.path());
    assert_eq!(what_is_shared(&second).await, expected);
    assert_eq!(second.get("STAFF", "/v1/sharing-agreements").await["items"].as_array().unwrap().len(), 2);
    let mut process = second.process;
    assert!(process.stop("TERM").success());
}

/// The ids of the disclosures that the contractor and the venue read, whose names are asserted.
async fn what_is_shared(demo: &Demo) -> Vec<Value> {
    let names = |list: &Value| {
        let items = list["items"].as_array().unwrap();
        let mut names: Vec<_> = items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let shared = demo.get("CONTRACTOR", "/v1/shared-contacts").await;
    assert_eq!(names(&shared), ["Margaret Okonkwo", "Siân Pritchard", "Tomasz Wiśniewski"]);
    let batch = shared["disclosure_batch"].as_str().unwrap();
    let traced = demo.get("STAFF", &format!("/v1/disclosures?batch={batch}")).await["items"].clone();
    assert_eq!(traced.as_array().unwrap().len(), 3, "{traced}");
    assert_eq!(traced[0]["read"]["caller"], "demo-contractor", "{traced}");

    let events = demo.get("VENUE", "/v1/events").await["items"].clone();
    assert_eq!(events.as_array().unwrap().len(), 1, "{events}");
    let attendees = format!("/v1/events/{}/attendees", events[0]["id"].as_str().unwrap());
    let (all, guests) = (demo.get("STAFF", &attendees).await, demo.get("VENUE", &attendees).await);
    let mut shown = names(&all);
    assert_eq!(shown.len(), 6, "{all}");
    shown.retain(|name| name != "Declan O'Brien");
    assert_eq!(names(&guests), shown);
    // A refusal of another kind hides no guest, and the refusing reader is not shared with the contractor.
    let people = demo.get("STAFF", "/v1/contacts").await["items"].clone();
    let refusing = |name: &str| {
        let one = people.as_array().unwrap().iter().find(|person| person["name"] == name).unwrap();
        format!("/v1/contacts/{}/sharing-refusals", one["id"].as_str().unwrap())
    };
    for (name, kind) in [("Declan O'Brien", "venue"), ("Harpreet Singh Gill", "approved_contractor")] {
        let refusals = demo.get("STAFF", &refusing(name)).await["items"].clone();
        assert_eq!(refusals[0]["recipient_kind"], kind, "{refusals}");
    }
    let ids = |list: &Value| list["items"].as_array().unwrap().iter().map(|item| item["contact_id"].clone()).collect();
    let of_traced: Vec<Value> = ids(&json!({ "items": traced }));
    let disclosed = guests["items"].as_array().unwrap().iter().map(|guest| guest["disclosure_id"].clone());
    of_traced.into_iter().chain(disclosed).collect()
}

#[test]
fn a_taken_port_is_told() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut set = anywhere();
    set.extend(variables(&[("SERVER__LISTEN", &address)]));
    let ended = run(folder.path(), &set, &["demo"]);
    refused(&ended, 1, &["server.listen", &address, "another program uses that address"]);
    let mut set = anywhere();
    set.extend(variables(&[("SERVER__METRICS_LISTEN", &address)]));
    let ended = run(folder.path(), &set, &["demo"]);
    refused(&ended, 1, &["server.metrics_listen", &address, "another program uses that address"]);
}

#[test]
fn what_is_left_of_an_old_demo_is_not_built_upon() {
    let folder = folder();
    let mut process = demo(folder.path()).process;
    assert!(process.stop("TERM").success());
    for (missing, told) in
        [("master.key", "cannot be read"), ("iewm-vault.db", "belong together"), ("iewm.db", "belong together")]
    {
        let (from, to) = (folder.path().join("data").join(missing), folder.path().join(missing));
        fs::rename(&from, &to).unwrap();
        refused(&run(folder.path(), &anywhere(), &["demo"]), 1, &[missing, told]);
        assert!(!from.exists(), "{missing} was made anew");
        fs::rename(&to, &from).unwrap();
    }
    let seed = folder.path().join("data/demo-issuer.key");
    set_mode(&seed, 0o644);
    refused(&run(folder.path(), &anywhere(), &["demo"]), 1, &["demo-issuer.key", "chmod 600"]);
    refused(&run(folder.path(), &anywhere(), &["token", "--role", "council"]), 1, &["demo-issuer.key", "chmod 600"]);
    set_mode(&seed, 0o600);
    fs::write(&seed, "short").unwrap();
    refused(&run(folder.path(), &anywhere(), &["demo"]), 1, &["demo-issuer.key", "damaged"]);
}

#[test]
fn another_master_key_does_not_open_the_data() {
    let folder = folder();
    let mut process = demo(folder.path()).process;
    assert!(process.stop("TERM").success());
    let key = folder.path().join("data/master.key");
    fs::rename(&key, folder.path().join("kept.key")).unwrap();
    let set = variables(&[("VAULT__MASTER_KEY_FILE", "data/master.key")]);
    assert_eq!(run(folder.path(), &set, &["keys", "init"]).code, 0);
    refused(&run(folder.path(), &anywhere(), &["demo"]), 1, &["master key", "missing"]);
}

#[test]
fn whatever_the_environment_says_the_demo_is_sqlite_under_data() {
    let folder = folder();
    let mut set = anywhere();
    set.extend(variables(&[
        ("DATABASE__URL", "postgres://nobody@127.0.0.1:1/none"),
        ("AUTH__ISSUER", "x"),
        ("AUTH__JWKS", "y"),
    ]));
    let mut process = Process::start(folder.path(), &set, &["demo"]);
    process.until("Stop with Ctrl-C");
    assert!(folder.path().join("data/iewm.db").is_file());
    assert!(process.stop("TERM").success());
}

#[test]
fn a_second_demo_on_the_same_folder_is_refused() {
    let folder = folder();
    let mut first = demo(folder.path()).process;
    let by = format!("process {}", first.id());
    refused(&run(folder.path(), &anywhere(), &["demo"]), 1, &["iewm.db is being served by", &by]);
    assert!(first.stop("TERM").success());
}
