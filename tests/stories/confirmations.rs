//! Confirmation links: the mailbox's own answer.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::people::{WORDING, grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_mailbox_confirms_what_a_web_form_gave,
    a_link_is_good_for_seven_days_and_a_grant_for_fourteen,
    a_withdrawal_meanwhile_leaves_nothing_to_confirm,
    a_grant_over_a_given_consent_leaves_it_given,
    a_link_is_used_once_however_many_follow_it,
    a_link_that_was_used_says_so_and_what_holds_now,
    a_link_speaks_for_the_mailbox_it_was_sent_to,
    a_link_is_kept_as_a_hash,
}

/// A grant by web form that waits: the consent, and a link for it.
async fn waiting(service: &Service, contact: &str) -> (Value, String) {
    let consent = service.decide(grant(contact, "newsletter", "web_form")).await.expect(201).json();
    assert_eq!(consent["state"], "pending");
    let link = service.link(&text(&consent, "decision_id")).await;
    (consent, link)
}

async fn a_mailbox_confirms_what_a_web_form_gave(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (consent, link) = waiting(&service, &ada).await;
    assert_eq!(service.checked(&ada, "newsletter").await, "pending");
    assert_eq!(service.get("/v1/audiences/newsletter").await.text(), "");

    service.state.flush_looks().await;
    let shown = service.follow("GET", &link).await.expect(200).json();
    let expires_at = "2026-12-01T10:00:00.000000Z";
    assert_eq!(
        shown,
        json!({ "purpose": "newsletter", "state": "pending", "wording": WORDING, "expires_at": expires_at })
    );
    service.follow("HEAD", &link).await.expect(200);
    assert_eq!(service.follow("GET", &link).await.expect(200).json(), shown, "looking changes nothing");
    assert_eq!(service.checked(&ada, "newsletter").await, "pending");

    service.hands.advance(Duration::hours(1));
    let confirmed = service.follow("POST", &link).await.expect(200).json();
    assert_eq!(confirmed["state"], "given");
    assert_eq!(confirmed["purpose"], "newsletter");
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    for method in ["GET", "POST"] {
        service.follow(method, &link).await.problem(410, "gone");
    }
    for method in ["GET", "POST"] {
        service.follow(method, "/v1/confirmations/3q2-7w").await.problem(404, "not_found");
    }
    let history = service.history(&ada, "newsletter").await;
    assert_eq!(history[0]["decision"], "confirmed");
    assert_eq!(history[0]["recorded_by"], "link:confirmation");
    assert_eq!(history[0]["method"], "web_form");
    assert_eq!(history[1]["id"], consent["decision_id"]);
    let now = service.consent(&ada, "newsletter").await;
    assert_eq!(now["decision_id"], history[0]["id"]);
    assert_eq!(now["since"], "2026-11-24T11:00:00.000000Z");
}

async fn a_link_is_good_for_seven_days_and_a_grant_for_fourteen(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (consent, link) = waiting(&service, &ada).await;
    let decision = text(&consent, "decision_id");
    service.hands.advance(Duration::days(7) - Duration::seconds(1));
    service.follow("GET", &link).await.expect(200);
    service.hands.advance(Duration::seconds(1));
    for method in ["GET", "POST"] {
        service.follow(method, &link).await.problem(410, "gone");
    }
    // The grant still waits, and another mail can ask again; until it lapses.
    assert_eq!(service.checked(&ada, "newsletter").await, "pending");
    let again = service.link(&decision).await;
    service.hands.advance(Duration::days(7) - Duration::seconds(1));
    assert_eq!(service.checked(&ada, "newsletter").await, "pending");
    service.hands.advance(Duration::seconds(1));
    assert_eq!(service.checked(&ada, "newsletter").await, "expired");
    assert_eq!(service.consent(&ada, "newsletter").await["state"], "expired");
    service.follow("POST", &again).await.problem(410, "gone");
    let last = service.link(&decision).await;
    service.follow("POST", &last).await.problem(410, "gone");
    // A new yes starts anew.
    let (_, link) = waiting(&service, &ada).await;
    service.follow("POST", &link).await.expect(200);
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
}

async fn a_withdrawal_meanwhile_leaves_nothing_to_confirm(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (_, link) = waiting(&service, &ada).await;
    service.withdraw(&ada, "newsletter").await;
    service.follow("POST", &link).await.problem(410, "gone");
    assert_eq!(service.checked(&ada, "newsletter").await, "withdrawn");
    let (_, newer) = waiting(&service, &ada).await;
    service.follow("POST", &link).await.problem(410, "gone");
    service.follow("POST", &newer).await.expect(200);
}

async fn a_grant_over_a_given_consent_leaves_it_given(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let given = service.give(&ada, "newsletter").await;
    service.hands.advance(Duration::days(1));
    let over = service.decide(grant(&ada, "newsletter", "email")).await.expect(201).json();
    assert_eq!(over["state"], "given");
    assert_eq!(over["decision_id"], given["decision_id"]);
    assert_eq!(over["version"], 2);
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
    let newest = service.newest_decision(&ada, "newsletter").await;
    assert_eq!(newest["method"], "email");
    // The link still works, and renews it; left alone, the consent stays given.
    let link = service.link(&text(&newest, "id")).await;
    service.follow("POST", &link).await.expect(200);
    assert_eq!(service.consent(&ada, "newsletter").await["since"], "2026-11-25T10:00:00.000000Z");
    service.decide(grant(&ada, "newsletter", "email")).await.expect(201);
    service.hands.advance(Duration::days(30));
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
}

async fn a_link_is_used_once_however_many_follow_it(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (consent, link) = waiting(&service, &ada).await;
    let other = service.link(&text(&consent, "decision_id")).await;
    let answers = join_all([&link, &other, &link, &other].map(|link| service.follow("POST", link))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410, 410, 410]);
    assert_eq!(service.history(&ada, "newsletter").await.len(), 2);
}

async fn a_link_speaks_for_the_mailbox_it_was_sent_to(service: Service) {
    service.delete(&service.sign_up("Grace Hopper", "grace@example.org").await).await.expect(204);
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (consent, link) = waiting(&service, &ada).await;
    let path = format!("/v1/contacts/{ada}");
    let etag = service.get(&path).await.etag();
    service.patch(&path, &etag, json!({ "email": "grace@example.org" })).await.expect(200);
    for method in ["GET", "POST"] {
        service.follow(method, &link).await.problem(410, "gone");
    }
    assert_eq!(service.checked(&ada, "newsletter").await, "suppressed");
    // Asked again at the new address, the mailbox there can say yes.
    let link = service.link(&text(&consent, "decision_id")).await;
    service.follow("POST", &link).await.expect(200);
    assert_eq!(service.checked(&ada, "newsletter").await, "given");
}

async fn a_link_is_kept_as_a_hash(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (_, link) = waiting(&service, &ada).await;
    let token = link.rsplit('/').next().unwrap();
    assert!(token.len() >= 22, "128 bits or more");
    let entries = serde_json::to_string(&service.audit("").await).unwrap();
    assert!(entries.contains("confirmations.mint"));
    assert!(!entries.contains(token));
    // Anything but an empty body is refused, and the link is still there.
    let asked = service.request("POST", &link).json(&json!({ "decision": "given" })).send().await;
    assert!((400..500).contains(&asked.status), "{}", asked.text());
    service.follow("POST", &link).await.expect(200);
}

async fn a_link_that_was_used_says_so_and_what_holds_now(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (_, link) = waiting(&service, &ada).await;
    service.follow("POST", &link).await.expect(200);
    let again = async |method: &str| {
        let page = service.request(method, &link).header("Accept", "text/html").send().await.expect(410).text();
        let told = text(&service.follow(method, &link).await.problem(410, "gone").json(), "detail");
        assert!(page.contains(&told), "{told} in {page}");
        assert!(told.starts_with("This link has been used already, and works once. "), "{told}");
        told
    };
    service.hands.advance(Duration::days(1));
    for method in ["GET", "POST"] {
        let told = again(method).await;
        assert!(told.contains("On 24 November 2026 you confirmed that you want our newsletter."), "{told}");
        assert!(told.contains("That is still so"), "{told}");
    }
    service.withdraw(&ada, "newsletter").await;
    assert!(again("GET").await.contains("It was stopped after that"));
    // Another mailbox than the present one learns nothing of today.
    let path = format!("/v1/contacts/{ada}");
    let etag = service.get(&path).await.etag();
    service.patch(&path, &etag, json!({ "email": "king@example.org" })).await.expect(200);
    let told = text(&service.follow("GET", &link).await.problem(410, "gone").json(), "detail");
    assert_eq!(told, "This link has been used already, and works once.");
}
