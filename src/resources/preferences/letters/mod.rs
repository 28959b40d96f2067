//! The letters that bring links. None says a name: anybody could have typed it, and the mailbox may be a stranger's.

mod confirmation;
mod preferences;

use crate::domain::{Controller, Purpose};
use crate::platform::outbox::Letters;

/// The letters of this room.
pub static LETTERS: Letters = &[&confirmation::ConfirmationLetter, &preferences::PreferencesLetter];

/// What stands at the foot of every letter.
struct Foot<'a> {
    controller: &'a Controller,
    preferences_url: String,
}

/// What a purpose is called in a sentence: "Please confirm that you want ...".
pub(super) fn called(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Newsletter => "our newsletter",
        Purpose::BlogsAndArticles => "our blogs and website articles",
        Purpose::TradeArticles => "our trade articles",
        Purpose::EventInformation => "news of our events",
        Purpose::ProfessionalNetworks => "mail about our professional networks",
        Purpose::EventAdministration => "mail about the events you have booked",
        Purpose::VenueSecurity => "mail about security at our venues",
    }
}
