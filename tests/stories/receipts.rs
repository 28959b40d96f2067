//! Signed receipts, verified by a reader that shares no code with the service.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use crate::harness::canonical::sha256;
use crate::harness::people::{WORDING, grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_receipt_of_a_grant_says_all_that_was_shown,
    a_receipt_of_a_withdrawal_and_of_a_confirmation,
    what_is_not_ours_is_not_valid,
    a_receipt_has_a_profile_and_a_reader_with_permission,
}

/// The keys that the service publishes: their names and bytes.
async fn keys(service: &Service) -> Vec<(String, Vec<u8>)> {
    let answer = service.request("GET", "/.well-known/jwks.json").send().await.expect(200).json();
    let key = |jwk: &Value| {
        assert_eq!((&jwk["kty"], &jwk["crv"]), (&json!("OKP"), &json!("Ed25519")));
        assert_eq!(jwk.get("d"), None, "the private half stays at home");
        (text(jwk, "kid"), BASE64.decode(text(jwk, "x")).unwrap())
    };
    answer["keys"].as_array().unwrap().iter().map(key).collect()
}

/// The header and the payload of a receipt whose signature holds.
async fn opened(service: &Service, receipt: &str) -> (Value, Value) {
    let parts: Vec<&str> = receipt.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("not three parts") };
    let head: Value = serde_json::from_slice(&BASE64.decode(header).unwrap()).unwrap();
    let keys = keys(service).await;
    let (_, key) = keys.iter().find(|(kid, _)| *kid == text(&head, "kid")).expect("a published key");
    let signed = format!("{header}.{payload}");
    let signature = BASE64.decode(signature).unwrap();
    UnparsedPublicKey::new(&ED25519, key).verify(signed.as_bytes(), &signature).expect("a true signature");
    (head, serde_json::from_slice(&BASE64.decode(payload).unwrap()).unwrap())
}

async fn verdict(service: &Service, receipt: &str) -> Value {
    let asked = json!({ "receipt": receipt });
    service.request("POST", "/v1/receipts/verification").json(&asked).send().await.expect(200).json()
}

async fn receipt(service: &Service, decision: &Value) -> String {
    let answer =
        service.get(&format!("/v1/consent-decisions/{}/receipt", decision.as_str().unwrap())).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/jose");
    answer.text()
}

async fn a_receipt_of_a_grant_says_all_that_was_shown(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let mut asked = grant(&ada, "newsletter", "telephone");
    asked["locale"] = json!("cy-GB");
    asked["occurred_at"] = json!("2026-11-23T09:00:00Z");
    let consent = service.decide(asked).await.expect(201).json();
    let of_consent = service.get(&format!("/v1/consents/{}/receipt", text(&consent, "id"))).await.expect(200);
    assert_eq!(of_consent.header("content-type"), "application/jose");
    let of_consent = of_consent.text();
    let of_decision = receipt(&service, &consent["decision_id"]).await;
    assert_eq!(of_consent, of_decision, "Ed25519 signs the same twice");

    let (head, said) = opened(&service, &of_consent).await;
    assert_eq!((&head["alg"], &head["typ"]), (&json!("EdDSA"), &json!("consent-receipt+jwt")));
    assert_eq!(head.as_object().unwrap().len(), 3);
    assert_eq!(said["version"], "KI-CR-v1.1.0");
    assert_eq!(said["jurisdiction"], "GB");
    assert_eq!(said["consentTimestamp"], 1_795_424_400);
    assert_eq!(said["collectionMethod"], "telephone");
    assert_eq!(said["consentReceiptID"], consent["decision_id"]);
    assert_eq!(said["language"], "cy-GB");
    assert_eq!(said["piiPrincipalId"], ada.as_str());
    for member in ["piiController", "contact", "address", "email", "phone"] {
        assert!(!text(&said["piiControllers"][0], member).is_empty(), "{member}");
    }
    assert_eq!(said["policyUrl"], "https://iewm.example/v1/privacy-notices/2019-01-29");
    let purpose = &said["services"][0]["purposes"][0];
    assert_eq!(purpose["purposeCategory"], json!(["newsletter"]));
    assert_eq!(purpose["consentType"], "EXPLICIT");
    for member in ["purpose", "piiCategory", "primaryPurpose", "termination", "thirdPartyDisclosure", "thirdPartyName"]
    {
        assert!(purpose.get(member).is_some(), "{member}");
    }
    assert_eq!((&said["sensitive"], &said["spiCat"]), (&json!(false), &json!([])));
    let decision = &said["decision"];
    assert_eq!(decision["wording"], WORDING);
    assert_eq!(decision["wording_sha256"], sha256(WORDING));
    assert_eq!(decision["evidence_ref"], "Call recording 42");
    assert_eq!(decision["decision"], "given");
    let notice = service.request("GET", "/v1/privacy-notice").send().await.json();
    assert_eq!(decision["notice_sha256"], notice["sha256"]);
    assert!(!said.to_string().contains("Lovelace"), "the person is named by an id alone");
    assert_eq!(verdict(&service, &of_consent).await, json!({ "valid": true, "decision_id": consent["decision_id"] }));
}

async fn a_receipt_of_a_withdrawal_and_of_a_confirmation(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let withdrawn = service.withdraw(&ada, "newsletter").await;
    let (_, said) = opened(&service, &receipt(&service, &withdrawn["decision_id"]).await).await;
    assert_eq!(said["decision"]["decision"], "withdrawn");
    assert_eq!(said["decision"]["wording"], json!(null));

    service.give_and_confirm(&ada, "newsletter").await;
    let consent = service.consent(&ada, "newsletter").await;
    let of_consent = service.get(&format!("/v1/consents/{}/receipt", text(&consent, "id"))).await.expect(200).text();
    let (_, said) = opened(&service, &of_consent).await;
    assert_eq!(said["decision"]["decision"], "confirmed");
    assert_eq!(said["decision"]["id"], consent["decision_id"]);
    assert_eq!(said["decision"]["wording"], WORDING);
    assert_eq!(said["decision"]["wording_sha256"], sha256(WORDING));
    let grant = service.history(&ada, "newsletter").await[1].clone();
    assert_eq!(said["decision"]["confirms"], grant["id"]);
    let (_, said) = opened(&service, &receipt(&service, &grant["id"]).await).await;
    assert_eq!(said["decision"]["decision"], "given");
}

async fn what_is_not_ours_is_not_valid(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let consent = service.give(&ada, "newsletter").await;
    let genuine = receipt(&service, &consent["decision_id"]).await;
    let (head, said) = opened(&service, &genuine).await;
    let parts: Vec<&str> = genuine.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("not three parts") };

    let other = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let signed = |head: &Value, payload: &str| {
        let text = format!("{}.{payload}", BASE64.encode(head.to_string()));
        let signature = BASE64.encode(other.sign(text.as_bytes()));
        format!("{text}.{signature}")
    };
    let mut changed = said.clone();
    changed["decision"]["wording"] = json!("Yes to everything");
    let changed = BASE64.encode(changed.to_string());
    let with = |member: &str, value: &str| {
        let mut head = head.clone();
        head[member] = json!(value);
        head
    };
    let own_jwk = json!({ "alg": "EdDSA", "kid": head["kid"], "typ": head["typ"],
        "jwk": { "kty": "OKP", "crv": "Ed25519", "x": BASE64.encode(other.public_key().as_ref()) } });
    for (what, forged) in [
        ("changed content", format!("{header}.{changed}.{signature}")),
        ("another key under our name", signed(&head, payload)),
        ("another key", signed(&with("kid", "theirs"), payload)),
        ("a key of its own", signed(&own_jwk, payload)),
        ("another type", signed(&with("typ", "at+jwt"), payload)),
        ("no algorithm", format!("{}.{payload}.", BASE64.encode(with("alg", "none").to_string()))),
        ("cut short", genuine[..genuine.len() - 1].to_owned()),
        ("two parts", format!("{header}.{payload}")),
        ("four parts", format!("{genuine}.{signature}")),
        ("padding", format!("{genuine}=")),
        ("white space", format!(" {genuine}")),
        ("nothing", String::new()),
        ("an access token", service.staff()),
    ] {
        let verdict = verdict(&service, &forged).await;
        assert_eq!(verdict["valid"], false, "{what}: {verdict}");
        assert!(!text(&verdict, "reason").is_empty(), "{what}");
        assert_eq!(verdict.get("decision_id"), None, "{what}");
    }
    let post = |body: Value| async move { body };
    let asked = post(json!({ "receipt": 7 })).await;
    let refused = service.request("POST", "/v1/receipts/verification").json(&asked).send().await;
    assert_eq!(refused.problem(422, "invalid").faults(), ["/receipt type"]);
    // The real one still is.
    assert_eq!(verdict(&service, &genuine).await["valid"], true);
}

async fn a_receipt_has_a_profile_and_a_reader_with_permission(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let consent = service.give(&ada, "newsletter").await;
    let path = format!("/v1/consents/{}/receipt", text(&consent, "id"));
    service.get(&format!("{path}?profile=kantara-1.1")).await.expect(200);
    service.get(&format!("{path}?profile=kantara-9")).await.problem(400, "unknown_profile");
    let of_decision = format!("/v1/consent-decisions/{}/receipt", text(&consent, "decision_id"));
    service.get(&format!("{of_decision}?profile=x")).await.problem(400, "unknown_profile");
    service.request("GET", &path).send().await.problem(401, "unauthenticated");
    for path in ["consents", "consent-decisions"] {
        let missing = format!("/v1/{path}/01937a5e-8f00-7c3a-9d55-3f2a60b1c901/receipt");
        service.get(&missing).await.problem(404, "not_found");
        service.get(&format!("/v1/{path}/7/receipt")).await.problem(404, "not_found");
    }
    let looks = service.audit(&format!("contact_id={ada}&action=consents.receipt")).await;
    assert_eq!(looks.len(), 1);
}
