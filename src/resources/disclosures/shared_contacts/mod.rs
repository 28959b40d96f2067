//! Shared contacts: the people whose data is disclosed to the caller's organisation, with the members that its live disclosures
//! allow.
//!
//! Invariants: a read never makes a disclosure; it shows no member that no live disclosure names; each read is recorded. While an
//! agreement is suspended, its disclosures show nothing.

mod api;
pub mod model;
mod store;

use crate::platform::serve::Room;

/// The operations of shared contacts.
pub fn routes() -> Room {
    Room::new("shared-contacts", "The people whose data is disclosed to the caller's organisation.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_read, api::read)
}
