//! Compressed responses: in which coding, with which tag, and which never are.

use std::io::Read as _;

use flate2::read::GzDecoder;
use iewm::app::operations;
use serde_json::{Value, json};

use crate::harness::booking::event;
use crate::harness::client::{Answer, Request};
use crate::harness::mail::MailServer;
use crate::harness::people::grant;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_resource_is_the_same_in_each_coding,
    a_compressed_tag_names_its_version_in_every_precondition,
    a_response_is_compressed_only_if_asked_for_and_large,
    a_stream_is_compressed_as_it_flows,
    a_replay_is_compressed_for_its_own_caller,
    behind_a_capability_link_nothing_is_compressed,
    the_document_is_compressed_too,
}

const CODINGS: [&str; 2] = ["gzip", "zstd"];

/// The body as it was before its coding.
#[track_caller]
fn decoded(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    match answer.header("content-encoding").as_str() {
        "gzip" => drop(GzDecoder::new(answer.bytes()).read_to_end(&mut plain).unwrap()),
        "zstd" => plain = zstd::decode_all(answer.bytes()).unwrap(),
        "" => plain = answer.bytes().to_vec(),
        other => panic!("{other}"),
    }
    plain
}

/// Whether a cache must keep the codings apart. The one line of `Vary` has the headers of CORS too.
fn varies(answer: &Answer) -> bool {
    answer.header("vary").split(", ").any(|name| name == "Accept-Encoding")
}

fn asking(service: &Service, method: &str, path: &str, coding: &str) -> Request {
    service.request(method, path).token(&service.staff()).header("Accept-Encoding", coding)
}

/// The path of an event whose JSON is larger than a kilobyte, and smaller than what is sent in pieces.
async fn large_event(service: &Service) -> String {
    let made = event(&json!({ "description": "A day about prevention. ".repeat(60) }));
    service.post("/v1/events", made).await.expect(201).header("location")
}

async fn a_resource_is_the_same_in_each_coding(service: Service) {
    let path = large_event(&service).await;
    let plain = service.get(&path).await.expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    assert!(varies(&plain));
    for coding in CODINGS {
        let got = asking(&service, "GET", &path, coding).send().await.expect(200);
        assert_eq!(got.header("content-encoding"), coding);
        assert!(varies(&got));
        assert_eq!(got.header("content-length"), got.bytes().len().to_string());
        assert!(got.bytes().len() < plain.bytes().len() / 2);
        assert_eq!(decoded(&got), plain.bytes());
        assert_eq!(got.etag(), coded(&plain.etag(), coding));

        let head = asking(&service, "HEAD", &path, coding).send().await.expect(200);
        for name in ["content-encoding", "content-length", "content-type", "etag", "vary"] {
            assert_eq!(head.header(name), got.header(name), "{name}");
        }
        assert!(head.bytes().is_empty());
    }
}

/// A tag with a coding as its third part.
fn coded(etag: &str, coding: &str) -> String {
    let opaque = etag.trim_matches('"');
    if opaque.contains('-') { format!("\"{opaque}-{coding}\"") } else { format!("\"{opaque}--{coding}\"") }
}

async fn a_compressed_tag_names_its_version_in_every_precondition(service: Service) {
    let path = large_event(&service).await;
    for coding in CODINGS {
        let tag = asking(&service, "GET", &path, coding).send().await.expect(200).etag();
        for method in ["GET", "HEAD"] {
            for accepts in [coding, "identity"] {
                let asked = asking(&service, method, &path, accepts).header("If-None-Match", &tag);
                let known = asked.send().await.expect(304);
                assert_eq!(known.etag(), tag);
                assert_eq!(known.header("content-encoding"), "");
                assert!(varies(&known) && known.bytes().is_empty());
            }
        }
        let patch = json!({ "title": format!("Conference in {coding}") });
        let changed =
            asking(&service, "PATCH", &path, coding).if_match(&tag).merge_patch(&patch).send().await.expect(200);
        assert_eq!(changed.header("content-encoding"), coding);
        assert_eq!(changed.etag(), asking(&service, "GET", &path, coding).send().await.etag());
        let late = asking(&service, "PATCH", &path, coding).if_match(&tag).merge_patch(&patch).send().await;
        assert_eq!(late.status, 412);
        assert_eq!(asking(&service, "GET", &path, coding).header("If-None-Match", &tag).send().await.status, 200);
    }
}

async fn a_response_is_compressed_only_if_asked_for_and_large(service: Service) {
    let path = large_event(&service).await;
    for (accepts, coding) in [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=0.5, zstd;q=0.1", "gzip"),
        ("*", "gzip"),
        ("identity", ""),
        ("gzip;q=0", ""),
        ("br", ""),
        ("identity;q=0", ""),
    ] {
        let got = asking(&service, "GET", &path, accepts).send().await.expect(200);
        assert_eq!(got.header("content-encoding"), coding, "{accepts}");
    }
    let made = json!({ "name": "Guildhall", "kind": "venue" });
    let small = service.post("/v1/organisations", made).await.expect(201).header("location");
    assert_eq!(asking(&service, "GET", &small, "gzip").send().await.expect(200).header("content-encoding"), "");
    let refusing = asking(&service, "GET", &small, "gzip, identity;q=0").send().await.expect(200);
    assert_eq!(refusing.header("content-encoding"), "gzip");
    assert_eq!(serde_json::from_slice::<Value>(&decoded(&refusing)).unwrap()["name"], "Guildhall");
    // A problem is JSON too.
    let wrong: Value = (0..60).map(|at| (format!("member_{at}"), json!(1))).collect::<serde_json::Map<_, _>>().into();
    let problem = asking(&service, "POST", "/v1/organisations", "gzip").json(&wrong).send().await.expect(422);
    assert_eq!(problem.header("content-encoding"), "gzip");
    assert_eq!(serde_json::from_slice::<Value>(&decoded(&problem)).unwrap()["code"], "invalid");
}

async fn a_stream_is_compressed_as_it_flows(service: Service) {
    for at in 0..5 {
        let id = service.sign_up(&format!("Person {at}"), &format!("p{at}@example.org")).await;
        service.give(&id, "newsletter").await;
    }
    let path = "/v1/contacts";
    let people = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().filter(|line| line.contains("Person ")).count();
    for (path, accept) in [("/v1/audiences/newsletter", "application/x-ndjson"), (path, "text/csv")] {
        for coding in CODINGS {
            let got = asking(&service, "GET", path, coding).header("Accept", accept).send().await.expect(200);
            assert_eq!(
                (got.header("content-encoding"), got.header("content-length")),
                (coding.to_owned(), String::new())
            );
            assert!(varies(&got), "{path}");
            assert_eq!(people(&decoded(&got)), 5, "{path}");
        }
    }
}

async fn a_replay_is_compressed_for_its_own_caller(service: Service) {
    let made = event(&json!({ "description": "A day about prevention. ".repeat(60) }));
    let sent = async |coding: &str| {
        let asked = asking(&service, "POST", "/v1/events", coding).header("Idempotency-Key", "the-same-key");
        asked.json(&made).send().await.expect(201)
    };
    let (first, plain, zstd) = (sent("gzip").await, sent("identity").await, sent("zstd").await);
    assert_eq!(first.header("content-encoding"), "gzip");
    assert_eq!((plain.header("content-encoding"), zstd.header("content-encoding")), (String::new(), "zstd".to_owned()));
    assert_eq!(decoded(&first), plain.bytes());
    assert_eq!(decoded(&zstd), plain.bytes());
    assert_eq!(plain.header("idempotent-replayed"), "true");
}

async fn behind_a_capability_link_nothing_is_compressed(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
    service.deliver(&server).await;
    let taken = server.taken();
    let mail = taken.last().unwrap();
    let mut paths = vec![mail.link("confirmations"), mail.link("preferences")];
    // A link that names nothing is answered with a page as well.
    let links: Vec<String> =
        operations().into_iter().map(|it| it.path).filter(|path| path.contains("{token}")).collect();
    assert!(links.len() >= 8, "{links:?}");
    paths.extend(links.into_iter().map(|path| path.replace("{token}", "none-of-ours")));
    for path in paths {
        for method in ["GET", "POST"] {
            for accept in ["text/html", "application/json"] {
                let asked = service.request(method, &path).header("Accept", accept);
                let got = asked.header("Accept-Encoding", "gzip, zstd, *;q=0").send().await;
                assert_eq!(got.header("content-encoding"), "", "{method} {path}");
            }
        }
    }
}

async fn the_document_is_compressed_too(service: Service) {
    let plain = service.request("GET", "/openapi.json").send().await.expect(200);
    for coding in CODINGS {
        let got = service.request("GET", "/openapi.json").header("Accept-Encoding", coding).send().await.expect(200);
        assert_eq!(got.header("content-encoding"), coding);
        assert!(varies(&got));
        assert_eq!(got.header("content-length"), got.bytes().len().to_string());
        assert!(got.bytes().len() < plain.bytes().len() / 5);
        assert_eq!(decoded(&got), plain.bytes());
    }
}
