//! What stories about registrations begin with: an event that is announced, and people who want to come.

use iewm::jobs::Upkeep;
use serde_json::{Value, json};

use super::Service;
use super::client::Answer;
use super::people::text;

/// An event that can be published, with some members changed.
pub(crate) fn event(changes: &Value) -> Value {
    let mut event = json!({
        "title": "Spring conference", "description": "A day about prevention.",
        "starts_at": "2027-03-01T09:30:00Z", "ends_at": "2027-03-01T16:00:00Z",
        "location": { "name": "The Guildhall", "online_url": "https://meet.example/spring" }, "capacity": 2,
    });
    for (name, value) in changes.as_object().expect("members") {
        event[name] = value.clone();
    }
    event
}

/// How the waiting list of a story moves.
pub(crate) fn by_offer(hours: i32) -> Value {
    json!({ "enabled": true, "promotion": "offer", "offer_working_hours": hours })
}

impl Service {
    /// Announces an event with some members changed, and returns its path.
    pub(crate) async fn announce(&self, changes: Value) -> String {
        let path = self.post("/v1/events", event(&changes)).await.expect(201).header("location");
        self.verb(&path, "publication").await.expect(200);
        path
    }

    /// A verb of a resource, without a body.
    pub(crate) async fn verb(&self, path: &str, verb: &str) -> Answer {
        self.request("POST", &format!("{path}/{verb}")).token(&self.staff()).send().await
    }

    /// Registers a contact for the event of this path.
    pub(crate) async fn register(&self, event: &str, contact: &str) -> Answer {
        self.post(&format!("{event}/registrations"), json!({ "contact_id": contact })).await
    }

    /// Signs a person up and registers that person, and returns the path of the registration.
    pub(crate) async fn book(&self, event: &str, name: &str) -> String {
        let contact = self.sign_up(name, &format!("{name}@example.org")).await;
        self.register(event, &contact).await.expect(201).header("location")
    }

    /// The state of a registration as it reads now.
    pub(crate) async fn state(&self, registration: &str) -> String {
        text(&self.get(registration).await.expect(200).json(), "status")
    }

    /// The place of a registration in the waiting list.
    pub(crate) async fn position(&self, registration: &str) -> Option<i64> {
        self.get(registration).await.expect(200).json()["position"].as_i64()
    }

    /// The places of an event.
    pub(crate) async fn capacity(&self, event: &str) -> Value {
        self.get(&format!("{event}/capacity")).await.expect(200).json()
    }

    /// Changes an event as it is now.
    pub(crate) async fn change(&self, event: &str, patch: Value) -> Answer {
        let etag = self.get(event).await.etag();
        self.patch(event, &etag, patch).await
    }

    /// Settles the offers that have run out, as the job does, and returns of how many events.
    pub(crate) async fn settle_offers(&self) -> usize {
        self.tick(&Upkeep::new(self.state.clone())).await.expect("a database that answers")
    }
}
