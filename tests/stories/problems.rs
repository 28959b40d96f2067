//! Every fault is a problem document (RFC 9457), the framework's own refusals included.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    what_is_not_there_is_a_problem,
    a_method_that_an_address_lacks_is_refused_with_those_it_has,
    a_body_of_two_mebibytes_is_refused_however_it_comes,
    a_body_too_large_is_refused_before_it_has_come,
    another_media_type_is_refused_with_the_right_one,
    what_is_not_strict_json_is_refused,
    the_request_id_is_taken_over_or_replaced_and_always_returned,
    a_problem_repeats_nothing_that_was_sent,
    a_fault_of_the_query_names_its_parameter,
    every_type_of_problem_has_a_page,
    a_404_says_what_of_the_address_is_wrong,
    a_missing_token_and_a_refused_one_are_challenged,
}

const ORGANISATIONS: &str = "/v1/organisations";

async fn a_fault_of_the_query_names_its_parameter(service: Service) {
    let id = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    for (query, parameter, code) in [
        ("who=me", "who", "unknown"),
        ("limit=1&limit=2", "limit", "repeated"),
        ("limit=many", "limit", "type"),
        ("kind=castle", "kind", "type"),
    ] {
        let refused = service.get(&format!("{ORGANISATIONS}?{query}")).await.expect(400).json();
        let fault = &refused["errors"][0];
        assert_eq!((&fault["parameter"], &fault["code"]), (&json!(parameter), &json!(code)), "{refused}");
        assert!(fault.get("pointer").is_none(), "{refused}");
    }
    let refused = service.get(&format!("{ORGANISATIONS}/{id}?who=me")).await.problem(400, "invalid_query").json();
    assert_eq!(refused["errors"][0]["parameter"], "who");
    // A fault of the body has its pointer alone.
    let refused = service.post(ORGANISATIONS, json!({})).await.problem(422, "invalid").json();
    assert_eq!((&refused["errors"][0]["pointer"], refused["errors"][0].get("parameter")), (&json!("/name"), None));
    let refused = service.get("/v1/subject-requests?reference=12").await.problem(400, "invalid_query").json();
    let detail = refused["errors"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("SR-2026-000001") && detail.contains("two capital letters"), "{detail}");
}

async fn what_is_not_there_is_a_problem(service: Service) {
    let paths =
        ["/", "/v1", "/v1/nothing", "/v1/organisations/", "/v1//organisations", "/%00", "/v1/%ff", "/etc/passwd"];
    for path in paths {
        for method in ["GET", "POST", "DELETE"] {
            let answer = service.request(method, path).send().await.problem(404, "not_found");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
        let head = service.request("HEAD", path).send().await.expect(404);
        assert_eq!((head.header("content-type").as_str(), head.bytes()), ("application/problem+json", &b""[..]));
    }
}

async fn a_method_that_an_address_lacks_is_refused_with_those_it_has(service: Service) {
    let id = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    for (path, method, allow) in [
        (ORGANISATIONS.to_owned(), "DELETE", "GET, HEAD, POST"),
        (ORGANISATIONS.to_owned(), "TRACE", "GET, HEAD, POST"),
        (ORGANISATIONS.to_owned(), "OPTIONS", "GET, HEAD, POST"),
        (ORGANISATIONS.to_owned(), "BREW", "GET, HEAD, POST"),
        (format!("{ORGANISATIONS}/{id}"), "PUT", "GET, HEAD, PATCH"),
        (format!("{ORGANISATIONS}/{id}/suspension"), "GET", "POST"),
        (format!("{ORGANISATIONS}/{id}/suspension"), "HEAD", "POST"),
        ("/health/live".to_owned(), "POST", "GET, HEAD"),
        ("/openapi.json".to_owned(), "POST", "GET, HEAD"),
        ("/docs/".to_owned(), "DELETE", "GET, HEAD"),
    ] {
        let answer = service.request(method, &path).send().await.expect(405);
        let mut given: Vec<_> = answer.header("allow").split(", ").map(str::to_owned).collect();
        given.sort();
        assert_eq!(given.join(", "), allow, "{method} {path}");
        if method == "HEAD" {
            assert_eq!(answer.bytes(), b"");
        } else {
            answer.problem(405, "method_not_allowed");
        }
    }
}

async fn a_body_of_two_mebibytes_is_refused_however_it_comes(service: Service) {
    let body = json!({ "name": "x".repeat(2 * 1024 * 1024), "kind": "venue" });
    let post = || service.request("POST", ORGANISATIONS).token(&service.staff());
    post().json(&body).send().await.problem(413, "too_large");
    post().header("Idempotency-Key", "two-mebibytes").json(&body).send().await.problem(413, "too_large");
    // The service reads no body of a caller without the right to post.
    service.request("POST", ORGANISATIONS).json(&body).send().await.problem(401, "unauthenticated");
    service.post(ORGANISATIONS, json!({ "name": "Guildhall", "kind": "venue" })).await.expect(201);
    assert_eq!(service.get(ORGANISATIONS).await.json()["items"].as_array().unwrap().len(), 1);
}

/// What the service says to a body of `count` chunks of 64 KiB, and how many of them it let through.
async fn pour(service: &Service, head: &str, count: usize) -> (String, usize) {
    let address = service.address().trim_start_matches("http://").to_owned();
    let common = format!("Host: iewm.example\r\nAuthorization: Bearer {}\r\nConnection: close", service.staff());
    let head = format!("POST {ORGANISATIONS} HTTP/1.1\r\nContent-Type: application/json\r\n{common}\r\n{head}\r\n\r\n");
    // On a thread of its own: the story's runs the service's.
    actix_web::rt::task::spawn_blocking(move || pour_into(&address, &head, count)).await.unwrap()
}

fn pour_into(address: &str, head: &str, count: usize) -> (String, usize) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(15))).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(65536));
    // If the service closes the connection, writing fails.
    let poured = (0..count).take_while(|_| stream.write_all(chunk.as_bytes()).is_ok()).count();
    if count > 0 {
        let _ = stream.write_all(b"0\r\n\r\n");
    }
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    (String::from_utf8_lossy(&said).into_owned(), poured)
}

async fn a_body_too_large_is_refused_before_it_has_come(service: Service) {
    // A gibibyte that is announced is refused before it comes.
    let (said, _) = pour(&service, "Content-Length: 1073741824", 0).await;
    assert!(said.starts_with("HTTP/1.1 413 ") && said.contains(r#""code":"too_large""#), "{said}");
    // A caller that sends a little too much without a length reads why the service refuses it.
    let (said, poured) = pour(&service, "Transfer-Encoding: chunked", 32).await;
    assert!(said.starts_with("HTTP/1.1 413 ") && said.contains(r#""code":"too_large""#), "{said}");
    assert_eq!(poured, 32);
    service.post(ORGANISATIONS, json!({ "name": "Guildhall", "kind": "venue" })).await.expect(201);
}

async fn another_media_type_is_refused_with_the_right_one(service: Service) {
    let body = json!({ "name": "Guildhall", "kind": "venue" }).to_string();
    let post = |media_type: &str| {
        service.request("POST", ORGANISATIONS).token(&service.staff()).body(media_type, body.clone()).send()
    };
    for media_type in ["text/plain", "application/xml", "application/merge-patch+json", "application/jsonx", "json"] {
        let refused = post(media_type).await.problem(415, "unsupported_media_type");
        assert_eq!(refused.header("accept-post"), "application/json");
        assert_eq!(refused.header("accept-patch"), "");
    }
    let bare = service.request("POST", ORGANISATIONS).token(&service.staff()).send().await;
    assert_eq!(bare.problem(415, "unsupported_media_type").header("accept-post"), "application/json");
    let made = post("Application/JSON; charset=utf-8").await.expect(201);

    let path = made.header("location");
    let patch = service.request("PATCH", &path).token(&service.staff()).if_match("\"1\"").json(&json!({})).send().await;
    let refused = patch.problem(415, "unsupported_media_type");
    assert_eq!(refused.header("accept-patch"), "application/merge-patch+json");
    let verb = service.request("POST", &format!("{path}/suspension")).token(&service.staff());
    let refused = verb.body("text/plain", "now").send().await.problem(415, "unsupported_media_type");
    assert_eq!(refused.header("accept-post"), "application/json");
}

async fn what_is_not_strict_json_is_refused(service: Service) {
    let deep = format!(r#"{{"name":{}{}}}"#, "[".repeat(32), "]".repeat(32));
    let endless = "[".repeat(100_000);
    for (body, code) in [
        (&b""[..], "malformed_json"),
        (b"nonsense", "malformed_json"),
        (br#"{"name":"Guildhall","kind":"venue""#, "malformed_json"),
        (br#"{"name":"Guildhall","kind":"venue"} {}"#, "malformed_json"),
        (b"{'name':'Guildhall'}", "malformed_json"),
        (b"\xef\xbb\xbf{}", "malformed_json"),
        (b"{\"name\":\"Guild\xffhall\",\"kind\":\"venue\"}", "malformed_json"),
        (br#"{"name":"Guild\ud83dhall","kind":"venue"}"#, "malformed_json"),
        (br#"{"name":NaN}"#, "malformed_json"),
        (br#"{"name":"A","name":"B","kind":"venue"}"#, "duplicate_member"),
        (br#"{"name":"A","n\u0061me":"B","kind":"venue"}"#, "duplicate_member"),
        (deep.as_bytes(), "too_deep"),
        (endless.as_bytes(), "too_deep"),
    ] {
        let post = service.request("POST", ORGANISATIONS).token(&service.staff());
        post.body("application/json", body).send().await.problem(400, code);
    }
    assert_eq!(service.get(ORGANISATIONS).await.json()["items"], json!([]));
}

async fn the_request_id_is_taken_over_or_replaced_and_always_returned(service: Service) {
    let with =
        async |path: &str, id: &str| -> Answer { service.request("GET", path).header("X-Request-Id", id).send().await };
    let longest = "x".repeat(128);
    for id in ["a", "front-end/7:2026", longest.as_str()] {
        let answer = with("/v1/nothing", id).await.expect(404);
        assert_eq!(answer.header("x-request-id"), id);
        assert_eq!(answer.json()["instance"], id);
        assert_eq!(with("/health/live", id).await.expect(200).header("x-request-id"), id);
    }
    let too_long = "x".repeat(129);
    for id in ["", "two words", "tab\there", too_long.as_str()] {
        let answer = with(ORGANISATIONS, id).await.expect(401);
        let given = answer.header("x-request-id");
        assert_ne!(given, id);
        assert_eq!(given.len(), 36, "{given}");
        assert_eq!(answer.json()["instance"], json!(given));
    }
    let twice = service.request("GET", "/v1/nothing").header("X-Request-Id", "one").header("X-Request-Id", "two");
    assert_eq!(twice.send().await.header("x-request-id").len(), 36);
    let (first, second) = (service.get("/v1/nothing").await, service.get("/v1/nothing").await);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

async fn a_problem_repeats_nothing_that_was_sent(service: Service) {
    let canary = "canary-Zq81";
    let made = service.post(ORGANISATIONS, json!({ "name": "Guildhall", "kind": "venue" })).await.expect(201);
    let path = made.header("location");
    let bodies = [
        json!({ "name": canary, "kind": canary }),
        json!({ "name": canary, "kind": 7, "version": canary, "contact_point": [canary] }),
        json!([canary]),
        json!(canary),
        json!({ "name": format!("{canary}\u{0}"), "kind": "venue" }),
    ];
    let mut answers = Vec::new();
    for body in bodies {
        answers.push(service.post(ORGANISATIONS, body.clone()).await.expect(422));
        answers.push(service.patch(&path, "\"1\"", body).await.expect(422));
    }
    let contact = json!({ "name": canary, "email": format!("{canary} <a@b.example>"), "telephone": canary,
        "source": { "kind": canary, "obtained_on": canary } });
    answers.push(service.post("/v1/contacts", contact).await.expect(422));
    answers.push(service.post("/v1/consents", json!({ "contact_id": canary, "purpose": canary })).await.expect(422));
    for path in [
        format!("{ORGANISATIONS}?limit={canary}"),
        format!("{ORGANISATIONS}?kind={canary}"),
        format!("{ORGANISATIONS}?cursor={canary}"),
        format!("/v1/contacts?updated_since={canary}"),
        format!("/v1/contacts/{canary}"),
        format!("/v1/{canary}"),
        format!("/problems/{canary}"),
    ] {
        answers.push(service.get(&path).await);
    }
    answers.push(service.patch(&path, canary, json!({})).await.expect(400));
    answers.push(service.request("GET", ORGANISATIONS).token(canary).send().await.expect(401));
    for answer in answers {
        let text = answer.text();
        assert!(answer.status >= 400 && !text.contains(canary), "{text}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        for word in ["SELECT", "INSERT", "sqlite", "postgres", ".rs", "diesel", "serde", "/tmp"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}

async fn every_type_of_problem_has_a_page(service: Service) {
    for entry in iewm::domain::CODES {
        let page = service.request("GET", &format!("/problems/{}", entry.name)).send().await.expect(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text().contains(entry.title) && page.text().contains(entry.name));
        assert!(!page.text().contains("http://") && !page.text().contains("https://"));
    }
    service.request("GET", "/problems/nothing_of_ours").send().await.problem(404, "not_found");
}

async fn a_404_says_what_of_the_address_is_wrong(service: Service) {
    let made = service.post("/v1/organisations", json!({ "name": "Guildhall", "kind": "venue" })).await.expect(201);
    let of_another_kind = made.header("location").replace("organisations", "contacts");
    let unknown = "/v1/contacts/01937a5e-8f00-7c3a-9d55-3f2a60b1c901".to_owned();
    let detail = async |path: &str| {
        let problem = service.get(path).await.problem(404, "not_found").json();
        problem["detail"].as_str().unwrap().to_owned()
    };
    let no_record = detail(&unknown).await;
    assert!(no_record.starts_with("There is no such record, or you may not see it."), "{no_record}");
    assert_eq!(detail(&of_another_kind).await, no_record, "an id of another kind is an id of no such record");
    assert_eq!(detail("/v1/contacts/7").await, no_record, "and so is one that is not whole");
    let nearest = format!("{unknown}/access");
    let mistyped = detail(&nearest).await;
    assert!(
        mistyped.starts_with("No operation has this path. The nearest path is /v1/contacts/{id}/accesses."),
        "{mistyped}"
    );
    assert!(detail("/v1/contact").await.contains("The nearest path is /v1/contacts."));
    assert_eq!(
        detail("/nothing/of/ours").await,
        "No operation has this path. The API document, /openapi.json, lists all paths."
    );
}

async fn a_missing_token_and_a_refused_one_are_challenged(service: Service) {
    let missing = service.request("GET", ORGANISATIONS).send().await.problem(401, "unauthenticated");
    assert_eq!(missing.header("www-authenticate"), r#"Bearer realm="iewm""#);
    let refused = service.request("GET", ORGANISATIONS).token("nonsense").send().await.problem(401, "invalid_token");
    assert_eq!(refused.header("www-authenticate"), r#"Bearer realm="iewm", error="invalid_token""#);
    let twice = service.request("GET", ORGANISATIONS).token(&service.staff()).token(&service.staff());
    twice.send().await.problem(401, "invalid_token");
    let basic = service.request("GET", ORGANISATIONS).header("Authorization", "Basic c3RhZmY6c2VjcmV0");
    basic.send().await.problem(401, "invalid_token");
    for answer in [missing, refused] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.json().get("errors"), None::<&Value>);
    }
}
