//! Agreements to share personal data with an organisation: which purposes and members, why, and for how long.
//!
//! Invariants: an agreement is in force only after two people agreed to it; its terms never change, and only its status does;
//! one that has ended stays ended. After its last day an agreement reads as ended, without a job. It holds no person's data:
//! its words are sealed under the service's own key.

mod api;
pub mod cards;
pub mod followers;
pub mod model;
mod of_organisation;
pub mod store;

use crate::domain::Code;
use crate::platform::serve::Room;

pub use of_organisation::OrganisationAgreements;

/// The room's operations.
pub fn routes() -> Room {
    Room::new(
        "sharing-agreements",
        "Agreements to share personal data with an organisation: propose, approve, suspend, end.",
    )
    .serve(api::__path_list, api::list)
    .serve(api::__path_propose, api::propose)
    .problems(&[Code::OrganisationNotActive])
    .serve(api::__path_read, api::read)
    .serve(api::__path_approve, api::approve)
    .problems(&[Code::IllegalTransition, Code::OrganisationNotActive, Code::PersonRequired, Code::SamePerson])
    .serve(api::__path_suspend, api::suspend)
    .problems(&[Code::IllegalTransition])
    .serve(api::__path_reinstate, api::reinstate)
    .problems(&[Code::IllegalTransition, Code::OrganisationNotActive])
    .serve(api::__path_end, api::end)
    .problems(&[Code::IllegalTransition])
}
