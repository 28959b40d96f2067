//! A mailbox's own preferences: asking for the link, looking, deciding.

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::mail::MailServer;
use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_link_is_mailed_to_the_mailbox_that_has_it_and_to_no_other,
    asking_for_a_link_tells_nothing,
    an_address_is_sent_one_link_an_hour,
    a_mailbox_sees_every_purpose_that_takes_consent,
    a_no_acts_at_once_and_touches_nothing_else,
    a_yes_waits_for_a_mail_of_its_own,
    what_holds_already_is_not_decided_again,
    a_suppressed_mailbox_may_say_yes_again,
    a_decision_is_sent_as_json_or_as_a_form,
    looking_changes_nothing_however_often,
    a_link_is_ours_and_not_too_old,
    a_link_is_no_good_to_an_old_mailbox,
    a_link_outlives_a_merge_with_the_mailbox_that_stays,
    a_link_of_the_deleted_leads_nowhere,
    racing_decisions_leave_one_answer,
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Asks for the link of `email` and follows the mail that comes.
async fn link(service: &Service, email: &str) -> String {
    let server = MailServer::start();
    ask(service, email).await;
    service.deliver(&server).await;
    let taken = server.taken();
    let mail = taken.iter().find(|mail| mail.header("To") == email).expect("a mail to the address");
    mail.link("preferences")
}

async fn ask(service: &Service, email: &str) {
    let answer = service.post("/v1/preference-links", json!({ "email": email })).await.expect(202);
    assert_eq!(answer.text(), "", "the answer has no body");
}

async fn decide(service: &Service, link: &str, body: Value) -> Answer {
    service.request("POST", link).json(&body).send().await
}

/// The states of all purposes, in the order of the page.
fn states(preferences: &Value) -> Vec<Value> {
    preferences["consents"].as_array().unwrap().iter().map(|consent| consent["state"].clone()).collect()
}

async fn looked(service: &Service, link: &str) -> Vec<Value> {
    states(&service.follow("GET", link).await.expect(200).json())
}

async fn a_link_is_mailed_to_the_mailbox_that_has_it_and_to_no_other(service: Service) {
    let server = MailServer::start();
    service.sign_up("Ada Lovelace", "ada@example.org").await;
    ask(&service, "ADA@example.org").await;
    ask(&service, "nobody@example.org").await;
    assert_eq!(service.deliver(&server).await, 2);
    let taken = server.taken();
    assert_eq!(taken.iter().map(|mail| mail.header("To")).collect::<Vec<_>>(), ["ada@example.org"]);
    service.follow("GET", &taken[0].link("preferences")).await.expect(200);
    let messages = service.items("/v1/messages").await;
    let mut became: Vec<_> =
        messages.iter().map(|m| (m["kind"].clone(), m["status"].clone(), m["reason"].clone())).collect();
    became.sort_by_key(|(_, status, _)| status.to_string());
    let kind = json!("preferences");
    let dropped = (kind.clone(), json!("dropped"), json!("unknown_address"));
    assert_eq!(became, [dropped, (kind, json!("sent"), Value::Null)]);
}

async fn asking_for_a_link_tells_nothing(service: Service) {
    service.sign_up("Ada Lovelace", "ada@example.org").await;
    let asked = |email: &str| service.post("/v1/preference-links", json!({ "email": email }));
    let (known, unknown) = (asked("ada@example.org").await.expect(202), asked("nobody@example.org").await.expect(202));
    assert_eq!((known.bytes(), unknown.bytes()), (&b""[..], &b""[..]));
    for header in ["content-type", "content-length", "cache-control", "location", "etag"] {
        assert_eq!(known.header(header), unknown.header(header), "{header}");
    }
    let entries = service.audit("action=preferences.ask").await;
    let told = |entry: &Value| (entry["contact_id"].clone(), entry["subject"].clone(), entry["detail"].clone());
    assert_eq!(entries.len(), 2);
    assert_eq!(told(&entries[0]), told(&entries[1]), "the audit does not tell them apart");
    assert_eq!(entries[0]["detail"], json!({ "queued": true }));
    for (body, fault) in [(json!({ "email": "no address" }), "/email email"), (json!({}), "/email missing")] {
        let refused = service.post("/v1/preference-links", body).await.problem(422, "invalid");
        assert_eq!(refused.faults(), [fault]);
    }
}

async fn an_address_is_sent_one_link_an_hour(service: Service) {
    let server = MailServer::start();
    service.sign_up("Ada Lovelace", "ada@example.org").await;
    futures_util::future::join_all((0..6).map(|_| ask(&service, "ada@example.org"))).await;
    futures_util::future::join_all((0..6).map(|_| ask(&service, "nobody@example.org"))).await;
    assert_eq!(service.deliver(&server).await, 2, "one for each address, known or not");
    service.hands.advance(Duration::hours(1) - Duration::seconds(1));
    ask(&service, "ada@example.org").await;
    assert_eq!(service.deliver(&server).await, 0);
    service.hands.advance(Duration::seconds(1));
    ask(&service, "Ada@Example.org").await;
    assert_eq!(service.deliver(&server).await, 1);
    let taken = server.taken();
    assert_ne!(taken[0].link("preferences"), taken[1].link("preferences"), "each mail has a link of its own");
    for mail in &taken {
        service.follow("GET", &mail.link("preferences")).await.expect(200);
    }
}

async fn a_mailbox_sees_every_purpose_that_takes_consent(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    service.decide(grant(&ada, "trade_articles", "web_form")).await.expect(201);
    service.withdraw(&ada, "event_information").await;
    let link = link(&service, "ada@example.org").await;
    let shown = service.follow("GET", &link).await.expect(200).json();
    let consents = shown["consents"].as_array().unwrap();
    let purposes: Vec<_> = consents.iter().map(|consent| text(consent, "purpose")).collect();
    assert_eq!(
        purposes,
        ["newsletter", "blogs_and_articles", "trade_articles", "event_information", "professional_networks"]
    );
    assert_eq!(states(&shown), json!(["given", null, "pending", "withdrawn", null]).as_array().unwrap().clone());
    for consent in consents {
        assert_eq!(consent["grant_needs_confirmation"], true);
        assert!(text(consent, "meaning").contains("by email"), "{consent}");
        assert!(text(consent, "wording").contains("at any time"), "{consent}");
    }
    let shown = shown.to_string();
    assert!(!shown.contains("Ada") && !shown.contains("example.org"), "a link shows no particulars: {shown}");
    let looks = service.audit(&format!("contact_id={ada}&action=preferences.read")).await;
    assert_eq!((looks.len(), &looks[0]["outcome"]), (1, &json!("looked")));
}

async fn a_no_acts_at_once_and_touches_nothing_else(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    service.give(&ada, "trade_articles").await;
    let link = link(&service, "ada@example.org").await;
    let no = |purpose: &str| json!({ "purpose": purpose, "decision": "withdrawn" });
    let after = decide(&service, &link, no("newsletter")).await.expect(200).json();
    assert_eq!(after, service.follow("GET", &link).await.expect(200).json(), "the object of GET");
    assert_eq!(service.checked(&ada, "newsletter").await, "withdrawn");
    assert_eq!(service.checked(&ada, "trade_articles").await, "given");
    let history = service.history(&ada, "newsletter").await;
    assert_eq!(history.len(), 2);
    for (member, value) in [("decision", "withdrawn"), ("method", "web_form"), ("recorded_by", "link:preferences")] {
        assert_eq!(history[0][member], value);
    }
    // A person who never said yes can say no.
    let after = decide(&service, &link, no("professional_networks")).await.expect(200).json();
    assert_eq!(states(&after)[4], "withdrawn");
    let refused = decide(&service, &link, no("venue_security")).await.problem(422, "purpose_not_consent");
    assert_eq!(refused.faults(), ["/purpose purpose_not_consent"]);
}

async fn a_yes_waits_for_a_mail_of_its_own(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let link = link(&service, "ada@example.org").await;
    let yes = json!({ "purpose": "newsletter", "decision": "given" });
    let waits = decide(&service, &link, yes).await.expect(202).json();
    assert_eq!(waits, json!({ "state": "pending", "confirmation_required": true }));
    assert_eq!(service.checked(&ada, "newsletter").await, "pending");
    let shown = service.follow("GET", &link).await.expect(200).json();
    service.deliver(&server).await;
    let mail = &server.taken()[0];
    assert!(mail.text().contains(shown["consents"][0]["wording"].as_str().unwrap()), "{}", mail.text());
    let asked = service.follow("GET", &mail.link("confirmations")).await.expect(200).json();
    assert_eq!(asked["wording"], shown["consents"][0]["wording"], "what the page shows is what is recorded");
    service.follow("POST", &mail.link("confirmations")).await.expect(200);
    assert_eq!(looked(&service, &link).await[0], "given");
    let history = service.history(&ada, "newsletter").await;
    assert_eq!((&history[1]["recorded_by"], &history[1]["method"]), (&json!("link:preferences"), &json!("web_form")));

    let own = json!({ "purpose": "trade_articles", "decision": "given", "wording": "Yes, articles." });
    decide(&service, &link, own).await.expect(202);
    service.deliver(&server).await;
    let asked = service.follow("GET", &server.taken()[1].link("confirmations")).await.expect(200).json();
    assert_eq!(asked["wording"], "Yes, articles.");
}

async fn what_holds_already_is_not_decided_again(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let link = link(&service, "ada@example.org").await;
    let said = |decision: &str| json!({ "purpose": "newsletter", "decision": decision });
    let same = decide(&service, &link, said("given")).await.expect(200).json();
    assert_eq!(states(&same)[0], "given");
    assert_eq!(service.history(&ada, "newsletter").await.len(), 1);
    for _ in 0..3 {
        let same = decide(&service, &link, said("withdrawn")).await.expect(200).json();
        assert_eq!(states(&same)[0], "withdrawn");
    }
    assert_eq!(service.history(&ada, "newsletter").await.len(), 2);
    let server = MailServer::start();
    assert_eq!(service.deliver(&server).await, 0, "and nothing is mailed");
}

async fn a_suppressed_mailbox_may_say_yes_again(service: Service) {
    let server = MailServer::start();
    let gone = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let ada = service.sign_up("Ada Byron", "byron@example.org").await;
    service.give(&ada, "newsletter").await;
    service.delete(&gone).await.expect(204);
    let etag = service.get(&format!("/v1/contacts/{ada}")).await.etag();
    service.patch(&format!("/v1/contacts/{ada}"), &etag, json!({ "email": "ada@example.org" })).await.expect(200);
    assert_eq!(service.checked(&ada, "newsletter").await, "suppressed");
    let link = link(&service, "ada@example.org").await;
    decide(&service, &link, json!({ "purpose": "newsletter", "decision": "given" })).await.expect(202);
    service.deliver(&server).await;
    service.follow("POST", &server.taken()[0].link("confirmations")).await.expect(200);
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
}

async fn a_decision_is_sent_as_json_or_as_a_form(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let link = link(&service, "ada@example.org").await;
    let post = |media_type: &str, body: &str| service.request("POST", &link).body(media_type, body).send();
    let refused = post(FORM, "purpose=newsletter&decision=perhaps&x=1").await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/decision unknown_value", "/x unknown"]);
    post(FORM, "").await.problem(422, "invalid");
    post(FORM, "purpose=newsletter&purpose=newsletter&decision=withdrawn").await.problem(400, "duplicate_member");
    post("text/plain", "purpose=newsletter&decision=withdrawn").await.problem(415, "unsupported_media_type");
    post("application/json", "purpose=newsletter").await.problem(400, "malformed_json");
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    let after = post(FORM, "purpose=newsletter&decision=withdrawn").await.expect(200).json();
    assert_eq!(states(&after)[0], "withdrawn");
    post(FORM, "purpose=newsletter&decision=given&wording=Yes%2C+please").await.expect(202);
    assert_eq!(service.checked(&ada, "newsletter").await, "pending");
}

async fn looking_changes_nothing_however_often(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    service.decide(grant(&ada, "trade_articles", "web_form")).await.expect(201);
    let server = MailServer::start();
    ask(&service, "ada@example.org").await;
    service.deliver(&server).await;
    let confirmation = server.taken().into_iter().find(|mail| mail.text().contains("/confirmations/")).unwrap();
    let unsubscribe = confirmation.header("List-Unsubscribe");
    let unsubscribe = unsubscribe.trim_start_matches("<https://iewm.example").trim_end_matches('>').to_owned();
    let links = [confirmation.link("confirmations"), confirmation.link("preferences"), unsubscribe];
    let before = (looked(&service, &links[1]).await, service.history(&ada, "newsletter").await);
    // As a scanner does that follows every link before the mail is shown, again and again.
    for _ in 0..3 {
        for link in &links {
            for (method, accept) in [("GET", "*/*"), ("HEAD", "*/*"), ("GET", "text/html"), ("HEAD", "text/html")] {
                service.request(method, link).header("Accept", accept).send().await.expect(200);
            }
        }
    }
    assert_eq!((looked(&service, &links[1]).await, service.history(&ada, "newsletter").await), before);
    assert_eq!(service.deliver(&server).await, 0);
    let done = service.audit(&format!("contact_id={ada}")).await;
    let uses = ["confirmations.use", "preferences.use", "unsubscribe.use"];
    let by_link = |entry: &&Value| uses.contains(&text(entry, "action").as_str());
    assert_eq!(done.iter().filter(by_link).count(), 0, "{done:?}");
    service.follow("POST", &links[0]).await.expect(200);
}

async fn a_link_is_ours_and_not_too_old(service: Service) {
    service.sign_up("Ada Lovelace", "ada@example.org").await;
    let link = link(&service, "ada@example.org").await;
    let cut = &link[..link.len() - 1];
    let token = link.trim_start_matches("/v1/preferences/");
    let others = format!("/v1/confirmations/{token}");
    for forged in [cut.to_owned(), format!("{link}A"), "/v1/preferences/nonsense".to_owned(), others] {
        for method in ["GET", "POST"] {
            let request = service.request(method, &forged);
            let body = json!({ "purpose": "newsletter", "decision": "withdrawn" });
            let request = if method == "POST" && !forged.contains("confirm") { request.json(&body) } else { request };
            request.send().await.problem(404, "not_found");
        }
    }
    assert!(token.len() >= 22, "128 bits or more");
    let entries = serde_json::to_string(&service.audit("").await).unwrap();
    assert!(entries.contains("preferences") && !entries.contains(token));
    service.hands.advance(Duration::days(30) - Duration::seconds(1));
    service.follow("GET", &link).await.expect(200);
    service.hands.advance(Duration::seconds(1));
    service.follow("GET", &link).await.problem(410, "gone");
    decide(&service, &link, json!({ "purpose": "newsletter", "decision": "withdrawn" })).await.problem(410, "gone");
}

async fn a_link_is_no_good_to_an_old_mailbox(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let link = link(&service, "ada@example.org").await;
    let etag = service.get(&format!("/v1/contacts/{ada}")).await.etag();
    service.patch(&format!("/v1/contacts/{ada}"), &etag, json!({ "email": "ada@example.net" })).await.expect(200);
    service.follow("GET", &link).await.problem(410, "gone");
    decide(&service, &link, json!({ "purpose": "newsletter", "decision": "withdrawn" })).await.problem(410, "gone");
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
}

async fn a_link_outlives_a_merge_with_the_mailbox_that_stays(service: Service) {
    let stays = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let goes = service.sign_up("Ada Byron", "byron@example.org").await;
    service.give(&stays, "newsletter").await;
    service.give(&goes, "newsletter").await;
    let (staying, going) = (link(&service, "ada@example.org").await, link(&service, "byron@example.org").await);
    service.post(&format!("/v1/contacts/{stays}/merge"), json!({ "from_contact_id": goes })).await.expect(200);
    service.follow("GET", &going).await.problem(410, "gone");
    let no = json!({ "purpose": "newsletter", "decision": "withdrawn" });
    decide(&service, &staying, no).await.expect(200);
    assert_eq!(service.checked(&stays, "newsletter").await, "withdrawn");
    // The mailbox of the one that went, once it is the person's address again.
    let etag = service.get(&format!("/v1/contacts/{stays}")).await.etag();
    service.patch(&format!("/v1/contacts/{stays}"), &etag, json!({ "email": "byron@example.org" })).await.expect(200);
    assert_eq!(looked(&service, &going).await[0], "withdrawn");
}

async fn a_link_of_the_deleted_leads_nowhere(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let link = link(&service, "ada@example.org").await;
    service.delete(&ada).await.expect(204);
    let refused = service.follow("GET", &link).await;
    assert!([404, 410].contains(&refused.status), "{}", refused.text());
}

async fn racing_decisions_leave_one_answer(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let link = link(&service, "ada@example.org").await;
    let no = json!({ "purpose": "newsletter", "decision": "withdrawn" });
    let racing = (0..8).map(|_| decide(&service, &link, no.clone()));
    for answer in futures_util::future::join_all(racing).await {
        answer.expect(200);
    }
    assert_eq!(service.history(&ada, "newsletter").await.len(), 2);
}
