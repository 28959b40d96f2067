//! Counts of disclosures: exact for staff and council, and in a form that can be published.

pub(super) mod api;
mod counts;
mod model;
