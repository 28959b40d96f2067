//! The words of a breach, sealed under the service's own key: one blob in its row, and the reason for a
//! late notification with its step.

use serde::{Deserialize, Serialize};

use super::model::BreachText;
use crate::domain::{BreachId, BreachStepId, Error};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::Place;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Particulars {
    #[serde(rename = "n")]
    pub(super) nature: BreachText,
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    pub(super) consequences: Option<BreachText>,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    pub(super) measures: Option<BreachText>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub(super) reasons: Option<BreachText>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub(super) explanation: Option<BreachText>,
}

fn of_breach(id: BreachId) -> Place<'static> {
    Place { table: "breaches", column: "particulars", row: id.uuid() }
}

fn of_step(id: BreachStepId) -> Place<'static> {
    Place { table: "breach_steps", column: "words", row: id.uuid() }
}

impl Particulars {
    pub(super) fn seal(&self, tx: &WriteTx<'_>, id: BreachId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error))?;
        tx.seal_for_service(&of_breach(id), &plain)
    }

    pub(super) fn open(tx: &ReadTx<'_>, id: BreachId, sealed: &[u8]) -> Result<Self, Error> {
        let place = of_breach(id);
        place.read(serde_json::from_slice(&tx.open_for_service(&place, sealed)?))
    }
}

impl BreachText {
    pub(super) fn seal(&self, tx: &WriteTx<'_>, id: BreachStepId) -> Result<Vec<u8>, Error> {
        tx.seal_for_service(&of_step(id), self.as_str().as_bytes())
    }

    pub(super) fn open(tx: &ReadTx<'_>, id: BreachStepId, sealed: &[u8]) -> Result<Self, Error> {
        let place = of_step(id);
        let plain = place.read(String::from_utf8(tx.open_for_service(&place, sealed)?))?;
        place.read(Self::try_from(plain))
    }
}
