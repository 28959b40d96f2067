//! Brings the link to a mailbox's own preferences.

use askama::Template;

use super::Foot;
use crate::domain::Error;
use crate::platform::mail::Mail;
use crate::platform::outbox::store as outbox;
use crate::platform::outbox::{Claimed, Composed, Letter};
use crate::platform::transaction::WriteTx;
use crate::resources::contacts::store as contacts;

/// The kind of message that brings the link; it bears the mark of the address that asked.
pub const PREFERENCES: &str = "preferences";

/// The letter.
pub(super) struct PreferencesLetter;

#[derive(Template)]
#[template(path = "mail/preferences.txt")]
struct Text<'a> {
    foot: &'a Foot<'a>,
}

#[derive(Template)]
#[template(path = "mail/preferences.html")]
struct Html<'a> {
    foot: &'a Foot<'a>,
}

impl Letter for PreferencesLetter {
    fn kind(&self) -> &'static str {
        PREFERENCES
    }

    fn compose(&self, tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Composed, Error> {
        let mark = message.mark.as_deref().unwrap_or_default();
        // Looks the address up here, when no caller waits for the response.
        let Some(contact) = contacts::with_address(tx, mark)? else { return Ok(Composed::Moot("unknown_address")) };
        let addressee = match contacts::addressee(tx, contact)? {
            Ok(addressee) => addressee,
            Err(reason) => return Ok(Composed::Moot(reason)),
        };
        // Another contact can get the address later.
        outbox::note_contact(tx, message.id, contact)?;
        let foot = Foot::mint(tx, contact, mark)?;
        Ok(Composed::Mail(Mail {
            to: addressee.email,
            subject: "Your choices about email from us".to_owned(),
            text: Text { foot: &foot }.render().map_err(|error| Error::internal(error))?,
            html: Html { foot: &foot }.render().map_err(|error| Error::internal(error))?,
            unsubscribe_url: None,
            calendar: None,
        }))
    }
}
