//! The command line: what an operator types, and what the program answers.

use std::collections::HashMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::https::{HttpsServer, Says};
use crate::harness::process::{Ended, command, run};

mod demo;
mod serving;
mod token_check;

type Variables = HashMap<String, String>;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs.iter().map(|(name, value)| (format!("IEWM__{name}"), (*value).to_owned())).collect()
}

/// Two ports of the system's choice.
fn anywhere() -> Variables {
    variables(&[("SERVER__LISTEN", "127.0.0.1:0"), ("SERVER__METRICS_LISTEN", "off")])
}

/// A configuration that is right, with its files in `folder`.
fn proper(folder: &Path) -> Variables {
    let mut set = anywhere();
    set.extend(variables(&[
        ("AUTH__ISSUER", "https://issuer.example"),
        ("AUTH__JWKS", "jwks.json"),
        ("VAULT__MASTER_KEY_FILE", "master.key"),
        ("DATABASE__URL", "sqlite://iewm.db"),
    ]));
    fs::write(folder.join("jwks.json"), "{\"keys\": []}").unwrap();
    let made = run(folder, &set, &["keys", "init"]);
    assert_eq!(made.code, 0, "{made:?}");
    set
}

/// Asserts that a command failed, saying all of this on standard error and nothing else anywhere.
#[track_caller]
fn refused(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.code, code, "{ended:?}");
    assert_eq!(ended.out, "", "{ended:?}");
    for word in words {
        assert!(ended.err.contains(word), "{word:?} is not in {ended:?}");
    }
    assert!(!ended.err.contains("panicked"), "{ended:?}");
}

fn set_mode(file: &Path, mode: u32) {
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_usage_error_is_exit_code_two() {
    let folder = folder();
    for arguments in [&["serv"] as &[&str], &[], &["keys"], &["token"], &["serve", "--port", "1"]] {
        let ended = run(folder.path(), &Variables::new(), arguments);
        refused(&ended, 2, &["Usage: iewm"]);
    }
    let ended = run(folder.path(), &Variables::new(), &["token", "--role", "admin"]);
    refused(&ended, 2, &["'admin'", "iewm_staff, council, contractor"]);
    let help = run(folder.path(), &Variables::new(), &["--help"]);
    assert_eq!(help.code, 0);
    for command in ["serve", "demo", "migrate", "keys", "openapi", "token", "check-config", "health"] {
        assert!(help.out.contains(command), "{}", help.out);
    }
}

#[test]
fn keys_init_makes_a_file_for_its_owner_alone_and_overwrites_none() {
    let folder = folder();
    let set = variables(&[("VAULT__MASTER_KEY_FILE", "secrets/master.key")]);
    let made = run(folder.path(), &set, &["keys", "init"]);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(made.out.contains("secrets/master.key") && made.out.contains("Back it up"), "{made:?}");
    let file = folder.path().join("secrets/master.key");
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&folder.path().join("secrets")), 0o700);
    let before = fs::read(&file).unwrap();
    refused(&run(folder.path(), &set, &["keys", "init"]), 1, &["will not be overwritten"]);
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_master_key_that_is_no_secret_is_refused() {
    let folder = folder();
    let set = proper(folder.path());
    let file = folder.path().join("master.key");
    for open in [0o644, 0o640, 0o604, 0o660] {
        set_mode(&file, open);
        for arguments in [["serve"], ["check-config"], ["migrate"]] {
            refused(&run(folder.path(), &set, &arguments), 1, &["chmod 600", &format!("mode {open:04o}")]);
        }
    }
    assert!(!folder.path().join("iewm.db").exists(), "a database was made for a key that is not taken");
    set_mode(&file, 0o600);
    let sample = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    fs::write(&file, format!("{sample}\n")).unwrap();
    let ended = run(folder.path(), &set, &["serve"]);
    refused(&ended, 1, &["line 1", "sample"]);
    assert!(!ended.err.contains(sample));
    fs::write(&file, "secretsecret\n").unwrap();
    let ended = run(folder.path(), &set, &["serve"]);
    refused(&ended, 1, &["line 1", "32 bytes in standard base64"]);
    assert!(!ended.err.contains("secretsecret"));
    fs::remove_file(&file).unwrap();
    refused(&run(folder.path(), &set, &["serve"]), 1, &["master.key", "there is no file of master keys"]);
}

#[test]
fn check_config_says_what_is_wrong() {
    let folder = folder();
    let set = proper(folder.path());
    let right = run(folder.path(), &set, &["check-config"]);
    assert_eq!((right.code, right.out.as_str()), (0, "The configuration is valid.\n"), "{right:?}");
    for (name, value, told) in [
        ("SERVER__LISTEN", "8080", "server.listen"),
        ("SERVER__LISTENN", "127.0.0.1:1", "listenn"),
        ("SERVER__METRICS_LISTEN", "here", "server.metrics_listen"),
        ("SERVER__PUBLIC_URL", "iewm.example", "server.public_url"),
        ("DATABASE__URL", "mysql://x", "database.url"),
        ("AUTH__ISSUER", "", "auth.issuer is empty"),
        ("AUTH__JWKS", "missing.json", "missing.json"),
        (
            "AUTH__JWKS",
            "http://issuer.example/jwks.json",
            "auth.jwks of https://issuer.example: the address must be https",
        ),
        (
            "AUTH__JWKS",
            "https://me:secret@issuer.example/",
            "auth.jwks of https://issuer.example: the address must not",
        ),
        ("AUTH__CA_FILE", "missing.pem", "auth.ca_file: missing.pem"),
        ("AUTH__CA_FILE", "jwks.json", "there is no certificate in it"),
        ("AUTH__ROLES", "admin", "auth.roles"),
        ("LOG__FORMAT", "xml", "log.format"),
    ] {
        let mut set = set.clone();
        set.extend(variables(&[(name, value)]));
        refused(&run(folder.path(), &set, &["check-config"]), 1, &[told]);
    }
    fs::write(folder.path().join("jwks.json"), "{\"keys\": [{\"kty\": \"oct\", \"kid\": \"a\", \"k\": \"AAAA\"}]}")
        .unwrap();
    refused(&run(folder.path(), &set, &["check-config"]), 1, &["jwks.json"]);
    fs::write(folder.path().join("jwks.json"), "{\"keys\": []}").unwrap();
    let twice = "[[auth.issuers]]\nissuer = \"https://issuer.example\"\naudience = \"a\"\njwks = \"jwks.json\"\nroles = \"council\"\n";
    fs::write(folder.path().join("twice.toml"), twice).unwrap();
    refused(
        &run(folder.path(), &set, &["check-config", "--config", "twice.toml"]),
        1,
        &["https://issuer.example", "twice"],
    );
}

#[test]
fn a_configuration_file_is_named_before_or_after_the_command() {
    let folder = folder();
    let mut set = proper(folder.path());
    set.remove("IEWM__AUTH__ISSUER");
    fs::write(folder.path().join("iewm.toml"), "[auth]\nissuer = \"https://issuer.example\"\n").unwrap();
    refused(&run(folder.path(), &set, &["check-config"]), 1, &["auth.issuer is empty"]);
    for arguments in [["--config", "iewm.toml", "check-config"], ["check-config", "--config", "iewm.toml"]] {
        let ended = run(folder.path(), &set, &arguments);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    // The environment is stronger than the file.
    set.extend(variables(&[("AUTH__ISSUER", "")]));
    refused(&run(folder.path(), &set, &["check-config", "--config", "iewm.toml"]), 1, &["auth.issuer is empty"]);
    refused(&run(folder.path(), &set, &["check-config", "--config", "other.toml"]), 1, &["other.toml"]);
    fs::write(folder.path().join("iewm.toml"), "[auth]\nissuers_ = 1\n").unwrap();
    refused(&run(folder.path(), &set, &["check-config", "--config", "iewm.toml"]), 1, &["issuers_"]);
}

#[test]
fn openapi_prints_the_document() {
    let folder = folder();
    let ended = run(folder.path(), &Variables::new(), &["openapi"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert_eq!(ended.out, iewm::app::openapi_json());
    let document: Value = serde_json::from_str(&ended.out).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
}

#[test]
fn an_answer_that_cannot_be_printed_is_exit_code_one() {
    let folder = folder();
    let mut openapi = command(folder.path(), &anywhere(), &["openapi"]);
    let ended = openapi.stdout(fs::File::create("/dev/full").unwrap()).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.starts_with("iewm: cannot write to standard output: "), "{said}");
}

#[test]
fn migrate_brings_the_database_up_to_date_and_stops() {
    let folder = folder();
    let set = proper(folder.path());
    for _ in 0..2 {
        let ended = run(folder.path(), &set, &["migrate"]);
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "", ""), "{ended:?}");
    }
    assert!(folder.path().join("iewm.db").is_file() && folder.path().join("iewm-vault.db").is_file());
}

#[test]
fn a_contractors_token_needs_its_organisation() {
    let folder = folder();
    let ended = run(folder.path(), &Variables::new(), &["token", "--role", "contractor"]);
    refused(&ended, 1, &["--org"]);
    let ended = run(folder.path(), &Variables::new(), &["token", "--role", "council"]);
    refused(&ended, 1, &["demo-issuer.key", "iewm demo"]);
    let ended = run(folder.path(), &Variables::new(), &["token", "--role", "contractor", "--org", "nonsense"]);
    refused(&ended, 2, &["--org"]);
}

#[test]
fn health_fails_where_nothing_listens() {
    let folder = folder();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let ended = run(folder.path(), &variables(&[("SERVER__LISTEN", &free)]), &["health"]);
    refused(&ended, 1, &[&free, "does not answer"]);
}

#[actix_web::test]
async fn check_config_says_whether_published_keys_can_be_had() {
    let folder = folder();
    let issuer = HttpsServer::start(Says::ok("{\"keys\": []}")).await;
    let mut set = proper(folder.path());
    let ca_file = issuer.ca_file(folder.path()).display().to_string();
    set.extend(variables(&[("AUTH__JWKS", &issuer.address()), ("AUTH__CA_FILE", &ca_file)]));
    let check = async || {
        let (folder, set) = (folder.path().to_owned(), set.clone());
        let ended = tokio::task::spawn_blocking(move || run(&folder, &set, &["check-config"])).await.unwrap();
        assert_eq!((ended.code, ended.out.as_str()), (0, "The configuration is valid.\n"), "{ended:?}");
        ended.err
    };
    assert_eq!(check().await, "");
    // No fault of the configuration: the service would start.
    for (says, told) in [(Says::answer("404 Not Found", ""), "404"), (Says::ok("<html>"), "JSON")] {
        issuer.says(says);
        let err = check().await;
        assert!(err.contains("https://issuer.example") && err.contains(told), "{err}");
    }
    assert_eq!(issuer.asked(), 3);
}
