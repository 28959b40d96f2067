//! A mailbox that refuses the link to a package: staff see it, and the package reaches the person by another way.

use chrono::Duration;
use serde_json::{Value, json};
use tokio::join;

use crate::access_packages::asked;
use crate::harness::client::Answer;
use crate::harness::mail::{Answer as Smtp, MailServer};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_refused_link_is_seen_and_the_copy_goes_by_post,
    a_delivery_can_be_changed_after_the_copy_was_opened,
    a_delivery_can_be_changed_while_there_is_a_package,
    a_download_beside_a_changed_delivery_is_whole_or_refused,
    a_refused_mail_marks_the_contact_that_has_the_address,
}

const POST: &str = "1 Dorset Street\nLondon";

impl Service {
    pub(crate) async fn change_delivery(&self, path: &str, body: Value) -> Answer {
        self.request("POST", &format!("{path}/package/delivery")).token(&self.council()).json(&body).send().await
    }

    async fn letter(&self, path: &str, kind: &str) -> Answer {
        self.get(&format!("{path}/letters/{kind}")).await
    }

    async fn undelivered(&self) -> Vec<Value> {
        self.items("/v1/deadlines?kind=package_delivery").await
    }
}

async fn a_refused_link_is_seen_and_the_copy_goes_by_post(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.built(asked("access", &ada)).await;
    assert_eq!(service.delivered_as(&path).await["mail"]["status"], "queued");
    assert_eq!(service.undelivered().await, [] as [Value; 0]);
    // The answer and the link.
    server.answer(&[Smtp::Recipient(550), Smtp::Recipient(550)]);
    service.deliver(&server).await;
    assert!(server.taken().is_empty());

    let mail = &service.delivered_as(&path).await["mail"];
    assert_eq!((&mail["status"], &mail["reason"]), (&json!("dead"), &json!("smtp_550")));
    assert_eq!(mail["settled_at"], "2026-11-24T10:00:00.000000Z");
    let owed = service.undelivered().await;
    assert_eq!(owed.len(), 1);
    assert_eq!((&owed[0]["reference"], &owed[0]["due_on"]), (&json!("SR-2026-000001"), &json!("2026-12-21")));
    let contact = service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json();
    assert_eq!(contact["email_bounced_at"], "2026-11-24T10:00:00.000000Z");
    let outcome = service.letter(&path, "outcome").await.expect(200).text();
    assert!(outcome.contains("we could not deliver the email") && !outcome.contains("We send you a link"), "{outcome}");
    service.letter(&path, "package").await.problem(404, "not_found");

    let refused = service.change_delivery(&path, json!({ "delivery": "post" })).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/postal_address address_needed"]);
    service.hands.advance(Duration::days(2));
    let post = json!({ "delivery": "post", "postal_address": POST });
    let changed = service.change_delivery(&path, post).await.expect(200).json();
    assert_eq!(changed["status"], "completed");
    let delivery = service.delivered_as(&path).await;
    assert_eq!((&delivery["delivery"], &delivery["changed_by"]), (&json!("post"), &json!("council-1")));
    assert_eq!(delivery["changed_at"], "2026-11-26T10:00:00.000000Z");
    assert_eq!(service.undelivered().await, [] as [Value; 0]);
    let sheet = service.letter(&path, "package").await.expect(200).text();
    for said in [POST, "26 November 2026", "It is enclosed."] {
        assert!(sheet.contains(said), "{said} in {sheet}");
    }
    let outcome = service.letter(&path, "outcome").await.expect(200).text();
    assert!(outcome.contains("We send it to you by post.") && outcome.contains(POST), "{outcome}");
    let entries = service.audit("action=subject_requests.redeliver_package").await;
    assert_eq!((entries.len(), &entries[0]["detail"]["delivery"]), (1, &json!("post")));

    // The dead mail has no reason any more, should staff send it again.
    let message = format!("/v1/messages/{}", text(mail, "id"));
    let etag = service.get(&message).await.expect(200).etag();
    let retry = service.request("POST", &format!("{message}/retry")).token(&service.staff());
    retry.header("If-Match", &etag).send().await.expect(200);
    service.deliver(&server).await;
    assert!(server.taken().is_empty());
}

async fn a_delivery_can_be_changed_after_the_copy_was_opened(service: Service) {
    let server = MailServer::start();
    let (_, path, link) = service.mailed(&server).await;
    service.open(&link, "SR-2026-000001").await.expect(200);
    service.change_delivery(&path, json!({ "delivery": "handed_over" })).await.expect(200);
    let gone = service.open(&link, "SR-2026-000001").await.problem(410, "gone").text();
    assert!(gone.contains("in another way"), "{gone}");
    let outcome = service.letter(&path, "outcome").await.expect(200).text();
    assert!(outcome.contains("We have handed it to you."), "{outcome}");
    // And back: the downloads are still counted.
    service.change_delivery(&path, json!({ "delivery": "link" })).await.expect(200);
    let second = service.package_link(&server).await;
    assert_ne!(link, second);
    service.open(&second, "SR-2026-000001").await.expect(200);
    let delivery = service.delivered_as(&path).await;
    assert_eq!((&delivery["downloads_left"], &delivery["mail"]["status"]), (&json!(3), &json!("sent")));
}

async fn a_delivery_can_be_changed_while_there_is_a_package(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.taken(asked("access", &ada)).await;
    let by_hand = json!({ "delivery": "handed_over" });
    let none = service.change_delivery(&path, by_hand.clone()).await.problem(404, "not_found").text();
    assert!(none.contains("Build a draft"), "{none}");
    service.build(&path, json!({})).await.expect(200);
    let draft = service.change_delivery(&path, by_hand.clone()).await.problem(404, "not_found").text();
    assert!(draft.contains("is a draft"), "{draft}");
    service.released(&path).await.expect(200);
    let unfit = json!({ "delivery": "handed_over", "postal_address": POST });
    let unfit = service.change_delivery(&path, unfit).await.problem(422, "invalid");
    assert_eq!(unfit.faults(), ["/postal_address not_here"]);
    let missing = service.change_delivery(&path, json!({})).await.problem(422, "invalid");
    assert_eq!(missing.faults(), ["/delivery missing"]);
    let staff = service.post(&format!("{path}/package/delivery"), by_hand.clone()).await;
    staff.problem(403, "forbidden");
    service.hands.advance(Duration::days(30));
    service.change_delivery(&path, by_hand.clone()).await.problem(410, "gone");

    let path = service.built(asked("access", &ada)).await;
    service.delete(&ada).await.expect(204);
    service.change_delivery(&path, by_hand).await.problem(410, "gone");
}

async fn a_download_beside_a_changed_delivery_is_whole_or_refused(service: Service) {
    let (_, path, link) = service.mailed(&MailServer::start()).await;
    let by_hand = json!({ "delivery": "handed_over" });
    let (opened, changed) = join!(service.open(&link, "SR-2026-000001"), service.change_delivery(&path, by_hand));
    changed.expect(200);
    let delivery = service.delivered_as(&path).await;
    let downloads = delivery["downloads"].as_array().unwrap().len();
    if opened.status == 200 {
        assert_eq!(downloads, 1);
    } else {
        opened.problem(410, "gone");
        assert_eq!(downloads, 0);
    }
    assert_eq!(delivery["delivery"], "handed_over");
    service.open(&link, "SR-2026-000001").await.problem(410, "gone");
}

/// The mail need not name the contact: complaints and requests are recorded with an address alone.
async fn a_refused_mail_marks_the_contact_that_has_the_address(service: Service) {
    let server = MailServer::start();
    for (name, address) in [("Ada Lovelace", "ada@example.org"), ("Bob", "bob@example.org")] {
        service.sign_up(name, address).await;
    }
    let acknowledged = async |complaint: Value| {
        let made = service.post("/v1/complaints", complaint).await.expect(201).header("location");
        let told = json!({ "acknowledged_on": "2026-11-24" });
        service.post(&format!("{made}/acknowledgement"), told).await.expect(200);
    };
    let request = json!({ "kind": "objection", "channel": "email", "received_on": "2026-11-24",
                          "requester": { "name": "Ada Lovelace", "email": "ada@example.org" } });
    service.taken(request).await;
    let complaint = json!({ "complainant": { "name": "Bob", "email": "bob@example.org" }, "channel": "email",
                            "received_on": "2026-11-24", "details": "You wrote to me." });
    acknowledged(complaint).await;
    server.answer(&[Smtp::Recipient(550), Smtp::Recipient(550)]);
    assert_eq!(service.deliver(&server).await, 2, "{:?}", service.items("/v1/messages").await);
    for contact in service.items("/v1/contacts").await {
        assert!(contact["email_bounced_at"].is_string(), "{contact}");
    }
    assert_eq!(service.audit("action=contacts.bounced").await.len(), 2);
    // A refusal of an address that no contact has marks no contact.
    let stranger = json!({ "complainant": { "name": "Cy", "email": "cy@example.org" }, "channel": "email",
                           "received_on": "2026-11-24", "details": "You wrote to me." });
    acknowledged(stranger).await;
    server.answer(&[Smtp::Recipient(550)]);
    service.deliver(&server).await;
    assert_eq!(service.audit("action=contacts.bounced").await.len(), 2);
}
