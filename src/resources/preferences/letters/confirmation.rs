//! Asks a mailbox to confirm a grant (double opt-in: UK GDPR Article 7(1)).

use askama::Template;

use super::Foot;
use crate::domain::{DecisionId, Error};
use crate::platform::mail::Mail;
use crate::platform::outbox::store as outbox;
use crate::platform::outbox::{Claimed, Composed, Letter};
use crate::platform::transaction::WriteTx;
use crate::resources::consents::model::Wording;
use crate::resources::consents::purposes::called;
use crate::resources::consents::{self, Waiting};
use crate::resources::contacts::store as contacts;

/// The letter.
pub(super) struct ConfirmationLetter;

#[derive(Template)]
#[template(path = "mail/confirmation.txt")]
struct Text<'a> {
    called: &'a str,
    wording: &'a Wording,
    url: &'a str,
    unsubscribe_url: &'a str,
    foot: &'a Foot<'a>,
}

#[derive(Template)]
#[template(path = "mail/confirmation.html")]
struct Html<'a> {
    called: &'a str,
    wording: &'a Wording,
    url: &'a str,
    unsubscribe_url: &'a str,
    foot: &'a Foot<'a>,
}

impl Letter for ConfirmationLetter {
    fn kind(&self) -> &'static str {
        consents::store::CONFIRMATION
    }

    fn compose(&self, tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Composed, Error> {
        let (Some(contact), Some(subject)) = (message.contact, message.subject) else {
            return Err(Error::internal("a confirmation without its decision"));
        };
        let decision = DecisionId::from_uuid(subject.uuid());
        let Waiting { purpose, wording } = match consents::waiting(tx, contact, decision)? {
            Ok(waiting) => waiting,
            Err(reason) => return Ok(Composed::Moot(reason)),
        };
        let addressee = match contacts::addressee(tx, contact)? {
            Ok(addressee) => addressee,
            Err(reason) => return Ok(Composed::Moot(reason)),
        };
        // The contact has moved back, while the letter waited, to an address that a letter has reached already.
        if consents::has_link(tx, contact, decision, &addressee.mark)? {
            return Ok(Composed::Moot("asked_already"));
        }
        outbox::note_address(tx, message.id, &addressee.mark)?;
        let token = tx.also(|tx| consents::mint_confirmation(tx, decision))?;
        let url = format!("{}/confirmations/{token}", tx.identity().pages_url);
        let foot = Foot::mint(tx, contact, &addressee.mark)?;
        let unsubscribe_url = consents::unsubscribe_url(tx, contact, purpose)?;
        let called = called(purpose);
        let (wording, url, foot) = (&wording, url.as_str(), &foot);
        let text = Text { called, wording, url, unsubscribe_url: &unsubscribe_url, foot };
        let html = Html { called, wording, url, unsubscribe_url: &unsubscribe_url, foot };
        Ok(Composed::Mail(Mail {
            to: addressee.email,
            subject: format!("Please confirm that you want {called}"),
            text: text.render().map_err(|error| Error::internal(error))?,
            html: html.render().map_err(|error| Error::internal(error))?,
            unsubscribe_url: Some(unsubscribe_url),
            calendar: None,
        }))
    }
}
