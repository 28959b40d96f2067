//! The letters that bring links. None says a name: anybody could have typed it, and the mailbox may be a stranger's.

mod confirmation;
mod preferences;

use crate::domain::Controller;
use crate::platform::outbox::Letters;

pub(super) use preferences::PREFERENCES;

/// The letters of this room.
pub static LETTERS: Letters = &[&confirmation::ConfirmationLetter, &preferences::PreferencesLetter];

/// What stands at the foot of every letter.
struct Foot<'a> {
    controller: &'a Controller,
    preferences_url: String,
}
