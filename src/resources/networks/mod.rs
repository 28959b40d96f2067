//! Professional networks and who belongs to them.
//!
//! Invariants: a contact has one live membership for each network and role, held by the database; ending one keeps its
//! history; what a member represents is sealed under the person's own key.

mod api;
pub mod cards;
mod directory;
mod members;
pub mod model;
mod particulars;
mod personal;
pub mod store;

pub use personal::NetworkData;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("networks", "Professional networks, such as ADASS, and their members.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_create, api::create)
        .problems(&[Code::NetworkExists])
        .serve(api::__path_read, api::read)
        .serve(api::__path_update, api::update)
        .problems(&[Code::NetworkExists])
        .serve(api::__path_close, api::close)
        .problems(&[Code::IllegalTransition])
        .serve(api::__path_reopen, api::reopen)
        .problems(&[Code::IllegalTransition])
        .serve(api::__path_directory, api::directory)
        .serve(members::__path_list, members::list)
        .serve(members::__path_join, members::join)
        .problems(&[
            Code::AlreadyMember,
            Code::NetworkClosed,
            Code::Erased,
            Code::Merged,
            Code::Restricted,
            Code::KeyMissing,
        ])
        .serve(members::__path_read, members::read)
        .serve(members::__path_update, members::update)
        .problems(&[Code::AlreadyMember, Code::IllegalTransition, Code::Erased, Code::Restricted])
        .serve(members::__path_end, members::end)
        .problems(&[Code::IllegalTransition, Code::Erased, Code::Restricted])
        .unseals(&["/v1/memberships/{id}"])
}
