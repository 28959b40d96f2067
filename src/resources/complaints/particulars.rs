//! What is told of a complaint in words, as the one sealed blob of its row, under the complaint's own key.

use serde::{Deserialize, Serialize};

use super::model::{Complainant, ComplaintDetails, InvestigationNote, OutcomeExplanation};
use crate::domain::{ComplaintId, Entropy, Error};
use crate::platform::vault::{DataKey, Place};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Particulars {
    #[serde(rename = "c")]
    pub(super) complainant: Complainant,
    #[serde(rename = "d")]
    pub(super) details: ComplaintDetails,
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<InvestigationNote>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub(super) explanation: Option<OutcomeExplanation>,
}

fn place(id: ComplaintId) -> Place<'static> {
    Place { table: "complaints", column: "particulars", row: id.uuid() }
}

impl Particulars {
    pub(super) fn seal(&self, key: &DataKey, entropy: &dyn Entropy, id: ComplaintId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(Error::internal)?;
        Ok(key.seal(entropy, &place(id), &plain))
    }

    pub(super) fn open(key: &DataKey, id: ComplaintId, sealed: &[u8]) -> Result<Self, Error> {
        let plain = key.open(&place(id), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Error::internal("a complaint's particulars cannot be read"))
    }
}
