//! Check-ins: who went in and out at an event.
//!
//! Invariants: a scan counts once, however often it is sent; the service judges a scan by the time when
//! it was made, not when it arrived, and by the scans known of that moment: no person who is in enters,
//! and no person who is out leaves. An accepted scan stays accepted, so a late scan may come before one
//! of the same direction.

pub(super) mod api;
pub(super) mod model;
pub(super) mod store;
