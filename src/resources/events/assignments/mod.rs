//! Assignments: which organisation takes part in running an event, with which profile, and when.
//!
//! Invariants: an assignment is made under a live agreement that allows its profile; it counts while that agreement is live; its
//! end can be moved, and the disclosures that it made end with it; a withdrawal deletes it and recalls them.

pub(super) mod api;
pub mod model;
pub mod store;
