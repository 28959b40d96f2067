//! Sharing refusals: the kinds of recipients that a person does not want their data shared with (UK GDPR Article 21, by the
//! notice's promise). A refusal does not bind a court or an act of law.

pub(super) mod api;
pub mod model;
pub mod store;
