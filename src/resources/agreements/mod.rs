//! Agreements to share personal data with an organisation: which purposes and members, why, and for how long.

pub mod cards;
