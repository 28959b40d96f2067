//! What falls due, for those who decide.

use super::super::digest;
use super::contents::written;
use super::words::{Block, Words};
use crate::domain::{EmailAddress, Error, london_date};
use crate::platform::doors::WriteTx;
use crate::platform::mail::Mail;
use crate::platform::outbox::{Claimed, Composed, Letter};

/// The kind of message that brings it.
pub(in super::super) const DIGEST: &str = "deadline_digest";

/// The letter.
pub(super) struct DigestLetter;

impl Letter for DigestLetter {
    fn kind(&self) -> &'static str {
        DIGEST
    }

    fn compose(&self, tx: &mut WriteTx<'_>, _: &Claimed) -> Result<Composed, Error> {
        let today = london_date(tx.now());
        let falling = digest::falling_due(tx)?;
        if falling.is_empty() {
            return Ok(Composed::Moot("answered"));
        }
        let controller = &tx.identity().controller;
        let Ok(to) = EmailAddress::parse(&controller.data_protection_email) else {
            return Ok(Composed::Moot("address_unusable"));
        };
        let overdue = falling.iter().filter(|request| request.due_on.is_some_and(|due| due < today)).count();
        let lines: Vec<String> = falling
            .iter()
            .filter_map(|request| {
                let due = request.due_on?;
                let late = if due < today { ", OVERDUE" } else { "" };
                let kind: &str = request.kind.into();
                Some(format!("{}: {kind}, due on {}{late}", request.reference.as_str(), written(due)))
            })
            .collect();
        let total = lines.len();
        let words = Words {
            title: format!("Requests about rights: {total} due within five working days or overdue"),
            blocks: vec![
                Block::Text(format!(
                    "Of the requests that are open, {total} must be answered within five working days or should have been. Overdue: {overdue}."
                )),
                Block::Quote(lines.join("\n")),
                Block::Text("A request whose clock waits for proof or for an answer is not among them.".to_owned()),
            ],
        };
        let (text, html) = (words.text(controller)?, words.html(controller)?);
        Ok(Composed::Mail(Mail {
            contact: None,
            to,
            subject: words.title,
            text,
            html,
            unsubscribe_url: None,
            calendar: None,
        }))
    }
}
