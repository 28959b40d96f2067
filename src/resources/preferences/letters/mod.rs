//! The letters that bring links. They have no name, because any person could have typed it, and the
//! mailbox may be a stranger's.

mod confirmation;
mod preferences;

use super::allowances::AllowanceLetter;
use super::links;
use crate::domain::{ContactId, Controller, Error};
use crate::platform::outbox::Letter;
use crate::platform::transaction::WriteTx;
use crate::resources::organisations::model::OrganisationKind;

pub(super) use preferences::PREFERENCES;

/// The letters of this room.
pub const LETTERS: [&dyn Letter; 7] = [
    &confirmation::ConfirmationLetter,
    &preferences::PreferencesLetter,
    &AllowanceLetter(OrganisationKind::Council),
    &AllowanceLetter(OrganisationKind::EventPartner),
    &AllowanceLetter(OrganisationKind::Venue),
    &AllowanceLetter(OrganisationKind::ApprovedContractor),
    &AllowanceLetter(OrganisationKind::PublicAuthority),
];

/// What stands at the foot of every letter.
pub struct Foot<'a> {
    /// The body that is responsible for the data: the controller.
    pub controller: &'a Controller,
    /// The person's own link to what they have agreed to.
    pub preferences_url: String,
}

impl<'a> Foot<'a> {
    /// The foot of a letter to the mailbox whose blind index is `mark`, with a link of its own.
    pub fn mint(tx: &mut WriteTx<'a>, contact: ContactId, mark: &[u8]) -> Result<Self, Error> {
        let preferences_url = links::url(tx, contact, mark)?;
        Ok(Self { controller: &tx.identity().controller, preferences_url })
    }
}
