//! Organisations and agreements to share data with them.

use iewm::domain::{OrganisationId, Role};
use serde_json::{Value, json};

use super::Service;
use super::client::Answer;

impl Service {
    /// Adds an organisation of a kind, and returns its id.
    pub(crate) async fn organisation(&self, name: &str, kind: &str) -> OrganisationId {
        let made = self.post("/v1/organisations", json!({ "name": name, "kind": kind })).await.expect(201).json();
        made["id"].as_str().expect("an id").parse().expect("an organisation's id")
    }

    /// A token of a contractor: a person of an organisation.
    pub(crate) fn contractor(&self, organisation: OrganisationId) -> String {
        self.token("contractor-1", &[Role::Contractor], Some(organisation))
    }

    /// Has staff propose an agreement, and returns its path.
    pub(crate) async fn propose_agreement(&self, asked: Value) -> String {
        self.post("/v1/sharing-agreements", asked).await.expect(201).header("location")
    }

    /// `POST path/verb` by the council, with a body if there is one.
    pub(crate) async fn council_verb(&self, path: &str, verb: &str, body: Option<Value>) -> Answer {
        let request = self.request("POST", &format!("{path}/{verb}")).token(&self.council());
        match body {
            Some(body) => request.json(&body).send().await,
            None => request.send().await,
        }
    }

    /// An agreement that is live from today to 30 June 2027, and its path.
    pub(crate) async fn live_agreement(
        &self,
        organisation: OrganisationId,
        purposes: &[&str],
        fields: &[&str],
    ) -> String {
        let mut asked = agreement(organisation);
        (asked["purposes"], asked["fields"]) = (json!(purposes), json!(fields));
        let path = self.propose_agreement(asked).await;
        self.council_verb(&path, "approval", None).await.expect(200);
        path
    }
}

/// A proposal to share names with an organisation for the security of a venue, from 24 November 2026 to 30 June 2027.
pub(crate) fn agreement(organisation: OrganisationId) -> Value {
    json!({
        "organisation_id": organisation, "purposes": ["venue_security"], "fields": ["name"],
        "necessity": "The venue checks the names of guests at its door.",
        "starts_on": "2026-11-24", "ends_on": "2027-06-30",
    })
}
