//! A consent that a mailbox proved does not follow the person to another mailbox unasked.

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::mail::{Answer, MailServer};
use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_new_address_is_asked_once_before_it_is_written_to,
    a_rectified_address_is_asked_too,
    what_rests_on_another_proof_stays_given,
    an_address_taken_over_by_a_merge_is_asked,
    a_consent_merged_from_another_mailbox_is_asked_of_the_survivors,
    an_address_that_comes_back_is_not_asked_twice,
    a_corrected_address_is_asked_at_once_and_the_first_link_says_why_it_is_gone,
    an_address_added_later_is_asked,
    a_refused_address_is_tried_once_more_and_a_confirmation_lifts_the_mark,
    a_grant_that_no_mailbox_can_confirm_is_refused,
}

impl Service {
    /// Rectifies a contact, as the handling of a request does.
    pub(crate) async fn rectify(&self, contact: &str, patch: Value) {
        let (contact, patch) = (contact.parse().unwrap(), serde_json::from_value(patch).unwrap());
        let rectify = move |tx: iewm::platform::transaction::WriteTx<'_>| {
            iewm::resources::contacts::store::changes::rectify(tx, contact, patch)
        };
        self.state.job("story").run(rectify).await.unwrap();
    }

    /// The state of a contact's consent to the newsletter.
    pub(crate) async fn newsletter(&self, contact: &str) -> String {
        text(&self.consent(contact, "newsletter").await, "state")
    }
}

/// The links that ask to confirm, in the mails to an address.
fn confirmations_to(server: &MailServer, address: &str) -> Vec<String> {
    let taken = server.taken();
    taken.iter().filter(|mail| mail.header("To") == address).map(|mail| mail.link("confirmations")).collect()
}

/// A person whose mailbox has confirmed the newsletter.
async fn confirmed(service: &Service, server: &MailServer, email: &str) -> String {
    let yan = service.sign_up("Yan", email).await;
    service.decide(grant(&yan, "newsletter", "web_form")).await.expect(201);
    service.deliver(server).await;
    let link = confirmations_to(server, email).pop().unwrap();
    service.follow("POST", &link).await.expect(200);
    assert_eq!(service.newsletter(&yan).await, "given");
    yan
}

async fn a_new_address_is_asked_once_before_it_is_written_to(service: Service) {
    let server = MailServer::start();
    let yan = confirmed(&service, &server, "yan@example.org").await;
    assert_eq!(service.audience("newsletter").await, ["yan@example.org"]);
    let given = service.consent(&yan, "newsletter").await;
    service.correct(&yan, json!({ "email": "YAN@example.org" })).await;
    assert_eq!(service.newsletter(&yan).await, "given", "the same mailbox, however it is written");
    service.correct(&yan, json!({ "email": "someone.else@example.org" })).await;
    assert_eq!(service.newsletter(&yan).await, "pending");
    assert_eq!(service.checked(&yan, "newsletter").await, "pending");
    assert!(service.audience("newsletter").await.is_empty());
    service.correct(&yan, json!({ "job_title": "Clerk" })).await;
    assert_eq!(service.deliver(&server).await, 1);
    let links = confirmations_to(&server, "someone.else@example.org");
    assert_eq!(links.len(), 1, "asked once");
    // The history says what was repeated, and the mailbox sees what the person was shown.
    let newest = service.newest_decision(&yan, "newsletter").await;
    assert_eq!(newest["merged_from"], given["decision_id"]);
    let shown = service.follow("GET", &links[0]).await.expect(200).json();
    assert_eq!(shown["wording"], crate::harness::people::WORDING);
    let then = service.get(&format!("/v1/consents?contact_id={yan}&as_at={}", service.now())).await.expect(200).json();
    assert_eq!(then["items"][0]["state"], "pending");
    service.follow("POST", &links[0]).await.expect(200);
    assert_eq!(service.audience("newsletter").await, ["someone.else@example.org"]);
    // Changed again, it is asked again: this proof is a mailbox's as well.
    service.correct(&yan, json!({ "email": "third@example.org" })).await;
    assert_eq!(service.newsletter(&yan).await, "pending");
    service.withdraw(&yan, "newsletter").await;
    assert_eq!(service.deliver(&server).await, 1);
    assert!(confirmations_to(&server, "third@example.org").is_empty(), "a no ends it");
}

async fn a_rectified_address_is_asked_too(service: Service) {
    let server = MailServer::start();
    let yan = confirmed(&service, &server, "yan@example.org").await;
    service.rectify(&yan, json!({ "email": "yan.new@example.org" })).await;
    assert_eq!(service.newsletter(&yan).await, "pending");
    assert_eq!(service.deliver(&server).await, 1);
    let links = confirmations_to(&server, "yan.new@example.org");
    service.follow("POST", &links[0]).await.expect(200);
    assert_eq!(service.newsletter(&yan).await, "given");
}

async fn what_rests_on_another_proof_stays_given(service: Service) {
    let server = MailServer::start();
    for (number, method) in ["paper", "telephone", "in_person", "import"].into_iter().enumerate() {
        let yan = service.sign_up("Yan", &format!("yan{number}@example.org")).await;
        service.decide(grant(&yan, "newsletter", method)).await.expect(201);
        service.correct(&yan, json!({ "email": format!("new{number}@example.org") })).await;
        assert_eq!(service.newsletter(&yan).await, "given", "{method}");
    }
    assert_eq!(service.deliver(&server).await, 0);
    // Unless the address was another person's: whose it is now, only its mailbox can say.
    let xia = service.sign_up("Xia", "xia@example.org").await;
    service.give(&xia, "newsletter").await;
    service.correct(&xia, json!({ "email": "yan0@example.org" })).await;
    assert_eq!(service.newsletter(&xia).await, "pending");
    assert_eq!(service.deliver(&server).await, 1);
    // A paper that a suppressed mailbox had to confirm is proved by the mailbox as well.
    let zoe = service.sign_up("Zoe", "zoe@example.org").await;
    service.object(&zoe, None).await.unwrap();
    service.decide(grant(&zoe, "newsletter", "paper")).await.expect(201);
    service.deliver(&server).await;
    let link = confirmations_to(&server, "zoe@example.org").pop().unwrap();
    service.follow("POST", &link).await.expect(200);
    service.correct(&zoe, json!({ "email": "zoe.new@example.org" })).await;
    assert_eq!(service.newsletter(&zoe).await, "pending");
}

async fn an_address_taken_over_by_a_merge_is_asked(service: Service) {
    let server = MailServer::start();
    let yan = confirmed(&service, &server, "yan@example.org").await;
    service.correct(&yan, json!({ "email": null, "telephone": "01905 765765" })).await;
    let other = service.sign_up("Yan", "other@example.org").await;
    service.merge(&yan, &other).await;
    assert_eq!(service.newsletter(&yan).await, "pending");
    assert_eq!(service.deliver(&server).await, 1);
    assert_eq!(confirmations_to(&server, "other@example.org").len(), 1);
}

async fn a_consent_merged_from_another_mailbox_is_asked_of_the_survivors(service: Service) {
    let server = MailServer::start();
    let (from, into) =
        (confirmed(&service, &server, "yan@example.org").await, service.sign_up("Yan", "y@example.org").await);
    service.merge(&into, &from).await;
    assert_eq!(service.newsletter(&into).await, "pending");
    assert!(service.audience("newsletter").await.is_empty());
    service.deliver(&server).await;
    let links = confirmations_to(&server, "y@example.org");
    assert_eq!(links.len(), 1);
    service.follow("POST", &links[0]).await.expect(200);
    assert_eq!(service.audience("newsletter").await, ["y@example.org"]);
    // Where the survivor takes the address over as well, the proof comes with it.
    let from = confirmed(&service, &server, "zed@example.org").await;
    let into = service.sign_up_by_number("Zed", "01905 765765").await;
    service.merge(&into, &from).await;
    assert_eq!(service.newsletter(&into).await, "given");
}

async fn an_address_that_comes_back_is_not_asked_twice(service: Service) {
    let server = MailServer::start();
    let there = [json!({ "email": "kk@example.org" }), json!({ "email": null, "telephone": "01905 765765" })];
    for (number, there) in there.into_iter().enumerate() {
        for delivered in [true, false] {
            let own = format!("k{number}.{delivered}@example.org");
            let kim = service.sign_up("Kim", &own).await;
            service.decide(grant(&kim, "newsletter", "web_form")).await.expect(201);
            service.deliver(&server).await;
            service.correct(&kim, there.clone()).await;
            if delivered {
                service.deliver(&server).await;
            }
            service.correct(&kim, json!({ "email": own })).await;
            service.deliver(&server).await;
            // Saying yes again does not ask again either.
            service.decide(grant(&kim, "newsletter", "web_form")).await.expect(201);
            service.deliver(&server).await;
            let links = confirmations_to(&server, &own);
            assert_eq!(links.len(), 1, "{number} {delivered}");
            service.follow("POST", &links[0]).await.expect(200);
        }
    }
    // A letter that did not leave has asked nothing: the address that comes back is asked by the next.
    let kim = service.sign_up("Kim", "kim@example.org").await;
    server.answer(&[Answer::Recipient(450)]);
    service.decide(grant(&kim, "newsletter", "web_form")).await.expect(201);
    service.deliver(&server).await;
    service.correct(&kim, json!({ "email": "kim.new@example.org" })).await;
    service.hands.advance(Duration::hours(1));
    service.deliver(&server).await;
    assert_eq!(confirmations_to(&server, "kim.new@example.org").len(), 1);
    service.correct(&kim, json!({ "email": "kim@example.org" })).await;
    service.deliver(&server).await;
    let links = confirmations_to(&server, "kim@example.org");
    assert_eq!(links.len(), 1);
    service.follow("POST", &links[0]).await.expect(200);
}

async fn a_corrected_address_is_asked_at_once_and_the_first_link_says_why_it_is_gone(service: Service) {
    let server = MailServer::start();
    let kim = service.sign_up("Kim", "kim@exampel.org").await;
    service.decide(grant(&kim, "newsletter", "web_form")).await.expect(201);
    service.deliver(&server).await;
    service.correct(&kim, json!({ "email": "kim@example.org" })).await;
    // Asked by the correction already; saying yes again does not ask twice.
    let again = service.decide(grant(&kim, "newsletter", "web_form")).await.expect(201).json();
    assert_eq!(again["state"], "pending");
    service.deliver(&server).await;
    service.decide(grant(&kim, "newsletter", "web_form")).await.expect(201);
    service.deliver(&server).await;
    let links = confirmations_to(&server, "kim@example.org");
    assert_eq!(links.len(), 1);
    let first = confirmations_to(&server, "kim@exampel.org").pop().unwrap();
    let gone = service.follow("POST", &first).await.problem(410, "gone").json();
    assert!(text(&gone, "detail").contains("address has changed"), "{gone}");
    service.follow("POST", &links[0]).await.expect(200);
    assert_eq!(service.audience("newsletter").await, ["kim@example.org"]);
}

async fn an_address_added_later_is_asked(service: Service) {
    let server = MailServer::start();
    let kim = service.sign_up("Kim", "kim@example.org").await;
    service.decide(grant(&kim, "newsletter", "web_form")).await.expect(201);
    service.correct(&kim, json!({ "email": null, "telephone": "01905 765765" })).await;
    service.deliver(&server).await;
    assert!(server.taken().is_empty(), "there is no mailbox");
    service.correct(&kim, json!({ "email": "kim.new@example.org" })).await;
    service.deliver(&server).await;
    let links = confirmations_to(&server, "kim.new@example.org");
    assert_eq!(links.len(), 1);
    service.follow("POST", &links[0]).await.expect(200);
}

async fn a_refused_address_is_tried_once_more_and_a_confirmation_lifts_the_mark(service: Service) {
    let server = MailServer::start();
    server.answer(&[Answer::Recipient(550)]);
    let kim = service.sign_up("Kim", "kim@example.org").await;
    service.decide(grant(&kim, "newsletter", "web_form")).await.expect(201);
    service.deliver(&server).await;
    let path = format!("/v1/contacts/{kim}");
    assert!(service.get(&path).await.expect(200).json()["email_bounced_at"].is_string());
    service.hands.advance(Duration::minutes(5));
    service.decide(grant(&kim, "newsletter", "web_form")).await.expect(201);
    assert_eq!(service.deliver(&server).await, 1, "a new grant tries the address once more");
    service.decide(grant(&kim, "newsletter", "web_form")).await.expect(201);
    let link = confirmations_to(&server, "kim@example.org").pop().unwrap();
    service.follow("POST", &link).await.expect(200);
    assert_eq!(service.get(&path).await.expect(200).json()["email_bounced_at"], Value::Null);
}

async fn a_grant_that_no_mailbox_can_confirm_is_refused(service: Service) {
    let hal = service.sign_up_by_number("Hal", "01905 765765").await;
    for method in ["web_form", "email"] {
        let refused = service.decide(grant(&hal, "newsletter", method)).await.problem(422, "email_needed");
        assert_eq!(refused.faults(), ["/contact_id email_needed"], "{method}");
    }
    assert!(service.items(&format!("/v1/consents?contact_id={hal}")).await.is_empty());
    assert_eq!(service.give(&hal, "newsletter").await["state"], "given", "another proof needs no mailbox");
    // After an objection only the mailbox can say yes again, whatever the method.
    service.object(&hal, None).await.unwrap();
    service.decide(grant(&hal, "newsletter", "paper")).await.problem(422, "email_needed");
    service.withdraw(&hal, "newsletter").await;
}
