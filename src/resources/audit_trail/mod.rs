//! The audit as those who may read it see it, and who looked at a person's data.

mod api;
mod model;
mod store;

use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("audit", "Who did what, and who looked.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_accesses, api::accesses)
}
