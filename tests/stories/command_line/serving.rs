//! `serve`: how it starts, how it stops, and when it refuses to start.

use std::fs;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::Value;

use super::{folder, proper, refused, run, variables};
use crate::harness::process::{Process, command, request};

/// Where a service says that it listens.
fn address(process: &mut Process) -> String {
    let line: Value = serde_json::from_str(&process.until("\"listening\"")).unwrap();
    line["address"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn it_answers_is_healthy_and_stops_when_it_is_told() {
    for signal in ["TERM", "INT"] {
        let folder = folder();
        let set = proper(folder.path());
        let mut process = Process::start(folder.path(), &set, &["serve"]);
        let address = address(&mut process);
        request("GET", &format!("http://{address}/health/ready")).send().await.expect(200);
        let mut asks = set.clone();
        asks.extend(variables(&[("SERVER__LISTEN", &address)]));
        let asked = run(folder.path(), &asks, &["health"]);
        assert_eq!((asked.code, asked.out.as_str(), asked.err.as_str()), (0, "", ""), "{asked:?}");
        asks.extend(variables(&[("SERVER__LISTEN", &address.replace("127.0.0.1", "0.0.0.0"))]));
        assert_eq!(run(folder.path(), &asks, &["health"]).code, 0);

        assert!(process.stop(signal).success(), "{signal}: {:?}", process.said);
        for line in &process.said {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "not a JSON line: {line}");
        }
        assert!(process.said.iter().any(|line| line.contains("\"stopped\"")), "{:?}", process.said);
        assert_eq!(run(folder.path(), &asks, &["health"]).code, 1);
    }
}

/// Its reason cannot be printed, and its exit code is the same.
#[test]
fn it_refuses_with_exit_code_one_though_standard_error_is_full() {
    let folder = folder();
    let mut set = proper(folder.path());
    set.extend(variables(&[("DATABASE__URL", "sqlite://nowhere/iewm.db")]));
    let mut serve = command(folder.path(), &set, &["serve"]);
    serve.stderr(fs::File::create("/dev/full").unwrap());
    assert_eq!(serve.status().unwrap().code(), Some(1));
}

#[test]
fn it_refuses_without_an_issuer() {
    let folder = folder();
    let mut set = proper(folder.path());
    set.remove("IEWM__AUTH__ISSUER");
    refused(&run(folder.path(), &set, &["serve"]), 1, &["auth.issuer is empty", "every token would be refused"]);
    assert!(!folder.path().join("iewm.db").exists());
}

#[test]
fn it_refuses_a_database_without_its_vault_and_makes_no_new_one() {
    let folder = folder();
    let set = proper(folder.path());
    assert_eq!(run(folder.path(), &set, &["migrate"]).code, 0);
    for missing in ["iewm-vault.db", "iewm.db"] {
        let (from, to) = (folder.path().join(missing), folder.path().join("away"));
        fs::rename(&from, &to).unwrap();
        for command in ["serve", "migrate"] {
            refused(&run(folder.path(), &set, &[command]), 1, &[missing, "belong together"]);
            assert!(!from.exists());
        }
        fs::rename(&to, &from).unwrap();
    }
}

#[test]
fn it_refuses_a_folder_that_is_not_there_by_its_name() {
    let folder = folder();
    let mut set = proper(folder.path());
    set.extend(variables(&[("DATABASE__URL", "sqlite://nowhere/iewm.db")]));
    refused(&run(folder.path(), &set, &["serve"]), 1, &["nowhere"]);
}

#[test]
fn it_refuses_a_database_of_a_newer_program() {
    let folder = folder();
    let set = proper(folder.path());
    assert_eq!(run(folder.path(), &set, &["migrate"]).code, 0);
    let file = folder.path().join("iewm.db");
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    connection.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')").unwrap();
    drop(connection);
    for command in ["serve", "migrate"] {
        refused(&run(folder.path(), &set, &[command]), 1, &["20991231000001", "newer program"]);
    }
}

#[test]
fn it_refuses_a_file_that_is_no_database() {
    let folder = folder();
    let set = proper(folder.path());
    assert_eq!(run(folder.path(), &set, &["migrate"]).code, 0);
    let file = folder.path().join("iewm.db");
    fs::write(&file, "no database at all, but long enough to be taken for one".repeat(100)).unwrap();
    refused(&run(folder.path(), &set, &["serve"]), 1, &["not a database"]);
}

#[actix_web::test]
async fn a_second_process_on_the_same_files_is_refused_and_told_of_the_first() {
    let folder = folder();
    let set = proper(folder.path());
    let mut first = Process::start(folder.path(), &set, &["serve"]);
    let listens = address(&mut first);
    let by = format!("process {}", first.id());
    refused(&run(folder.path(), &set, &["serve"]), 1, &["iewm.db is being served by", &by, " on "]);
    // Whatever else is done beside a running service needs no lock.
    let mut beside = set.clone();
    beside.extend(variables(&[("SERVER__LISTEN", &listens)]));
    for arguments in [&["migrate"] as &[&str], &["keys", "rotate"], &["health"], &["check-config"]] {
        let ended = run(folder.path(), &beside, arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
    }
    request("GET", &format!("http://{listens}/health/ready")).send().await.expect(200);
    // What is killed leaves nothing in the way.
    first.stop("KILL");
    let mut second = Process::start(folder.path(), &set, &["serve"]);
    address(&mut second);
    assert!(second.stop("TERM").success());
    assert!(folder.path().join("iewm.serving.lock").is_file());
}
