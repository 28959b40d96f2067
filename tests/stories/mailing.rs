//! Mail: what leaves, when, to whom, and what becomes of what does not.

use chrono::Duration;
use iewm::platform::mail::CourierSettings;
use iewm::platform::queue::{Job, Round};
use serde_json::{Value, json};

use crate::harness::https::identity;
use crate::harness::mail::{Answer, MailServer};
use crate::harness::people::{WORDING, grant, text};
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    a_sign_up_by_web_form_is_confirmed_by_its_mailbox,
    a_mail_says_who_asks_for_what_and_how_to_stop_it,
    nothing_is_mailed_once_its_reason_has_gone,
    asking_again_within_a_day_does_not_mail_again,
    a_server_that_is_busy_is_tried_again_and_later_each_time,
    a_refused_address_is_dead_at_once_and_noted_on_the_contact,
    a_dead_message_can_be_tried_again_by_staff,
    a_server_that_is_away_leaves_every_message_for_later,
    a_message_is_given_up_after_five_days,
    several_who_deliver_never_send_one_message_twice,
    a_message_in_dead_hands_is_taken_up_again,
    settled_messages_are_swept_after_thirty_days,
    a_merge_asks_the_one_that_stays,
    a_server_that_says_nothing_is_not_waited_for,
    mail_leaves_over_tls_to_a_server_that_is_known_with_the_right_password,
    a_suppressed_address_is_asked_however_the_yes_arrives,
    who_is_killed_with_a_mail_on_its_way_sends_it_once_more_under_the_same_id,
}

/// A sign-up by web form that waits for its mailbox; the contact's id.
async fn asked(service: &Service, email: &str) -> String {
    let ada = service.sign_up("Ada Lovelace", email).await;
    let consent = service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201).json();
    assert_eq!(consent["state"], "pending");
    ada
}

async fn messages(service: &Service) -> Vec<Value> {
    service.items("/v1/messages").await
}

async fn a_sign_up_by_web_form_is_confirmed_by_its_mailbox(service: Service) {
    let server = MailServer::start();
    let ada = asked(&service, "ada@example.org").await;
    assert_eq!(messages(&service).await[0]["status"], "queued");
    assert_eq!(service.deliver(&server).await, 1);
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    let confirmed = service.follow("POST", &taken[0].link("confirmations")).await.expect(200).json();
    assert_eq!(confirmed["state"], "given");
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    let message = &messages(&service).await[0];
    assert_eq!(
        (&message["status"], &message["attempts"], &message["kind"]),
        (&json!("sent"), &json!(1), &json!("confirmation"))
    );
    assert_eq!(message["contact_id"], json!(ada));
    assert_eq!(service.deliver(&server).await, 0, "nothing is sent twice");
    let actions: Vec<Value> =
        service.audit(&format!("contact_id={ada}")).await.iter().map(|e| e["action"].clone()).collect();
    for action in ["messages.attempt", "confirmations.mint", "messages.compose", "messages.sent", "confirmations.use"] {
        assert!(actions.contains(&json!(action)), "{action} in {actions:?}");
    }
}

async fn a_mail_says_who_asks_for_what_and_how_to_stop_it(service: Service) {
    let server = MailServer::start();
    let eve = json!({
        "name": "Win money\u{2603}<b>now</b>", "email": "ada@example.org",
        "source": { "kind": "self", "obtained_on": "2026-11-24" },
    });
    let eve = text(&service.post("/v1/contacts", eve).await.expect(201).json(), "id");
    let mut decision = grant(&eve, "newsletter", "web_form");
    decision["wording"] = json!("Yes, <script>alert(1)</script> & send it.");
    let consent = service.decide(decision).await.expect(201).json();
    service.deliver(&server).await;
    let mail = &server.taken()[0];
    assert_eq!(mail.header("To"), "ada@example.org");
    assert_eq!(mail.header("From"), "\"Improvement and Efficiency West Midlands\" <info@westmidlandsiep.gov.uk>");
    assert_eq!(mail.header("Subject"), "Please confirm that you want our newsletter");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let message = &messages(&service).await[0];
    assert_eq!(mail.header("Message-ID"), format!("<{}@iewm.example>", text(message, "id")));
    let (words, html) = (mail.text(), mail.part("text/html"));
    assert!(words.contains("Yes, <script>alert(1)</script> & send it."), "{words}");
    assert!(html.contains("Yes, &#60;script&#62;alert(1)&#60;/script&#62; &#38; send it."), "{html}");
    for part in [&words, &html] {
        assert!(
            !part.contains("Win money"),
            "a stranger's words are not mailed to a mailbox that has not confirmed: {part}"
        );
        assert!(part.to_lowercase().contains("your right to object"), "{part}");
        assert!(part.contains("dataprotection@worcestershire.gov.uk"), "{part}");
    }
    let unsubscribe = mail.header("List-Unsubscribe");
    let unsubscribe = unsubscribe.trim_start_matches("<https://iewm.example").trim_end_matches('>');
    service.follow("POST", unsubscribe).await.expect(200);
    let path = format!("/v1/consents/{}", text(&consent, "id"));
    assert_eq!(service.get(&path).await.expect(200).json()["state"], "withdrawn");
    service.follow("POST", &mail.link("confirmations")).await.problem(410, "gone");
}

async fn nothing_is_mailed_once_its_reason_has_gone(service: Service) {
    let server = MailServer::start();
    let ada = asked(&service, "ada@example.org").await;
    service.withdraw(&ada, "newsletter").await;
    asked(&service, "bob@example.org").await;
    service.hands.advance(Duration::days(14));
    let cat = asked(&service, "cat@example.org").await;
    service.give_and_confirm(&cat, "blogs_and_articles").await;
    let decision = service.newest_decision(&cat, "newsletter").await;
    service.follow("POST", &service.link(&text(&decision, "id")).await).await.expect(200);
    let etag = service.get(&format!("/v1/contacts/{cat}")).await.etag();
    let patch = json!({ "email": null, "telephone": "+441905765765" });
    service.patch(&format!("/v1/contacts/{cat}"), &etag, patch).await.expect(200);
    service.decide(grant(&cat, "trade_articles", "web_form")).await.problem(422, "email_needed");
    service.deliver(&server).await;
    assert!(
        server.taken().is_empty(),
        "{:?}",
        server.taken().iter().map(super::harness::mail::Taken::text).collect::<Vec<_>>()
    );
    let mut reasons: Vec<String> = messages(&service)
        .await
        .iter()
        .map(|message| {
            assert_eq!(message["status"], "dropped");
            text(message, "reason")
        })
        .collect();
    reasons.sort();
    assert_eq!(reasons, ["confirmed", "confirmed", "expired", "withdrawn"]);
}

async fn asking_again_within_a_day_does_not_mail_again(service: Service) {
    let server = MailServer::start();
    let ada = asked(&service, "ada@example.org").await;
    service.deliver(&server).await;
    service.hands.advance(Duration::hours(23));
    service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
    assert_eq!(service.history(&ada, "newsletter").await.len(), 2, "both are recorded");
    assert_eq!(service.deliver(&server).await, 0);
    service.hands.advance(Duration::hours(1));
    service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
    assert_eq!(service.deliver(&server).await, 1);
    let taken = server.taken();
    service.follow("POST", &taken[0].link("confirmations")).await.problem(410, "gone");
    service.follow("POST", &taken[1].link("confirmations")).await.expect(200);

    let bob = asked(&service, "bob@example.org").await;
    service.deliver(&server).await;
    service.decide(grant(&bob, "newsletter", "web_form")).await.expect(201);
    service.follow("POST", &server.taken()[2].link("confirmations")).await.expect(200);
    assert_eq!(
        service.checked(&bob, "newsletter").await,
        "given",
        "the link that was sent is good for who asked twice"
    );
}

async fn a_server_that_is_busy_is_tried_again_and_later_each_time(service: Service) {
    let server = MailServer::start();
    server.answer(&[Answer::Recipient(451), Answer::Data(452), Answer::Recipient(450)]);
    asked(&service, "ada@example.org").await;
    for (reason, longest) in [("smtp_451", 5), ("smtp_452", 10), ("smtp_450", 20)] {
        assert_eq!(service.deliver(&server).await, 1);
        let message = &messages(&service).await[0];
        assert_eq!((&message["status"], &message["reason"]), (&json!("queued"), &json!(reason)));
        let due = iewm::domain::Instant::parse(&text(message, "next_attempt_at")).unwrap();
        let wait = due.to_chrono() - service.now().to_chrono();
        assert!(wait <= Duration::seconds(longest) && wait * 2 >= Duration::seconds(longest), "{wait}");
        assert_eq!(service.deliver(&server).await, 0, "not before its time");
        service.hands.advance(Duration::seconds(longest));
    }
    assert_eq!(service.deliver(&server).await, 1);
    assert_eq!(messages(&service).await[0]["status"], "sent");
    assert_eq!(server.taken().len(), 1);
}

async fn a_refused_address_is_dead_at_once_and_noted_on_the_contact(service: Service) {
    let server = MailServer::start();
    server.answer(&[Answer::Recipient(550), Answer::Take, Answer::Data(554)]);
    let ada = asked(&service, "ada@example.org").await;
    service.deliver(&server).await;
    let message = &messages(&service).await[0];
    assert_eq!((&message["status"], &message["reason"]), (&json!("dead"), &json!("smtp_550")));
    assert!(message.get("next_attempt_at").is_none());
    let path = format!("/v1/contacts/{ada}");
    let contact = service.get(&path).await.expect(200);
    assert_eq!(contact.json()["email_bounced_at"], "2026-11-24T10:00:00.000000Z");
    assert_eq!(contact.json()["version"], 1, "no operation changed the contact");
    assert_eq!(service.changed("contacts.bounced").await, json!(["email_bounced_at"]));
    let etag = contact.etag();
    let renamed = service.patch(&path, &etag, json!({ "job_title": "Analyst" })).await.expect(200);
    assert!(renamed.json().get("email_bounced_at").is_some());
    let moved = service.patch(&path, &renamed.etag(), json!({ "email": "ada@example.net" })).await.expect(200);
    assert!(moved.json().get("email_bounced_at").is_none());
    assert!(service.get(&path).await.json().get("email_bounced_at").is_none());

    // The new mailbox is asked.
    service.deliver(&server).await;
    assert_eq!(server.taken().len(), 1);

    // A mail that is refused says nothing of the address.
    let bob = asked(&service, "bob@example.org").await;
    service.deliver(&server).await;
    assert_eq!(messages(&service).await[0]["reason"], "smtp_554");
    assert!(service.get(&format!("/v1/contacts/{bob}")).await.json().get("email_bounced_at").is_none());
}

async fn a_dead_message_can_be_tried_again_by_staff(service: Service) {
    let server = MailServer::start();
    server.answer(&[Answer::Recipient(550)]);
    asked(&service, "ada@example.org").await;
    service.deliver(&server).await;
    let dead = service.items("/v1/messages?status=dead").await;
    let path = format!("/v1/messages/{}", text(&dead[0], "id"));
    let retry = format!("{path}/retry");
    let council = service.request("POST", &retry).token(&service.council()).send().await;
    council.problem(403, "forbidden");
    let again = service.request("POST", &retry).token(&service.staff()).send().await.expect(200);
    assert_eq!((&again.json()["status"], &again.json()["attempts"]), (&json!("queued"), &json!(0)));
    assert_eq!(service.changed("messages.retry").await, json!(["attempts", "next_attempt_at", "reason", "status"]));
    assert_eq!(service.get(&path).await.expect(200).etag(), again.etag());
    service.deliver(&server).await;
    assert_eq!(server.taken().len(), 1);
    let sent = service.request("POST", &retry).token(&service.staff()).send().await;
    let problem = sent.problem(409, "illegal_transition").json();
    assert_eq!(problem["allowed_transitions"], json!([]));
    service.get("/v1/messages/01937a5e-8f00-7c3a-9d55-3f2a60b1c901").await.problem(404, "not_found");
}

async fn a_server_that_is_away_leaves_every_message_for_later(service: Service) {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    asked(&service, "ada@example.org").await;
    asked(&service, "bob@example.org").await;
    let tried = service.tick(&service.delivery(&format!("smtp://{nobody}"))).await.unwrap();
    assert_eq!(tried, 1, "the others would meet the same");
    let mut attempts: Vec<Value> =
        messages(&service).await.iter().map(|m| json!([m["status"], m["attempts"]])).collect();
    attempts.sort_by_key(Value::to_string);
    assert_eq!(attempts, [json!(["queued", 0]), json!(["queued", 1])]);
    let server = MailServer::start();
    service.hands.advance(Duration::seconds(5));
    assert_eq!(service.deliver(&server).await, 2);
}

async fn a_message_is_given_up_after_five_days(service: Service) {
    let server = MailServer::start();
    server.answer(&[Answer::Recipient(451); 2]);
    asked(&service, "ada@example.org").await;
    service.deliver(&server).await;
    service.hands.advance(Duration::days(5));
    service.deliver(&server).await;
    let message = &messages(&service).await[0];
    assert_eq!((&message["status"], &message["reason"]), (&json!("dead"), &json!("smtp_451")));
}

async fn several_who_deliver_never_send_one_message_twice(service: Service) {
    let server = MailServer::start();
    for number in 0..12 {
        asked(&service, &format!("person{number}@example.org")).await;
    }
    let deliveries: Vec<_> = (0..4).map(|_| service.delivery(&server.url)).collect();
    let tried = futures_util::future::join_all(deliveries.iter().map(|delivery| service.tick(delivery))).await;
    assert_eq!(tried.into_iter().map(Result::unwrap).sum::<usize>(), 12);
    let mut to: Vec<String> = server.taken().iter().map(|mail| mail.header("To")).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), server.taken().len()), (12, 12));
}

async fn a_message_in_dead_hands_is_taken_up_again(service: Service) {
    let server = MailServer::start();
    asked(&service, "ada@example.org").await;
    service.claim_and_die().await;
    assert_eq!(service.deliver(&server).await, 0, "another worker has the lease");
    service.hands.advance(Duration::minutes(5));
    assert_eq!(service.deliver(&server).await, 1);
    let message = &messages(&service).await[0];
    assert_eq!((&message["status"], &message["attempts"]), (&json!("sent"), &json!(2)));
}

async fn settled_messages_are_swept_after_thirty_days(service: Service) {
    let server = MailServer::start();
    asked(&service, "ada@example.org").await;
    service.deliver(&server).await;
    service.hands.advance(Duration::days(30));
    service.deliver(&server).await;
    assert_eq!(messages(&service).await.len(), 1);
    service.hands.advance(Duration::seconds(1));
    service.deliver(&server).await;
    assert_eq!(messages(&service).await.len(), 0);
}

async fn a_merge_asks_the_one_that_stays(service: Service) {
    let server = MailServer::start();
    let stays = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let goes = asked(&service, "countess@example.org").await;
    let merge = json!({ "from_contact_id": goes });
    service.post(&format!("/v1/contacts/{stays}/merge"), merge).await.expect(200);
    service.deliver(&server).await;
    let taken = server.taken();
    assert_eq!(taken.iter().map(|mail| mail.header("To")).collect::<Vec<_>>(), ["ada@example.org"]);
    assert!(taken[0].text().contains(WORDING.lines().next().unwrap()));
    service.follow("POST", &taken[0].link("confirmations")).await.expect(200);
    assert_eq!(service.checked(&stays, "newsletter").await, "given");
}

async fn a_server_that_says_nothing_is_not_waited_for(service: Service) {
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    asked(&service, "ada@example.org").await;
    let url = format!("smtp://{}", deaf.local_addr().unwrap());
    assert_eq!(service.tick(&service.delivery(&url)).await.unwrap(), 1);
    let message = &messages(&service).await[0];
    assert_eq!((&message["status"], &message["reason"]), (&json!("queued"), &json!("timeout")));
}

async fn who_is_killed_with_a_mail_on_its_way_sends_it_once_more_under_the_same_id(mut service: Service) {
    let server = MailServer::start();
    server.answer(&[Answer::Silence]);
    let ada = asked(&service, "ada@example.org").await;
    // The server has the mail and has not said so when the sender goes.
    let delivery = service.delivery(&server.url);
    let now = service.now();
    let sending = actix_web::rt::spawn(async move { delivery.tick(Round::whole(now)).await });
    let waiting = actix_web::rt::task::spawn_blocking(move || {
        server.until_silent();
        server
    });
    let server = waiting.await.unwrap();
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    service.restart().await;
    server.speak();

    assert_eq!(service.deliver(&server).await, 0, "the lease of the dead worker still runs");
    service.hands.advance(Duration::minutes(5));
    assert_eq!(service.deliver(&server).await, 1);
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].header("Message-ID"), taken[1].header("Message-ID"));
    assert_ne!(taken[0].link("confirmations"), taken[1].link("confirmations"), "a link is never kept in clear");
    service.follow("POST", &taken[0].link("confirmations")).await.expect(200);
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    service.follow("POST", &taken[1].link("confirmations")).await.problem(410, "gone");
}

async fn mail_leaves_over_tls_to_a_server_that_is_known_with_the_right_password(service: Service) {
    let identity = identity();
    let server = MailServer::start_secured(&identity, &service.directory());
    asked(&service, "ada@example.org").await;
    let url = server.url.replace("smtp://", "smtp://user@") + "?tls=required";
    let settings = |password: &str, authority: Option<&str>| CourierSettings {
        smtp_url: url.clone(),
        password: Some(password.to_owned()),
        authority: authority.map(|authority| authority.as_bytes().to_vec()),
        patience: std::time::Duration::from_secs(5),
        folder: None,
    };
    for (settings, reason) in [
        (settings("open sesame", None), "unreachable"),
        (settings("open barley", Some(&identity.authority)), "smtp_535"),
    ] {
        service.tick(&service.delivery_by(&settings)).await.unwrap();
        let message = &messages(&service).await[0];
        assert_eq!((&message["status"], &message["reason"]), (&json!("queued"), &json!(reason)));
        service.hands.advance(Duration::minutes(1));
    }
    assert!(server.taken().is_empty());
    service.tick(&service.delivery_by(&settings("open sesame", Some(&identity.authority)))).await.unwrap();
    assert_eq!(messages(&service).await[0]["status"], "sent");
    assert_eq!(server.taken().len(), 1);
}

async fn a_suppressed_address_is_asked_however_the_yes_arrives(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.delete(&ada).await.expect(204);
    let again = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let consent = service.give(&again, "newsletter").await;
    assert_eq!(consent["state"], "pending");
    service.give(&again, "trade_articles").await;
    assert_eq!(service.checked(&again, "newsletter").await, "suppressed");
    assert_eq!(service.deliver(&server).await, 2);
    let asks_for = |what: &str| server.taken().into_iter().find(|mail| mail.header("Subject").contains(what)).unwrap();
    service.follow("POST", &asks_for("our newsletter").link("confirmations")).await.expect(200);
    assert_eq!(service.checked(&again, "newsletter").await, "given");
    assert_eq!(service.checked(&again, "trade_articles").await, "suppressed", "the mailbox spoke of one purpose");
}

/// The council's own pages, and what stays ours: a mail program posts to the service itself.
fn links_lead_where_the_council_says(engine: Engine) {
    actix_web::rt::System::new().block_on(async {
        let pages =
            [("MAIL__PAGES_URL", "https://www.council.example/iewm/"), ("MAIL__REPLY_TO", "team@council.example")];
        let Some(service) = Service::start_with(engine, &pages).await else { return };
        let server = MailServer::start();
        asked(&service, "ada@example.org").await;
        service.deliver(&server).await;
        let mail = &server.taken()[0];
        let links: Vec<String> =
            mail.text().lines().filter(|line| line.starts_with("https://")).map(str::to_owned).collect();
        let begin = [
            "https://www.council.example/iewm/confirmations/",
            "https://iewm.example/v1/unsubscribe/",
            "https://www.council.example/iewm/preferences/",
        ];
        assert_eq!(links.len(), 3);
        for (link, begin) in links.iter().zip(begin) {
            assert!(link.starts_with(begin), "{link}");
        }
        assert!(mail.header("List-Unsubscribe").starts_with("<https://iewm.example/v1/unsubscribe/"));
        assert_eq!(mail.header("Reply-To"), "team@council.example");
    });
}

#[test]
fn links_lead_where_the_council_says_on_sqlite() {
    links_lead_where_the_council_says(Engine::Sqlite);
}

#[test]
fn links_lead_where_the_council_says_on_postgres() {
    links_lead_where_the_council_says(Engine::Postgres);
}
