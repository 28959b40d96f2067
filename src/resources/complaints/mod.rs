//! Complaints about the use of personal data, from their receipt to their outcome (Data Protection Act 2018 section
//! 164A).
//!
//! Invariants: by when a complaint must be acknowledged follows from the day of its receipt and the bank holidays as they
//! are known now, and is never stored; what was done about it is only ever added to; who complains, and of what, is sealed
//! under a key of the complaint's own.

mod api;
pub mod cards;
mod letter_queue;
mod letters;
pub mod model;
mod particulars;
mod personal;
pub mod store;

pub use letters::LETTERS;
pub use personal::ComplaintData;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    let about = "Complaints about the use of personal data: acknowledge within 30 days, investigate, answer.";
    Room::new("complaints", about)
        .serve(api::__path_list, api::list)
        .problems(&[Code::CalendarExhausted])
        .serve(api::__path_receive, api::receive)
        .problems(&[Code::Erased, Code::Merged, Code::CalendarExhausted])
        .serve(api::__path_read, api::read)
        .problems(&[Code::CalendarExhausted])
        .serve(api::__path_history, api::history)
        .serve(api::__path_acknowledge, api::acknowledge)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .serve(api::__path_investigate, api::investigate)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .serve(api::__path_give_outcome, api::give_outcome)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .serve(api::__path_withdraw, api::withdraw)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .unseals(&["/v1/complaints/{id}"])
}
