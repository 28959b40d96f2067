//! Receipts in both profiles, verified by the script in `docs/`, which needs no service.

use std::io::Write;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_receipt_is_verified_without_the_service,
}

/// Whether Node.js is here; `IEWM_TEST_NODE=required` makes its absence a failure.
fn node_is_here() -> bool {
    let here = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if !here {
        assert!(std::env::var("IEWM_TEST_NODE").as_deref() != Ok("required"), "Node.js is required and not here");
        let why = "there is no Node.js here";
        let _ = writeln!(std::io::stderr(), "SKIPPED: docs/verify-receipt.mjs was not run, since {why}");
    }
    here
}

fn verified(service: &Service, receipt: &str, jwks: &str) -> Result<Value, String> {
    let file = |name: &str, content: &str| {
        let path = service.directory().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify-receipt.mjs");
    let (receipt, jwks) = (file("receipt.txt", receipt), file("keys.json", jwks));
    let output = Command::new("node").arg(script).arg(receipt).arg(jwks).output().unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8(output.stderr).unwrap())
    }
}

async fn a_receipt_is_verified_without_the_service(service: Service) {
    if !node_is_here() {
        return;
    }
    let source = json!({ "kind": "self", "obtained_on": "2026-11-24" });
    let person = json!({ "name": "Ada Lovelace", "email": "ada@example.org", "source": source });
    let contact = service.post("/v1/contacts", person).await.expect(201).json();
    let wording = "Shall we send you the newsletter?";
    let decision = json!({
        "contact_id": contact["id"], "purpose": "newsletter", "decision": "given", "method": "telephone",
        "wording": wording, "evidence_ref": "Call 7",
    });
    let consent = service.post("/v1/consents", decision).await.expect(201).json();
    let path = format!("/v1/consents/{}/receipt", consent["id"].as_str().unwrap());
    let jwks = service.request("GET", "/.well-known/jwks.json").send().await.expect(200).text();

    let kantara = service.get(&path).await.expect(200).text();
    let told = verified(&service, &kantara, &jwks).unwrap();
    assert_eq!(told["version"], "KI-CR-v1.1.0");
    assert_eq!(told["decision"]["wording"], wording);

    let iso = service.get(&format!("{path}?profile=iso-27560")).await.expect(200).text();
    let told = verified(&service, &iso, &jwks).unwrap();
    assert_eq!(told["schema_version"], "https://w3id.org/dpv/schema/iso-27560");
    assert_eq!(told["record_id"], consent["decision_id"]);
    assert_eq!(told["event"]["event_state"], "https://w3id.org/dpv#ConsentGiven");
    assert_eq!(told["pii_processing"]["purposes"], json!(["https://w3id.org/dpv#DirectMarketing"]));
    assert_eq!(told["decision"]["wording"], wording);

    let (head, rest) = iso.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let (other, _) = kantara.split_once('.').unwrap().1.split_once('.').unwrap();
    assert_ne!(payload, other);
    let forged = verified(&service, &format!("{head}.{other}.{signature}"), &jwks).unwrap_err();
    assert!(forged.contains("the signature does not fit"), "{forged}");
    let unknown = verified(&service, &iso, r#"{"keys":[]}"#).unwrap_err();
    assert!(unknown.contains("none of the keys signed it"), "{unknown}");
}
