//! The words about a request, sealed under the request's own key, because the requester need not be a
//! contact.

use serde::{Deserialize, Deserializer, Serialize};

use super::model::{ActingFor, Details, Requester};
use crate::domain::{
    EmailAddress, Entropy, Error, RequestStepId, SubjectRequestId, Telephone, TelephoneExtension, kept, kept_if_any,
};
use crate::platform::vault::{DataKey, Place};
use crate::resources::contacts::model::PersonName;

/// Who asks, and for what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Particulars {
    #[serde(rename = "r", deserialize_with = "kept_requester")]
    pub(super) requester: Requester,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    pub(super) details: Option<Details>,
}

/// A [`Requester`] as it was sealed, parsed by an earlier release perhaps.
#[derive(Deserialize)]
struct KeptRequester {
    #[serde(deserialize_with = "kept")]
    name: PersonName,
    #[serde(default, deserialize_with = "kept_if_any")]
    email: Option<EmailAddress>,
    #[serde(default, deserialize_with = "kept_if_any")]
    telephone: Option<Telephone>,
    #[serde(default, deserialize_with = "kept_if_any")]
    telephone_extension: Option<TelephoneExtension>,
    #[serde(default)]
    acting_for: ActingFor,
}

fn kept_requester<'de, D: Deserializer<'de>>(member: D) -> Result<Requester, D::Error> {
    let KeptRequester { name, email, telephone, telephone_extension, acting_for } = KeptRequester::deserialize(member)?;
    // Earlier releases kept the extension with the number.
    Ok(Requester { name, email, telephone, telephone_extension, acting_for }.with_extension_apart())
}

fn place(id: SubjectRequestId) -> Place<'static> {
    Place { table: "subject_requests", column: "particulars", row: id.uuid() }
}

impl Particulars {
    pub(super) fn seal(&self, key: &DataKey, entropy: &dyn Entropy, id: SubjectRequestId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error))?;
        Ok(key.seal(entropy, &place(id), &plain))
    }

    pub(super) fn open(key: &DataKey, id: SubjectRequestId, sealed: &[u8]) -> Result<Self, Error> {
        let place = place(id);
        place.read(serde_json::from_slice(&key.open(&place, sealed)?))
    }
}

/// Where the text of a step is sealed.
pub(super) fn told(id: RequestStepId) -> Place<'static> {
    Place { table: "subject_request_steps", column: "told", row: id.uuid() }
}

/// The place of the sealed explanation of an outcome, under the service's own key: it stays when the
/// requester is erased.
pub(super) fn explanation(id: SubjectRequestId) -> Place<'static> {
    Place { table: "subject_requests", column: "outcome_explanation", row: id.uuid() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_stays_readable_though_its_address_is_refused_today() {
        let kept =
            serde_json::json!({ "r": { "name": "\u{200b}", "email": "ada@exa_mple.org", "acting_for": "agent" } });
        let Particulars { requester, .. } = serde_json::from_value(kept).unwrap();
        assert_eq!(requester.name.as_str(), "\u{200b}");
        assert_eq!(requester.email.unwrap().as_str(), "ada@exa_mple.org");
        assert_eq!(requester.acting_for, ActingFor::Agent);
    }
}
