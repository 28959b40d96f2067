//! Organisations that take part in events, and what they read.

use iewm::domain::{Instant, OrganisationId};
use serde_json::{Value, json};

use super::Service;
use super::client::Answer;
use super::people::text;

/// The morning before the event of `announce`, when the assignments of [`Service::assign`] open.
pub(crate) const OPENS: &str = "2027-03-01T07:00:00.000000Z";
/// The evening after it, when they end.
pub(crate) const ENDS: &str = "2027-03-01T20:00:00.000000Z";
/// Between the two.
pub(crate) const DOORS: &str = "2027-03-01T09:00:00.000000Z";

impl Service {
    /// Sets the clock.
    pub(crate) fn turn_to(&self, at: &str) {
        self.hands.set(Instant::parse(at).expect("an instant"));
    }

    /// Assigns an organisation to an event.
    pub(crate) async fn assign(&self, event: &str, organisation: OrganisationId, profile: &str) -> Answer {
        let asked = json!({
            "organisation_id": organisation, "profile": profile, "starts_at": OPENS, "ends_at": ENDS,
        });
        self.post(&format!("{event}/assignments"), asked).await
    }

    /// An organisation of a kind with a live agreement, assigned to an event.
    pub(crate) async fn assigned(&self, event: &str, kind: &str, profile: &str) -> OrganisationId {
        let organisation = self.organisation(&format!("The {profile} of {kind}"), kind).await;
        let purpose = if profile == "venue_security" { profile } else { "event_administration" };
        self.live_agreement(organisation, &[purpose], &["name", "organisation"]).await;
        self.assign(event, organisation, profile).await.expect(201);
        organisation
    }

    /// `GET path` by a contractor.
    pub(crate) async fn get_as(&self, organisation: OrganisationId, path: &str) -> Answer {
        self.request("GET", path).token(&self.contractor(organisation)).send().await
    }

    /// The attendee list of an event as an organisation sees it.
    pub(crate) async fn attendees(&self, event: &str, organisation: OrganisationId) -> Vec<Value> {
        let answer = self.get_as(organisation, &format!("{event}/attendees")).await.expect(200).json();
        answer["items"].as_array().cloned().expect("items")
    }

    /// Signs a person up, and registers the person with further members. Returns the contact and the path of the registration.
    pub(crate) async fn attend(&self, event: &str, name: &str, more: Value) -> (String, String) {
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        let person = json!({
            "name": name, "email": email, "organisation": "Wyre Forest Council",
            "source": { "kind": "self", "obtained_on": "2026-11-24" },
        });
        let contact = text(&self.post("/v1/contacts", person).await.expect(201).json(), "id");
        let mut asked = more;
        asked["contact_id"] = json!(contact);
        let registration = self.post(&format!("{event}/registrations"), asked).await.expect(201).header("location");
        (contact, registration)
    }
}

/// The names in a list.
pub(crate) fn names(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["name"].as_str().expect("a name")).collect()
}
