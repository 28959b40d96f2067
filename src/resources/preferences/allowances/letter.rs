//! Asks a mailbox to confirm that sharing is allowed again.

use super::super::links::url as preferences_url;
use super::super::recipients::recipients;
use super::links;
use crate::domain::{Error, day_words, london_date};
use crate::platform::mail::{Block, Mail, Words};
use crate::platform::outbox::{Claimed, Composed, Letter};
use crate::platform::transaction::WriteTx;
use crate::resources::contacts::sharing_refusals::store as sharing_refusals;
use crate::resources::contacts::store as contacts;
use crate::resources::organisations::model::OrganisationKind;

/// The kind of message that asks about a kind of recipient. The message has no other place for the recipient.
pub(super) fn kind_of_message(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::Council => "sharing_with_council",
        OrganisationKind::EventPartner => "sharing_with_event_partner",
        OrganisationKind::Venue => "sharing_with_venue",
        OrganisationKind::ApprovedContractor => "sharing_with_approved_contractor",
        OrganisationKind::PublicAuthority => "sharing_with_public_authority",
    }
}

/// The letter about a kind of recipient.
pub struct AllowanceLetter(pub(in super::super) OrganisationKind);

impl Letter for AllowanceLetter {
    fn kind(&self) -> &'static str {
        kind_of_message(self.0)
    }

    fn compose(&self, tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Composed, Error> {
        let contact = message.contact.ok_or_else(|| Error::internal("a letter about sharing without its contact"))?;
        let addressee = match contacts::addressee(tx, contact)? {
            Ok(addressee) => addressee,
            Err(reason) => return Ok(Composed::Moot(reason)),
        };
        // The mailbox that asked, and no other, may confirm.
        if message.mark.as_ref() != Some(&addressee.mark) {
            return Ok(Composed::Moot("address_changed"));
        }
        let Some(since) = sharing_refusals::since(tx, contact, self.0)? else {
            return Ok(Composed::Moot("allowed"));
        };
        let token = links::mint(tx, contact, self.0, (since, &addressee.mark))?;
        let preferences_url = preferences_url(tx, contact, &addressee.mark)?;
        let identity = tx.identity();
        let whom = recipients(self.0);
        let until = day_words(london_date(tx.now().plus(links::LINK_LIVES)));
        let words = Words {
            title: "Please confirm that we may share your data again".to_owned(),
            blocks: vec![
                Block::Text(format!(
                    "You told us not to share your data with {whom}. You, or another person with your link, asked us to \
                     allow it again."
                )),
                Block::Link(
                    "If that is what you want, confirm it here",
                    format!("{}/sharing-confirmations/{token}", identity.pages_url),
                ),
                Block::Text(format!(
                    "The link works until {until}. If you do not want it, you do not need to do anything: we do not share \
                     your data with {whom}."
                )),
                Block::Link("See and change all your choices", preferences_url),
            ],
        };
        let (text, html) = (words.text(&identity.controller)?, words.html(&identity.controller)?);
        Ok(Composed::Mail(Mail {
            to: addressee.email,
            subject: words.title,
            text,
            html,
            unsubscribe_url: None,
            calendar: None,
        }))
    }
}
