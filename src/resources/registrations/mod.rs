//! Registrations for events: places, waiting lists, offers.
//!
//! Invariants: no place is given twice, and the count of an event's places equals a recount; no person
//! has two live registrations for one event; the waiting list keeps its order; an offer that has run
//! out does not count, even before the row says so; no registration ever makes a consent (UK GDPR
//! Article 7(4)).

mod api;
mod attendees;
pub mod cards;
mod check_ins;
mod export;
mod letter_kinds;
mod letters;
pub mod model;
mod personal;
mod personal_export;
pub mod requirements;
pub mod store;

pub use letters::LETTERS;
pub use personal::RegistrationData;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("registrations", "Registrations for events: places, waiting lists, offers.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_register, api::register)
        .problems(&[
            Code::AlreadyRegistered,
            Code::RegistrationClosed,
            Code::EventFull,
            Code::Erased,
            Code::Merged,
            Code::Restricted,
            Code::KeyMissing,
        ])
        .serve(api::__path_capacity, api::capacity)
        .serve(check_ins::api::__path_check_in, check_ins::api::check_in)
        .serve(attendees::api::__path_list, attendees::api::list)
        .problems(&[Code::Gone])
        .serve(api::__path_read, api::read)
        .serve(api::__path_update, api::update)
        .problems(&[Code::IllegalTransition, Code::Erased, Code::Restricted])
        .serve(api::__path_history, api::history)
        .serve(api::__path_cancel, api::cancel)
        .problems(&[Code::IllegalTransition, Code::Erased])
        .serve(api::__path_accept, api::accept)
        .problems(&[Code::IllegalTransition, Code::OfferExpired, Code::Erased, Code::Restricted])
        .serve(api::__path_decline, api::decline)
        .problems(&[Code::IllegalTransition, Code::OfferExpired, Code::Erased])
        .serve(api::__path_prioritise, api::prioritise)
        .problems(&[Code::IllegalTransition, Code::Erased, Code::Restricted])
        .unseals(&["/v1/registrations/{id}"])
}
