//! The words of a complaint, as the one sealed blob of its row, under the complaint's own key.

use serde::{Deserialize, Deserializer, Serialize};

use super::model::{Complainant, ComplaintDetails, InvestigationNote, OutcomeExplanation};
use crate::domain::{ComplaintId, EmailAddress, Entropy, Error, Telephone, TelephoneExtension, kept, kept_if_any};
use crate::platform::vault::{DataKey, Place};
use crate::resources::contacts::model::PersonName;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Particulars {
    #[serde(rename = "c", deserialize_with = "kept_complainant")]
    pub(super) complainant: Complainant,
    #[serde(rename = "d")]
    pub(super) details: ComplaintDetails,
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<InvestigationNote>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub(super) explanation: Option<OutcomeExplanation>,
}

/// A [`Complainant`] as it was sealed, parsed by an earlier release perhaps.
#[derive(Deserialize)]
struct KeptComplainant {
    #[serde(deserialize_with = "kept")]
    name: PersonName,
    #[serde(default, deserialize_with = "kept_if_any")]
    email: Option<EmailAddress>,
    #[serde(default, deserialize_with = "kept_if_any")]
    telephone: Option<Telephone>,
    #[serde(default, deserialize_with = "kept_if_any")]
    telephone_extension: Option<TelephoneExtension>,
}

fn kept_complainant<'de, D: Deserializer<'de>>(member: D) -> Result<Complainant, D::Error> {
    let KeptComplainant { name, email, telephone, telephone_extension } = KeptComplainant::deserialize(member)?;
    // Earlier releases kept the extension with the number.
    Ok(Complainant { name, email, telephone, telephone_extension }.with_extension_apart())
}

fn place(id: ComplaintId) -> Place<'static> {
    Place { table: "complaints", column: "particulars", row: id.uuid() }
}

impl Particulars {
    pub(super) fn seal(&self, key: &DataKey, entropy: &dyn Entropy, id: ComplaintId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error))?;
        Ok(key.seal(entropy, &place(id), &plain))
    }

    pub(super) fn open(key: &DataKey, id: ComplaintId, sealed: &[u8]) -> Result<Self, Error> {
        let place = place(id);
        place.read(serde_json::from_slice(&key.open(&place, sealed)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_stays_readable_though_its_address_is_refused_today() {
        let kept = serde_json::json!({
            "c": { "name": "\u{200b}", "email": "ada@192.168.0.1", "telephone": "+2416031234" }, "d": "You wrote to me.",
        });
        let Particulars { complainant, .. } = serde_json::from_value(kept).unwrap();
        assert_eq!(complainant.name.as_str(), "\u{200b}");
        assert_eq!(complainant.email.unwrap().as_str(), "ada@192.168.0.1");
        assert_eq!(complainant.telephone.unwrap().as_str(), "+2416031234");
    }

    #[test]
    fn an_extension_that_was_kept_with_the_number_is_apart() {
        let kept =
            serde_json::json!({ "c": { "name": "Ada", "telephone": "+441905765765;ext=12" }, "d": "You wrote." });
        let Particulars { complainant, .. } = serde_json::from_value(kept).unwrap();
        let told = serde_json::to_value(&complainant).unwrap();
        assert_eq!(
            told,
            serde_json::json!({ "name": "Ada", "telephone": "+441905765765", "telephone_extension": "12" })
        );
    }
}
