//! Legal holds.

use iewm::domain::Role;
use serde_json::{Value, json};

use super::Service;

impl Service {
    /// Has the council place a hold, and returns its path.
    pub(crate) async fn hold(&self, asked: Value) -> String {
        let made = self.request("POST", "/v1/legal-holds").token(&self.council()).json(&asked).send().await;
        made.expect(201).header("location")
    }

    /// Has the council place a hold on everything about a contact, and returns its path.
    pub(crate) async fn hold_contact(&self, contact: &str) -> String {
        self.hold(hold("contact", Some(contact))).await
    }

    /// Has two people of the council release a hold.
    pub(crate) async fn release(&self, path: &str) -> Value {
        self.council_verb(path, "release-proposal", Some(json!({ "reason": "The inquiry has reported." })))
            .await
            .expect(200);
        let other = self.token("council-2", &[Role::Council], None);
        self.request("POST", &format!("{path}/release")).token(&other).send().await.expect(200).json()
    }
}

/// A hold to place.
pub(crate) fn hold(kind: &str, id: Option<&str>) -> Value {
    let scope = match id {
        Some(id) => json!({ "kind": kind, "id": id }),
        None => json!({ "kind": kind }),
    };
    json!({
        "title": "Inquiry into the flood", "statute": "Inquiries Act 2005", "reference": "Notice 14",
        "scope": scope, "reason": "The inquiry asks for everything about that evening.",
    })
}

/// The id at the end of a path.
pub(crate) fn id_of(path: &str) -> String {
    path.rsplit('/').next().expect("a path").to_owned()
}
