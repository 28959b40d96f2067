//! Events, from their draft to their end.
//!
//! Invariants: an event that was published says when and where; what was cancelled or completed stays so; its calendar
//! entry keeps its `UID`, and its `SEQUENCE` rises with every change.

mod api;
pub mod assignments;
pub mod calendar;
pub mod cards;
pub mod followers;
pub mod model;
pub mod store;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("events", "Events, from draft to completion.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_create, api::create)
        .serve(api::__path_read, api::read)
        .serve(api::__path_update, api::update)
        .problems(&[Code::IllegalTransition])
        .serve(api::__path_publish, api::publish)
        .problems(&[Code::IllegalTransition, Code::Invalid])
        .serve(api::__path_cancel, api::cancel)
        .problems(&[Code::IllegalTransition])
        .serve(api::__path_complete, api::complete)
        .problems(&[Code::IllegalTransition, Code::NotEnded])
        .serve(api::__path_calendar, api::calendar)
        .problems(&[Code::NotPublished])
        .serve(assignments::api::__path_list, assignments::api::list)
        .serve(assignments::api::__path_assign, assignments::api::assign)
        .problems(&[Code::AgreementRequired, Code::IllegalTransition])
        .serve(assignments::api::__path_read, assignments::api::read)
        .serve(assignments::api::__path_update, assignments::api::update)
        .serve(assignments::api::__path_withdraw, assignments::api::withdraw)
}
