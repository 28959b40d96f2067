//! Requests of people about their rights (UK GDPR Chapter III): taken in, proven, answered in time.
//!
//! Invariants: facts are stored and days are computed, so that a new bank holiday moves them; steps are
//! append-only; the words are sealed under the request's own key, because the requester need not be a
//! contact; a closed request shows the clock of its close.

mod api;
pub mod cards;
pub mod commands;
mod content_policy;
mod deadline;
mod letter_queue;
mod letters;
pub mod model;
pub mod package;
mod particulars;
mod personal;
mod personal_export;
mod planning;
mod statistics;
mod status;
pub mod store;
mod wording;

pub use letters::LETTERS;
pub use personal::SubjectRequestData;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("subject_requests", "Requests to exercise rights, with their legal clocks.")
        .serve(api::__path_deadline, api::deadline)
        .problems(&[Code::CalendarExhausted])
        .serve(api::__path_list, api::list)
        .problems(&[Code::CalendarExhausted])
        .serve(api::__path_create, api::create)
        .problems(&[Code::Erased, Code::Merged, Code::CalendarExhausted])
        .serve(api::__path_read, api::read)
        .problems(&[Code::CalendarExhausted])
        .serve(statistics::api::__path_statistics, statistics::api::statistics)
        .problems(&[Code::Invalid])
        .serve(api::__path_history, api::history)
        .serve(api::__path_letter, api::letter)
        .serve(api::intake::__path_correct_receipt, api::intake::correct_receipt)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .serve(api::intake::__path_check_identity, api::intake::check_identity)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .serve(api::intake::__path_ask, api::intake::ask)
        .problems(&[Code::IllegalTransition, Code::TooLate, Code::CalendarExhausted])
        .serve(api::intake::__path_read_question, api::intake::read_question)
        .problems(&[Code::Gone])
        .serve(api::intake::__path_answer, api::intake::answer)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .serve(api::intake::__path_extend, api::intake::extend)
        .problems(&[Code::IllegalTransition, Code::TooLate, Code::AlreadyExtended, Code::CalendarExhausted])
        .serve(api::intake::__path_withdraw, api::intake::withdraw)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .serve(api::intake::__path_match_contact, api::intake::match_contact)
        .problems(&[Code::IllegalTransition, Code::Erased, Code::Merged, Code::CalendarExhausted])
        .serve(package::api::__path_build_package, package::api::build_package)
        .problems(&[
            Code::IllegalTransition,
            Code::IdentityUnproven,
            Code::WrongRight,
            Code::NoContact,
            Code::Erased,
            Code::CalendarExhausted,
        ])
        .serve(package::api::__path_withhold, package::api::withhold)
        .problems(DRAFT)
        .serve(package::api::__path_list_redactions, package::api::list_redactions)
        .serve(package::api::__path_release_package, package::api::release_package)
        .problems(DRAFT)
        .serve(package::api::__path_read_package, package::api::read_package)
        .problems(&[Code::BeingBuilt, Code::Gone])
        .serve(package::api::__path_package_progress, package::api::package_progress)
        .serve(package::api::__path_package_delivery, package::api::package_delivery)
        .serve(package::api::__path_change_delivery, package::api::change_delivery)
        .problems(&[Code::Gone, Code::CalendarExhausted])
        .serve(package::opening::__path_show_link, package::opening::show_link)
        .problems(&[Code::Gone])
        .serve(package::opening::__path_open, package::opening::open)
        .problems(&[Code::Gone, Code::WrongReference, Code::CalendarExhausted])
        .serve(api::decisions::__path_refuse, api::decisions::refuse)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .serve(api::decisions::__path_lapse, api::decisions::lapse)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .serve(api::decisions::__path_close_duplicate, api::decisions::close_duplicate)
        .problems(&[Code::IllegalTransition, Code::CalendarExhausted])
        .serve(api::decisions::__path_complete, api::decisions::complete)
        .problems(&[Code::IllegalTransition, Code::IdentityUnproven, Code::CalendarExhausted])
        .serve(api::rights::__path_rectify, api::rights::rectify)
        .problems(CARRIED_OUT)
        .problems(&[Code::ContactExists])
        .serve(api::rights::__path_restrict, api::rights::restrict)
        .problems(CARRIED_OUT)
        .problems(&[Code::Restricted])
        .serve(api::rights::__path_lift, api::rights::lift)
        .problems(CARRIED_OUT)
        .problems(&[Code::Conflict])
        .serve(api::rights::__path_object, api::rights::object)
        .problems(CARRIED_OUT)
        .problems(&[Code::PurposeNotConsent])
        .serve(api::rights::__path_plan, api::rights::plan)
        .problems(CARRIED_OUT)
        .serve(api::rights::__path_execute, api::rights::execute)
        .problems(CARRIED_OUT)
        .problems(&[Code::SamePerson, Code::PersonRequired, Code::PlanStale, Code::MatchesUnanswered])
        .serve(status::api::__path_show, status::api::show)
        .problems(&[Code::Gone, Code::CalendarExhausted])
        .serve(status::api::__path_act, status::api::act)
        .problems(&[Code::Gone, Code::IllegalTransition, Code::CalendarExhausted])
        .unseals(&["/v1/subject-requests/{id}", "/v1/request-status/{token}", "/v1/package-links/{token}"])
}

/// The problems of what is done about the draft of a package.
const DRAFT: &[Code] = &[
    Code::BeingBuilt,
    Code::IllegalTransition,
    Code::IdentityUnproven,
    Code::WrongRight,
    Code::NoContact,
    Code::Erased,
    Code::Merged,
    Code::CalendarExhausted,
];

/// What stands in the way of carrying any right out.
const CARRIED_OUT: &[Code] = &[
    Code::IllegalTransition,
    Code::IdentityUnproven,
    Code::WrongRight,
    Code::NoContact,
    Code::Erased,
    Code::Merged,
    Code::CalendarExhausted,
];
