//! Counts of requests: exact for staff and council, and in a form that can be published.

pub(super) mod api;
mod model;
mod store;
