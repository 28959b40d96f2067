//! The privacy notice, in its versions, and the purposes that it names (UK GDPR Articles 12 to 14).
//!
//! Invariants: a version is named by its date and never changes once published; the current one is the
//! newest published whose day has come, those before it are superseded; a material change of a
//! purpose makes the consents given under older versions stale. The notice of 29 January 2019 is there
//! from the first start.

mod api;
pub mod cards;
mod content;
pub mod current;
pub mod model;
mod original;
pub mod store;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("notices", "The versions of the privacy notice, and their purposes.")
        .serve(api::__path_current, api::current)
        .serve(api::__path_list, api::list)
        .serve(api::__path_draft, api::draft)
        .problems(&[Code::VersionExists])
        .serve(api::__path_read, api::read)
        .serve(api::__path_update, api::update)
        .problems(&[Code::IllegalTransition])
        .serve(api::__path_publish, api::publish)
        .problems(&[Code::IllegalTransition])
}
