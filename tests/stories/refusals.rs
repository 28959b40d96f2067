//! What callers are refused: counted by reason, and recorded in the audit, a few a minute.

use chrono::Duration;
use iewm::domain::{OrganisationId, Role};
use iewm::jobs::Refusals;
use iewm::platform::auth::{TokenMint, TokenRequest};
use iewm::platform::vault::SystemEntropy;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::people::text;
use crate::harness::service::{AUDIENCE, ISSUER};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    each_refused_token_is_counted_by_its_reason,
    each_403_is_counted_and_recorded,
    a_minutes_403s_are_recorded_up_to_ten_and_then_as_a_number,
    a_stop_records_what_a_minute_left_out,
    another_person_is_needed_is_recorded_too,
}

impl Service {
    /// The value of a counter among the metrics; 0 for one that has counted nothing yet.
    pub(crate) async fn metric(&self, counter: &str) -> u64 {
        let metrics = self.metrics().await;
        let value = metrics.lines().find_map(|line| line.strip_prefix(counter)?.strip_prefix(' '));
        value.map_or(0, |value| value.parse().unwrap())
    }

    /// The refusals of an actor in the audit, oldest first: the operation, the permission, and how many were left out.
    async fn refusals_of(&self, actor: &str) -> Vec<Value> {
        let mut entries = self.audit(&format!("action=requests.refuse&actor={actor}")).await;
        entries.reverse();
        entries.iter().map(|entry| entry["detail"].clone()).collect()
    }
}

async fn each_refused_token_is_counted_by_its_reason(service: Service) {
    let good = || TokenRequest {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        subject: "eve".to_owned(),
        roles: vec![Role::IewmStaff],
        organisation: None,
        lifetime_seconds: 60,
    };
    let mint = |request: TokenRequest| service.issuer.mint(&request, service.now(), Uuid::from_u128(7)).unwrap();
    let stranger = TokenMint::generate(&SystemEntropy).unwrap();
    let unknown_key = stranger.mint(&good(), service.now(), Uuid::from_u128(7)).unwrap();
    let token = mint(good());
    let (signed, _) = token.rsplit_once('.').unwrap();
    let later = service.now().plus(Duration::hours(2));
    let premature = service.issuer.mint(&good(), later, Uuid::from_u128(7)).unwrap();
    let organisation: OrganisationId = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901".parse().unwrap();
    let contractor = TokenRequest { roles: vec![Role::Contractor], organisation: Some(organisation), ..good() };
    for (reason, token) in [
        ("malformed", "nonsense".to_owned()),
        ("key", unknown_key),
        ("signature", format!("{signed}.{}", "A".repeat(86))),
        ("issuer", mint(TokenRequest { issuer: "https://elsewhere.example".to_owned(), ..good() })),
        ("audience", mint(TokenRequest { audience: "other".to_owned(), ..good() })),
        ("claim", mint(TokenRequest { subject: "e".repeat(256), ..good() })),
        ("premature", premature),
        ("organisation", mint(contractor)),
    ] {
        let counter = format!("iewm_tokens_refused_total{{reason=\"{reason}\"}}");
        let before = service.metric(&counter).await;
        service.request("GET", "/v1/organisations").token(&token).send().await.problem(401, "invalid_token");
        assert_eq!(service.metric(&counter).await, before + 1, "{reason}");
    }
    let revocation = json!({ "subject": "eve", "not_before": "2026-11-24T10:30:00Z" });
    let revoked = service.request("POST", "/v1/token-revocations").token(&service.council()).json(&revocation);
    revoked.send().await.expect(201);
    service.request("GET", "/v1/organisations").token(&token).send().await.problem(401, "invalid_token");
    assert_eq!(service.metric("iewm_tokens_refused_total{reason=\"revoked\"}").await, 1);
    service.hands.advance(Duration::minutes(2));
    service.request("GET", "/v1/organisations").token(&token).send().await.problem(401, "invalid_token");
    assert_eq!(service.metric("iewm_tokens_refused_total{reason=\"expired\"}").await, 1);
    assert!(service.audit("actor=eve").await.is_empty(), "a refused token proves no caller");
}

async fn each_403_is_counted_and_recorded(service: Service) {
    let council = service.council();
    service.get("/v1/audit?actor=eve").await.problem(403, "forbidden");
    service.request("HEAD", "/v1/audit").token(&service.staff()).send().await.expect(403);
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = format!("/v1/contacts/{ada}");
    let patch = json!({ "name": "Ada King" });
    let patched = service.request("PATCH", &path).token(&council).if_match("\"1\"").merge_patch(&patch).send().await;
    patched.problem(403, "forbidden");
    // Another form of an answer needs a permission of its own.
    let csv = service.request("GET", "/v1/contacts").token(&council).header("Accept", "text/csv").send().await;
    assert_eq!(csv.problem(403, "forbidden").json()["permission"], "contacts:export");
    service.request("GET", "/v1/audit").send().await.problem(401, "unauthenticated");

    let audit = json!({ "operation": "GET /v1/audit", "permission": "audit:read" });
    assert_eq!(service.refusals_of("staff-1").await, [audit.clone(), audit]);
    let expected = [
        json!({ "operation": "PATCH /v1/contacts/{id}", "permission": "contacts:update" }),
        json!({ "operation": "GET /v1/contacts", "permission": "contacts:export" }),
    ];
    assert_eq!(service.refusals_of("council-1").await, expected);
    let entry = service.audit("action=requests.refuse&actor=council-1").await.remove(1);
    assert_eq!((&entry["outcome"], &entry["code"]), (&json!("refused"), &json!("forbidden")));
    assert_eq!((text(&entry, "actor_kind"), &entry["roles"]), ("caller".to_owned(), &json!(["council"])));
    assert!(entry.get("contact_id").is_none(), "nothing of her was shown");
    assert_eq!(service.audit("action=requests.refuse").await.len(), 4, "calls without a token are not recorded");
    for (permission, count) in [("audit:read", 2), ("contacts:update", 1), ("contacts:export", 1)] {
        let counter = format!("iewm_requests_forbidden_total{{permission=\"{permission}\"}}");
        assert_eq!(service.metric(&counter).await, count, "{permission}");
    }
}

async fn a_minutes_403s_are_recorded_up_to_ten_and_then_as_a_number(service: Service) {
    let one = json!({ "operation": "GET /v1/audit", "permission": "audit:read" });
    let left_out =
        |number: u64| json!({ "operation": "GET /v1/audit", "permission": "audit:read", "left_out": number });
    let knock = async |path: &str, token: &str, times: usize| {
        for _ in 0..times {
            service.request("GET", path).token(token).send().await.problem(403, "forbidden");
        }
    };
    let (staff, other) = (service.staff(), service.token("staff-2", &[Role::IewmStaff], None));
    knock("/v1/audit", &staff, 25).await;
    assert_eq!(service.refusals_of("staff-1").await, vec![one.clone(); 10]);
    // Another caller and another operation have minutes of their own.
    knock("/v1/audit", &other, 1).await;
    let breach = "/v1/breaches/01937a5e-8f00-7c3a-9d55-3f2a60b1c901/history";
    knock(breach, &staff, 1).await;
    assert_eq!(service.refusals_of("staff-2").await.len(), 1);
    assert_eq!(service.refusals_of("staff-1").await.len(), 11);
    service.hands.advance(Duration::seconds(59));
    knock("/v1/audit", &staff, 1).await;
    assert_eq!(service.refusals_of("staff-1").await.len(), 11);
    service.hands.advance(Duration::seconds(1));
    assert_eq!(service.tick(&Refusals::new(service.state.clone())).await, Ok(3), "the minutes are over");
    assert_eq!(service.refusals_of("staff-1").await[11..], [left_out(16)]);
    // The next minute begins with the next refusal. It tells itself when another one comes after it.
    knock("/v1/audit", &staff, 12).await;
    service.hands.advance(Duration::minutes(5));
    knock("/v1/audit", &staff, 1).await;
    let told = service.refusals_of("staff-1").await;
    assert_eq!(told[12..22], vec![one.clone(); 10]);
    assert_eq!(told[22..], [left_out(2), one]);
    assert_eq!(service.metric("iewm_requests_forbidden_total{permission=\"audit:read\"}").await, 40);
}

async fn a_stop_records_what_a_minute_left_out(service: Service) {
    for _ in 0..13 {
        service.get("/v1/audit").await.problem(403, "forbidden");
    }
    service.state.record_all().await;
    let told = service.refusals_of("staff-1").await;
    assert_eq!((told.len(), &told[10]["left_out"]), (11, &json!(3)));
}

async fn another_person_is_needed_is_recorded_too(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let asked = json!({
        "kind": "erasure", "contact_id": ada, "channel": "post", "received_on": "2026-11-20", "identity_known": true,
        "requester": { "name": "Ada Lovelace" },
    });
    let request = service.post("/v1/subject-requests", asked).await.expect(201).header("location");
    let council = |verb: &str| service.request("POST", &format!("{request}/{verb}")).token(&service.council());
    let plan = council("erasure-plan").send().await.expect(200).json();
    for _ in 0..12 {
        let execution = council("execution").json(&json!({ "plan_sha256": plan["plan_sha256"] }));
        execution.send().await.problem(403, "same_person");
    }
    let entries = service.audit("action=requests.refuse&actor=council-1").await;
    assert_eq!(entries.len(), 10, "these are bounded like every other 403");
    let operation = "POST /v1/subject-requests/{id}/execution";
    for entry in entries {
        assert_eq!((&entry["code"], &entry["detail"]["operation"]), (&json!("same_person"), &json!(operation)));
    }
}
