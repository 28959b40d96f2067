//! The attendee list of an event: for each organisation what its profile shows, and for staff what a reception sees.
//!
//! Invariants: a row that shows a person to an organisation has a disclosure; the list leaves out people who did not share, and
//! people whose data is restricted or erased; a caterer sees numbers and no people.

pub(super) mod api;
mod counts;
pub(super) mod model;
mod store;
