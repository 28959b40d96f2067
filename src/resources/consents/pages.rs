//! The pages of the links that confirm a consent and withdraw it.

use askama::Template;

use super::model::{Confirmation, State, Subscription, Wording};
use super::purposes::{called, named};
use crate::domain::{day_words, london_date};
use crate::platform::http::Frame;

#[derive(Template)]
#[template(path = "pages/confirm.html")]
struct Confirm<'a> {
    frame: &'a Frame,
    waits: bool,
    called: &'a str,
    named: &'a str,
    wording: &'a Wording,
    until: String,
}

/// Asks the mailbox's owner to confirm.
pub(super) fn confirm(asked: &Confirmation, frame: &Frame) -> askama::Result<String> {
    let Confirmation { purpose, state, wording, expires_at } = asked;
    let until = day_words(london_date(*expires_at));
    let waits = !matches!(state, State::Withdrawn | State::Expired);
    Confirm { frame, waits, called: called(*purpose), named: named(*purpose), wording, until }.render()
}

#[derive(Template)]
#[template(path = "pages/confirmed.html")]
struct Confirmed<'a> {
    frame: &'a Frame,
    called: &'a str,
    given: bool,
}

/// Says that it is confirmed.
pub(super) fn confirmed(done: &Confirmation, frame: &Frame) -> askama::Result<String> {
    Confirmed { frame, called: called(done.purpose), given: done.state == State::Given }.render()
}

#[derive(Template)]
#[template(path = "pages/unsubscribe.html")]
struct Unsubscribe<'a> {
    frame: &'a Frame,
    named: &'a str,
    stopped: bool,
    waits: bool,
}

/// Asks whether to stop.
pub(super) fn unsubscribe(asked: &Subscription, frame: &Frame) -> askama::Result<String> {
    let stopped = asked.state == Some(State::Withdrawn);
    let waits = asked.state == Some(State::Pending);
    Unsubscribe { frame, named: named(asked.purpose), stopped, waits }.render()
}

#[derive(Template)]
#[template(path = "pages/unsubscribed.html")]
struct Unsubscribed<'a> {
    frame: &'a Frame,
    named: &'a str,
}

/// Says that it is stopped.
pub(super) fn unsubscribed(done: &Subscription, frame: &Frame) -> askama::Result<String> {
    Unsubscribed { frame, named: named(done.purpose) }.render()
}
