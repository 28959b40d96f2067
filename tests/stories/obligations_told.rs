//! What the recipient learns of an obligation by mail, the person by letter, and the council by its deadlines.

use chrono::Duration;
use iewm::jobs::{Reminders, Upkeep};
use serde_json::{Value, json};

use crate::harness::mail::{MailServer, Taken};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};
use crate::obligations::Recipient;

on_both_engines! {
    a_recipient_is_told_at_the_opening_and_reminded_twice,
    a_recipient_that_has_answered_is_not_reminded,
    a_recipient_that_no_mail_reaches_is_among_the_deadlines,
    an_overdue_obligation_is_among_the_deadlines,
    the_persons_letter_names_the_recipients_and_the_page_shows_who_has_answered,
    the_words_of_an_erased_person_go_while_recipients_are_waited_for,
    a_package_tells_what_recipients_must_do,
}

const VENUE: &str = "data@guildhall.example";

impl Service {
    /// A recipient with a mailbox.
    async fn mailed_recipient(&self, name: &str, email: &str) -> Recipient {
        let recipient = self.recipient(name).await;
        self.mailbox(&recipient, json!(email)).await;
        recipient
    }

    async fn mailbox(&self, recipient: &Recipient, email: Value) {
        let path = format!("/v1/organisations/{}", recipient.id);
        let etag = self.get(&path).await.etag();
        self.patch(&path, &etag, json!({ "contact_email": email })).await.expect(200);
    }

    async fn remind(&self) -> usize {
        self.tick(&Reminders::new(self.state.clone())).await.unwrap()
    }

    /// The kinds and statuses of the deadlines.
    async fn owed(&self) -> Vec<String> {
        self.items("/v1/deadlines").await.iter().map(|deadline| text(deadline, "kind")).collect()
    }
}

/// The mails to the venue.
fn to_venue(server: &MailServer) -> Vec<Taken> {
    server.taken().into_iter().filter(|mail| mail.header("To") == VENUE).collect()
}

async fn a_recipient_is_told_at_the_opening_and_reminded_twice(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.mailed_recipient("Guildhall", VENUE).await;
    let disclosure = service.handed_to(&ada, &venue).await;
    service.rectified(&ada).await;
    let own = service.obligations(&service.contractor(venue.id), "").await.remove(0);
    service.deliver(&server).await;
    let mails = to_venue(&server);
    let [first] = mails.as_slice() else { panic!("one mail at the opening") };
    assert_eq!(first.header("Subject"), "Please correct personal data that we shared with you");
    let said = first.text();
    // The letter is true for a recipient that can no longer get the data, too.
    let without = "delete every copy that you hold".to_owned();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [text(&own, "id"), ada.clone(), disclosure, "22 December 2026".to_owned(), without] {
        assert!(said.contains(&told), "{told}: {said}");
    }
    for hidden in ["Ada", "Lovelace", "Countess", "ada@example.org"] {
        assert!(!said.contains(hidden), "{hidden}: {said}");
    }
    for (days, queued) in [(6, 0), (1, 1), (0, 0), (13, 0), (1, 1), (30, 0)] {
        service.hands.advance(Duration::days(days));
        assert_eq!(service.remind().await, queued, "{days} days later");
    }
    service.deliver(&server).await;
    let reminders = to_venue(&server);
    assert_eq!(reminders.len(), 3);
    assert_eq!(reminders[2].header("Subject"), "Reminder: please correct personal data that we shared with you");
    assert_eq!(service.audit(&format!("contact_id={ada}&action=obligations.remind")).await.len(), 2);
}

async fn a_recipient_that_has_answered_is_not_reminded(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.mailed_recipient("Guildhall", VENUE).await;
    service.handed_to(&ada, &venue).await;
    service.rectified(&ada).await;
    let own = service.obligations(&service.contractor(venue.id), "").await.remove(0);
    // The answer comes before the mail leaves.
    service.acknowledge(&service.contractor(venue.id), &own, "corrected").await.expect(200);
    service.deliver(&server).await;
    assert!(to_venue(&server).is_empty());
    service.hands.advance(Duration::days(30));
    assert_eq!(service.remind().await, 0);
    // Two reminders that are due at once are one mail.
    service.rectified(&ada).await;
    service.hands.advance(Duration::days(40));
    assert_eq!((service.remind().await, service.remind().await), (1, 0));
}

async fn a_recipient_that_no_mail_reaches_is_among_the_deadlines(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.mailed_recipient("Guildhall", VENUE).await;
    let mute = service.recipient("Buttery").await;
    service.handed_to(&ada, &venue).await;
    service.handed_to(&ada, &mute).await;
    let request = service.rectified(&ada).await;
    service.deliver(&server).await;
    let reference = text(&service.get(&request).await.json(), "reference");
    let owed = service.items("/v1/deadlines?kind=recipient_untold").await;
    let [untold] = owed.as_slice() else { panic!("the recipient without a mailbox: {owed:?}") };
    let lost = service.obligations(&service.contractor(mute.id), "").await.remove(0);
    let expected = json!({
        "kind": "recipient_untold", "id": lost["id"], "reference": reference, "due_on": "2026-12-22", "overdue": false,
        "status": "open",
    });
    assert_eq!(*untold, expected);
    let path = format!("/v1/organisations/{}", venue.id);
    service.verb(&path, "suspension").await.expect(200);
    assert_eq!(service.owed().await, ["recipient_untold"; 2], "a suspended recipient gets no mail");
    service.hands.advance(Duration::days(7));
    assert_eq!(service.remind().await, 2);
    service.deliver(&server).await;
    assert_eq!(to_venue(&server).len(), 1, "nor a reminder");
    service.verb(&path, "reinstatement").await.expect(200);
    // With a mailbox, the recipient counts as told once a mail has left.
    service.mailbox(&mute, json!("data@buttery.example")).await;
    assert_eq!(service.owed().await, ["recipient_untold"]);
    service.hands.advance(Duration::days(14));
    assert_eq!(service.remind().await, 2);
    service.deliver(&server).await;
    assert!(service.owed().await.is_empty());
    service.mailbox(&mute, Value::Null).await;
    assert_eq!(service.owed().await, ["recipient_untold"]);
    service.acknowledge(&service.staff(), &lost, "corrected").await.expect(200);
    assert!(service.owed().await.is_empty());
}

async fn an_overdue_obligation_is_among_the_deadlines(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.mailed_recipient("Guildhall", VENUE).await;
    service.handed_to(&ada, &venue).await;
    service.rectified(&ada).await;
    service.deliver(&server).await;
    service.hands.advance(Duration::days(28));
    assert!(service.owed().await.is_empty(), "22 December is the last day");
    service.hands.advance(Duration::days(1));
    let owed = service.items("/v1/deadlines?kind=recipient_overdue").await;
    assert_eq!((owed.len(), &owed[0]["due_on"], &owed[0]["overdue"]), (1, &json!("2026-12-22"), &json!(true)));
}

async fn the_persons_letter_names_the_recipients_and_the_page_shows_who_has_answered(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (venue, mute) = (service.mailed_recipient("Guildhall", VENUE).await, service.recipient("Buttery").await);
    service.handed_to(&ada, &venue).await;
    service.handed_to(&ada, &mute).await;
    let request = service.rectified(&ada).await;
    service.deliver(&server).await;
    let taken = server.taken();
    let letter = taken.iter().rfind(|mail| mail.header("To") == "ada@example.org").expect("a letter to the person");
    let said = letter.text();
    assert!(said.contains("Article 19") && said.contains("Guildhall") && said.contains("Buttery"), "{said}");
    let link = letter.link("request-status");
    let shown = service.follow("GET", &link).await.expect(200).json();
    assert_eq!(shown["status"], "awaiting_recipients");
    let waits = |name: &str| json!({ "name": name, "status": "open" });
    let mut recipients = shown["recipients"].as_array().unwrap().clone();
    recipients.sort_by_key(|recipient| text(recipient, "name"));
    assert_eq!(recipients, [waits("Buttery"), waits("Guildhall")]);
    let own = service.obligations(&service.contractor(venue.id), "").await.remove(0);
    service.acknowledge(&service.contractor(venue.id), &own, "corrected").await.expect(200);
    let shown = service.follow("GET", &link).await.expect(200).json();
    let done =
        json!({ "name": "Guildhall", "status": "acknowledged", "action": "corrected", "acted_on": "2026-11-24" });
    assert!(shown["recipients"].as_array().unwrap().contains(&done), "{shown}");
    let page = service.request("GET", &link).header("Accept", "text/html").send().await.expect(200).text();
    assert!(page.contains("<dt>Guildhall</dt>\n<dd>It has corrected your data (24 November 2026).</dd>"), "{page}");
    assert!(page.contains("<dt>Buttery</dt>\n<dd>We are waiting for its answer.</dd>"), "{page}");
    assert!(!page.contains("We must answer it by"), "the answer was given: {page}");
    let last = service.obligations(&service.contractor(mute.id), "").await.remove(0);
    service.acknowledge(&service.staff(), &last, "not_held").await.expect(200);
    assert_eq!(service.follow("GET", &link).await.expect(200).json()["status"], "completed");
    assert_eq!(service.request_status(&request).await, "completed");
}

async fn the_words_of_an_erased_person_go_while_recipients_are_waited_for(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.mailed_recipient("Guildhall", VENUE).await;
    service.handed_to(&ada, &venue).await;
    let request = service.asked_by(&ada, "erasure").await;
    let plan = service.planned(&request).await;
    service.executed("council-2", &request, &plan).await.expect(200);
    service.deliver(&server).await;
    let taken = server.taken();
    let letter = taken.iter().rfind(|mail| mail.header("To") == "ada@example.org").expect("the last letter");
    assert!(letter.text().contains("Guildhall"), "{}", letter.text());
    assert_eq!(to_venue(&server).len(), 1, "the recipient gets its mail although the person's messages are gone");
    service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    let waits = service.get(&request).await.expect(200).json();
    assert_eq!((&waits["status"], &waits["requester"]), (&json!("awaiting_recipients"), &Value::Null));
    assert!(!waits.to_string().contains("Ada"), "{waits}");
    assert_eq!(service.count("subject_request_farewells"), 0, "the words are gone");
    let shown = service.follow("GET", &letter.link("request-status")).await.expect(200).json();
    assert_eq!(shown["recipients"][0]["status"], "open");
    let own = service.obligations(&service.contractor(venue.id), "").await.remove(0);
    service.acknowledge(&service.contractor(venue.id), &own, "erased").await.expect(200);
    assert_eq!(service.request_status(&request).await, "completed");
}

async fn a_package_tells_what_recipients_must_do(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.recipient("Guildhall").await;
    service.handed_to(&ada, &venue).await;
    service.rectified(&ada).await;
    let own = service.obligations(&service.contractor(venue.id), "").await.remove(0);
    service.acknowledge(&service.contractor(venue.id), &own, "corrected").await.expect(200);
    let request = service.asked_by(&ada, "access").await;
    let package = format!("{request}/package");
    service.council_does("council-1", &package, Some(json!({ "delivery": "handed_over" }))).await.expect(200);
    let draft = service.request("GET", &format!("{package}?draft=true")).token(&service.council());
    let draft = draft.send().await.expect(200).json();
    let tables = draft["held"].as_array().unwrap();
    let told = tables.iter().find(|table| table["table"] == "obligations").expect("the table");
    let expected = json!({
        "recipient": "Guildhall", "action": "correct", "status": "acknowledged", "due_on": "2026-12-22",
        "opened_at": "2026-11-24T10:00:00.000000Z", "recipient_has": "corrected", "acted_on": "2026-11-24",
        "closed_because": null,
    });
    assert_eq!(told["records"], json!([expected]));
}
