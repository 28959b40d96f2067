//! The pages behind the links in mails, as a browser without a script gets them.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use serde_json::json;

use crate::harness::client::Answer;
use crate::harness::mail::MailServer;
use crate::harness::people::{grant, text};
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    a_person_confirms_looks_stops_and_asks_again_by_pages_alone,
    a_page_loads_nothing_and_gives_nothing_away,
    json_is_what_everybody_else_gets,
    what_others_wrote_is_shown_and_never_run,
    a_problem_of_a_link_is_a_page_too,
    a_failure_of_ours_is_told_plainly_and_changes_nothing,
    too_many_requests_are_told_on_a_page,
    a_page_says_what_stands_in_every_state,
}

/// What a browser sends.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
const FORM: &str = "application/x-www-form-urlencoded";
const PAGE: &str = "text/html; charset=utf-8";

/// The paths of the links that one sign-up mail brings.
struct Links {
    confirmation: String,
    preferences: String,
    unsubscribe: String,
}

async fn signed_up(service: &Service, server: &MailServer, wording: &str) -> (String, Links) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let mut decision = grant(&ada, "newsletter", "web_form");
    decision["wording"] = json!(wording);
    service.decide(decision).await.expect(201);
    service.deliver(server).await;
    let taken = server.taken();
    let mail = taken.last().unwrap();
    let unsubscribe = mail.header("List-Unsubscribe");
    let unsubscribe = unsubscribe.trim_start_matches("<https://iewm.example").trim_end_matches('>').to_owned();
    let links = Links { confirmation: mail.link("confirmations"), preferences: mail.link("preferences"), unsubscribe };
    (ada, links)
}

/// Asks as a browser does.
async fn browse(service: &Service, path: &str) -> Answer {
    service.request("GET", path).header("Accept", BROWSER).send().await
}

/// Presses a button of a page that has these fields.
async fn press(service: &Service, path: &str, fields: &str) -> Answer {
    service.request("POST", path).header("Accept", BROWSER).body(FORM, fields).send().await
}

/// The text of a page, if it is one of this status.
#[track_caller]
fn page(answer: Answer, status: u16) -> String {
    assert_eq!(answer.header("content-type"), PAGE, "{}", answer.text());
    let text = answer.expect(status).text();
    assert!(text.starts_with("<!doctype html>") && text.contains("<html lang=\"en-GB\">"), "{text}");
    assert_eq!(text.matches("<h1>").count(), 1, "{text}");
    text
}

async fn a_person_confirms_looks_stops_and_asks_again_by_pages_alone(service: Service) {
    let server = MailServer::start();
    let (ada, links) = signed_up(&service, &server, "Yes, the newsletter.").await;
    let asked = page(browse(&service, &links.confirmation).await, 200);
    assert!(asked.contains("Please confirm that you want our newsletter") && asked.contains("1 December 2026"));
    assert!(asked.contains("<blockquote>Yes, the newsletter.</blockquote>"), "{asked}");
    let done = page(press(&service, &links.confirmation, "").await, 200);
    assert!(done.contains("You have confirmed that you want our newsletter"), "{done}");
    assert_eq!(service.checked(&ada, "newsletter").await, "given");

    let choices = page(browse(&service, &links.preferences).await, 200);
    assert!(choices.contains("You have said yes. We send this to you."), "{choices}");
    let done = page(press(&service, &links.preferences, "purpose=newsletter&decision=withdrawn").await, 200);
    assert!(done.contains("You have stopped the newsletter") && done.contains("Nothing else has changed"), "{done}");
    assert_eq!(service.checked(&ada, "newsletter").await, "withdrawn");
    let same = page(press(&service, &links.preferences, "purpose=newsletter&decision=withdrawn").await, 200);
    assert!(same.contains("Nothing has changed"), "{same}");

    let waits = page(press(&service, &links.preferences, "purpose=newsletter&decision=given").await, 202);
    assert!(waits.contains("Check your email"), "{waits}");
    service.deliver(&server).await;
    let again = server.taken().last().unwrap().link("confirmations");
    page(press(&service, &again, "").await, 200);
    assert_eq!(service.checked(&ada, "newsletter").await, "given");

    let asked = page(browse(&service, &links.unsubscribe).await, 200);
    assert!(asked.contains("Stop the newsletter?"), "{asked}");
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    for _ in 0..2 {
        let done = page(press(&service, &links.unsubscribe, "List-Unsubscribe=One-Click").await, 200);
        assert!(done.contains("You have stopped the newsletter") && done.contains("What has not changed"), "{done}");
    }
    assert_eq!(service.checked(&ada, "newsletter").await, "withdrawn");
    let asked = page(browse(&service, &links.unsubscribe).await, 200);
    assert!(asked.contains("You have stopped the newsletter already") && !asked.contains("<button"), "{asked}");
}

async fn a_page_loads_nothing_and_gives_nothing_away(service: Service) {
    let server = MailServer::start();
    let (_, links) = signed_up(&service, &server, "Yes.").await;
    let forged = format!("{}A", links.preferences);
    for (path, status) in
        [(&links.confirmation, 200), (&links.preferences, 200), (&links.unsubscribe, 200), (&forged, 404)]
    {
        let answer = browse(&service, path).await;
        let says = |name: &str| answer.header(name);
        assert_eq!(says("cache-control"), "no-store");
        assert_eq!(says("referrer-policy"), "no-referrer");
        assert_eq!(says("x-content-type-options"), "nosniff");
        assert_eq!(says("x-robots-tag"), "noindex");
        assert!(says("vary").split(", ").any(|name| name.eq_ignore_ascii_case("accept")), "{}", says("vary"));
        let policy = says("content-security-policy");
        let text = page(answer, status);
        let style = text.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = STANDARD.encode(digest::digest(&digest::SHA256, style.as_bytes()));
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; \
                 frame-ancestors 'none'"
            )
        );
        for foreign in
            ["<script", "<link", "<img", "<iframe", "style=", " on", "http://", "https://", "url(", "@import"]
        {
            // " on" followed by a handler's name would be one; prose has the word as well.
            let found = if foreign == " on" {
                text.contains(" onclick") || text.contains(" onload")
            } else {
                text.contains(foreign)
            };
            assert!(!found, "{foreign} in {text}");
        }
        assert!(!text.contains("Ada") && !text.contains("ada@"), "a page shows no particulars: {text}");
        let token = path.rsplit('/').next().unwrap();
        assert!(!text.contains(token), "nor its own address");
    }
}

async fn json_is_what_everybody_else_gets(service: Service) {
    let server = MailServer::start();
    let (_, links) = signed_up(&service, &server, "Yes.").await;
    for path in [&links.confirmation, &links.preferences, &links.unsubscribe] {
        for accept in ["*/*", "application/json", "application/json, text/html", "text/html;q=0.1, application/*"] {
            let answer = service.request("GET", path).header("Accept", accept).send().await.expect(200);
            assert_eq!(answer.header("content-type"), "application/json", "{accept}");
            assert!(answer.json().is_object());
            assert_eq!(answer.header("cache-control"), "no-store", "what a secret address shows is kept nowhere");
            assert_eq!(answer.header("content-security-policy"), "");
            assert!(answer.header("vary").to_ascii_lowercase().contains("accept"));
        }
        let head = service.request("HEAD", path).header("Accept", BROWSER).send().await.expect(200);
        assert_eq!((head.header("content-type").as_str(), head.bytes()), (PAGE, &b""[..]));
    }
    // One click comes from a mail program, which asks for no page.
    let done = service.request("POST", &links.unsubscribe).body(FORM, "List-Unsubscribe=One-Click").send().await;
    assert_eq!(done.expect(200).json(), json!({ "purpose": "newsletter", "state": "withdrawn" }));
    // No page stands where none is described.
    let answer = service.request("GET", "/v1/privacy-notice").header("Accept", BROWSER).send().await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
}

async fn what_others_wrote_is_shown_and_never_run(service: Service) {
    let server = MailServer::start();
    let wording = "</blockquote><script>alert(1)</script> {{ frame }} & \"yes\"";
    let (_, links) = signed_up(&service, &server, wording).await;
    let asked = page(browse(&service, &links.confirmation).await, 200);
    assert!(!asked.contains("<script"), "{asked}");
    assert!(asked.contains("&#60;script&#62;alert(1)&#60;/script&#62; {{ frame }} &#38;"), "{asked}");
}

async fn a_problem_of_a_link_is_a_page_too(service: Service) {
    let server = MailServer::start();
    let (ada, links) = signed_up(&service, &server, "Yes.").await;
    for kind in ["confirmations", "preferences", "unsubscribe"] {
        let lost = page(browse(&service, &format!("/v1/{kind}/nonsense")).await, 404);
        assert!(lost.contains("We cannot find this page") && lost.contains("Nothing has changed"), "{lost}");
    }
    let fields = "purpose=newsletter&decision=perhaps";
    let wrong = page(press(&service, &links.preferences, fields).await, 422);
    assert!(wrong.contains("Nothing has changed") && !wrong.contains("perhaps"), "{wrong}");
    page(press(&service, &links.unsubscribe, "List-Unsubscribe=Maybe").await, 422);
    page(press(&service, &links.confirmation, "yes=1").await, 415);
    service.withdraw(&ada, "newsletter").await;
    let nothing = page(browse(&service, &links.confirmation).await, 200);
    assert!(nothing.contains("There is nothing left to confirm") && !nothing.contains("<button"), "{nothing}");
    let gone = page(press(&service, &links.confirmation, "").await, 410);
    assert!(gone.contains("This link no longer works"), "{gone}");
    service.hands.advance(Duration::days(30));
    page(browse(&service, &links.preferences).await, 410);
    let problem = service.follow("GET", &links.preferences).await.problem(410, "gone");
    assert_eq!(problem.header("cache-control"), "no-store");
}

async fn a_failure_of_ours_is_told_plainly_and_changes_nothing(service: Service) {
    let server = MailServer::start();
    let (ada, links) = signed_up(&service, &server, "Yes.").await;
    service.break_commit("consent_decisions");
    let answer = press(&service, &links.confirmation, "").await;
    let status = answer.status;
    assert_eq!(status, 503, "{}", answer.text());
    assert_ne!(answer.header("retry-after"), "");
    let failed = page(answer, status);
    // SQLite says that it has not committed; a connection that broke in the middle cannot.
    let plainly = match service.engine {
        Engine::Sqlite => "there is a problem with the service",
        Engine::Postgres => "we do not know if this worked",
    };
    assert!(failed.contains(plainly) && !failed.contains("story"), "{failed}");
    service.mend_table("consent_decisions");
    page(press(&service, &links.confirmation, "").await, 200);
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
}

async fn a_page_says_what_stands_in_every_state(service: Service) {
    let server = MailServer::start();
    let (ada, links) = signed_up(&service, &server, "Yes.").await;
    service.give(&ada, "blogs_and_articles").await;
    service.withdraw(&ada, "trade_articles").await;
    let section = |page: &str, purpose: &str| {
        let from = page.split_once(&format!("<h2 id=\"{purpose}\">")).unwrap().1;
        from.split_once("</section>").unwrap().0.to_owned()
    };
    let choices = page(browse(&service, &links.preferences).await, 200);
    for (purpose, says, buttons) in [
        ("newsletter", "Confirm this by the link in our email", 2),
        ("blogs_and_articles", "You have said yes", 1),
        ("trade_articles", "You have said no", 1),
        ("event_information", "You have not asked for this", 1),
    ] {
        let section = section(&choices, purpose);
        assert!(section.contains(says), "{section}");
        assert_eq!(section.matches("<button").count(), buttons, "{section}");
    }
    assert!(page(browse(&service, &links.unsubscribe).await, 200).contains("you have not confirmed it"));
    service.hands.advance(Duration::days(14));
    let choices = page(browse(&service, &links.preferences).await, 200);
    assert!(section(&choices, "newsletter").contains("did not confirm it in time"), "{choices}");
    let message = &service.items("/v1/messages").await[0];
    assert_eq!(text(message, "status"), "sent");
}

async fn too_many_requests_are_told_on_a_page(service: Service) {
    let engine = service.engine;
    drop(service);
    let Some(service) = Service::start_with(engine, &[("LIMITS__ADDRESS_RATE", "2")]).await else { return };
    for _ in 0..2 {
        page(browse(&service, "/v1/preferences/nonsense").await, 404);
    }
    let answer = browse(&service, "/v1/preferences/nonsense").await;
    assert_ne!(answer.header("retry-after"), "");
    assert_ne!(answer.header("ratelimit"), "");
    let text = page(answer, 429);
    assert!(text.contains("Wait a moment"), "{text}");
    service.follow("GET", "/v1/preferences/nonsense").await.problem(429, "rate_limited");
}
