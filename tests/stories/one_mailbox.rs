//! One mailbox has one normal form: however an address is written, it leads to the same person.

use serde_json::{Value, json};

use crate::harness::mail::MailServer;
use crate::harness::people::{grant, person, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    rows_that_write_one_mailbox_in_several_ways_make_one_contact,
    one_contact_alone_has_a_mailbox_in_either_form,
    an_erased_mailbox_is_suppressed_in_every_form,
    a_former_address_leads_to_its_person_in_every_form,
    complaints_and_requests_are_found_by_the_other_form,
    a_domain_that_cannot_exist_is_refused,
    a_name_that_cannot_be_seen_is_refused,
    exports_show_the_domain_as_people_read_it,
    mail_goes_to_the_a_label,
    an_address_that_the_server_cannot_write_to_holds_nothing_up,
}

const U_LABEL: &str = "mia@bücher.example";
const A_LABEL: &str = "Mia@XN--BCHER-KVA.example";

fn results(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["result"].as_str().unwrap()).collect()
}

async fn rows_that_write_one_mailbox_in_several_ways_make_one_contact(service: Service) {
    let file = "name,email\nLee,lee@example.org\nLee,\u{200b}lee@example.org\nLee,lee@exam\u{ad}ple.org\n\
                Mia,mia@bücher.example\nMia,mia@xn--bcher-kva.example\nMia,mia@BU\u{308}CHER.example\n\
                Zoe,zo\u{eb}@example.org\nZoe,zoe\u{308}@example.org\n";
    let expected = ["created", "rejected", "rejected", "created", "unchanged", "unchanged", "created", "unchanged"];
    let path = "/v1/contacts/imports?dry_run=true";
    let rehearsed = service.request("POST", path).token(&service.staff()).body("text/csv", file).send().await;
    assert_eq!(results(rehearsed.expect(200).json()["results"].as_array().unwrap()), expected);
    let rows = service.import(file).await;
    assert_eq!(results(&rows), expected);
    assert_eq!(service.items("/v1/contacts").await.len(), 3);
    let fault = &rows[1]["errors"][0];
    assert_eq!((&fault["pointer"], &fault["code"]), (&json!("/email"), &json!("email")));
    assert!(text(fault, "detail").contains("invisible"), "{fault}");
    let again = service.import(file).await;
    assert!(!results(&again).contains(&"created"), "{again:?}");
}

async fn one_contact_alone_has_a_mailbox_in_either_form(service: Service) {
    let mia = service.sign_up("Mia", U_LABEL).await;
    let other = service.sign_up("Mia", "other@example.org").await;
    let taken = service.post("/v1/contacts", person("Mia", A_LABEL)).await.problem(409, "contact_exists").json();
    assert_eq!(taken["contact_id"], json!(mia));
    let path = format!("/v1/contacts/{other}");
    let etag = service.get(&path).await.etag();
    service.patch(&path, &etag, json!({ "email": A_LABEL })).await.problem(409, "contact_exists");
    for form in [U_LABEL, A_LABEL, "mia@bu\u{308}cher.example"] {
        let found = service.post("/v1/contacts/search", json!({ "email": form })).await.expect(200).json();
        assert_eq!(found["items"][0]["id"], json!(mia), "{form}");
        assert_eq!(found["items"][0]["email"], U_LABEL);
    }
    // The same mailbox in another form is no change that a consent must be asked for again.
    service.give_and_confirm(&mia, "newsletter").await;
    let corrected = service.correct(&mia, json!({ "email": A_LABEL })).await;
    assert_eq!(corrected["email"], "Mia@bücher.example");
    assert_eq!(service.checked(&mia, "newsletter").await, "given");
}

async fn an_erased_mailbox_is_suppressed_in_every_form(service: Service) {
    let mia = service.sign_up("Mia", U_LABEL).await;
    let zoe = service.sign_up("Zoe", "zoe\u{308}@xn--caf-dma.example").await;
    assert!(service.erase(&mia, Vec::new()).await.erased);
    assert!(service.erase(&zoe, Vec::new()).await.erased);
    let rows = service
        .import(&format!(
            "name,email\nMia,{U_LABEL}\nMia,{A_LABEL}\nMia,mia@bücher。example\nZoe,ZO\u{cb}@café.example\n"
        ))
        .await;
    assert_eq!(results(&rows), ["suppressed"; 4]);
}

async fn a_former_address_leads_to_its_person_in_every_form(service: Service) {
    let mia = service.sign_up("Mia", A_LABEL).await;
    service.correct(&mia, json!({ "email": "mia@example.org" })).await;
    let rows = service.import(&format!("name,email\nMia,{U_LABEL}\n")).await;
    assert_eq!((&rows[0]["code"], &rows[0]["contact_id"]), (&json!("former_address"), &json!(mia)));
    let other = service.sign_up("Mia", U_LABEL).await;
    let consent = service.decide(grant(&other, "newsletter", "paper")).await.expect(201).json();
    assert_eq!(consent["state"], "pending", "the mailbox was another person's");
}

async fn complaints_and_requests_are_found_by_the_other_form(service: Service) {
    let mia = service.sign_up("Mia", A_LABEL).await;
    let complaint = json!({ "complainant": { "name": "M.", "email": U_LABEL }, "channel": "email",
                            "received_on": "2026-11-20", "details": "You wrote to me." });
    let complaint = service.post("/v1/complaints", complaint).await.expect(201);
    let request = json!({ "kind": "objection", "requester": { "name": "M.", "email": U_LABEL }, "channel": "email",
                          "received_on": "2026-11-20", "details": "Stop it." });
    service.post("/v1/subject-requests", request).await.expect(201);
    let path = service.built(crate::access_packages::asked("access", &mia)).await;
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    let held = |table: &str| {
        let parts = package["held"].as_array().unwrap().iter().filter(|part| part["table"] == table);
        parts.map(|part| part["records"].as_array().unwrap().len()).sum::<usize>()
    };
    // The request that the package answers is the second.
    assert_eq!((held("complaints"), held("subject_requests")), (1, 2));
    assert_eq!(package["held"].to_string().matches("xn--").count(), 0, "the person reads U-labels");
    assert_eq!(service.get(&complaint.header("location")).await.json()["complainant"]["email"], U_LABEL);
}

async fn a_domain_that_cannot_exist_is_refused(service: Service) {
    for domain in
        ["192.168.0.1", "exa_mple.org", "example.org/path", "example.org:25", "[127.0.0.1]", "example", "xn--a.org"]
    {
        let refused = service.post("/v1/contacts", person("Ada", &format!("a@{domain}"))).await.problem(422, "invalid");
        assert_eq!(refused.faults(), ["/email email"], "{domain}");
        assert!(text(&refused.json()["errors"][0], "detail").contains("domain"), "{domain}");
    }
    let link = service.post("/v1/preference-links", json!({ "email": "a@192.168.0.1" })).await.problem(422, "invalid");
    assert_eq!(link.faults(), ["/email email"]);
    assert_eq!(results(&service.import("name,email\nAda,a@exa_mple.org\n").await), ["rejected"]);
    assert!(service.items("/v1/contacts").await.is_empty());
}

async fn a_name_that_cannot_be_seen_is_refused(service: Service) {
    for name in ["\u{200b}", " \u{2060}\u{ad}", "\u{3164}", "\u{e0041}"] {
        let refused =
            service.post("/v1/contacts", person(name, "ada@example.org")).await.problem(422, "invalid").json();
        assert_eq!(refused["errors"][0]["pointer"], "/name", "{name:?}");
        assert!(text(&refused["errors"][0], "detail").contains("visible character"), "{refused}");
    }
    assert_eq!(results(&service.import("name,email\n\u{200b},ada@example.org\n").await), ["rejected"]);
    // Within a name they have a meaning: Persian is written with a zero-width non-joiner.
    service.sign_up("می\u{200c}خواهم", "ada@example.org").await;
}

async fn exports_show_the_domain_as_people_read_it(service: Service) {
    let mia = service.sign_up("Mia", A_LABEL).await;
    service.give(&mia, "newsletter").await;
    for path in ["/v1/contacts", "/v1/audiences/newsletter"] {
        let csv = service.request("GET", path).token(&service.staff()).header("accept", "text/csv").send().await;
        assert!(csv.expect(200).text().contains("Mia@bücher.example"), "{path}");
    }
    assert_eq!(service.audience("newsletter").await, ["Mia@bücher.example"]);
    let csv = service.request("GET", "/v1/contacts").token(&service.staff()).header("accept", "text/csv").send().await;
    let (head, row) = csv.text().split_once("\r\n").map(|(head, row)| (head.to_owned(), row.to_owned())).unwrap();
    let place = head.split(',').position(|name| name == "email").unwrap();
    let email = row.split(',').nth(place).unwrap();
    let rows = service.import(&format!("name,email\nMia,{email}\n")).await;
    assert_eq!(results(&rows), ["unchanged"], "an export can be imported");
}

async fn mail_goes_to_the_a_label(service: Service) {
    let server = MailServer::start();
    let mia = service.sign_up("Mia", U_LABEL).await;
    service.decide(grant(&mia, "newsletter", "web_form")).await.expect(201);
    service.deliver(&server).await;
    let taken = server.taken();
    assert_eq!(taken[0].header("To"), "mia@xn--bcher-kva.example");
    service.follow("POST", &taken[0].link("confirmations")).await.expect(200);
    // The preferences are mailed to the mailbox in whichever form the link is asked for.
    service.post("/v1/preference-links", json!({ "email": A_LABEL })).await.expect(202);
    service.post("/v1/preference-links", json!({ "email": U_LABEL })).await.expect(202);
    service.deliver(&server).await;
    assert_eq!(server.taken().len(), 2, "one letter an hour, in whichever form");
}

async fn an_address_that_the_server_cannot_write_to_holds_nothing_up(service: Service) {
    let server = MailServer::start();
    let zoe = service.sign_up("Zoe", "zo\u{eb}@example.org").await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    for contact in [&zoe, &ada] {
        service.decide(grant(contact, "newsletter", "web_form")).await.expect(201);
    }
    service.deliver(&server).await;
    assert_eq!(server.taken().iter().map(|mail| mail.header("To")).collect::<Vec<_>>(), ["ada@example.org"]);
    let dead = service.items("/v1/messages?status=dead").await;
    assert_eq!((&dead[0]["contact_id"], &dead[0]["reason"]), (&json!(zoe), &json!("smtputf8_unsupported")));
    let contact = service.get(&format!("/v1/contacts/{zoe}")).await.expect(200).json();
    assert!(contact.get("email_bounced_at").is_some(), "staff see it on the contact");
}
