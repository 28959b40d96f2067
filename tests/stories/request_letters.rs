//! The letters about a request, and the link that they bring.

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::mail::{Answer as Refuses, MailServer, Taken};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_requester_is_sent_an_acknowledgement,
    each_step_sends_its_letter,
    a_refusal_says_why_and_where_to_complain,
    every_letter_can_be_had_for_the_post,
    without_an_address_nothing_is_mailed,
    a_newer_mail_leaves_no_second_live_link,
    messages_are_listed_by_request_and_by_contact,
    what_has_been_settled_meanwhile_is_not_sent,
    a_link_shows_where_a_request_stands_and_nothing_else,
    a_link_withdraws_and_changes_nothing_twice,
    a_link_is_a_page_for_a_browser,
    a_link_is_ours_and_not_too_old,
}

const LIST: &str = "/v1/subject-requests";
const FORM: &str = "application/x-www-form-urlencoded";

fn asked() -> Value {
    json!({
        "kind": "access", "channel": "email", "received_on": "2026-11-20", "details": "Everything about the walrus.",
        "requester": { "name": "Ada <Lovelace>", "email": "ada@example.org" },
    })
}

impl Service {
    /// Takes in a request that is at work at once, and returns its path.
    async fn ask_for_access(&self) -> String {
        let mut asked = asked();
        asked["identity_known"] = json!(true);
        self.post(LIST, asked).await.expect(201).header("location")
    }

    async fn decide_request(&self, path: &str, verb: &str, body: Value) {
        let path = format!("{path}/{verb}");
        self.request("POST", &path).token(&self.council()).json(&body).send().await.expect(200);
    }

    /// Sends what is due, and gives the mails that came of it.
    async fn mails(&self, server: &MailServer) -> Vec<Taken> {
        let before = server.taken().len();
        self.deliver(server).await;
        server.taken().into_iter().skip(before).collect()
    }

    /// Takes a request in, and gives its path and the link of its acknowledgement.
    async fn linked(&self) -> (String, String) {
        let path = self.ask_for_access().await;
        let mail = self.mails(&MailServer::start()).await.pop().expect("an acknowledgement");
        (path, mail.link("request-status"))
    }
}

async fn a_requester_is_sent_an_acknowledgement(service: Service) {
    let server = MailServer::start();
    service.ask_for_access().await;
    let [mail] = <[Taken; 1]>::try_from(service.mails(&server).await).ok().expect("one mail");
    assert_eq!(mail.header("To"), "ada@example.org");
    assert_eq!(mail.header("Subject"), "We have your request: SR-2026-000001");
    assert_eq!(mail.header("List-Unsubscribe"), "", "an answer is no mailing");
    let (plain, html) = (mail.text(), mail.part("text/html"));
    for part in [&plain, &html] {
        for said in
            ["20 November 2026", "Article 15", "SR-2026-000001", "21 December 2026", "Worcestershire County Council"]
        {
            assert!(part.contains(said), "{said} in {part}");
        }
        assert!(!part.contains("walrus"), "what was asked for is not sent about");
    }
    assert!(plain.contains("Dear Ada <Lovelace>,") && html.contains("Dear Ada &#60;Lovelace&#62;,"), "{plain}\n{html}");
    assert!(html.contains(&mail.link("request-status")));
}

async fn each_step_sends_its_letter(service: Service) {
    let server = MailServer::start();
    let path = service.post(LIST, asked()).await.expect(201).header("location");
    let sent = async || {
        let mails = service.mails(&server).await;
        let subject = mails.first().map(|mail| mail.header("Subject").split(": ").next().unwrap().to_owned());
        (
            mails.len(),
            subject.unwrap_or_default(),
            mails.first().map(Taken::text).unwrap_or_default().replace("\r\n", "\n"),
        )
    };
    assert_eq!(sent().await.1, "We have your request");
    let ask = json!({ "requested_on": "2026-11-23", "reason": "The address is a new one." });
    service.post(&format!("{path}/identity-checks"), ask).await.expect(200);
    let (number, subject, body) = sent().await;
    assert_eq!((number, subject.as_str()), (1, "Please show us that it is you"));
    assert!(body.contains("    The address is a new one.") && body.contains("Article 12(6)"), "{body}");
    let ask = json!({ "proof_of": "authority", "requested_on": "2026-11-23", "reason": "She is not you." });
    service.post(&format!("{path}/identity-checks"), ask).await.expect(200);
    assert_eq!(sent().await.1, "Please show us that you may ask");
    for of in ["identity", "authority"] {
        let came = json!({ "proof_of": of, "received_on": "2026-11-24", "sufficient": true });
        service.post(&format!("{path}/identity-checks"), came).await.expect(200);
    }
    assert_eq!(sent().await.0, 0, "the person who sent the proof gets no mail about it");
    let question = json!({ "asked_on": "2026-11-24", "question": "Which event?\nAnd when?" });
    service.post(&format!("{path}/clarifications"), question).await.expect(201);
    let (_, subject, body) = sent().await;
    assert_eq!(subject, "Please tell us more");
    assert!(
        body.contains("    Which event?\n    And when?") && body.contains("The days from 24 November 2026"),
        "{body}"
    );
    let notice = json!({ "notified_on": "2026-11-24", "reason": "complexity", "explanation": "Of the walrus." });
    service.post(&format!("{path}/extension"), notice).await.expect(200);
    let (_, subject, body) = sent().await;
    assert_eq!(subject, "We need more time");
    assert!(body.contains("Your request is complex. Of the walrus."), "{body}");
    service.post(&format!("{path}/withdrawal"), json!({})).await.expect(200);
    let (_, subject, body) = sent().await;
    assert_eq!(subject, "Our answer to your request");
    assert!(body.contains("you withdrew it") && !body.contains("request-status"), "{body}");
    let kinds: Vec<String> = service.items("/v1/messages").await.iter().map(|message| text(message, "kind")).collect();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
}

async fn a_refusal_says_why_and_where_to_complain(service: Service) {
    let server = MailServer::start();
    let path = service.ask_for_access().await;
    let refusal = json!({ "ground": "Sch2.p16", "explanation": "It is all about Charles." });
    service.decide_request(&path, "refusal", refusal).await;
    let mails = service.mails(&server).await;
    let [mail] = <[Taken; 1]>::try_from(mails).ok().expect("the acknowledgement has been overtaken");
    let posted = service.get(&format!("{path}/letters/refusal")).await.expect(200);
    for body in [mail.text(), mail.part("text/html"), posted.text()] {
        for part in [
            "It is all about Charles.",
            "Schedule 2, paragraph 16",
            "section 164A",
            "dataprotection@worcestershire.gov.uk",
            "Information Commission (ICO)",
            "section 165",
            "court",
            "section 167",
        ] {
            assert!(body.contains(part), "{part} in {body}");
        }
    }
    // What is refused in part, or closed without an answer, says it too.
    for (verb, body) in [
        ("completion", json!({ "outcome": { "kind": "partly_fulfilled", "explanation": "x", "ground": "Sch2.p16" } })),
        ("completion", json!({ "outcome": { "kind": "fulfilled", "explanation": "x" } })),
    ] {
        let path = service.ask_for_access().await;
        service.decide_request(&path, verb, body).await;
        let letter = service.get(&format!("{path}/letters/outcome")).await.expect(200).text();
        assert!(
            letter.contains("section 164A") && letter.contains("section 165") && letter.contains("section 167"),
            "{letter}"
        );
    }
}

async fn a_newer_mail_leaves_no_second_live_link(service: Service) {
    let (path, first) = service.linked().await;
    let question = json!({ "asked_on": "2026-11-24", "question": "Which event?" });
    service.post(&format!("{path}/clarifications"), question).await.expect(201);
    let server = MailServer::start();
    // The first attempt fails: its token was in no mail, and ends like those of earlier mails.
    server.answer(&[Refuses::Recipient(451)]);
    assert!(service.mails(&server).await.is_empty());
    service.hands.advance(Duration::minutes(1));
    let second = service.mails(&server).await.pop().expect("the question").link("request-status");
    for link in [&first, &second] {
        service.follow("GET", link).await.expect(200);
    }
    // A mail may be late by a day.
    service.hands.advance(Duration::days(1));
    service.follow("GET", &first).await.problem(410, "gone");
    service.follow("GET", &second).await.expect(200);
    assert_eq!(service.count("subject_request_links"), 3);
    let live = service.lines(
        "SELECT CAST(count(*) AS TEXT) AS line FROM subject_request_links GROUP BY expires_at ORDER BY expires_at DESC",
    );
    assert_eq!(live[0], "1", "one link is live");
}

async fn messages_are_listed_by_request_and_by_contact(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (first, second) = (service.asked_by(&ada, "access").await, service.ask_for_access().await);
    let listed = async |query: &str| service.items(&format!("/v1/messages?{query}")).await;
    let of = |request: &str| format!("request_id={}", request.rsplit('/').next().unwrap());
    let (about_first, about_second) = (listed(&of(&first)).await, listed(&of(&second)).await);
    assert_eq!((about_first.len(), about_second.len()), (1, 1));
    assert_ne!(about_first[0]["id"], about_second[0]["id"]);
    assert_eq!(listed(&format!("contact_id={ada}")).await, about_first);
    assert!(listed(&format!("{}&status=dead", of(&first))).await.is_empty());
    assert!(listed(&format!("request_id={ada}")).await.is_empty(), "the id of no request");
    service.get("/v1/messages?request_id=12").await.problem(400, "invalid_query");
}

async fn every_letter_can_be_had_for_the_post(service: Service) {
    let mut by_post = asked();
    by_post["requester"] = json!({ "name": "Ada Lovelace" });
    let path = service.post(LIST, by_post).await.expect(201).header("location");
    let letter = async |kind: &str| service.get(&format!("{path}/letters/{kind}")).await;
    let first = letter("acknowledgement").await.expect(200);
    assert_eq!(first.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(first.header("cache-control"), "no-store");
    assert!(first.text().starts_with("We have your request: SR-2026-000001\n"), "{}", first.text());
    assert!(!first.text().contains("request-status"), "no answer of the API holds a link");
    for none in
        ["identity_request", "authority_request", "clarification", "extension", "refusal", "outcome", "love", "Refusal"]
    {
        letter(none).await.problem(404, "not_found");
    }
    let nothing = "/v1/subject-requests/01937a5e-8f00-7c3a-9d55-3f2a60b1c901/letters/acknowledgement";
    service.get(nothing).await.problem(404, "not_found");
    let ask = json!({ "requested_on": "2026-11-23", "reason": "The hand is not yours." });
    service.post(&format!("{path}/identity-checks"), ask).await.expect(200);
    assert!(letter("identity_request").await.expect(200).text().contains("The hand is not yours."));
    service.decide_request(&path, "lapse", json!({ "reason": "Nothing came." })).await;
    let last = letter("outcome").await.expect(200).text();
    assert!(last.contains("Nothing came.") && last.contains("section 164A"), "{last}");
    assert!(letter("identity_request").await.expect(200).text().contains("The hand is not yours."), "as it was sent");
    let looked = service.audit("action=subject_requests.letter").await;
    assert_eq!(looked.len(), 4, "who looked is written down");
}

async fn without_an_address_nothing_is_mailed(service: Service) {
    let mut by_telephone = asked();
    by_telephone["requester"] = json!({ "name": "Ada Lovelace", "telephone": "01905 765765" });
    let path = service.post(LIST, by_telephone).await.expect(201).header("location");
    service.post(&format!("{path}/withdrawal"), json!({})).await.expect(200);
    assert!(service.items("/v1/messages").await.is_empty());
}

async fn what_has_been_settled_meanwhile_is_not_sent(service: Service) {
    let server = MailServer::start();
    let path = service.ask_for_access().await;
    let question = json!({ "asked_on": "2026-11-24", "question": "Which event?" });
    let made = service.post(&format!("{path}/clarifications"), question).await.expect(201).json();
    let answer = format!("{path}/clarifications/{}/answer", text(&made, "id"));
    service.post(&answer, json!({ "answered_on": "2026-11-24" })).await.expect(200);
    service.post(&format!("{path}/withdrawal"), json!({})).await.expect(200);
    let mails = service.mails(&server).await;
    assert_eq!(
        mails.iter().map(|mail| mail.header("Subject")).collect::<Vec<_>>(),
        ["Our answer to your request: SR-2026-000001"]
    );
    let messages = service.items("/v1/messages").await;
    let told: Vec<_> =
        messages.iter().map(|it| (text(it, "kind"), text(it, "status"), it["reason"].as_str())).collect();
    let expected = [
        ("request_outcome", "sent", None),
        ("request_clarification", "dropped", Some("superseded")),
        ("request_acknowledgement", "dropped", Some("closed")),
    ];
    assert_eq!(told, expected.map(|(kind, status, reason)| (kind.to_owned(), status.to_owned(), reason)));
}

async fn a_link_shows_where_a_request_stands_and_nothing_else(service: Service) {
    let (path, link) = service.linked().await;
    let shown = service.follow("GET", &link).await.expect(200);
    let expected = json!({
        "reference": "SR-2026-000001", "kind": "access", "status": "in_progress", "due_on": "2026-12-21",
    });
    assert_eq!(shown.json(), expected);
    assert_eq!(
        (shown.header("cache-control"), shown.header("referrer-policy")),
        ("no-store".into(), "no-referrer".into())
    );
    let question = json!({ "asked_on": "2026-11-24", "question": "Which event?" });
    service.post(&format!("{path}/clarifications"), question).await.expect(201);
    let shown = service.follow("GET", &link).await.expect(200).json();
    assert_eq!((&shown["status"], &shown["due_on"]), (&json!("clarification_pending"), &json!(null)));
    service.request("HEAD", &link).send().await.expect(200);
    assert_eq!(service.get(&path).await.json()["version"], 2, "looking changes nothing");
}

async fn a_link_withdraws_and_changes_nothing_twice(service: Service) {
    let (path, link) = service.linked().await;
    for (body, faults) in [
        (json!({}), vec!["/action missing"]),
        (json!({ "action": "shout" }), vec!["/action unknown_value"]),
        (json!({ "action": "withdraw", "why": "x" }), vec!["/why unknown"]),
        (json!([]), vec![" type"]),
    ] {
        assert_eq!(service.request("POST", &link).json(&body).send().await.problem(422, "invalid").faults(), faults);
    }
    let withdraw = json!({ "action": "withdraw" });
    for _ in 0..2 {
        let shown = service.request("POST", &link).json(&withdraw).send().await.expect(200).json();
        assert_eq!(shown["status"], "withdrawn");
    }
    let body = service.get(&path).await.expect(200).json();
    assert_eq!((&body["version"], &body["outcome"]["explanation"]), (&json!(2), &json!("You withdrew your request.")));
    assert_eq!(service.items(&format!("{path}/history")).await[0]["recorded_by"], "link:request-status");
    // What was decided cannot be withdrawn.
    let (path, link) = service.linked().await;
    service.decide_request(&path, "refusal", json!({ "ground": "no_match", "explanation": "Nothing." })).await;
    let refused = service.request("POST", &link).json(&withdraw).send().await.problem(409, "illegal_transition").json();
    assert_eq!(refused["allowed_transitions"], json!([]));
    assert_eq!(service.follow("GET", &link).await.expect(200).json()["status"], "refused");
}

async fn a_link_is_a_page_for_a_browser(service: Service) {
    let (_, link) = service.linked().await;
    let browse = |method: &str| service.request(method, &link).header("Accept", "text/html");
    let page = browse("GET").send().await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for said in
        ["SR-2026-000001", "We are working on it.", "21 December 2026", "<form method=\"post\">", "lang=\"en-GB\""]
    {
        assert!(page.text().contains(said), "{said} in {}", page.text());
    }
    let done = browse("POST").body(FORM, "action=withdraw").send().await.expect(200).text();
    assert!(done.contains("You have withdrawn your request.") && !done.contains("<form"), "{done}");
}

async fn a_link_is_ours_and_not_too_old(service: Service) {
    let (_, link) = service.linked().await;
    for unknown in ["/v1/request-status/nothing", "/v1/request-status/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        for method in ["GET", "POST"] {
            let asked = service.request(method, unknown);
            let asked = if method == "POST" { asked.json(&json!({ "action": "withdraw" })) } else { asked };
            asked.send().await.problem(404, "not_found");
        }
    }
    service.hands.advance(Duration::days(180) - Duration::seconds(1));
    service.follow("GET", &link).await.expect(200);
    service.hands.advance(Duration::seconds(1));
    service.follow("GET", &link).await.problem(410, "gone");
    service.request("POST", &link).json(&json!({ "action": "withdraw" })).send().await.problem(410, "gone");
}
