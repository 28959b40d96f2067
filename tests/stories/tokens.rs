//! Whose token is taken, and from when on it is not.

use std::fs;
use std::time::Instant as Watch;

use chrono::Duration;
use iewm::domain::{Instant, OrganisationId, Role};
use iewm::platform::auth::{TokenMint, TokenRequest};
use iewm::platform::vault::SystemEntropy;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::service::{AUDIENCE, ISSUER};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_missing_token_is_asked_for,
    a_token_without_its_scheme_is_told_what_is_missing,
    every_refused_token_gets_the_same_answer,
    a_token_expires,
    one_token_is_revoked,
    all_tokens_of_a_subject_are_revoked,
    only_the_council_revokes,
    a_token_that_is_no_longer_good_learns_nothing_that_is_stored,
    a_contractors_token_stands_and_falls_with_its_organisation,
    a_contractor_sees_its_own_organisation_alone,
    a_key_that_is_taken_away_is_refused_within_ten_seconds,
}

/// An address that every role may read.
const READABLE: &str = "/v1/organisations";

async fn get(service: &Service, token: &str, path: &str) -> Answer {
    service.request("GET", path).token(token).send().await
}

/// A token with a name of its own, so that it can be revoked.
fn named(service: &Service, subject: &str, jti: Uuid) -> String {
    mint(&service.issuer, subject, service.now(), jti)
}

fn mint(issuer: &TokenMint, subject: &str, now: Instant, jti: Uuid) -> String {
    let request = TokenRequest {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        subject: subject.to_owned(),
        roles: vec![Role::IewmStaff],
        organisation: None,
        lifetime_seconds: 3600,
    };
    issuer.mint(&request, now, jti).unwrap()
}

async fn revoke(service: &Service, body: Value) -> Answer {
    service.request("POST", "/v1/token-revocations").token(&service.council()).json(&body).send().await
}

async fn organisation(service: &Service, name: &str) -> OrganisationId {
    let asked = json!({ "name": name, "kind": "approved_contractor" });
    let made = service.post("/v1/organisations", asked).await.expect(201);
    made.json()["id"].as_str().unwrap().parse().unwrap()
}

fn contractor(service: &Service, organisation: OrganisationId) -> String {
    service.token("contractor-1", &[Role::Contractor], Some(organisation))
}

fn some_id() -> Uuid {
    Uuid::from_u128(0x0193_7a5e_8f00_7c3a_9d55_3f2a_60b1_c901)
}

async fn a_missing_token_is_asked_for(service: Service) {
    let answer = service.request("GET", READABLE).send().await.problem(401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"iewm\"");
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn a_token_without_its_scheme_is_told_what_is_missing(service: Service) {
    let good = service.staff();
    for (value, said) in
        [(good.as_str(), "no scheme before the token"), ("Bearer", "no token"), ("bearer ", "no token")]
    {
        let answer = service.request("GET", READABLE).header("Authorization", value).send().await;
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"iewm\"");
        let detail = text(&answer.problem(401, "unauthenticated").json(), "detail");
        assert!(detail.contains(said) && detail.contains("Authorization: Bearer <token>"), "{detail}");
    }
}

async fn every_refused_token_gets_the_same_answer(service: Service) {
    let good = service.staff();
    let other = TokenMint::generate(&SystemEntropy).unwrap();
    let revoked = Uuid::from_u128(1);
    revoke(&service, json!({ "jti": revoked })).await.expect(201);
    let suspended = organisation(&service, "Suspended").await;
    let path = format!("/v1/organisations/{suspended}/suspension");
    service.request("POST", &path).token(&service.staff()).send().await.expect(200);

    let early = service.now().plus(Duration::seconds(-3700));
    let refused = [
        ("nonsense", "Bearer nonsense".to_owned()),
        ("another scheme", format!("Basic {good}")),
        ("two tokens", format!("Bearer {good}, Bearer {good}")),
        ("cut short", format!("Bearer {}", &good[..good.len() - 4])),
        ("a key that is not the issuer's", format!("Bearer {}", mint(&other, "staff-1", service.now(), some_id()))),
        ("expired", format!("Bearer {}", mint(&service.issuer, "staff-1", early, some_id()))),
        ("revoked", format!("Bearer {}", named(&service, "staff-1", revoked))),
        ("suspended", format!("Bearer {}", contractor(&service, suspended))),
        ("unknown organisation", format!("Bearer {}", contractor(&service, OrganisationId::from_uuid(some_id())))),
    ];
    let mut seen: Option<(Value, String)> = None;
    for (why, value) in refused {
        let answer = service.request("GET", READABLE).header("Authorization", &value).send().await;
        assert_eq!(answer.status, 401, "{why}: {}", answer.text());
        seen = Some(same(why, answer, seen));
    }
    let twice = service.request("GET", READABLE).token(&good).token(&good).send().await;
    same("two headers", twice, seen);
    get(&service, &good, READABLE).await.expect(200);
    service.request("GET", READABLE).header("Authorization", &format!("bEARER {good}")).send().await.expect(200);
}

/// Asserts that a refusal is like the one before, but for its request id.
fn same(why: &str, answer: Answer, before: Option<(Value, String)>) -> (Value, String) {
    let challenge = answer.header("www-authenticate");
    assert_eq!(challenge, "Bearer realm=\"iewm\", error=\"invalid_token\"", "{why}");
    let mut body = answer.problem(401, "invalid_token").json();
    assert!(body["instance"].take().is_string(), "{why}");
    if let Some(before) = before {
        assert_eq!((&body, &challenge), (&before.0, &before.1), "{why}");
    }
    (body, challenge)
}

async fn a_token_expires(service: Service) {
    let token = service.staff();
    for (seconds, status) in [(0, 200), (3599, 200), (29, 200), (3, 401), (-30, 200), (-3700, 401)] {
        match Duration::seconds(seconds) {
            back if back < Duration::zero() => service.hands.step(back),
            passed => service.hands.advance(passed),
        }
        let answer = get(&service, &token, READABLE).await;
        assert_eq!(answer.status, status, "{}", service.now());
    }
}

async fn one_token_is_revoked(mut service: Service) {
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let (token, another) = (named(&service, "staff-1", one), named(&service, "staff-1", other));
    get(&service, &token, READABLE).await.expect(200);
    let made = revoke(&service, json!({ "jti": one })).await.expect(201);
    assert_eq!(made.header("location"), "", "a revocation cannot be read again");
    assert_eq!(made.json()["jti"], json!(one));
    for _ in 0..2 {
        get(&service, &token, READABLE).await.problem(401, "invalid_token");
        get(&service, &another, READABLE).await.expect(200);
        service.restart().await;
    }
    // As long as the token could still be used, and no shorter.
    service.hands.advance(Duration::seconds(3595));
    revoke(&service, json!({ "jti": "somebody-else" })).await.expect(201);
    get(&service, &token, READABLE).await.problem(401, "invalid_token");
    get(&service, &another, READABLE).await.expect(200);
}

async fn all_tokens_of_a_subject_are_revoked(mut service: Service) {
    let staff = |service: &Service, name: &str| service.token(name, &[Role::IewmStaff], None);
    let (old, bystander) = (staff(&service, "staff-1"), staff(&service, "staff-10"));
    service.hands.advance(Duration::seconds(5));
    let made = revoke(&service, json!({ "subject": "staff-1" })).await.expect(201).json();
    assert_eq!(made["not_before"], json!(service.now()));
    for _ in 0..2 {
        get(&service, &old, READABLE).await.problem(401, "invalid_token");
        get(&service, &bystander, READABLE).await.expect(200);
        service.restart().await;
    }
    service.hands.advance(Duration::seconds(1));
    let new = staff(&service, "staff-1");
    get(&service, &new, READABLE).await.expect(200);

    let until = service.now().plus(Duration::minutes(10));
    revoke(&service, json!({ "subject": "staff-1", "not_before": until })).await.expect(201);
    service.hands.advance(Duration::minutes(9));
    for token in [&new, &staff(&service, "staff-1")] {
        get(&service, token, READABLE).await.problem(401, "invalid_token");
    }
    service.hands.advance(Duration::minutes(1));
    get(&service, &staff(&service, "staff-1"), READABLE).await.expect(200);
}

async fn only_the_council_revokes(service: Service) {
    let body = json!({ "subject": "staff-1" });
    let request = service.request("POST", "/v1/token-revocations").token(&service.staff()).json(&body).send();
    assert_eq!(request.await.problem(403, "forbidden").json()["permission"], "tokens:revoke");
    for wrong in [json!({}), json!({ "jti": "a", "subject": "b" }), json!({ "jti": "a", "not_before": service.now() })]
    {
        revoke(&service, wrong).await.problem(422, "invalid");
    }
    service
        .request("GET", "/v1/token-revocations")
        .token(&service.council())
        .send()
        .await
        .problem(405, "method_not_allowed");
}

async fn a_token_that_is_no_longer_good_learns_nothing_that_is_stored(service: Service) {
    let organisation = organisation(&service, "Brightwater Mailing").await;
    let contractor = contractor(&service, organisation);
    let path = format!("/v1/organisations/{organisation}/suspension");
    service.request("POST", &path).token(&service.staff()).send().await.expect(200);
    // The service looks a path's resource up after it has admitted the token.
    for path in [format!("/v1/organisations/{organisation}"), "/v1/organisations/nonsense".to_owned()] {
        get(&service, &contractor, &path).await.problem(401, "invalid_token");
    }
    get(&service, &contractor, "/v1/audiences/nonsense").await.problem(401, "invalid_token");
    get(&service, &contractor, "/v1/audiences/newsletter").await.problem(401, "invalid_token");
    let revoked = Uuid::from_u128(1);
    let staff = named(&service, "staff-1", revoked);
    revoke(&service, json!({ "jti": revoked })).await.expect(201);
    let request = || service.request("POST", "/v1/organisations").token(&staff);
    let body = json!({ "name": "Guildhall", "kind": "venue" });
    request().json(&body).send().await.problem(401, "invalid_token");
    request().header("Idempotency-Key", "12345678").json(&body).send().await.problem(401, "invalid_token");
    let patch = service.request("PATCH", &format!("/v1/organisations/{organisation}")).token(&staff);
    patch.if_match("\"9\"").merge_patch(&json!({})).send().await.problem(401, "invalid_token");
}

async fn a_contractors_token_stands_and_falls_with_its_organisation(mut service: Service) {
    let organisation = organisation(&service, "Brightwater Mailing").await;
    let token = contractor(&service, organisation);
    let path = format!("/v1/organisations/{organisation}");
    get(&service, &token, &path).await.expect(200);
    for (verb, status) in [("suspension", 401), ("reinstatement", 200), ("suspension", 401), ("end", 401)] {
        let path = format!("{path}/{verb}");
        service.request("POST", &path).token(&service.staff()).send().await.expect(200);
        let answer = get(&service, &token, &format!("/v1/organisations/{organisation}")).await;
        assert_eq!(answer.status, status, "after {verb}");
    }
    service.restart().await;
    get(&service, &token, &path).await.problem(401, "invalid_token");
    // Another role beside it does not save such a token.
    let both = service.token("somebody", &[Role::IewmStaff, Role::Contractor], Some(organisation));
    get(&service, &both, READABLE).await.problem(401, "invalid_token");
    let unknown = service.token("somebody", &[Role::Contractor], Some(OrganisationId::from_uuid(some_id())));
    get(&service, &unknown, READABLE).await.problem(401, "invalid_token");
}

async fn a_contractor_sees_its_own_organisation_alone(service: Service) {
    let own = organisation(&service, "Brightwater Mailing").await;
    for name in ["Guildhall", "County Hall", "Civic Centre"] {
        organisation(&service, name).await;
    }
    let other = organisation(&service, "Another Mailing").await;
    let token = contractor(&service, own);
    assert_eq!(get(&service, &token, &format!("/v1/organisations/{own}")).await.expect(200).json()["id"], json!(own));

    let told = async |id: String| {
        let answer = get(&service, &token, &format!("/v1/organisations/{id}")).await.problem(404, "not_found");
        let mut body = answer.json();
        body["instance"].take();
        (body, answer.etag(), answer.header("cache-control"))
    };
    assert_eq!(told(other.to_string()).await, told(some_id().to_string()).await);
    let conditional = service.request("GET", &format!("/v1/organisations/{other}")).token(&token);
    conditional.header("If-None-Match", "*").send().await.problem(404, "not_found");

    for query in ["", "?kind=approved_contractor", "?status=active", "?limit=1"] {
        let listed = get(&service, &token, &format!("/v1/organisations{query}")).await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{query}");
        assert_eq!(listed["items"][0]["id"], json!(own), "{query}");
        assert_eq!(listed["next_cursor"], Value::Null, "{query}");
    }
    let none = get(&service, &token, "/v1/organisations?kind=venue").await.expect(200).json();
    assert_eq!(none["items"], json!([]));

    let first = service.get("/v1/organisations?limit=1").await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let taken = format!("/v1/organisations?limit=1&cursor={cursor}");
    get(&service, &token, &taken).await.problem(400, "invalid_cursor");
    // Not even under the same subject: the organisation is a part of who calls.
    let namesake = service.token("staff-1", &[Role::Contractor], Some(own));
    get(&service, &namesake, &taken).await.problem(400, "invalid_cursor");
    service.get(&taken).await.expect(200);
}

async fn a_key_that_is_taken_away_is_refused_within_ten_seconds(service: Service) {
    let file = service.directory().join("jwks.json");
    let next = TokenMint::generate(&SystemEntropy).unwrap();
    let token = service.staff();
    get(&service, &token, READABLE).await.expect(200);

    // A file that is no JWKS changes nothing.
    let kept = fs::read_to_string(&file).unwrap();
    fs::write(&file, "{\"keys\": [").unwrap();
    service.hands.advance(Duration::seconds(10));
    get(&service, &token, READABLE).await.expect(200);
    fs::write(&file, &kept).unwrap();

    fs::write(&file, next.jwks()).unwrap();
    service.hands.advance(Duration::seconds(10));
    let watch = Watch::now();
    get(&service, &token, READABLE).await.problem(401, "invalid_token");
    get(&service, &mint(&next, "staff-1", service.now(), some_id()), READABLE).await.expect(200);
    assert!(watch.elapsed().as_secs() < 10);

    fs::write(&file, "{\"keys\": []}").unwrap();
    service.hands.advance(Duration::seconds(10));
    get(&service, &mint(&next, "staff-1", service.now(), some_id()), READABLE).await.problem(401, "invalid_token");
}
