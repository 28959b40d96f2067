//! Disclosures: whose data went to which recipient, what the recipient read, and what it must do with it.
//!
//! Invariants: `policy::sharing` rules on each disclosure, from facts of the transaction that writes it; the same person,
//! organisation, agreement, purpose and event have one live disclosure; nothing revives a recalled one. An end by date and the
//! suspension of an agreement are computed when a disclosure is read.

mod api;
pub mod batches;
pub mod cards;
mod handover;
pub mod model;
pub mod obligations;
mod personal;
pub mod refusals;
pub mod shared_contacts;
mod statistics;
pub mod store;

use crate::domain::Code;
use crate::platform::serve::Room;

pub use personal::DisclosureData;

/// The room's operations.
pub fn routes() -> Room {
    let room = Room::new(
        "disclosures",
        "Disclosures of people's data to organisations: under an agreement, or because a law requires it.",
    )
    .serve(api::__path_list, api::list)
    .serve(api::__path_disclose, api::disclose)
    .problems(&[Code::AgreementNotLive, Code::OrganisationNotActive, Code::WrongOrganisation])
    .serve(statistics::api::__path_statistics, statistics::api::statistics)
    .problems(&[Code::Invalid])
    .serve(api::__path_read, api::read)
    .serve(api::__path_approve, api::approve)
    .problems(&[
        Code::Erased,
        Code::IllegalTransition,
        Code::OrganisationNotActive,
        Code::PersonRequired,
        Code::Restricted,
        Code::SamePerson,
    ])
    .serve(api::__path_recall, api::recall)
    .problems(&[Code::IllegalTransition])
    .serve(api::__path_hand_over, api::hand_over)
    .problems(&[Code::AgreementNotLive, Code::Conflict, Code::Erased, Code::Gone, Code::Restricted])
    .serve(api::__path_of_person, api::of_person);
    refusals::serve(room)
}
