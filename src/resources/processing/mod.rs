//! The record of processing activities (UK GDPR Article 30(1)) and the retention schedule, built from
//! the same data as the privacy notice and the code that keeps it.

mod api;
mod model;
mod record;
mod store;

use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("processing", "The record of processing activities, and the retention schedule.")
        .serve(api::__path_activities, api::activities)
        .serve(api::__path_schedule, api::schedule)
}
