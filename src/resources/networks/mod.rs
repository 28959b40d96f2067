//! Professional networks and their members.

mod api;
pub mod cards;
pub mod memberships;
pub mod model;
mod personal;
pub mod store;

pub use personal::NetworkData;

use self::memberships::api as members;
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
        .serve(members::__path_directory, members::directory)
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
