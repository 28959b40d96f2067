//! Personal-data breaches: the register of UK GDPR Article 33(5), from a report to its closure.
//!
//! Invariants: every breach stays in the register, notified or not; its deadline follows, to the
//! microsecond, from the instant at which it became known; its history is append-only. A breach names
//! no person: its words are sealed under the service's own key.
//!
//! Staff and council see all breaches, because they must keep the hours in view. A contractor sees what its own organisation
//! reported, without the council's judgement and without the reference, whose running number tells how many breaches there were.

mod api;
pub mod cards;
pub mod model;
pub mod store;
mod words;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("breaches", "Personal-data breaches: report, assess, notify within 72 hours, close.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_report, api::report)
        .serve(api::__path_read, api::read)
        .serve(api::__path_history, api::history)
        .serve(api::__path_assess, api::assess)
        .problems(&[Code::IllegalTransition, Code::NotificationRequired])
        .serve(api::__path_notify, api::notify)
        .problems(&[Code::IllegalTransition])
        .serve(api::__path_close, api::close)
        .problems(&[Code::IllegalTransition])
}
