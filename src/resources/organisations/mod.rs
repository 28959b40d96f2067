//! Organisations: the council, event partners, venues, approved contractors and public authorities
//! that the notice names as possible recipients.
//!
//! Invariants: an organisation that has ended stays ended; the tokens of one that is not active are
//! refused from the next request on; an end ends its agreements too, and its kind is fixed while it
//! has one. It holds no person's data but its contact point and its mailbox,
//! which are sealed under the service's own key.

mod api;
pub mod cards;
pub mod followers;
pub mod model;
pub mod store;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new(
        "organisations",
        "Organisations with which data may be shared. The service accepts the tokens of active organisations only.",
    )
    .serve(api::__path_list, api::list)
    .serve(api::__path_create, api::create)
    .serve(api::__path_read, api::read)
    .serve(api::__path_update, api::update)
    .problems(&[Code::Conflict])
    .serve(api::__path_suspend, api::suspend)
    .problems(&[Code::IllegalTransition])
    .serve(api::__path_reinstate, api::reinstate)
    .problems(&[Code::IllegalTransition])
    .serve(api::__path_end, api::end)
    .problems(&[Code::IllegalTransition])
}
