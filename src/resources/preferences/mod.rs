//! What a person does from their mailbox: the links to their preferences, and the letters that bring links.
//!
//! Invariants: only a mailbox gets a link, never a response of the API; a link is stored as a hash and
//! stops working when the contact gets another address; a request for one reveals to no caller whether
//! an address is known.

mod allowances;
mod api;
mod asking;
pub mod cards;
mod choices;
mod letters;
mod links;
pub mod model;
mod pages;
mod personal;
mod recipients;

pub use letters::{Foot, LETTERS};
pub use links::url as preferences_url;
pub use personal::PreferenceData;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("preferences", "Preferences that people read and change by a link in their mailbox.")
        .serve(api::__path_ask, api::ask)
        .serve(api::__path_show, api::show)
        .problems(&[Code::Gone])
        .serve(api::__path_decide, api::decide)
        .problems(&[Code::Gone, Code::PurposeNotConsent, Code::Restricted, Code::KeyMissing])
        .serve(allowances::api::__path_show_sharing_confirmation, allowances::api::show_sharing_confirmation)
        .problems(&[Code::Gone, Code::Restricted])
        .serve(allowances::api::__path_confirm_sharing, allowances::api::confirm_sharing)
        .problems(&[Code::Gone, Code::Restricted])
}
