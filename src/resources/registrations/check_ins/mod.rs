//! Check-ins: who went in and out at an event.
//!
//! Invariants: a scan is taken once, however often it is sent; a scan is judged by when it was made, not by when it arrived,
//! and by what was known of that moment: nobody is let in who was in, and nobody out who was not. What was taken stays taken,
//! so that a scan which arrives late may stand before one of the same direction.

pub(super) mod api;
pub(super) mod model;
pub(super) mod store;
