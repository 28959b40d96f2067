//! What stories about people begin with: a contact, a consent, a link.

use std::fmt::Write as _;

use iewm::domain::{ContactId, DecisionId, Error, Purpose};
use iewm::platform::audit::{Action, Entry};
use iewm::platform::transaction::WriteTx;
use iewm::policy::restriction::RestrictionGround;
use iewm::resources::consents::mint_confirmation;
use iewm::resources::consents::model::{Consent, Method};
use iewm::resources::consents::store::objection;
use iewm::resources::contacts::model::Contact;
use iewm::resources::contacts::store::restrict;
use serde_json::{Value, json};

use super::client::Answer;
use super::{Service, audited};

/// What the people of the stories are shown before they say yes.
pub(crate) const WORDING: &str = "Yes, send me the newsletter.\nI can stop it at any time.";

/// The body that signs a person up.
pub(crate) fn person(name: &str, email: &str) -> Value {
    json!({ "name": name, "email": email, "source": { "kind": "self", "obtained_on": "2026-11-24" } })
}

/// The body that gives a consent by `method`, with all that any method needs.
pub(crate) fn grant(contact: &str, purpose: &str, method: &str) -> Value {
    json!({
        "contact_id": contact, "purpose": purpose, "decision": "given", "method": method, "wording": WORDING,
        "evidence_ref": "Call recording 42",
    })
}

/// The body that withdraws a consent.
pub(crate) fn withdrawal(contact: &str, purpose: &str) -> Value {
    json!({ "contact_id": contact, "purpose": purpose, "decision": "withdrawn", "method": "email" })
}

/// A CSV file of as many people, whose names and addresses begin with `name`.
pub(crate) fn csv_file(name: &str, people: usize) -> String {
    let mut file = String::from("name,email\n");
    for number in 0..people {
        writeln!(file, "{name} {number},{name}-{number}@example.org").unwrap();
    }
    file
}

/// A member of `body` that is a text.
#[track_caller]
pub(crate) fn text(body: &Value, member: &str) -> String {
    body[member].as_str().unwrap_or_else(|| panic!("no {member} in {body}")).to_owned()
}

impl Service {
    /// Signs a person up, and returns the id.
    pub(crate) async fn sign_up(&self, name: &str, email: &str) -> String {
        text(&self.post("/v1/contacts", person(name, email)).await.expect(201).json(), "id")
    }

    /// Records a decision.
    pub(crate) async fn decide(&self, decision: Value) -> Answer {
        self.post("/v1/consents", decision).await
    }

    /// Records a grant by telephone, and returns the consent.
    pub(crate) async fn give(&self, contact: &str, purpose: &str) -> Value {
        self.decide(grant(contact, purpose, "telephone")).await.expect(201).json()
    }

    /// Records a withdrawal, and returns the consent.
    pub(crate) async fn withdraw(&self, contact: &str, purpose: &str) -> Value {
        self.decide(withdrawal(contact, purpose)).await.expect(201).json()
    }

    /// The code of a check for one contact.
    pub(crate) async fn checked(&self, contact: &str, purpose: &str) -> String {
        let asked = json!({ "purpose": purpose, "contact_ids": [contact] });
        let answer = self.post("/v1/consents/check", asked).await.expect(200).json();
        text(&answer["results"][0], "code")
    }

    /// The path of a confirmation link for a decision, as the mail would carry it.
    pub(crate) async fn link(&self, decision: &str) -> String {
        let decision: DecisionId = decision.parse().expect("a decision's id");
        let token = self.state.job("mail").run(move |tx| mint_confirmation(tx, decision)).await.expect("a token");
        format!("/v1/confirmations/{token}")
    }

    /// Follows a link without a token.
    pub(crate) async fn follow(&self, method: &str, link: &str) -> Answer {
        self.request(method, link).send().await
    }

    /// Gives by web form and confirms through the mailbox.
    pub(crate) async fn give_and_confirm(&self, contact: &str, purpose: &str) {
        self.decide(grant(contact, purpose, "web_form")).await.expect(201);
        let waiting = self.newest_decision(contact, purpose).await;
        let link = self.link(&text(&waiting, "id")).await;
        self.follow("POST", &link).await.expect(200);
    }

    /// The newest decision beneath a consent.
    pub(crate) async fn newest_decision(&self, contact: &str, purpose: &str) -> Value {
        self.history(contact, purpose).await.first().cloned().expect("a decision")
    }

    /// The decisions beneath a consent, newest first.
    pub(crate) async fn history(&self, contact: &str, purpose: &str) -> Vec<Value> {
        let consent = self.consent(contact, purpose).await;
        let path = format!("/v1/consents/{}/history?limit=200", text(&consent, "id"));
        self.get(&path).await.expect(200).json()["items"].as_array().cloned().expect("items")
    }

    /// The consent of a contact for a purpose.
    pub(crate) async fn consent(&self, contact: &str, purpose: &str) -> Value {
        self.items(&format!("/v1/consents?contact_id={contact}&purpose={purpose}")).await.remove(0)
    }

    /// Restricts a contact's data, as the handling of a request does.
    pub(crate) async fn restrict(&self, contact: &str, ground: RestrictionGround) -> Result<Contact, Error> {
        let contact = contact.parse().expect("a contact's id");
        self.state.job("story").run(move |tx| restrict::restrict(tx, contact, ground)).await
    }

    /// Lifts a restriction, of which the service notified the person on a day.
    pub(crate) async fn lift(&self, contact: &str, notified_on: &str) -> Result<Contact, Error> {
        let (contact, day) = (contact.parse().expect("a contact's id"), notified_on.parse().expect("a day"));
        self.state.job("story").run(move |tx| restrict::lift(tx, contact, day)).await
    }

    /// Objects to direct marketing for purposes, or for all, as the handling of a request does.
    pub(crate) async fn object(&self, contact: &str, purposes: Option<Vec<Purpose>>) -> Result<Vec<Consent>, Error> {
        let contact = contact.parse().expect("a contact's id");
        let object = move |tx: WriteTx<'_>| objection::object(tx, contact, purposes.as_deref(), Method::Paper);
        self.state.job("story").run(object).await
    }

    /// The items of one page of a list.
    pub(crate) async fn items(&self, path: &str) -> Vec<Value> {
        self.get(path).await.expect(200).json()["items"].as_array().cloned().expect("items")
    }

    /// The items of a list of the audit, which the council alone reads, once all looks are in it.
    pub(crate) async fn audit(&self, query: &str) -> Vec<Value> {
        self.state.flush_looks().await;
        let path = format!("/v1/audit?limit=200&{query}");
        let answer = self.request("GET", &path).token(&self.council()).send().await.expect(200).json();
        let entries = answer["items"].as_array().cloned().expect("items");
        entries.iter().for_each(audited::check);
        entries
    }

    /// Has a contact looked at so often, as the audit tells it.
    pub(crate) async fn look_often(&self, contact: &str, times: usize) {
        let contact: ContactId = contact.parse().expect("a contact's id");
        let look = move |tx: WriteTx<'_>| {
            let entries = (0..times).map(|_| Entry::new(Action::ContactsRead).contact(contact));
            tx.record_each(entries.collect(), ())
        };
        self.state.job("story").run(look).await.expect("an audit that takes them");
    }

    /// Deletes a contact, as it is now.
    pub(crate) async fn delete(&self, contact: &str) -> Answer {
        let path = format!("/v1/contacts/{contact}");
        let etag = self.get(&path).await.etag();
        self.request("DELETE", &path).token(&self.staff()).if_match(&etag).send().await
    }
}
