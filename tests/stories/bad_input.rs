//! Bad input: each kind is answered with its own clear problem, and changes nothing.

use serde_json::{Value, json};

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    unknown_members_and_read_only_ones_are_told_apart,
    an_unknown_name_is_answered_with_the_ones_that_there_are,
    superfluous_members_hide_no_broken_rule,
    wrong_types_are_told_each_at_its_pointer,
    what_is_missing_is_named_by_its_own_pointer,
    all_faults_are_told_at_once,
    null_is_no_value_for_an_optional_member,
    a_text_may_be_as_long_as_it_may_and_no_longer,
    control_characters_and_bidi_controls_are_refused,
    white_space_alone_is_no_text,
    names_of_the_world_are_kept_byte_for_byte,
    an_email_is_an_address_alone,
    a_national_telephone_number_is_converted,
    an_impossible_telephone_number_is_refused,
    unknown_repeated_and_ill_typed_query_parameters_are_refused,
    a_malformed_id_is_nothing_in_a_path_and_a_fault_in_a_body,
    a_verb_takes_no_body_or_an_empty_object,
    names_of_tokens_are_held_to_the_form_that_tokens_have,
}

fn ada() -> Value {
    json!({ "name": "Ada Lovelace", "email": "ada@example.org",
        "source": { "kind": "self", "obtained_on": "2026-11-20" } })
}

/// Ada with one member of another value.
fn ada_with(member: &str, value: Value) -> Value {
    let mut ada = ada();
    ada[member] = value;
    ada
}

async fn faults(service: &Service, body: Value) -> Vec<String> {
    service.post("/v1/contacts", body).await.problem(422, "invalid").faults()
}

async fn no_one_added(service: &Service) {
    assert_eq!(service.get("/v1/contacts").await.expect(200).json()["items"], json!([]));
}

async fn unknown_members_and_read_only_ones_are_told_apart(service: Service) {
    let mut body = ada();
    for (member, value) in [
        ("id", json!("01937a5e-8f00-7c3a-9d55-3f2a60b1c901")),
        ("version", json!(7)),
        ("status", json!("active")),
        ("keep_until", json!("2099-01-01")),
        ("created_at", json!("2026-11-20T10:00:00Z")),
        ("nickname", json!("Countess")),
        ("a/b~c", json!(1)),
    ] {
        body[member] = value;
    }
    body["source"]["version"] = json!(1);
    let expected = [
        "/a~1b~0c unknown",
        "/created_at read_only",
        "/id read_only",
        "/keep_until read_only",
        "/nickname unknown",
        "/source/version unknown",
        "/status read_only",
        "/version read_only",
    ];
    assert_eq!(faults(&service, body).await, expected);
    no_one_added(&service).await;

    let made = service.post("/v1/contacts", ada()).await.expect(201);
    let patch = json!({ "version": 9, "source": { "kind": "staff" }, "id": null, "nickname": "Countess" });
    let refused = service.patch(&made.header("location"), &made.etag(), patch).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/id read_only", "/nickname unknown", "/source read_only", "/version read_only"]);
}

async fn an_unknown_name_is_answered_with_the_ones_that_there_are(service: Service) {
    let said =
        |answer: crate::harness::client::Answer| answer.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
    let refused =
        service.post("/v1/contacts", ada_with("e_mail", json!("ada@example.org"))).await.problem(422, "invalid");
    let detail = said(refused);
    assert!(detail.starts_with("is not a member here: did you mean email? The members are name, email, "), "{detail}");
    let refused = service.post("/v1/contacts", ada_with("colour", json!("green"))).await.problem(422, "invalid");
    let detail = said(refused);
    assert!(detail.starts_with("is not a member here; the members are name, email, "), "{detail}");
    assert!(!detail.contains("colour") && !detail.contains("green"), "{detail}");
    // One of several forms of a body, a body of nothing, a parameter and a column are answered alike.
    let form = json!({ "subject": "staff-1", "notBefore": "2026-11-24T10:00:00Z" });
    let revoked = service.request("POST", "/v1/token-revocations").token(&service.council()).json(&form).send().await;
    assert!(said(revoked.problem(422, "invalid")).contains("did you mean not_before?"));
    let id = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    let nothing = service.post(&format!("/v1/events/{id}/publication"), json!({ "reason": "x" })).await;
    assert_eq!(said(nothing.problem(422, "invalid")), "is not a member of this operation, which takes none");
    let parameter = service.get("/v1/contacts?limits=3").await.problem(400, "invalid_query");
    assert!(said(parameter).starts_with("is not a parameter here: did you mean limit? The parameters are "));
    let column = service
        .request("POST", "/v1/contacts/imports")
        .token(&service.staff())
        .body("text/csv", "name,e-mail\nAda,a@b.example\n");
    assert!(said(column.send().await.problem(422, "invalid")).starts_with("is not a column here: did you mean email?"));
    no_one_added(&service).await;
}

async fn superfluous_members_hide_no_broken_rule(service: Service) {
    let mut body = ada_with("e_mail", json!("ada@example.org"));
    body.as_object_mut().unwrap().remove("email");
    body["version"] = json!(1);
    assert_eq!(faults(&service, body.clone()).await, ["/e_mail unknown", "/email unreachable", "/version read_only"]);
    // The answer names faults of form first: a rule may depend on the form.
    body["telephone"] = json!(7);
    assert_eq!(faults(&service, body).await, ["/e_mail unknown", "/telephone type", "/version read_only"]);
    no_one_added(&service).await;
}

async fn wrong_types_are_told_each_at_its_pointer(service: Service) {
    let body = json!({ "name": 7, "email": ["ada@example.org"], "telephone": true, "job_title": {}, "source": "self" });
    let expected = ["/email type", "/job_title type", "/name type", "/source type", "/telephone type"];
    assert_eq!(faults(&service, body).await, expected);
    for body in [json!([]), json!("Ada"), json!(7), json!(null), json!(true)] {
        assert_eq!(faults(&service, body).await, [" type"]);
    }
    let kind = json!({ "kind": "hearsay", "obtained_on": "2026-11-20" });
    assert_eq!(faults(&service, ada_with("source", kind)).await, ["/source/kind unknown_value"]);
    for day in ["2026-02-30", "20-11-2026", "2026-11-20T10:00:00Z", "0026-11-20", ""] {
        let source = json!({ "kind": "self", "obtained_on": day });
        assert_eq!(faults(&service, ada_with("source", source)).await, ["/source/obtained_on date"], "{day}");
    }
    no_one_added(&service).await;
}

async fn what_is_missing_is_named_by_its_own_pointer(service: Service) {
    assert_eq!(faults(&service, json!({})).await, ["/name missing", "/source missing"]);
    let bare = ada_with("source", json!({}));
    assert_eq!(faults(&service, bare).await, ["/source/kind missing", "/source/obtained_on missing"]);
    let mut unreachable = ada();
    unreachable.as_object_mut().unwrap().remove("email");
    assert_eq!(faults(&service, unreachable).await, ["/email unreachable"]);
    no_one_added(&service).await;
}

async fn all_faults_are_told_at_once(service: Service) {
    let body = json!({ "name": "\u{3000} ", "email": "ada", "telephone": "12345", "organisation": "a\u{0}b",
        "job_title": "x".repeat(201), "colour": "green", "source": { "kind": "rumour" } });
    let expected = [
        "/colour unknown",
        "/email email",
        "/job_title too_long",
        "/name blank",
        "/organisation characters",
        "/source/kind unknown_value",
        "/source/obtained_on missing",
        "/telephone telephone",
    ];
    assert_eq!(faults(&service, body).await, expected);
    no_one_added(&service).await;
}

async fn null_is_no_value_for_an_optional_member(service: Service) {
    for member in ["email", "telephone", "organisation", "job_title"] {
        assert_eq!(faults(&service, ada_with(member, json!(null))).await, [format!("/{member} type")]);
    }
    no_one_added(&service).await;
}

async fn a_text_may_be_as_long_as_it_may_and_no_longer(service: Service) {
    // Characters are counted, not bytes.
    service.post("/v1/contacts", ada_with("name", json!("字".repeat(200)))).await.expect(201);
    assert_eq!(faults(&service, ada_with("name", json!("x".repeat(201)))).await, ["/name too_long"]);
    assert_eq!(faults(&service, ada_with("name", json!("x".repeat(900_000)))).await, ["/name too_long"]);
    let long_local = format!("{}@example.org", "a".repeat(65));
    assert_eq!(faults(&service, ada_with("email", json!(long_local))).await, ["/email email"]);
}

async fn control_characters_and_bidi_controls_are_refused(service: Service) {
    for bad in
        ["\u{0}", "\u{1b}", "\t", "\n", "\r\n", "\u{7f}", "\u{85}", "\u{202a}", "\u{202e}", "\u{2066}", "\u{2069}"]
    {
        let name = json!(format!("Ada{bad}Lovelace"));
        assert_eq!(faults(&service, ada_with("name", name)).await, ["/name characters"], "{bad:?}");
        let source = json!({ "kind": "self", "obtained_on": "2026-11-20", "detail": format!("{bad}form") });
        assert_eq!(faults(&service, ada_with("source", source)).await, ["/source/detail characters"], "{bad:?}");
    }
    no_one_added(&service).await;
}

async fn white_space_alone_is_no_text(service: Service) {
    for blank in ["", " ", "   ", "\u{a0}", "\u{3000}\u{2003}"] {
        assert_eq!(faults(&service, ada_with("name", json!(blank))).await, ["/name blank"], "{blank:?}");
        assert_eq!(faults(&service, ada_with("job_title", json!(blank))).await, ["/job_title blank"], "{blank:?}");
    }
    no_one_added(&service).await;
}

async fn names_of_the_world_are_kept_byte_for_byte(service: Service) {
    let names = [
        "李小龍",
        "🦄",
        "👩‍👩‍👧‍👦 Smith",
        "  O'Brien ",
        "Zoë",
        "עדה לאבלייס",
        "<b>Ada</b>",
        "Robert'); DROP TABLE contacts;--",
        "null",
        "\\u0041\"",
    ];
    for (at, name) in names.into_iter().enumerate() {
        let mut body = ada_with("name", json!(name));
        body["email"] = json!(format!("person-{at}@example.org"));
        let made = service.post("/v1/contacts", body).await.expect(201);
        assert_eq!(made.json()["name"], name);
        assert_eq!(service.get(&made.header("location")).await.expect(200).json()["name"], name);
    }
    // Only composition is changed: text is in NFC.
    let mut body = ada_with("name", json!("Zoe\u{308}"));
    body["email"] = json!("zoe@example.org");
    assert_eq!(service.post("/v1/contacts", body).await.expect(201).json()["name"], "Zo\u{eb}");
}

async fn an_email_is_an_address_alone(service: Service) {
    for bad in [
        "Ada Lovelace <ada@example.org>",
        "<ada@example.org>",
        "ada@example.org, bob@example.org",
        "ada@example.org\r\nBcc: bob@example.org",
        "ada@example",
        "ada@[127.0.0.1]",
        "ada@@example.org",
        " ada@example.org",
        "",
    ] {
        assert!(faults(&service, ada_with("email", json!(bad))).await.contains(&"/email email".to_owned()), "{bad}");
    }
    no_one_added(&service).await;
    let made = service.post("/v1/contacts", ada_with("email", json!("Ada@EXAMPLE.org"))).await.expect(201);
    assert_eq!(made.json()["email"], "Ada@example.org");
    let again = service.post("/v1/contacts", ada_with("email", json!("ADA@example.ORG"))).await;
    let refused = again.problem(409, "contact_exists");
    assert_eq!(refused.json()["contact_id"], made.json()["id"]);
}

async fn a_national_telephone_number_is_converted(service: Service) {
    for number in ["01905 765765", "(01905) 765-765", "+44 1905 765765", "+441905765765"] {
        let mut body = ada_with("telephone", json!(number));
        body.as_object_mut().unwrap().remove("email");
        let made = service.post("/v1/contacts", body).await.expect(201);
        assert_eq!(made.json()["telephone"], "+441905765765", "{number}");
    }
}

async fn an_impossible_telephone_number_is_refused(service: Service) {
    for bad in ["12345", "+44 0000 000000", "01905 7657651", "019057657", "1905765765", "+999123456789", "0800-FLOWERS"]
    {
        assert_eq!(faults(&service, ada_with("telephone", json!(bad))).await, ["/telephone telephone"], "{bad}");
    }
    no_one_added(&service).await;
}

async fn unknown_repeated_and_ill_typed_query_parameters_are_refused(service: Service) {
    for (query, expected) in [
        ("colour=green", vec!["colour unknown"]),
        ("limit=1&limit=2", vec!["limit repeated"]),
        (
            "limit=1&colour=green&limit=1&status=active&status=active",
            vec!["colour unknown", "limit repeated", "status repeated"],
        ),
        ("limit=many", vec!["limit type"]),
        ("limit=", vec!["limit type"]),
        ("status=asleep", vec!["status type"]),
        ("updated_since=yesterday", vec!["updated_since type"]),
        ("Limit=1", vec!["Limit unknown"]),
    ] {
        let refused = service.get(&format!("/v1/contacts?{query}")).await.problem(400, "invalid_query");
        assert_eq!(refused.faults(), expected, "{query}");
    }
    let made = service.post("/v1/contacts", ada()).await.expect(201);
    let path = made.header("location");
    for path in [format!("{path}?verbose=1"), "/health/live?verbose=1".to_owned()] {
        service.get(&path).await.problem(400, "invalid_query");
    }
    let posted = service.request("POST", "/v1/contacts?dry_run=true").token(&service.staff()).json(&ada()).send().await;
    posted.problem(400, "invalid_query");
}

async fn a_malformed_id_is_nothing_in_a_path_and_a_fault_in_a_body(service: Service) {
    let unknown =
        service.get("/v1/contacts/01937a5e-8f00-7c3a-9d55-3f2a60b1c901").await.problem(404, "not_found").json();
    for id in [
        "7",
        "nonsense",
        "01937a5e8f007c3a9d553f2a60b1c901",
        "%7B01937a5e-8f00-7c3a-9d55-3f2a60b1c901%7D",
        "urn:uuid:01937a5e-8f00-7c3a-9d55-3f2a60b1c901",
        "01937a5e-8f00-7c3a-9d55-3f2a60b1c90",
        "%00",
        "%ff",
    ] {
        let mut malformed = service.get(&format!("/v1/contacts/{id}")).await.problem(404, "not_found").json();
        malformed["instance"] = unknown["instance"].clone();
        assert_eq!(malformed, unknown, "{id}");
    }
    let made = service.post("/v1/contacts", ada()).await.expect(201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let simple = id.replace('-', "");
    service.get(&format!("/v1/contacts/{simple}")).await.problem(404, "not_found");
    for bad in [json!("7"), json!(simple), json!(format!("{{{id}}}")), json!(""), json!("\u{0}")] {
        let asked = json!({ "purpose": "newsletter", "contact_ids": [id, bad] });
        let refused = service.post("/v1/consents/check", asked).await.problem(422, "invalid");
        assert_eq!(refused.faults(), ["/contact_ids/1 uuid"]);
    }
}

async fn a_verb_takes_no_body_or_an_empty_object(service: Service) {
    let made = service.post("/v1/organisations", json!({ "name": "Guildhall", "kind": "venue" })).await.expect(201);
    let path = made.header("location");
    let (suspend, reinstate) = (format!("{path}/suspension"), format!("{path}/reinstatement"));
    let refused = service.post(&suspend, json!({ "reason": "none", "until": 1 })).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/reason unknown", "/until unknown"]);
    for body in [json!([]), json!(null), json!("now")] {
        assert_eq!(service.post(&suspend, body).await.problem(422, "invalid").faults(), [" type"]);
    }
    service.post(&suspend, json!({})).await.expect(200);
    service.request("POST", &reinstate).token(&service.staff()).send().await.expect(200);
}

async fn names_of_tokens_are_held_to_the_form_that_tokens_have(service: Service) {
    let revoke =
        |body: Value| service.request("POST", "/v1/token-revocations").token(&service.council()).json(&body).send();
    let refused = revoke(json!({ "jti": "a\u{0}b" })).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/jti characters"]);
    let refused = revoke(json!({ "subject": "a\u{1b}b" })).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/subject characters"]);
    assert_eq!(revoke(json!({ "subject": "" })).await.problem(422, "invalid").faults(), ["/subject blank"]);
    assert_eq!(revoke(json!({})).await.problem(422, "invalid").faults(), [" exactly_one"]);
    revoke(json!({ "jti": "字 with spaces" })).await.expect(201);
}
