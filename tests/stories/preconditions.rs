//! Versions: entity tags, what a change must name, what need not be sent again; and the order in which a request is
//! judged.

use iewm::domain::Role;
use serde_json::{Value, json};

use crate::harness::client::{Answer, Request};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    what_the_caller_has_already_is_not_sent_again,
    a_tag_that_a_compressing_proxy_changed_still_counts,
    derived_members_change_the_tag_and_not_the_version,
    a_change_must_name_the_version_it_changes,
    a_deletion_must_name_the_version_it_deletes,
    head_answers_wherever_get_does,
    a_merge_patch_keeps_sets_and_takes_away,
    a_patch_that_is_no_object_is_refused,
    a_request_is_judged_in_order,
    without_the_permission_every_id_looks_alike,
}

const NOBODY: &str = "/v1/contacts/01937a5e-8f00-7c3a-9d55-3f2a60b1c901";

fn ada() -> Value {
    json!({ "name": "Ada Lovelace", "email": "ada@example.org", "telephone": "01905 765765",
        "job_title": "Analyst", "source": { "kind": "self", "obtained_on": "2026-11-20" } })
}

/// An organisation's path.
async fn guildhall(service: &Service) -> String {
    let asked = json!({ "name": "Guildhall", "kind": "venue" });
    service.post("/v1/organisations", asked).await.expect(201).header("location")
}

async fn asked_for_news(service: &Service, method: &str, path: &str, tags: &str) -> Answer {
    service.request(method, path).token(&service.staff()).header("If-None-Match", tags).send().await
}

async fn what_the_caller_has_already_is_not_sent_again(service: Service) {
    let path = guildhall(&service).await;
    for tags in [r#""1""#, r#"W/"1""#, r#""7", "1""#, r#"W/"7" , W/"1""#, r#""a, b", "1""#, "*"] {
        for method in ["GET", "HEAD"] {
            let answer = asked_for_news(&service, method, &path, tags).await.expect(304);
            assert_eq!(answer.bytes(), b"");
            assert!([r#""1""#, r#"W/"1""#].contains(&answer.etag().as_str()), "{}", answer.etag());
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("content-type"), "");
            assert_ne!(answer.header("x-request-id"), "");
        }
    }
    for tags in [r#""2""#, "1", r#""11""#, r#""1-abc""#, r#""a, "1", b""#, ""] {
        asked_for_news(&service, "GET", &path, tags).await.expect(200);
    }
    service.patch(&path, "\"1\"", json!({ "name": "The Guildhall" })).await.expect(200);
    assert_eq!(asked_for_news(&service, "GET", &path, "\"1\"").await.expect(200).etag(), "\"2\"");
    // What is not there is not there, whatever the caller has of it.
    asked_for_news(&service, "GET", NOBODY, "*").await.problem(404, "not_found");
}

/// nginx, `HAProxy` and Varnish mark a tag as weak; Apache httpd and Caddy append the coding.
async fn a_tag_that_a_compressing_proxy_changed_still_counts(service: Service) {
    let path = guildhall(&service).await;
    let mut version = 1;
    for form in [|tag| format!("W/\"{tag}\""), |tag| format!("\"{tag}-gzip\""), |tag| format!("\"{tag}-br\"")] {
        let form: fn(String) -> String = form;
        let shown = form(version.to_string());
        for method in ["GET", "HEAD"] {
            let answer = asked_for_news(&service, method, &path, &shown).await.expect(304);
            assert_eq!(answer.etag(), shown, "the tag in the form that the caller knows");
        }
        let patched = service.patch(&path, &shown, json!({ "name": format!("Hall {version}") })).await.expect(200);
        version += 1;
        assert_eq!(patched.etag(), format!("\"{version}\""));
        service.patch(&path, &shown, json!({ "name": "Late" })).await.problem(412, "stale_version");
        asked_for_news(&service, "GET", &path, &shown).await.expect(200);
    }
    // With the digest of derived members: a change of those alone is news, and no conflict.
    let made = service.post("/v1/contacts", ada()).await.expect(201);
    let (path, weak) = (made.header("location"), format!("W/{}", made.etag()));
    assert_eq!(asked_for_news(&service, "GET", &path, &weak).await.expect(304).etag(), weak);
    let suffixed = format!("{}-gzip\"", made.etag().trim_end_matches('"'));
    assert_eq!(asked_for_news(&service, "GET", &path, &suffixed).await.expect(304).etag(), suffixed);
    service.patch(&path, &suffixed, json!({ "job_title": "Countess" })).await.expect(200);
}

async fn derived_members_change_the_tag_and_not_the_version(service: Service) {
    let made = service.post("/v1/contacts", ada()).await.expect(201);
    let (path, first) = (made.header("location"), made.etag());
    assert!(first.starts_with("\"1-") && first.ends_with('"'), "{first}");
    assert_eq!(service.get(&path).await.etag(), first);
    let consent = json!({ "contact_id": made.json()["id"], "purpose": "newsletter", "decision": "withdrawn",
        "method": "telephone" });
    service.post("/v1/consents", consent).await.expect(201);

    let now = asked_for_news(&service, "GET", &path, &first).await.expect(200);
    assert_ne!(now.etag(), first);
    assert_eq!(now.json()["version"], 1);
    assert_ne!(now.json()["last_activity_on"], made.json()["last_activity_on"]);
    asked_for_news(&service, "GET", &path, &now.etag()).await.expect(304);
    // The first tag still names the version that is there.
    let changed = service.patch(&path, &first, json!({ "job_title": "Countess" })).await.expect(200);
    assert_eq!(changed.json()["version"], 2);
}

async fn a_change_must_name_the_version_it_changes(service: Service) {
    let path = guildhall(&service).await;
    let patch = json!({ "name": "The Guildhall" });
    let bare = service.request("PATCH", &path).token(&service.staff()).merge_patch(&patch).send().await;
    bare.problem(428, "precondition_required");
    for stale in
        [r#""2""#, r#""0""#, r#"W/"2""#, r#""abc""#, r#""1-abc""#, r#""""#, r#""+1""#, r#""01""#, r#""1x""#, r#""a,1""#]
    {
        service.patch(&path, stale, patch.clone()).await.problem(412, "stale_version");
    }
    for malformed in ["1", "\"1", "1\"", "", "'1'", r#""1" "2""#, r#"*, "1""#, r#"w/"1""#] {
        service.patch(&path, malformed, patch.clone()).await.problem(400, "invalid_header");
    }
    let twice = service.request("PATCH", &path).token(&service.staff()).if_match("\"1\"").if_match("\"2\"");
    twice.merge_patch(&patch).send().await.problem(400, "invalid_header");
    assert_eq!(service.get(&path).await.json()["name"], "Guildhall");

    assert_eq!(service.patch(&path, r#""1-0123456789abcdef""#, patch.clone()).await.expect(200).etag(), "\"2\"");
    assert_eq!(service.patch(&path, r#""7", "2""#, patch.clone()).await.expect(200).etag(), "\"3\"");
    assert_eq!(service.patch(&path, "*", patch.clone()).await.expect(200).etag(), "\"4\"");
    service.patch(&path, "\"1\"", patch.clone()).await.problem(412, "stale_version");
    service.patch(NOBODY, "*", json!({})).await.problem(404, "not_found");
}

async fn a_deletion_must_name_the_version_it_deletes(service: Service) {
    let made = service.post("/v1/contacts", ada()).await.expect(201);
    let path = made.header("location");
    let delete = || service.request("DELETE", &path).token(&service.staff());
    delete().send().await.problem(428, "precondition_required");
    delete().if_match("\"2\"").send().await.problem(412, "stale_version");
    service.get(&path).await.expect(200);
    let gone = delete().if_match(&made.etag()).send().await.expect(204);
    assert_eq!((gone.bytes(), gone.header("cache-control").as_str()), (&b""[..], "no-store"));
    service.get(&path).await.problem(410, "erased");
    asked_for_news(&service, "GET", &path, &made.etag()).await.problem(410, "erased");
    delete().if_match(&made.etag()).send().await.problem(410, "erased");
    service.request("DELETE", NOBODY).token(&service.staff()).send().await.problem(428, "precondition_required");
    let nobody = service.request("DELETE", NOBODY).token(&service.staff()).if_match("*");
    nobody.send().await.problem(404, "not_found");
}

async fn head_answers_wherever_get_does(service: Service) {
    let mut paths: Vec<String> = iewm::app::operations()
        .into_iter()
        .filter(|operation| operation.method == "GET" && !operation.path.contains('{'))
        .map(|operation| operation.path)
        .collect();
    assert!(paths.len() >= 8, "{paths:?}");
    paths.push(guildhall(&service).await);
    paths.extend(["/openapi.json", "/docs/", "/problems/invalid", NOBODY, "/v1/contacts?limit=0"].map(String::from));
    for path in paths {
        let ask = |method: &str| service.request(method, &path).token(&service.council()).send();
        let (get, head) = (ask("GET").await, ask("HEAD").await);
        assert_eq!((head.status, head.bytes()), (get.status, &b""[..]), "{path}");
        for name in ["content-type", "etag", "cache-control", "link"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
    service.request("HEAD", "/v1/organisations").send().await.expect(401);
}

async fn a_merge_patch_keeps_sets_and_takes_away(service: Service) {
    let made = service.post("/v1/contacts", ada()).await.expect(201);
    let path = made.header("location");
    let changed =
        service.patch(&path, "\"1\"", json!({ "job_title": "Countess", "telephone": null })).await.expect(200);
    let now = changed.json();
    assert_eq!((&now["name"], &now["email"]), (&json!("Ada Lovelace"), &json!("ada@example.org")));
    assert_eq!((&now["job_title"], now.get("telephone")), (&json!("Countess"), None));
    assert_eq!(service.get(&path).await.json(), now);
    // What is not there can be taken away; what must be there cannot.
    let changed = service.patch(&path, "*", json!({ "telephone": null, "job_title": null })).await.expect(200);
    assert_eq!(changed.json().get("job_title"), None);
    let refused = service.patch(&path, "*", json!({ "name": null })).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/name type"]);
    let refused = service.patch(&path, "*", json!({ "email": null })).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/email unreachable"]);
    service.patch(&path, "*", json!({})).await.expect(200);
    assert_eq!(service.get(&path).await.json()["email"], "ada@example.org");
}

async fn a_patch_that_is_no_object_is_refused(service: Service) {
    let path = guildhall(&service).await;
    for patch in [json!([]), json!("Guildhall"), json!(1), json!(null), json!([{ "op": "remove", "path": "/name" }])] {
        assert_eq!(service.patch(&path, "\"1\"", patch).await.problem(422, "invalid").faults(), [" type"]);
    }
    assert_eq!(service.get(&path).await.etag(), "\"1\"");
}

async fn a_request_is_judged_in_order(service: Service) {
    let council = service.council();
    let bad = |request: Request| request.body("text/plain", "{");
    bad(service.request("PATCH", NOBODY)).send().await.problem(401, "unauthenticated");
    bad(service.request("PATCH", NOBODY).token("nonsense")).send().await.problem(401, "invalid_token");
    let refused = bad(service.request("PATCH", NOBODY).token(&council)).send().await.problem(403, "forbidden");
    assert_eq!(refused.json()["permission"], "contacts:update");

    let patch = |path: &str| service.request("PATCH", path).token(&service.staff());
    let merge = "application/merge-patch+json";
    bad(patch(NOBODY)).send().await.problem(415, "unsupported_media_type");
    patch(NOBODY).body(merge, "{").send().await.problem(400, "malformed_json");
    patch(NOBODY).body(merge, vec![b'x'; 2 * 1024 * 1024]).send().await.problem(413, "too_large");
    patch(NOBODY).body(merge, r#"{"nickname":1}"#).send().await.problem(422, "invalid");
    patch(NOBODY).body(merge, "{}").send().await.problem(428, "precondition_required");
    patch(NOBODY).body(merge, "{}").if_match("\"1\"").send().await.problem(404, "not_found");

    let mut bob = ada();
    bob["email"] = json!("bob@example.org");
    service.post("/v1/contacts", bob).await.expect(201);
    let path = service.post("/v1/contacts", ada()).await.expect(201).header("location");
    let nowhere = json!({ "email": null, "telephone": null });
    service.patch(&path, "\"7\"", nowhere.clone()).await.problem(412, "stale_version");
    service.patch(&path, "\"1\"", nowhere).await.problem(422, "invalid");
    service.patch(&path, "\"1\"", json!({ "email": "bob@example.org" })).await.problem(409, "contact_exists");

    // Whether a token was revoked is asked in the transaction: after what needs no query, before what does.
    let token = service.token("staff-7", &[Role::IewmStaff], None);
    service.hands.advance(chrono::Duration::seconds(1));
    let revocation = service.request("POST", "/v1/token-revocations").token(&council);
    revocation.json(&json!({ "subject": "staff-7" })).send().await.expect(201);
    let patch = |body: &str| service.request("PATCH", NOBODY).token(&token).body(merge, body);
    patch("{").send().await.problem(400, "malformed_json");
    patch("{}").send().await.problem(428, "precondition_required");
    patch("{}").if_match("\"1\"").send().await.problem(401, "invalid_token");
}

async fn without_the_permission_every_id_looks_alike(service: Service) {
    let made = service.post("/v1/contacts", ada()).await.expect(201);
    let mut told = Vec::new();
    for path in [made.header("location"), NOBODY.to_owned(), "/v1/contacts/nonsense".to_owned()] {
        let delete = service.request("DELETE", &path).token(&service.council()).header("X-Request-Id", "same");
        told.push(delete.send().await.problem(403, "forbidden").json());
    }
    assert_eq!((&told[0], &told[0]), (&told[1], &told[2]));
}
