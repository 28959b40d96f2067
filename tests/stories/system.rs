//! What anyone may read about the service itself, and what only its operator may.

use iewm::domain::Error;
use iewm::platform::transaction::Recorded;
use serde_json::{Value, json};

use crate::harness::process::request;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    health_is_told_to_anyone,
    metrics_count_on_a_port_of_their_own_and_name_no_person,
    weaknesses_can_be_reported,
    the_keys_of_receipts_are_public_and_only_their_public_half,
    the_document_is_served_as_the_code_has_it,
    the_page_of_the_document_loads_nothing_from_elsewhere,
    nothing_that_needs_a_token_is_stored,
    a_panic_is_the_failure_of_one_request_alone,
}

async fn health_is_told_to_anyone(service: Service) {
    for path in ["/health/live", "/health/ready"] {
        let answer = service.request("GET", path).send().await.expect(200);
        assert_eq!(answer.json(), json!({ "status": "ok" }));
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
}

async fn metrics_count_on_a_port_of_their_own_and_name_no_person(service: Service) {
    let ada = json!({ "name": "Ada Lovelace", "email": "ada@example.org", "telephone": "01905 765765",
        "source": { "kind": "self", "obtained_on": "2026-11-20" } });
    let made = service.post("/v1/contacts", ada).await.expect(201);
    service.get(&made.header("location")).await.expect(200);
    service.get("/v1/contacts?name=Lovelace").await.expect(400);
    service.get("/v1/ada@example.org").await.expect(404);
    service.request("LOVELACE", "/v1/contacts").send().await.expect(405);
    service.request("GET", "/metrics").send().await.problem(404, "not_found");
    service.get("/metrics").await.problem(404, "not_found");

    let answer = reqwest::get(format!("{}/metrics", service.metrics_address())).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = answer.text().await.unwrap();
    for line in [
        r#"iewm_http_answers_total{method="POST",route="/v1/contacts",status="201"} 1"#,
        r#"iewm_http_answers_total{method="GET",route="/v1/contacts/{id}",status="200"} 1"#,
        r#"iewm_http_answers_total{method="GET",route="(none)",status="404"} 3"#,
        r#"iewm_http_answers_total{method="other",route="/v1/contacts",status="405"} 1"#,
        "iewm_http_answer_seconds_count 7",
        r#"iewm_database_waiting{kind="write"} 0"#,
        "# EOF",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let id = made.json()["id"].as_str().unwrap().to_owned();
    for personal in ["ada", "lovelace", "765765", "staff-1", id.as_str()] {
        assert!(!text.to_lowercase().contains(personal), "{personal}");
    }
    let at = |method: &str, path: &str| request(method, &format!("{}{path}", service.metrics_address()));
    for path in ["/v1/contacts", "/", "/metrics/"] {
        let problem = at("GET", path).header("X-Request-Id", "scrape-1").send().await.problem(404, "not_found");
        assert_eq!(
            (problem.header("x-request-id").as_str(), &problem.json()["instance"]),
            ("scrape-1", &json!("scrape-1"))
        );
    }
    let allowed = at("POST", "/metrics").send().await.problem(405, "method_not_allowed");
    assert_eq!(allowed.header("allow"), "GET, HEAD");
    let head = at("HEAD", "/metrics").send().await.expect(200);
    assert!(head.bytes().is_empty() && head.header("content-type").starts_with("application/openmetrics-text"));
    let again = at("GET", "/metrics").send().await.expect(200).text();
    assert!(again.contains("iewm_http_answer_seconds_count 7"), "what this port answers is not counted");
}

async fn weaknesses_can_be_reported(service: Service) {
    let answer = service.request("GET", "/.well-known/security.txt").send().await.expect(200);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let text = answer.text();
    assert!(text.starts_with("Contact: "), "{text}");
    assert!(text.contains("\nCanonical: https://iewm.example/.well-known/security.txt\n"), "{text}");
    let expires = text.lines().find_map(|line| line.strip_prefix("Expires: ")).unwrap();
    let expires = iewm::domain::Instant::parse(expires).unwrap();
    assert!(expires > service.now() && expires < service.now().plus(chrono::Duration::days(365)));
}

async fn the_keys_of_receipts_are_public_and_only_their_public_half(mut service: Service) {
    let read =
        async |service: &Service| service.request("GET", "/.well-known/jwks.json").send().await.expect(200).json();
    let keys = read(&service).await;
    let [key] = keys["keys"].as_array().unwrap().as_slice() else { panic!("{keys}") };
    assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519")));
    assert!(key["kid"].is_string() && key["x"].is_string());
    assert_eq!(key.get("d"), None);
    service.restart().await;
    assert_eq!(read(&service).await, keys);
}

async fn the_document_is_served_as_the_code_has_it(service: Service) {
    let served = service.request("GET", "/openapi.json").send().await.expect(200);
    assert_eq!(served.header("content-type"), "application/json");
    assert!(served.text() == iewm::app::openapi_json());
    assert_eq!(served.json()["openapi"].as_str().unwrap().split('.').take(2).collect::<Vec<_>>(), ["3", "1"]);
}

async fn the_page_of_the_document_loads_nothing_from_elsewhere(service: Service) {
    let moved = service.request("GET", "/docs").send().await.expect(308);
    assert_eq!(moved.header("location"), "/docs/");
    let page = service.request("GET", "/docs/").send().await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'self';") && !policy.contains("http"), "{policy}");
    let text = page.text();
    let mut assets = 0;
    for mark in ["src=\"", "href=\""] {
        for asset in text.split(mark).skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(!asset.contains("//") && !asset.starts_with("data:text"), "{asset}");
            let asset = asset.trim_start_matches("./");
            service.request("GET", &format!("/docs/{asset}")).send().await.expect(200);
            assets += 1;
        }
    }
    assert!(assets >= 3, "{text}");
    let settings = service.request("GET", "/docs/swagger-initializer.js").send().await.expect(200).text();
    assert!(settings.contains(r#""/openapi.json""#) && settings.contains(r#""validatorUrl": "none""#), "{settings}");
    service.request("GET", "/docs/../Cargo.toml").send().await.expect(404);
    service.request("GET", "/docs/%2e%2e/Cargo.toml").send().await.problem(404, "not_found");
    service.request("GET", "/docs/nothing.js").send().await.problem(404, "not_found");
}

async fn nothing_that_needs_a_token_is_stored(service: Service) {
    let id = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    for operation in iewm::app::operations().into_iter().filter(|operation| operation.permission.is_some()) {
        let path =
            operation.path.replace("{id}", id).replace("{version}", "2019-01-29").replace("{purpose}", "newsletter");
        for token in [service.staff(), service.council()] {
            let answer = service.request(&operation.method, &path).token(&token).send().await;
            assert_eq!(answer.header("cache-control"), "no-store", "{} {path}", operation.method);
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{} {path}", operation.method);
        }
        let answer = service.request(&operation.method, &path).send().await;
        assert_eq!(answer.header("cache-control"), "no-store", "{} {path}", operation.method);
    }
}

async fn a_panic_is_the_failure_of_one_request_alone(service: Service) {
    for _ in 0..8 {
        let written = service.state.job("panics").run(|_| -> Result<Recorded<()>, Error> { panic!("told by a test") });
        assert_eq!(written.await.unwrap_err().code().entry().name, "internal");
        let read = service.state.job("panics").read(|_| -> Result<Value, Error> { panic!("told by a test") });
        assert_eq!(read.await.unwrap_err().code().entry().name, "internal");
    }
    service.post("/v1/organisations", json!({ "name": "Guildhall", "kind": "venue" })).await.expect(201);
    assert_eq!(service.get("/v1/organisations").await.json()["items"].as_array().unwrap().len(), 1);
}
