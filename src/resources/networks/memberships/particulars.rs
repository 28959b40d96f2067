//! The words of a membership, as the one sealed blob of its row, under the person's own key.

use serde::{Deserialize, Serialize};

use super::model::{EndReason, Represents};
use crate::domain::{Entropy, Error, MembershipId};
use crate::platform::vault::{DataKey, Place};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Particulars {
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub(super) represents: Option<Represents>,
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    pub(super) end_reason: Option<EndReason>,
}

fn place(id: MembershipId) -> Place<'static> {
    Place { table: "memberships", column: "particulars", row: id.uuid() }
}

impl Particulars {
    pub(super) fn seal(&self, key: &DataKey, entropy: &dyn Entropy, id: MembershipId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error))?;
        Ok(key.seal(entropy, &place(id), &plain))
    }

    pub(super) fn open(key: &DataKey, id: MembershipId, sealed: &[u8]) -> Result<Self, Error> {
        let place = place(id);
        place.read(serde_json::from_slice(&key.open(&place, sealed)?))
    }
}
