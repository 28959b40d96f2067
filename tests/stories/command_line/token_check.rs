//! `iewm token check`: which rules a token breaks, and what would mend each.

use std::fs;
use std::process::Stdio;

use iewm::domain::{Clock, Role};
use iewm::platform::auth::{TokenMint, TokenRequest};
use uuid::Uuid;

use super::{folder, proper, refused};
use crate::harness::process::{command, run};

/// A token of the configured issuer for an audience.
fn token(mint: &TokenMint, audience: &str) -> String {
    let request = TokenRequest {
        issuer: "https://issuer.example".to_owned(),
        audience: audience.to_owned(),
        subject: "ann@council.example".to_owned(),
        roles: vec![Role::Council],
        organisation: None,
        lifetime_seconds: 600,
    };
    mint.mint(&request, Clock::system().now(), Uuid::from_u128(1)).unwrap()
}

#[test]
fn a_token_is_checked_by_every_rule_and_never_printed() {
    let folder = folder();
    let set = proper(folder.path());
    let mint = TokenMint::from_seed([7; 32]).unwrap();
    fs::write(folder.path().join("jwks.json"), mint.jwks()).unwrap();
    let file = folder.path().join("token.txt");
    let check = ["token", "check", "token.txt"];

    let good = token(&mint, "iewm");
    fs::write(&file, format!("Bearer {good}\n")).unwrap();
    let ended = run(folder.path(), &set, &check);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    assert!(ended.out.contains("ok      signature") && ended.out.contains("The token is valid"), "{ended:?}");

    let other = token(&mint, "another");
    fs::write(&file, &other).unwrap();
    let ended = run(folder.path(), &set, &check);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("would be refused: it breaks a rule"), "{ended:?}");
    assert!(ended.out.contains("BROKEN  audience") && ended.out.contains("set `audience`"), "{ended:?}");
    for (part, shown) in [(&*other, &ended), ("ann@council.example", &ended)] {
        assert!(!shown.out.contains(part) && !shown.err.contains(part), "{ended:?}");
    }
    for part in other.split('.') {
        assert!(!ended.out.contains(part) && !ended.err.contains(part), "a part of the token is printed");
    }
}

#[test]
fn a_token_may_come_by_standard_input_and_be_judged_as_another_issuers() {
    let folder = folder();
    let set = proper(folder.path());
    let mint = TokenMint::from_seed([7; 32]).unwrap();
    fs::write(folder.path().join("jwks.json"), mint.jwks()).unwrap();
    let file = folder.path().join("token.txt");
    fs::write(&file, token(&mint, "iewm")).unwrap();
    for arguments in [&["token", "check", "-"] as &[&str], &["token", "check"]] {
        let given = Stdio::from(fs::File::open(&file).unwrap());
        let output = command(folder.path(), &set, arguments).stdin(given).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let named = ["token", "check", "token.txt", "--issuer", "https://issuer.example"];
    assert_eq!(run(folder.path(), &set, &named).code, 0);
    let unknown = run(folder.path(), &set, &["token", "check", "token.txt", "--issuer", "nobody"]);
    refused(&unknown, 1, &["no issuer is configured under the name nobody", "https://issuer.example"]);
    refused(&run(folder.path(), &set, &["token", "check", "missing.txt"]), 1, &["missing.txt"]);
    refused(&run(folder.path(), &set, &["token", "check", "--role", "council"]), 2, &["Usage: iewm"]);
}
