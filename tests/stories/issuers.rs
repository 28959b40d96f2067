//! Several issuers: a person is a subject at an issuer, each issuer's tokens are read by its own profile, and a program
//! authorises nothing.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;
use chrono::Duration;
use iewm::app::warn_of_other_claims;
use iewm::config::Config;
use iewm::domain::RecordClass;
use iewm::platform::auth::store::REVOCATION_MATTERS;
use iewm::policy::retention;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::service::{AUDIENCE, ISSUER};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    two_issuers_with_equal_subjects_are_two_people,
    a_program_authorises_nothing,
    a_changed_subject_claim_is_told_at_the_start,
    a_revocation_is_of_one_issuer,
    a_revocation_is_kept_for_two_hours_and_the_leeway,
    the_profile_of_an_issuer_counts_for_its_tokens_alone,
}

/// Another issuer, whose tokens the same key signs.
const OTHER: &str = "https://other.example";

/// A service with a second issuer, to whose block these lines are added.
async fn with_another(like: &Service, lines: &str) -> Service {
    let file = format!(
        "[[auth.issuers]]\nname = \"other\"\nissuer = \"{OTHER}\"\naudience = \"iewm\"\njwks = \"JWKS\"\n\
         roles = [\"iewm_staff\", \"council\"]\n{lines}\n"
    );
    Service::start_with_file(like.engine, &file).await.expect("the same engine again")
}

/// The claims of a token of the council's, with these differences.
#[expect(clippy::needless_pass_by_value, reason = "written with json!")]
fn claims(service: &Service, issuer: &str, differences: Value) -> Value {
    let now = service.now().seconds();
    let mut claims = json!({"iss": issuer, "aud": AUDIENCE, "sub": "ann", "iat": now, "exp": now + 600, "jti": "t1",
        "roles": ["council"]});
    for (name, value) in differences.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

/// A token of exactly these claims, signed with the key of the story's issuer.
fn signed(service: &Service, typ: &str, claims: &Value) -> String {
    let jwks: Value = serde_json::from_str(&service.issuer.jwks()).unwrap();
    let header = json!({"typ": typ, "alg": "EdDSA", "kid": jwks["keys"][0]["kid"]});
    let signed = format!("{}.{}", URL.encode(header.to_string()), URL.encode(claims.to_string()));
    let pair = Ed25519KeyPair::from_seed_unchecked(service.issuer.seed()).unwrap();
    format!("{signed}.{}", URL.encode(pair.sign(signed.as_bytes())))
}

fn of(service: &Service, issuer: &str) -> String {
    signed(service, "at+jwt", &claims(service, issuer, json!({})))
}

async fn post(service: &Service, path: &str, token: &str, body: &Value) -> Answer {
    service.request("POST", path).token(token).json(body).send().await
}

/// A person's request to be erased, and the hash of the plan that a token's caller proposed.
async fn planned(service: &Service, token: &str) -> (String, Value) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let asked = json!({
        "kind": "erasure", "contact_id": ada, "channel": "post", "received_on": "2026-11-20", "identity_known": true,
        "requester": { "name": "Ada Lovelace" },
    });
    let request = service.post("/v1/subject-requests", asked).await.expect(201).header("location");
    let plan = service.request("POST", &format!("{request}/erasure-plan")).token(token).send().await.expect(200).json();
    (format!("{request}/execution"), json!({ "plan_sha256": text(&plan, "plan_sha256") }))
}

async fn two_issuers_with_equal_subjects_are_two_people(service: Service) {
    let service = with_another(&service, "").await;
    let (execution, plan) = planned(&service, &of(&service, ISSUER)).await;
    post(&service, &execution, &of(&service, ISSUER), &plan).await.problem(403, "same_person");
    post(&service, &execution, &of(&service, OTHER), &plan).await.expect(200);
}

async fn a_program_authorises_nothing(service: Service) {
    let (execution, plan) = planned(&service, &service.council()).await;
    for marks in [json!({"idtyp": "app"}), json!({"client_id": "ann"}), json!({"azp": "ann"})] {
        let program = signed(&service, "at+jwt", &claims(&service, ISSUER, marks));
        let answer = post(&service, &execution, &program, &plan).await.problem(403, "person_required");
        assert!(answer.text().contains("a person who has signed in"), "{}", answer.text());
    }
    // It may do everything else.
    let program = signed(&service, "at+jwt", &claims(&service, ISSUER, json!({"idtyp": "app"})));
    service.request("GET", "/v1/organisations").token(&program).send().await.expect(200);
    let refused = service.audit("action=requests.refuse&actor=ann").await;
    assert!(refused.iter().all(|entry| entry["code"] == "person_required") && refused.len() == 3, "{refused:?}");
    let person = signed(&service, "at+jwt", &claims(&service, ISSUER, json!({"client_id": "desk"})));
    post(&service, &execution, &person, &plan).await.expect(200);
}

async fn a_changed_subject_claim_is_told_at_the_start(service: Service) {
    let (execution, plan) = planned(&service, &service.council()).await;
    let with = |claim: &str| {
        let set = [("IEWM__AUTH__ISSUER", ISSUER), ("IEWM__AUTH__JWKS", "x"), ("IEWM__AUTH__SUBJECT_CLAIM", claim)];
        let set = set.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Config::read(None, &set).unwrap()
    };
    assert_eq!(warn_of_other_claims(&service.state, &with("sub")).await.unwrap(), 0);
    assert_eq!(warn_of_other_claims(&service.state, &with("oid")).await.unwrap(), 1);
    let other = signed(&service, "at+jwt", &claims(&service, ISSUER, json!({"sub": "bob"})));
    post(&service, &execution, &other, &plan).await.expect(200);
    assert_eq!(warn_of_other_claims(&service.state, &with("oid")).await.unwrap(), 0, "it was carried out");
}

async fn a_revocation_is_of_one_issuer(service: Service) {
    // With one issuer it need not be named.
    let made =
        post(&service, "/v1/token-revocations", &service.council(), &json!({"jti": "x"})).await.expect(201).json();
    assert_eq!(made["issuer"], ISSUER);
    let service = with_another(&service, "").await;
    let revoke = async |body: Value| post(&service, "/v1/token-revocations", &service.council(), &body).await;
    for unclear in [json!({"subject": "ann"}), json!({"subject": "ann", "issuer": "https://issuer.example/"})] {
        let answer = revoke(unclear).await.problem(422, "unknown_issuer");
        assert!(answer.text().contains(ISSUER) && answer.text().contains(OTHER), "{}", answer.text());
    }
    let get = async |token: &str| service.request("GET", "/v1/organisations").token(token).send().await.status;
    let (ours, theirs) = (of(&service, ISSUER), of(&service, OTHER));
    service.hands.advance(Duration::seconds(5));
    let made = revoke(json!({"subject": "ann", "issuer": OTHER})).await.expect(201).json();
    assert_eq!(made["issuer"], OTHER);
    assert_eq!((get(&ours).await, get(&theirs).await), (200, 401));
    let names = |issuer| signed(&service, "at+jwt", &claims(&service, issuer, json!({"jti": "t2", "sub": "bob"})));
    let (ours, theirs) = (names(ISSUER), names(OTHER));
    revoke(json!({"jti": "t2", "issuer": ISSUER})).await.expect(201);
    assert_eq!((get(&ours).await, get(&theirs).await), (401, 200));
}

async fn a_revocation_is_kept_for_two_hours_and_the_leeway(service: Service) {
    let revoke = async |jti: &str| {
        post(&service, "/v1/token-revocations", &service.council(), &json!({ "jti": jti })).await.expect(201);
    };
    let named = || of(&service, ISSUER);
    let get = async |token: String| service.request("GET", "/v1/organisations").token(&token).send().await.status;
    revoke("t1").await;
    for (seconds, status) in [(7_260, 401), (1, 200)] {
        service.hands.advance(Duration::seconds(seconds));
        // What no longer matters is deleted with the next revocation.
        revoke("another").await;
        assert_eq!(get(named()).await, status, "after {seconds} seconds more");
    }
}

#[test]
fn the_schedule_says_how_long_revocations_are_kept() {
    let rule = retention::rule(RecordClass::TokenRevocation);
    assert_eq!((rule.period, REVOCATION_MATTERS), ("PT2H1M", 2 * 3600 + 60));
}

async fn the_profile_of_an_issuer_counts_for_its_tokens_alone(service: Service) {
    let lines = "typ = \"JWT\"\nid_claim = \"uti\"\nroles_claim = [\"resource_access\", \"iewm\", \"roles\"]\n\
                 require = { typ = \"Bearer\" }\nother_roles = \"ignore\"\n\
                 [auth.issuers.role_map]\n\"IEWM.Officer\" = \"council\"";
    let service = with_another(&service, lines).await;
    let shape = json!({"jti": null, "roles": null, "uti": "u", "typ": "Bearer",
        "resource_access": {"iewm": {"roles": ["IEWM.Officer", "offline_access"]}}});
    let get = async |typ: &str, issuer: &str| {
        let token = signed(&service, typ, &claims(&service, issuer, shape.clone()));
        service.request("GET", "/v1/audit").token(&token).send().await.status
    };
    assert_eq!(get("JWT", OTHER).await, 200);
    assert_eq!(get("JWT", ISSUER).await, 401);
    assert_eq!(get("at+jwt", OTHER).await, 401);
    let plain = of(&service, OTHER);
    service.request("GET", "/v1/audit").token(&plain).send().await.problem(401, "invalid_token");
}
