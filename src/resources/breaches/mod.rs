//! Personal-data breaches: the register of UK GDPR Article 33(5), from a report to its closure.
//!
//! Invariants: every breach stays in the register, notified or not; by when it must be notified follows from the instant
//! since when it has been known, to the microsecond; what was done about it is only ever added to. A breach names nobody:
//! what is told in words is sealed under the house's own key.
//!
//! Who may report sees breaches, as do those who must keep the hours in view: staff and council all of them, a contractor
//! what its own organisation reported, without what the council judged of it.

mod api;
pub mod model;
pub mod store;
mod words;

use crate::domain::Code;
use crate::platform::http::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("breaches", "Personal-data breaches: reported, assessed, notified within 72 hours, and closed.")
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
