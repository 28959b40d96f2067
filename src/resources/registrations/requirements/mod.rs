//! What people need in order to take part: dietary and access requirements.
//!
//! The requirements may reveal a person's health or belief (UK GDPR Article 9). So they are sealed in a
//! table of their own, shown to IEWM's staff alone, deleted when the registration is cancelled, and
//! deleted thirty days after the event regardless of the six years.

pub mod model;
pub mod store;
