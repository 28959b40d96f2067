//! The audit as those who may read it see it, and who looked at a person's data.

mod api;
mod model;
mod store;

use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("audit", "The audit: every change, and every access to personal data.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_accesses, api::accesses)
}
