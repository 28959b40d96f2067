//! What proves a decision (UK GDPR Article 7(1)), sealed under the person's own key.

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

use super::model::{EvidenceRef, Locale, Wording};
use crate::domain::{DecisionId, Entropy, Error};
use crate::platform::vault::{DataKey, Place};

/// The proof of a decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Evidence {
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    pub(super) wording: Option<Wording>,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<Locale>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<EvidenceRef>,
}

fn place(id: DecisionId) -> Place<'static> {
    Place { table: "consent_decisions", column: "evidence", row: id.uuid() }
}

impl Evidence {
    /// No proof but the record itself.
    pub(super) fn none() -> Self {
        Self { wording: None, locale: None, reference: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wording.is_none() && self.locale.is_none() && self.reference.is_none()
    }

    /// The commitment to the wording that stays when the wording itself is gone.
    pub(super) fn wording_sha256(&self) -> Option<Vec<u8>> {
        let wording = self.wording.as_ref()?;
        Some(digest::digest(&digest::SHA256, wording.as_str().as_bytes()).as_ref().to_vec())
    }

    pub(super) fn seal(&self, key: &DataKey, entropy: &dyn Entropy, id: DecisionId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error))?;
        Ok(key.seal(entropy, &place(id), &plain))
    }

    pub(super) fn open(key: &DataKey, id: DecisionId, sealed: &[u8]) -> Result<Self, Error> {
        let place = place(id);
        place.read(serde_json::from_slice(&key.open(&place, sealed)?))
    }
}
