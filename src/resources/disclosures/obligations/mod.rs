//! Obligations: what each recipient must do with a person's data that it received, because the data was corrected, restricted or
//! erased here (UK GDPR Article 19). The handlers and letters are in the room `obligations`, above the requests.
//!
//! Invariants: one obligation for each request and recipient; a settled one stays settled.

pub mod cards;
pub mod model;
pub mod store;
