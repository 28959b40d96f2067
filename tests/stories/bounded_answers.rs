//! What a request costs that is wrong in many places: a short answer, and little memory.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::people::{grant, text};
use crate::harness::served::Served;
use crate::harness::{Service, on_both_engines};
use crate::idempotency::kept_answers;

on_both_engines! {
    a_hundred_faults_are_listed_and_the_rest_is_counted,
    bounds_are_judged_before_what_is_inside_them,
    a_problem_has_at_most_64_kib_whatever_it_names,
    of_a_thousand_query_parameters_a_hundred_are_listed,
    a_row_of_an_import_lists_ten_faults,
    a_large_problem_is_not_kept_for_a_key,
    a_public_operation_takes_small_bodies,
    the_largest_receipt_is_verified,
    a_link_is_judged_after_the_size_of_a_body_and_before_its_faults,
}

const KIB: usize = 1024;

/// How many faults a problem lists, and how many more it counts.
#[track_caller]
fn counted(problem: &Answer) -> (usize, u64) {
    assert!(problem.bytes().len() <= 64 * KIB, "{} bytes", problem.bytes().len());
    let body = problem.json();
    let listed = body["errors"].as_array().unwrap().len();
    assert!(body.get("more") != Some(&json!(0)), "a count of nothing");
    (listed, body["more"].as_u64().unwrap_or_default())
}

/// An object with `count` members that no operation has.
fn unknown_members(count: usize) -> Value {
    (0..count).map(|at| (at.to_string(), json!(0))).collect::<serde_json::Map<_, _>>().into()
}

/// The body of a check of these contacts.
fn check(ids: &[Value]) -> Value {
    json!({ "purpose": "newsletter", "contact_ids": ids })
}

async fn a_hundred_faults_are_listed_and_the_rest_is_counted(service: Service) {
    for (count, listed, more) in [(98, 99, 0), (100, 100, 1), (101, 100, 1), (60_000, 100, 59_900)] {
        // A body without a kind lacks it, unless so much else is wrong that only unknown members are looked for.
        let body = unknown_members(count);
        let refused = service.post("/v1/contacts/search", body).await.problem(422, "invalid");
        let (told, uncounted) = counted(&refused);
        assert_eq!((told, uncounted), (listed, more), "{count}");
    }
    let refused = service.post("/v1/consents/check", check(&vec![json!("x"); 1_000])).await.problem(422, "invalid");
    assert_eq!(counted(&refused), (100, 900));
    assert_eq!(refused.json()["errors"][99]["pointer"], "/contact_ids/99");
    // A verb without a body, a patch, and a rule that is asked of every item.
    let id = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    let path = format!("/v1/events/{id}/publication");
    let verb = service.post(&path, unknown_members(150)).await.problem(422, "invalid");
    assert_eq!(counted(&verb), (100, 50));
    let patch = service.patch(&format!("/v1/contacts/{id}"), "\"1\"", unknown_members(150)).await;
    assert_eq!(counted(&patch.problem(422, "invalid")), (100, 50));
}

async fn bounds_are_judged_before_what_is_inside_them(service: Service) {
    for count in [1_001, 29_000, 510_000] {
        let refused = service.post("/v1/consents/check", check(&vec![json!(0); count])).await.problem(422, "invalid");
        assert_eq!(refused.faults(), ["/contact_ids too_many"], "{count}");
    }
    let asked = json!({ "name": "\u{0}".repeat(201), "email": "x".repeat(900_000),
                        "source": { "kind": "self", "obtained_on": "2026-11-24" } });
    let refused = service.post("/v1/contacts", asked).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/email too_long", "/name too_long"]);
    // More values than any operation needs, of which none is outside a bound that the schema names.
    let nested = json!({ "purpose": vec![json!({ "": 0 }); 100_000], "contact_ids": [] });
    service.post("/v1/consents/check", nested).await.problem(413, "too_large");
}

async fn a_problem_has_at_most_64_kib_whatever_it_names(service: Service) {
    let long = |at: usize, text: &str| (format!("{at}{}", text.repeat(8_000)), json!(0));
    for text in ["x", "字", "\u{1}", "\"", "~/"] {
        let members: serde_json::Map<_, _> = (0..15).map(|at| long(at, text)).collect();
        let refused = service.post("/v1/contacts/search", members.into()).await.problem(422, "invalid");
        assert_eq!(counted(&refused), (16, 0), "{text:?}: the members, and that a kind is missing");
        for fault in refused.json()["errors"].as_array().unwrap().iter().filter(|fault| fault["code"] == "unknown") {
            let pointer = fault["pointer"].as_str().unwrap();
            assert!(pointer.chars().count() == 201 && pointer.ends_with('…'), "{pointer}");
        }
    }
    // A hundred pointers of characters that are escaped with six bytes each would be twice as large.
    let members: serde_json::Map<_, _> =
        (0..150).map(|at| (format!("{at}{}", "\u{1}".repeat(500)), json!(0))).collect();
    let refused = service.post("/v1/contacts/search", members.into()).await.problem(422, "invalid");
    let (listed, more) = counted(&refused);
    assert!((20..100).contains(&listed), "{listed}");
    assert_eq!(listed as u64 + more, 150);
    // Levels upon levels.
    let mut deep = json!({ "x".repeat(100): 0 });
    for _ in 0..30 {
        deep = json!({ "x".repeat(100): deep });
    }
    let refused = service.post("/v1/contacts/search", deep).await.problem(422, "invalid");
    assert_eq!(counted(&refused), (2, 0));
}

async fn of_a_thousand_query_parameters_a_hundred_are_listed(service: Service) {
    let unknown: Vec<String> = (0..1_000).map(|at| format!("p{at}=1")).collect();
    let repeated = vec!["limit=1"; 151];
    for (path, query, more) in [
        ("/v1/contacts", unknown.join("&"), 900),
        ("/v1/contacts", repeated.join("&"), 50),
        ("/v1/privacy-notice", unknown.join("&"), 900),
    ] {
        let refused = service.get(&format!("{path}?{query}")).await.problem(400, "invalid_query");
        assert_eq!(counted(&refused), (100, more), "{path}");
    }
    let long = "x".repeat(5_000);
    let refused = service.get(&format!("/v1/contacts?{long}=1&status={long}")).await.problem(400, "invalid_query");
    assert!(refused.bytes().len() < KIB, "{}", refused.text());
}

async fn a_row_of_an_import_lists_ten_faults(service: Service) {
    let long = json!({ "name": "x".repeat(70_000) });
    let lines = format!("{}\n{}\n{long}\n{{\"name\":7}}\n", unknown_members(8), unknown_members(250));
    for accept in ["application/json", "application/x-ndjson"] {
        let request = service.request("POST", "/v1/contacts/imports").token(&service.staff()).header("Accept", accept);
        let told = request.body("application/x-ndjson", lines.clone()).send().await.expect(200);
        let rows: Vec<Value> = match accept {
            "application/json" => told.json()["results"].as_array().unwrap().clone(),
            _ => told.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        };
        let listed = |row: usize| (rows[row]["errors"].as_array().unwrap().len(), rows[row]["more"].as_u64());
        assert_eq!(listed(0), (9, None), "what is missing is the ninth");
        assert_eq!(listed(1), (10, Some(241)));
        assert_eq!(
            (&rows[2]["errors"][0]["code"], rows[2]["errors"].as_array().unwrap().len()),
            (&json!("too_long"), 1)
        );
        assert_eq!(rows[3]["errors"][0]["code"], "type");
    }
}

async fn a_large_problem_is_not_kept_for_a_key(service: Service) {
    let post = |body: Value| {
        let request = service.request("POST", "/v1/contacts").token(&service.staff());
        request.header("Idempotency-Key", &format!("key-of-{}", body.as_object().unwrap().len())).json(&body).send()
    };
    let large: Value =
        (0..100).map(|at| (format!("{at}{}", "字".repeat(190)), json!(0))).collect::<serde_json::Map<_, _>>().into();
    let first = post(large.clone()).await.problem(422, "invalid");
    assert!(first.bytes().len() > 16 * KIB, "{}", first.bytes().len());
    let again = post(large).await.problem(422, "invalid");
    assert_eq!((again.header("idempotent-replayed"), again.json()), ("true".to_owned(), first.json()));
    assert!(
        kept_answers(&service).iter().all(|row| row.body_bytes < 256),
        "its instance is kept, and it is judged again"
    );
}

/// Sends a body of `size` bytes, its length declared or in one chunk, and returns the status.
async fn status_of(service: &Service, path: &str, size: usize, declared: bool) -> u16 {
    let spaces = " ".repeat(size);
    let body = if declared {
        format!("Content-Length: {size}\r\n\r\n{spaces}")
    } else {
        format!("Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n{spaces}\r\n0\r\n\r\n")
    };
    let head = "Host: iewm.example\r\nConnection: close\r\nContent-Type: application/json";
    let request = format!("POST {path} HTTP/1.1\r\n{head}\r\n{body}");
    let address = service.address().trim_start_matches("http://").to_owned();
    // On a thread of its own: the story's runs the service's.
    let sent = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        // If the service has heard enough, writing fails.
        let _ = stream.write_all(request.as_bytes());
        let mut said = [0; 12];
        stream.read_exact(&mut said).unwrap();
        String::from_utf8_lossy(&said).trim_start_matches("HTTP/1.1 ").parse().unwrap()
    };
    actix_web::rt::task::spawn_blocking(sent).await.unwrap()
}

async fn a_public_operation_takes_small_bodies(service: Service) {
    let public = iewm::app::operations().into_iter().filter(|it| it.permission.is_none() && it.method == "POST");
    let public: Vec<String> = public.map(|it| it.path.replace("{token}", "nothing")).collect();
    assert!(public.len() >= 5, "{public:?}");
    for path in public {
        let limit = if path == "/v1/receipts/verification" { 256 * KIB } else { 16 * KIB };
        for declared in [true, false] {
            let fits = status_of(&service, &path, limit, declared).await;
            assert!([400, 404, 422].contains(&fits), "{path}: {fits}");
            assert_eq!(status_of(&service, &path, limit + 1, declared).await, 413, "{path}");
        }
    }
}

async fn the_largest_receipt_is_verified(service: Service) {
    // The characters that take most bytes: everything that a receipt tells is as long as it can be.
    let item = "\u{1D11E}".repeat(500);
    let purpose = json!({ "code": "newsletter", "lawful_basis": ["consent"], "data": vec![item.clone(); 20],
                          "recipients": vec![item.clone(); 20], "retention": item, "change": "minor" });
    let notice = json!({ "version": "2026-11-24", "effective_on": "2026-11-24", "purposes": [purpose] });
    let council = service.council();
    let post = |path: &str| service.request("POST", path).token(&council);
    post("/v1/privacy-notices").json(&notice).send().await.expect(201);
    post("/v1/privacy-notices/2026-11-24/publication").send().await.expect(200);
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let mut asked = grant(&ada, "newsletter", "telephone");
    asked["evidence_ref"] = json!(item);
    asked["wording"] = json!("\u{1D11E}".repeat(20_001));
    assert_eq!(service.decide(asked.clone()).await.problem(422, "invalid").faults(), ["/wording too_long"]);
    asked["wording"] = json!("\u{1D11E}".repeat(20_000));
    let consent = service.decide(asked).await.expect(201).json();
    for profile in ["kantara-1.1", "iso-27560"] {
        let path = format!("/v1/consents/{}/receipt?profile={profile}", text(&consent, "id"));
        let receipt = service.get(&path).await.expect(200).text();
        assert!(receipt.len() > 200 * KIB, "{} bytes", receipt.len());
        let asked = json!({ "receipt": receipt });
        let verdict = service.request("POST", "/v1/receipts/verification").json(&asked).send().await.expect(200);
        assert_eq!(verdict.json(), json!({ "valid": true, "decision_id": consent["decision_id"] }));
    }
}

async fn a_link_is_judged_after_the_size_of_a_body_and_before_its_faults(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let consent = service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201).json();
    let confirmation = service.link(&text(&consent, "decision_id")).await;
    let send = |link: &str, media_type: &str, body: String| service.request("POST", link).body(media_type, body).send();
    let large = format!("{{{}}}", " ".repeat(16 * KIB));
    let faults =
        [("application/json", r#"{"x":1}"#), ("application/json", "{"), ("text/plain", "x"), ("text/html", "{}")];
    for room in ["confirmations", "preferences", "unsubscribe", "request-status"] {
        let unknown = format!("/v1/{room}/nothing");
        send(&unknown, "application/json", large.clone()).await.problem(413, "too_large");
        for (media_type, body) in faults {
            send(&unknown, media_type, body.to_owned()).await.problem(404, "not_found");
        }
    }
    // A link that is there: its body is judged now, and nothing has happened.
    send(&confirmation, "application/json", large.clone()).await.problem(413, "too_large");
    send(&confirmation, "application/json", r#"{"x":1}"#.to_owned()).await.problem(422, "invalid");
    send(&confirmation, "application/json", "{".to_owned()).await.problem(400, "malformed_json");
    send(&confirmation, "text/plain", "x".to_owned()).await.problem(415, "unsupported_media_type");
    assert_eq!(service.checked(&ada, "newsletter").await, "pending");
    // One that has been used: gone, whatever is sent.
    service.follow("POST", &confirmation).await.expect(200);
    send(&confirmation, "application/json", large).await.problem(413, "too_large");
    for (media_type, body) in faults {
        send(&confirmation, media_type, body.to_owned()).await.problem(410, "gone");
    }
}

/// The most memory that a process has had, in KiB.
fn peak(served: &Served) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", served.process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn bodies_that_are_wrong_everywhere_cost_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(&format!("sqlite://{}", folder.path().join("iewm.db").display()), &[]);
    actix_web::rt::System::new().block_on(async {
        let mebibyte =
            |item: &str, end: &str| format!("{{\"contact_ids\":[{}{end}]}}", item.repeat(1_048_000 / item.len()));
        let names: Vec<String> = (0..100_000).map(|at| format!("\"{at}\":0")).collect();
        let bodies = [
            (mebibyte("0,", "0"), 422, "invalid"),
            (mebibyte("[[[]]],", "0"), 422, "invalid"),
            (mebibyte("{\"\":{}},", "0"), 422, "invalid"),
            (format!("{{{}}}", names.join(",")), 422, "invalid"),
            (format!("[{}0]", "[{\"\":0}],".repeat(100_000)), 413, "too_large"),
        ];
        let send = |body: &str| {
            let request = served.request("POST", "/v1/consents/check").token(served.staff());
            request.body("application/json", body.to_owned()).send()
        };
        for (body, ..) in &bodies {
            send(&body.chars().take(1_000).collect::<String>()).await;
        }
        let before = peak(&served);
        for _ in 0..3 {
            for (body, status, code) in &bodies {
                assert!(send(body).await.problem(*status, code).bytes().len() <= 64 * KIB);
            }
        }
        let grown = peak(&served) - before;
        assert!(grown < 64 * KIB as u64, "{grown} KiB");
    });
}

/// How many values a body of this schema can have; `None` for one without bounds, which is added to `unbounded`.
fn most_values(document: &Value, schema: &Value, at: &str, unbounded: &mut Vec<String>) -> usize {
    let named = schema["$ref"].as_str().and_then(|name| document.pointer(name.trim_start_matches('#')));
    if let Some(schema) = named {
        return most_values(document, schema, at, unbounded);
    }
    if let Some(branches) = schema["oneOf"].as_array() {
        let others: Vec<&Value> = branches.iter().filter(|branch| branch["type"] != "null").collect();
        if let [one] = others[..] {
            return most_values(document, one, at, unbounded);
        }
        unbounded.push(format!("{at} has several forms"));
    }
    let is =
        |name: &str| schema["type"] == name || schema["type"].as_array().is_some_and(|all| all.contains(&json!(name)));
    let mut values = 1;
    if is("object") {
        if schema["additionalProperties"] != false {
            unbounded.push(format!("{at} takes unknown members"));
        }
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            values += most_values(document, schema, &format!("{at}/{name}"), unbounded);
        }
    }
    if is("array") {
        let most = schema["maxItems"].as_u64().unwrap_or_else(|| {
            unbounded.push(format!("{at} has no maxItems"));
            0
        });
        values +=
            usize::try_from(most).unwrap() * most_values(document, &schema["items"], &format!("{at}[]"), unbounded);
    }
    let is_short =
        || schema.get("enum").is_some() || matches!(schema["format"].as_str(), Some("uuid" | "date" | "date-time"));
    if is("string") && schema["maxLength"].is_null() && !is_short() {
        unbounded.push(format!("{at} has no maxLength"));
    }
    values
}

#[test]
fn every_body_has_bounds_and_its_size_is_in_the_document() {
    let document: Value = serde_json::from_str(include_str!("../../openapi/openapi.json")).unwrap();
    let (mut unbounded, mut largest) = (Vec::new(), 0);
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(body) = operation.get("requestBody") else { continue };
            let size = body["description"].as_str().unwrap_or_default();
            let too_large = operation["responses"]["413"]["description"].as_str().unwrap();
            assert!(size.contains("At most ") && too_large.contains(size.rsplit("At most").next().unwrap()), "{path}");
            let is_public = operation["security"].as_array().is_some_and(Vec::is_empty);
            let expected = match path.as_str() {
                "/v1/receipts/verification" => "256 KiB",
                "/v1/contacts/imports" => "20 MiB",
                _ if is_public => "16 KiB",
                _ => "1 MiB",
            };
            assert!(size.ends_with(&format!("At most {expected}.")), "{method} {path}: {size}");
            for (media_type, content) in body["content"].as_object().unwrap() {
                if media_type != "text/csv" {
                    let at = format!("{method} {path} ");
                    largest = largest.max(most_values(&document, &content["schema"], &at, &mut unbounded));
                }
            }
        }
    }
    assert_eq!(unbounded, [""; 0]);
    // `body/strict.rs` keeps this many.
    assert!((1_000..30_000).contains(&largest), "{largest}");
    let problem = &document["components"]["schemas"]["Problem"]["properties"];
    assert_eq!((&problem["errors"]["maxItems"], &problem["more"]["type"]), (&json!(100), &json!("integer")));
}
