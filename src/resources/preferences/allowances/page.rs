//! The pages of the links that allow sharing again.

use askama::Template;

use super::super::recipients::recipients;
use super::model::Allowance;
use crate::domain::{day_words, london_date};
use crate::platform::http::Frame;

#[derive(Template)]
#[template(path = "pages/confirm_sharing.html")]
struct Confirm<'a> {
    frame: &'a Frame,
    recipients: &'a str,
    /// `None` once it is confirmed.
    until: Option<String>,
}

/// Asks the mailbox's owner to confirm.
pub(super) fn confirm(asked: &Allowance, frame: &Frame) -> askama::Result<String> {
    let until = Some(day_words(london_date(asked.expires_at)));
    Confirm { frame, recipients: recipients(asked.recipient_kind), until }.render()
}

/// Says that it is confirmed.
pub(super) fn confirmed(done: &Allowance, frame: &Frame) -> askama::Result<String> {
    Confirm { frame, recipients: recipients(done.recipient_kind), until: None }.render()
}
