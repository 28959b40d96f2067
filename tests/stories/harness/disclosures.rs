//! Disclosures of people's data.

use iewm::domain::OrganisationId;
use serde_json::{Value, json};

use super::Service;
use super::client::Answer;
use super::people::text;

/// The body that discloses people's names under an agreement, which is named by its path.
pub(crate) fn under(agreement: &str, to: OrganisationId, people: &[&str]) -> Value {
    json!({
        "contact_ids": people, "organisation_id": to, "agreement_id": agreement.rsplit('/').next(),
        "purpose": "venue_security", "fields": ["name"], "necessity": "They are on tonight's guest list.",
    })
}

/// The body that records that the police demand people's names and addresses.
pub(crate) fn demanded(code: &str, by: OrganisationId, people: &[&str]) -> Value {
    json!({
        "contact_ids": people, "organisation_id": by, "fields": ["name", "email"],
        "legal_gateway": { "code": code, "reference": "Crime reference 22/4711", "requested_by": "DC Brown" },
        "necessity": "The investigation cannot go on without it.",
    })
}

impl Service {
    /// A venue with a live agreement to share names for its security: its id, and the agreement's path.
    pub(crate) async fn venue(&self) -> (OrganisationId, String) {
        let venue = self.organisation("Guildhall", "venue").await;
        let agreement = self.live_agreement(venue, &["venue_security"], &["name", "email"]).await;
        (venue, agreement)
    }

    /// `POST /v1/disclosures` by staff.
    pub(crate) async fn disclose(&self, asked: Value) -> Answer {
        self.post("/v1/disclosures", asked).await
    }

    /// Discloses one person's data, and returns the id of the disclosure.
    pub(crate) async fn disclosed(&self, asked: Value) -> String {
        let answer = self.disclose(asked).await.expect(200).json();
        text(&answer["results"][0], "disclosure_id")
    }

    /// A member of a disclosure as staff read it; null if it has none.
    pub(crate) async fn of_disclosure(&self, id: &str, member: &str) -> Value {
        self.get(&format!("/v1/disclosures/{id}")).await.expect(200).json()[member].clone()
    }
}
