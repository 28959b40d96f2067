//! Sharing refusals: the kinds of recipients that a person does not want their data shared with (UK GDPR Article 21, by the
//! notice's promise). The handlers are in `disclosures::refusals`, because a refusal recalls disclosures.

pub mod model;
pub mod store;
