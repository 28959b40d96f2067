//! What people need in order to take part: dietary and access requirements.
//!
//! They may tell of somebody's health or belief (UK GDPR Article 9), so they are sealed in a table of their own, shown to
//! IEWM's staff alone, gone once the registration is cancelled, and deleted thirty days after the event whatever the six years.

pub mod model;
pub mod store;
