//! What a person does from their mailbox: the links to their preferences, and the letters that bring links.
//!
//! Invariants: only a mailbox gets a link, never an answer of the API; a link is stored as a hash and is no good once
//! the contact has another address; asking for one tells nobody whether an address is known.

mod api;
mod asking;
mod choices;
mod letters;
mod links;
pub mod model;
mod pages;
mod personal;

pub use letters::{Foot, LETTERS};
pub use links::url as preferences_url;
pub use personal::PreferenceData;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("preferences", "What a person sees and changes from their own mailbox.")
        .serve(api::__path_ask, api::ask)
        .serve(api::__path_show, api::show)
        .problems(&[Code::Gone])
        .serve(api::__path_decide, api::decide)
        .problems(&[Code::Gone, Code::PurposeNotConsent, Code::Restricted, Code::KeyMissing])
}
