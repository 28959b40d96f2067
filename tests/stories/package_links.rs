//! The answer reaches the person: by a link that asks for the reference number, by post, or from hand to hand.

mod races;
mod refused;

use chrono::Duration;
use iewm::jobs::Gathering;
use iewm::resources::subject_requests::package::store::building::MOST_AT_ONCE;
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::client::Answer;
use crate::harness::mail::{Answer as Smtp, MailServer, Taken};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_link_and_the_reference_number_open_the_package,
    the_mail_with_the_link_says_nothing_that_opens_it,
    a_browser_opens_the_package_without_a_script,
    a_link_opens_five_times_within_fourteen_days,
    five_wrong_numbers_end_a_link,
    the_page_of_the_fifth_wrong_number_says_where_another_link_is,
    a_refused_link_can_be_asked_for_again_at_once,
    a_link_ends_with_its_person,
    the_link_is_mailed_again_at_the_wish_of_the_person,
    by_post_there_is_a_sheet_with_the_address,
    post_needs_an_address_and_the_letter_has_it,
    what_is_handed_over_is_on_record,
    a_link_needs_an_address,
}

const FORM: &str = "application/x-www-form-urlencoded";

impl Service {
    /// Releases the package of a new request of Ada's, and gives the contact, the path, and the link that was mailed.
    pub(crate) async fn mailed(&self, server: &MailServer) -> (String, String, String) {
        let ada = self.sign_up("Ada Lovelace", "ada@example.org").await;
        let path = self.built(asked("access", &ada)).await;
        (ada, path, self.package_link(server).await)
    }

    /// The newest link to a package, once everything is delivered.
    pub(crate) async fn package_link(&self, server: &MailServer) -> String {
        self.deliver(server).await;
        let mails = server.taken();
        mails.iter().rev().find(|mail| mail.text().contains("/package-links/")).expect("a mail").link("package-links")
    }

    pub(crate) async fn open(&self, link: &str, reference: &str) -> Answer {
        self.request("POST", link).json(&json!({ "reference": reference })).send().await
    }

    pub(crate) async fn delivered_as(&self, path: &str) -> Value {
        self.get(&format!("{path}/package/delivery")).await.expect(200).json()
    }

    /// Builds and releases the package of a request in a way.
    async fn given(&self, path: &str, body: Value) {
        let build = self.request("POST", &format!("{path}/package")).token(&self.council());
        build.json(&body).send().await.expect(200);
        self.released(path).await.expect(200);
    }
}

async fn a_link_and_the_reference_number_open_the_package(service: Service) {
    let (ada, path, link) = service.mailed(&MailServer::start()).await;
    let asks = service.request("GET", &link).send().await.expect(200);
    assert_eq!(
        asks.json(),
        json!({ "expires_at": "2026-12-08T10:00:00.000000Z", "tries_left": 5 }),
        "the reference number and nothing else"
    );
    let opened = service.open(&link, "sr 2026 000001").await.expect(200);
    assert_eq!(opened.header("cache-control"), "no-store");
    assert_eq!(opened.header("referrer-policy"), "no-referrer");
    let package = opened.json();
    assert_eq!(package, service.by_council("GET", &path, "").await.expect(200).json());
    assert!(package.to_string().contains("ada@example.org"));

    // The staff see it on the request, and the person among the accesses.
    let delivery = service.delivered_as(&path).await;
    assert_eq!((&delivery["delivery"], &delivery["released_by"]), (&json!("link"), &json!("council-1")));
    assert_eq!(delivery["downloads"], json!(["2026-11-24T10:00:00.000000Z"]));
    assert_eq!((&delivery["downloads_left"], &delivery["links"][0]["wrong_references"]), (&json!(4), &json!(0)));
    let entries = service.audit(&format!("action=subject_requests.download_package&contact_id={ada}")).await;
    assert_eq!((entries.len(), &entries[0]["outcome"]), (1, &json!("looked")));
    let accesses = service.items(&format!("/v1/contacts/{ada}/accesses")).await;
    assert!(accesses.iter().any(|access| access["action"] == "subject_requests.download_package"), "{accesses:?}");
    let next = service.built(asked("access", &ada)).await;
    let next = service.by_council("GET", &next, "").await.expect(200).json();
    for table in ["subject_request_package_links", "subject_request_package_downloads"] {
        let part = next["held"].as_array().unwrap().iter().find(|part| part["table"] == table).unwrap();
        assert_eq!(part["records"].as_array().unwrap().len(), 1, "{part}");
    }
    // Before it is released there is nothing to tell, and for those who may not read requests there never is.
    let waiting = service.taken(asked("access", &ada)).await;
    service.get(&format!("{waiting}/package/delivery")).await.problem(404, "not_found");
}

async fn the_mail_with_the_link_says_nothing_that_opens_it(service: Service) {
    let server = MailServer::start();
    let (_, _, link) = service.mailed(&server).await;
    let mails = server.taken();
    let brings = |mail: &&Taken| mail.text().contains("/package-links/");
    let (with, without): (Vec<_>, Vec<_>) = mails.iter().partition(brings);
    assert_eq!((with.len(), without.len()), (1, 1));
    for part in [with[0].text(), with[0].part("text/html"), with[0].header("Subject")] {
        for secret in ["SR-2026", "request-status"] {
            assert!(!part.contains(secret), "{secret} in {part}");
        }
    }
    let said = with[0].text().replace("\r\n", " ");
    assert!(said.contains("five times") && said.contains("8 December 2026"), "{said}");
    let outcome = without[0].text().replace("\r\n", " ");
    for told in ["We send you a link to it in another email", "SR-2026-000001", "section 164A"] {
        assert!(outcome.contains(told), "{told} in {outcome}");
    }
    assert!(!service.lines("SELECT reference AS line FROM subject_requests").is_empty());
    let token = link.rsplit('/').next().unwrap();
    for entry in service.audit("").await {
        assert!(!entry.to_string().contains(token));
    }
}

async fn a_browser_opens_the_package_without_a_script(service: Service) {
    let (_, _, link) = service.mailed(&MailServer::start()).await;
    let browse = |method: &str| service.request(method, &link).header("Accept", "text/html,*/*;q=0.8");
    let page = browse("GET").send().await.expect(200);
    assert!(page.header("content-security-policy").contains("form-action 'self'"));
    assert_eq!(
        (page.header("cache-control"), page.header("referrer-policy")),
        ("no-store".into(), "no-referrer".into())
    );
    let page = page.text();
    for part in
        ["<form method=\"post\">", "<label for=\"reference\">", "name=\"reference\"", "aria-describedby", "<h1>"]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
    for secret in ["Ada", "example.org", "SR-2026-000001", "<script"] {
        assert!(!page.contains(secret), "{secret} in {page}");
    }
    let wrong = browse("POST").body(FORM, "reference=SR-2026-000002").send().await.expect(422);
    assert_eq!(wrong.header("content-type"), "text/html; charset=utf-8");
    // The page asks again, names the error at the field, and says how many tries are left.
    let wrong = wrong.text();
    let asks_again = [
        "<title>Error: ",
        "This is not your reference number",
        "<form method=\"post\">",
        "aria-invalid=\"true\"",
        "reference-error",
        "You can try 4 more times.",
    ];
    for part in asks_again {
        assert!(wrong.contains(part), "{part} in {wrong}");
    }
    assert!(!wrong.contains("SR-2026-000001") && !wrong.contains("Ada"), "{wrong}");
    assert!(browse("GET").send().await.expect(200).text().contains("You can try 4 more times."));
    let opened = browse("POST").body(FORM, "reference=SR-2026-000001").send().await.expect(200);
    assert_eq!(opened.header("content-type"), "text/html; charset=utf-8");
    let policy = opened.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("style-src 'unsafe-inline'"), "{policy}");
    assert!(opened.text().contains("ada@example.org"));
}

async fn a_link_opens_five_times_within_fourteen_days(service: Service) {
    let server = MailServer::start();
    let (ada, path, link) = service.mailed(&server).await;
    for _ in 0..5 {
        service.open(&link, "SR-2026-000001").await.expect(200);
    }
    service.open(&link, "SR-2026-000001").await.problem(410, "gone");
    service.request("GET", &link).send().await.problem(410, "gone");
    assert_eq!(service.delivered_as(&path).await["downloads_left"], 0);
    service.by_council("GET", &path, "").await.expect(200);

    service.built(asked("access", &ada)).await;
    let link = service.package_link(&server).await;
    service.hands.advance(Duration::days(14) - Duration::seconds(1));
    service.open(&link, "SR-2026-000002").await.expect(200);
    service.hands.advance(Duration::seconds(1));
    service.open(&link, "SR-2026-000002").await.problem(410, "gone");
    service.request("GET", &link).send().await.problem(410, "gone");
    let forged = format!("{}AA", &link[..link.len() - 2]);
    service.open(&forged, "SR-2026-000002").await.problem(404, "not_found");
    service.request("GET", &forged).send().await.problem(404, "not_found");

    // Links that expired long ago are swept when another is mailed.
    assert_eq!(service.count("subject_request_package_links"), 2);
    service.hands.advance(Duration::days(31));
    service.built(asked("access", &ada)).await;
    service.package_link(&server).await;
    assert_eq!(service.count("subject_request_package_links"), 1);
}

async fn five_wrong_numbers_end_a_link(service: Service) {
    let server = MailServer::start();
    let (_, path, link) = service.mailed(&server).await;
    let plain = |body: &str| service.request("POST", &link).body("application/json", body).send();
    for body in ["{}", "{\"reference\":\"\"}", "{\"reference\":1}", "{\"reference\":\"SR-2026-000001\",\"x\":1}"] {
        plain(body).await.problem(422, "invalid");
    }
    plain("{").await.problem(400, "malformed_json");
    for wrong in 1..=5 {
        assert_eq!(
            service.delivered_as(&path).await["links"][0]["wrong_references"],
            wrong - 1,
            "a bad body is no attempt"
        );
        let refused = service.open(&link, "SR-2026-000002").await.problem(422, "wrong_reference").text();
        let left =
            if wrong == 5 { "has stopped working".to_owned() } else { format!("you can still try: {}.", 5 - wrong) };
        assert!(refused.contains(&left), "{left} in {refused}");
        assert!(!refused.contains("000001") && !refused.contains("Ada"), "{refused}");
    }
    service.open(&link, "SR-2026-000001").await.problem(410, "gone");
    service.request("GET", &link).send().await.problem(410, "gone");
    assert_eq!(service.delivered_as(&path).await["downloads"], json!([]));
    assert_eq!(service.audit("action=subject_requests.wrong_reference").await.len(), 5);
}

async fn the_page_of_the_fifth_wrong_number_says_where_another_link_is(service: Service) {
    let (_, _, link) = service.mailed(&MailServer::start()).await;
    let send =
        || service.request("POST", &link).header("Accept", "text/html").body(FORM, "reference=SR-2026-000002").send();
    for _ in 0..3 {
        send().await.expect(422);
    }
    let fourth = send().await.expect(422).text();
    assert!(fourth.contains("You can try once more."), "{fourth}");
    let fifth = send().await.expect(422).text();
    for said in ["This link has stopped working", "Your copy is safe", "Send me the link again"] {
        assert!(fifth.contains(said), "{said} in {fifth}");
    }
    assert!(!fifth.contains("<form"), "{fifth}");
    send().await.expect(410);
}

async fn a_refused_link_can_be_asked_for_again_at_once(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.built(asked("access", &ada)).await;
    server.answer(&[Smtp::Take, Smtp::Recipient(550)]);
    service.deliver(&server).await;
    let status = server.taken()[0].link("request-status");
    let page = service.request("GET", &status).header("Accept", "text/html").send().await.expect(200).text();
    assert!(
        page.contains("We could not deliver our email with the link") && page.contains("Send me the link again"),
        "{page}"
    );
    let again = service.request("POST", &status).body(FORM, "action=mail_package_link").send().await.expect(200).json();
    assert_eq!(again["package"]["mail"]["status"], "queued");
    let link = service.package_link(&server).await;
    service.open(&link, "SR-2026-000001").await.expect(200);
}

async fn a_link_ends_with_its_person(service: Service) {
    let (ada, _, link) = service.mailed(&MailServer::start()).await;
    service.open(&link, "SR-2026-000001").await.expect(200);
    service.delete(&ada).await.expect(204);
    service.open(&link, "SR-2026-000001").await.problem(410, "gone");
    service.request("GET", &link).send().await.problem(410, "gone");
}

async fn the_link_is_mailed_again_at_the_wish_of_the_person(service: Service) {
    let server = MailServer::start();
    let (_, path, first) = service.mailed(&server).await;
    let outcome = server.taken().into_iter().find(|mail| mail.text().contains("request-status")).unwrap();
    let status = outcome.link("request-status");
    let view = service.request("GET", &status).send().await.expect(200).json();
    let sent = json!({ "status": "sent", "settled_at": "2026-11-24T10:00:00.000000Z" });
    let ready =
        json!({ "expires_at": "2026-12-24T10:00:00.000000Z", "downloads_left": 5, "mail": sent, "can_ask": false });
    assert_eq!(view["package"], ready);
    let page = async || service.request("GET", &status).header("Accept", "text/html").send().await.expect(200).text();
    let again = || service.request("POST", &status).body(FORM, "action=mail_package_link").send();
    // Within the hour the page offers no button, and an answer to one that was kept open says that nothing was sent now.
    let first_page = page().await;
    for said in
        ["Your copy is ready to download", "We sent you a link", "24 November 2026, 10:00", "24 November 2026, 11:00"]
    {
        assert!(first_page.contains(said), "{said} in {first_page}");
    }
    assert!(!first_page.contains("Send me the link again"), "{first_page}");
    assert!(!first_page.contains("package-links"), "the status alone opens nothing: {first_page}");
    assert_eq!(again().await.expect(200).json()["package"], ready);
    assert_eq!(service.deliver(&server).await, 0, "one was mailed within the hour");
    service.hands.advance(Duration::hours(1));
    assert!(page().await.contains("Send me the link again"));
    for _ in 0..2 {
        let asked = again().await.expect(200).json();
        let mail = json!({ "status": "queued", "settled_at": null });
        assert_eq!((&asked["package"]["mail"], &asked["package"]["can_ask"]), (&mail, &json!(false)));
    }
    assert!(page().await.contains("We are sending you a link"));
    assert_eq!(service.deliver(&server).await, 1);
    let second = service.package_link(&server).await;
    assert_ne!(first, second);
    for link in [&first, &second] {
        service.open(link, "SR-2026-000001").await.expect(200);
    }
    assert_eq!(service.delivered_as(&path).await["links"].as_array().unwrap().len(), 2);
    for _ in 0..3 {
        service.open(&second, "SR-2026-000001").await.expect(200);
    }
    again().await.problem(410, "gone");
    let view = service.request("GET", &status).send().await.expect(200).json();
    assert_eq!(view.get("package"), None, "{view}");
}

async fn by_post_there_is_a_sheet_with_the_address(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.taken(asked("access", &ada)).await;
    let sheet = format!("{path}/letters/package");
    let sheet = || service.get(&sheet);
    sheet().await.problem(404, "not_found");
    let post = json!({ "delivery": "post", "postal_address": "1 Dorset Street\nLondon" });
    service.given(&path, post).await;
    let text = sheet().await.expect(200).text();
    let said = ["Ada Lovelace", "1 Dorset Street", "London", "24 November 2026", "SR-2026-000001", "It is enclosed."];
    for said in said {
        assert!(text.contains(said), "{said} in {text}");
    }
    let printed = service.request("GET", &format!("{path}/letters/package")).token(&service.staff());
    let printed = printed.header("Accept", "text/html").send().await.expect(200);
    assert_eq!(printed.header("content-type"), "text/html; charset=utf-8");
    assert!(printed.header("content-security-policy").contains("default-src 'none'"));
    assert!(printed.text().contains("1 Dorset Street"));
    let server = MailServer::start();
    service.deliver(&server).await;
    assert!(
        !server.taken().iter().any(|mail| mail.text().contains("package-links")),
        "nothing is mailed but the answer"
    );
    let letter = service.get(&format!("{path}/letters/outcome")).await.expect(200).text();
    assert!(letter.contains("We send it to you by post."), "{letter}");
    service.hands.advance(Duration::days(30));
    sheet().await.problem(404, "not_found");

    // Without an e-mail address, it goes by post by itself.
    let mut by_telephone = asked("access", &ada);
    by_telephone["requester"] = json!({ "name": "Ada Lovelace", "telephone": "01905 765765" });
    by_telephone["channel"] = json!("telephone");
    let path = service.taken(by_telephone).await;
    let refused = service.build(&path, json!({})).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/postal_address address_needed"]);
    service.given(&path, json!({ "postal_address": "1 Dorset Street" })).await;
    assert_eq!(service.delivered_as(&path).await["delivery"], "post");
}

async fn post_needs_an_address_and_the_letter_has_it(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.taken(asked("access", &ada)).await;
    let post = json!({ "delivery": "post" });
    for _ in ["at the first build", "about a draft"] {
        let refused = service.build(&path, post.clone()).await.problem(422, "invalid");
        assert_eq!(refused.faults(), ["/postal_address address_needed"]);
        assert!(refused.text().contains("handed_over"), "{}", refused.text());
        service.build(&path, json!({})).await.expect(200);
    }
    service.look_often(&ada, MOST_AT_ONCE + 1).await;
    service.build(&path, json!({ "rebuild": true })).await.expect(202);
    let refused = service.build(&path, post.clone()).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/postal_address address_needed"]);
    assert_eq!(service.tick(&Gathering::new(service.state.clone())).await, Ok(1));
    // The address may come before or with the way.
    service.build(&path, json!({ "delivery": "post", "postal_address": "1 Dorset Street\nLondon" })).await.expect(200);
    service.released(&path).await.expect(200);
    for (letter, day) in [("outcome", "24 November 2026"), ("acknowledgement", "24 November 2026")] {
        let letter = service.get(&format!("{path}/letters/{letter}")).await.expect(200).text();
        let head = format!("Ada Lovelace\n1 Dorset Street\nLondon\n\n{day}\n\nDear Ada Lovelace,");
        assert!(letter.contains(&head), "{letter}");
    }
    // A mail has no head of a sheet of paper.
    let server = MailServer::start();
    service.deliver(&server).await;
    assert!(!server.taken().iter().any(|mail| mail.text().contains("Dorset")));
}

async fn what_is_handed_over_is_on_record(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.taken(asked("access", &ada)).await;
    service.given(&path, json!({ "delivery": "handed_over" })).await;
    let delivery = service.delivered_as(&path).await;
    assert_eq!((&delivery["delivery"], &delivery["released_by"]), (&json!("handed_over"), &json!("council-1")));
    assert_eq!((&delivery["released_at"], &delivery["links"]), (&json!("2026-11-24T10:00:00.000000Z"), &json!([])));
    let letter = service.get(&format!("{path}/letters/outcome")).await.expect(200).text();
    assert!(letter.contains("We have handed it to you."), "{letter}");
    let step = &service.items(&format!("{path}/history")).await[0];
    assert_eq!((text(step, "recorded_by"), text(step, "on")), ("council-1".to_owned(), "2026-11-24".to_owned()));
}

async fn a_link_needs_an_address(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let mut nowhere = asked("access", &ada);
    nowhere["requester"] = json!({ "name": "Ada Lovelace" });
    let path = service.taken(nowhere).await;
    let build = async |body: Value| {
        let build = service.request("POST", &format!("{path}/package")).token(&service.council());
        build.json(&body).send().await
    };
    let refused = build(json!({ "delivery": "link" })).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/delivery email_needed"]);
    let refused = build(json!({ "delivery": "pigeon" })).await.problem(422, "invalid");
    assert!(refused.faults()[0].starts_with("/delivery"), "{:?}", refused.faults());
    let refused = build(json!({ "delivery": "handed_over", "postal_address": "1 Dorset Street" })).await;
    assert_eq!(refused.problem(422, "invalid").faults(), ["/postal_address not_here"]);
    assert_eq!(service.count("subject_request_packages"), 0);
    // The delivery of a draft can be changed until its release.
    build(json!({ "delivery": "handed_over" })).await.expect(200);
    build(json!({ "delivery": "link" })).await.problem(422, "invalid");
    build(json!({ "delivery": "post", "postal_address": "1 Dorset Street" })).await.expect(200);
    service.released(&path).await.expect(200);
    assert_eq!(service.delivered_as(&path).await["delivery"], "post");
}
