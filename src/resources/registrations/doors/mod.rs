//! The doors of an event: who went in and out.
//!
//! Invariants: a scan is taken once, however often it is sent; nobody is in twice at the same moment; a scan is judged by
//! when it was made, not by when it arrived.

pub(super) mod api;
pub(super) mod model;
pub(super) mod store;
