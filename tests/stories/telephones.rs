//! Telephone numbers: taken as people write them, kept in one form, with the extension apart.

use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::people::{person, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_number_is_taken_as_people_write_it,
    an_extension_is_kept_apart,
    a_correction_changes_number_and_extension,
    an_extension_without_its_number_is_refused,
    digits_of_no_country_are_refused,
    rows_keep_the_extension_that_they_do_not_give,
    a_person_known_by_telephone_is_one_person,
    an_erased_number_is_suppressed_however_it_is_written,
    exports_and_packages_have_the_extension,
    complaints_and_requests_keep_the_extension_apart,
}

fn by_number(number: &str) -> Value {
    let mut asked = person("Hal Tel", "");
    asked.as_object_mut().unwrap().remove("email");
    asked["telephone"] = json!(number);
    asked
}

fn reached(answer: &Answer) -> (String, Option<String>) {
    let contact = answer.json();
    (text(&contact, "telephone"), contact["telephone_extension"].as_str().map(str::to_owned))
}

fn results(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["result"].as_str().unwrap()).collect()
}

async fn a_number_is_taken_as_people_write_it(service: Service) {
    for (written, kept) in [
        ("+39 06 698 12345", "+390669812345"),
        ("+241 06 03 12 34", "+24106031234"),
        ("07700 900123", "+447700900123"),
        ("01905/765\u{a0}765", "+441905765765"),
        ("tel:+44-1905-765766", "+441905765766"),
        ("\u{202a}+44 (0)1905\u{2013}765767\u{202c}", "+441905765767"),
    ] {
        let made = service.post("/v1/contacts", by_number(written)).await.expect(201);
        assert_eq!(reached(&made), (kept.to_owned(), None), "{written}");
        let found = service.post("/v1/contacts/search", json!({ "telephone": kept })).await.expect(200).json();
        assert_eq!(found["items"][0]["id"], made.json()["id"], "{written}");
    }
}

async fn an_extension_is_kept_apart(service: Service) {
    let mut apart = by_number("01905 765765");
    apart["telephone_extension"] = json!("012");
    for asked in [by_number("01905 765765 ext. 012"), by_number("tel:+44-1905-765765;ext=012"), apart] {
        let made = service.post("/v1/contacts", asked).await.expect(201);
        assert_eq!(reached(&made), ("+441905765765".to_owned(), Some("012".to_owned())));
        assert_eq!(service.get(&made.header("location")).await.json(), made.json());
    }
    let found = service.post("/v1/contacts/search", json!({ "telephone": "01905 765765 ext 7" })).await.expect(200);
    assert_eq!(found.json()["items"].as_array().unwrap().len(), 3, "an extension makes no difference");
}

async fn complaints_and_requests_keep_the_extension_apart(service: Service) {
    let hal = service.sign_up_by_number("Hal Tel", "01905 765765 ext 7").await;
    let written = |telephone: &str| json!({ "name": "Hal Tel", "telephone": telephone });
    let mut apart = written("01905 765765");
    apart["telephone_extension"] = json!("012");
    let number = (&json!("+441905765765"), &json!("012"));
    let mut paths = Vec::new();
    for who in [written("01905 765765 x012"), written("tel:+44-1905-765765;ext=012"), apart] {
        for (path, member) in
            [(service.complain_as(who.clone()).await, "complainant"), (service.ask_as(who).await, "requester")]
        {
            let kept = service.get(&path).await.expect(200).json();
            assert_eq!((&kept[member]["telephone"], &kept[member]["telephone_extension"]), number, "{kept}");
            paths.push(path);
        }
    }
    // The number and the name lead to the person, whatever the extension.
    let package = service.draft_of(&hal).await;
    let held = package["held"].to_string();
    for path in paths {
        assert!(held.contains(path.rsplit('/').next().unwrap()), "{path}");
    }
    for (extension, telephone, code) in
        [("7", Some("01905 765765 x8"), "other_extension"), ("7", None, "telephone_needed"), ("x7", None, "digits")]
    {
        let who = json!({ "name": "Hal", "telephone": telephone, "telephone_extension": extension });
        let who: Value = who
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let complaint =
            json!({ "complainant": &who, "channel": "telephone", "received_on": "2026-11-20", "details": "No." });
        let request =
            json!({ "kind": "objection", "requester": who, "channel": "telephone", "received_on": "2026-11-20" });
        for (path, body, member) in
            [("/v1/complaints", complaint, "complainant"), ("/v1/subject-requests", request, "requester")]
        {
            let refused = service.post(path, body).await.problem(422, "invalid");
            assert_eq!(refused.faults(), [format!("/{member}/telephone_extension {code}")]);
        }
    }
}

async fn a_correction_changes_number_and_extension(service: Service) {
    let made = service.post("/v1/contacts", by_number("01905 765765 ext 12")).await.expect(201);
    let (path, mut etag) = (made.header("location"), made.etag());
    for (patch, number, extension) in [
        (json!({ "job_title": "Clerk" }), "+441905765765", Some("12")),
        (json!({ "telephone_extension": "13" }), "+441905765765", Some("13")),
        (json!({ "telephone": "01905 765766" }), "+441905765766", None),
        (json!({ "telephone": "01905 765766", "telephone_extension": "14" }), "+441905765766", Some("14")),
        (json!({ "telephone_extension": null }), "+441905765766", None),
        (json!({ "telephone": "01905 765767 ext 15", "email": "hal@example.org" }), "+441905765767", Some("15")),
    ] {
        let changed = service.patch(&path, &etag, patch.clone()).await.expect(200);
        assert_eq!(reached(&changed), (number.to_owned(), extension.map(str::to_owned)), "{patch}");
        etag = changed.etag();
    }
    let without = service.patch(&path, &etag, json!({ "telephone": null })).await.expect(200).json();
    assert_eq!((without.get("telephone"), without.get("telephone_extension")), (None, None));
}

async fn an_extension_without_its_number_is_refused(service: Service) {
    let ada = service.post("/v1/contacts", person("Ada", "ada@example.org")).await.expect(201);
    let mut alone = person("Bob", "bob@example.org");
    alone["telephone_extension"] = json!("12");
    let refused = service.post("/v1/contacts", alone).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/telephone_extension telephone_needed"]);
    let patch = json!({ "telephone_extension": "12" });
    let refused = service.patch(&ada.header("location"), &ada.etag(), patch).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/telephone_extension telephone_needed"]);
    let mut another = by_number("01905 765765 ext 12");
    another["telephone_extension"] = json!("13");
    let refused = service.post("/v1/contacts", another.clone()).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/telephone_extension other_extension"]);
    another["telephone_extension"] = json!("twelve");
    let refused = service.post("/v1/contacts", another).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/telephone_extension digits"]);
}

async fn digits_of_no_country_are_refused(service: Service) {
    for digits in ["3723212345", "441905765765", "1905 765765", "116 123"] {
        let refused = service.post("/v1/contacts", by_number(digits)).await.problem(422, "invalid");
        assert_eq!(refused.faults(), ["/telephone telephone"], "{digits}");
        assert!(text(&refused.json()["errors"][0], "detail").contains("country code"), "{digits}");
    }
    let rows = service.import("name,telephone\nHal,441905765765\n").await;
    assert_eq!(results(&rows), ["rejected"]);
    assert!(service.items("/v1/contacts").await.is_empty());
}

async fn rows_keep_the_extension_that_they_do_not_give(service: Service) {
    let file = "name,telephone,telephone_extension\nHal Tel,01905 765765,12\nIda,01905 765765 x13,\n";
    let first = service.import(file).await;
    assert_eq!(results(&first), ["created", "created"]);
    assert_eq!(results(&service.import("name,telephone\nHal Tel,01905 765765\n").await), ["unchanged"]);
    let hal = format!("/v1/contacts/{}", text(&first[0], "contact_id"));
    assert_eq!(reached(&service.get(&hal).await), ("+441905765765".to_owned(), Some("12".to_owned())));
    assert_eq!(results(&service.import("name,telephone\nHal Tel,01905 765765 ext 14\n").await), ["updated"]);
    assert_eq!(reached(&service.get(&hal).await).1.unwrap(), "14");
    let rows = service.import("name,email,telephone_extension\nAda,ada@example.org,12\n").await;
    assert_eq!(rows[0]["errors"][0]["pointer"], "/telephone_extension");
}

async fn a_person_known_by_telephone_is_one_person(service: Service) {
    let rows = service
        .import(
            "name,telephone\nHal Tel,01905 765765\nhal  TEL,+44 1905 765765\n Hal Tel ,01905/765765\nHal Tel,01905 765766\n\
             Colleague,01905 765765\n",
        )
        .await;
    assert_eq!(results(&rows)[0], "created");
    for row in &rows[1..3] {
        assert_eq!(row["contact_id"], rows[0]["contact_id"], "{row}");
    }
    assert_eq!(results(&rows[3..]), ["created", "created"]);
    assert_eq!(service.items("/v1/contacts").await.len(), 3);
}

async fn an_erased_number_is_suppressed_however_it_is_written(service: Service) {
    let hal = service.sign_up_by_number("Hal Tel", "+39 06 698 12345 ext 12").await;
    assert!(service.erase(&hal, Vec::new()).await.erased);
    let rows = service.import("name,telephone\nHAL TEL,0039 06/69812345\nHal Tel,tel:+390669812345;ext=7\n").await;
    assert_eq!(results(&rows), ["suppressed", "suppressed"]);
}

async fn exports_and_packages_have_the_extension(service: Service) {
    let made = service.post("/v1/contacts", by_number("01905 765765 ext 012")).await.expect(201);
    let csv = service.request("GET", "/v1/contacts").token(&service.staff()).header("accept", "text/csv").send().await;
    let csv = csv.expect(200).text();
    assert!(csv.starts_with("id,name,email,telephone,telephone_extension,"), "{csv}");
    assert!(csv.contains("+441905765765,012,"), "{csv}");
    let path = service.built(crate::access_packages::asked("portability", &text(&made.json(), "id"))).await;
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    let contact = package["held"].as_array().unwrap().iter().find(|part| part["table"] == "contacts").unwrap();
    assert_eq!(contact["records"][0]["telephone_extension"], "012");
    let card = service.by_council("GET", &path, "text/vcard").await.expect(200).text();
    assert!(card.contains("tel:+441905765765;ext=012"), "{card}");
}
