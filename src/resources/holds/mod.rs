//! Legal holds: data that the council must keep for an inquiry or a claim.
//!
//! Invariants: a hold is never deleted, never ends by itself, and never changes its scope; two people release it. A hold whose
//! release is proposed still binds. The words of a hold are sealed under the service's own key, because they are about no person.

mod api;
pub mod cards;
pub mod model;
mod personal;
pub mod store;

pub use personal::HoldData;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("legal-holds", "Legal holds: place one, review it, and release it by two people.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_place, api::place)
        .problems(&[Code::Erased])
        .serve(api::__path_read, api::read)
        .serve(api::__path_update, api::update)
        .problems(&[Code::IllegalTransition])
        .serve(api::__path_propose_release, api::propose_release)
        .problems(&[Code::IllegalTransition])
        .serve(api::__path_release, api::release)
        .problems(&[Code::IllegalTransition, Code::PersonRequired, Code::SamePerson])
        .serve(api::__path_reject_release, api::reject_release)
        .problems(&[Code::IllegalTransition])
}
