//! Consents: one person's answer for one purpose (UK GDPR Articles 6(1)(a) and 7).
//!
//! Invariants: decisions are append-only, and the database itself refuses to change or delete one; the
//! state is their projection, written by one function; only the mailbox confirms a grant that any
//! person could have typed; the service always accepts a withdrawal and an objection at once, and only
//! the owner of the mailbox can lift an objection.

mod api;
mod audience;
pub mod cards;
mod check;
mod confirmation;
mod evidence;
mod links;
pub mod model;
mod one_click;
mod pages;
mod personal;
mod personal_export;
pub mod purposes;
mod receipt;
pub mod store;
mod stream;
mod unsubscribe;

pub use confirmation::{Waiting, waiting};
pub use personal::ConsentData;
pub use store::confirmation_links::{has_link, mint as mint_confirmation};
pub use unsubscribe::url as unsubscribe_url;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new(
        "consents",
        "Consents: a person's decisions for each purpose, their proof, and the people who may be sent something.",
    )
    .serve(api::__path_list, api::list)
    .serve(api::__path_record, api::record)
    .problems(&[
        Code::SupersededByWithdrawal,
        Code::Erased,
        Code::PurposeNotConsent,
        Code::EmailNeeded,
        Code::Restricted,
        Code::KeyMissing,
    ])
    .serve(api::__path_check, api::check)
    .problems(&[Code::PurposeNotConsent])
    .serve(api::__path_read, api::read)
    .serve(api::__path_history, api::history)
    .serve(api::__path_receipt, api::receipt)
    .problems(&[Code::UnknownProfile, Code::Erased])
    .serve(api::__path_decision_receipt, api::decision_receipt)
    .problems(&[Code::UnknownProfile, Code::Erased])
    .serve(api::__path_verify, api::verify)
    .serve(api::__path_audience, api::audience)
    .serve(links::__path_show_confirmation, links::show_confirmation)
    .problems(&[Code::Gone, Code::Restricted])
    .serve(links::__path_confirm, links::confirm)
    .problems(&[Code::Gone, Code::Restricted])
    .serve(links::__path_show_subscription, links::show_subscription)
    .problems(&[Code::Gone])
    .serve(links::__path_unsubscribe, links::unsubscribe)
    .problems(&[Code::Gone])
    .unseals(&["/v1/consents/{id}/receipt", "/v1/consent-decisions/{id}/receipt", "/v1/confirmations/{token}"])
}
