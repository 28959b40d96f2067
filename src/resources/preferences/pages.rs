//! The pages of a mailbox's preferences.

use askama::Template;
use strum::VariantArray;

use super::choices::Decided;
use super::model::{About, ConfirmationRequired, Preference, Preferences};
use super::recipients;
use crate::domain::Purpose;
use crate::platform::http::{Either, Frame, PageOrJson, Shown};
use crate::resources::consents::model::State;
use crate::resources::consents::purposes::{named, plain_english};
use crate::resources::organisations::model::OrganisationKind;

/// A purpose on the page.
struct Choice {
    purpose: Purpose,
    title: &'static str,
    meaning: &'static str,
    named: &'static str,
    wording: &'static str,
    /// The present state.
    now: &'static str,
    can_stop: bool,
    can_ask: bool,
    /// It was asked for before, and waits.
    again: bool,
}

/// A kind of recipients on the page.
struct Kind {
    word: &'static str,
    heading: &'static str,
    named: &'static str,
    meaning: &'static str,
    is_refused: bool,
    can_allow: bool,
}

/// What a decision has changed.
struct Changed {
    title: String,
    text: &'static str,
}

#[derive(Template)]
#[template(path = "pages/choices.html")]
struct Choices<'a> {
    frame: &'a Frame,
    done: Option<Changed>,
    restricted: bool,
    kinds: Vec<Kind>,
    purposes: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "pages/check_your_mail.html")]
struct CheckYourMail<'a> {
    frame: &'a Frame,
    asked: String,
}

fn choice(preference: &Preference, restricted: bool) -> Option<Choice> {
    let &Preference { purpose, state, .. } = preference;
    let words = plain_english(purpose)?;
    let (now, can_stop, can_ask) = match state {
        None => ("You have not asked for this. We do not send it to you.", false, true),
        Some(State::Given) => ("You have said yes. We send this to you.", true, false),
        Some(State::Withdrawn) => ("You have said no. We do not send this to you.", false, true),
        Some(State::Pending) => ("Confirm this by the link in our email. Until then we do not send it.", true, true),
        Some(State::Expired) => {
            ("You asked for this, but did not confirm it in time. We do not send it to you.", false, true)
        }
        Some(State::Stale) => (
            "You said yes, but our privacy notice has changed since. We do not send this until you say yes again.",
            true,
            true,
        ),
    };
    Some(Choice {
        purpose,
        title: words.title,
        meaning: preference.meaning,
        named: words.named,
        wording: preference.wording,
        now,
        can_stop,
        can_ask: can_ask && !restricted,
        again: state == Some(State::Pending),
    })
}

/// Every kind of recipient, and whether the person refuses it.
fn kinds(refused: &[OrganisationKind], restricted: bool) -> Vec<Kind> {
    let kind = |&kind: &OrganisationKind| {
        let is_refused = refused.contains(&kind);
        Kind {
            word: kind.into(),
            heading: recipients::heading(kind),
            named: recipients::recipients(kind),
            meaning: recipients::meaning(kind),
            is_refused,
            can_allow: is_refused && !restricted,
        }
    };
    OrganisationKind::VARIANTS.iter().map(kind).collect()
}

fn page(preferences: &Preferences, done: Option<Changed>, frame: &Frame) -> askama::Result<String> {
    let Preferences { consents, sharing_refusals, restricted } = preferences;
    let kinds = kinds(sharing_refusals, *restricted);
    let purposes = consents.iter().filter_map(|preference| choice(preference, *restricted)).collect();
    Choices { frame, done, restricted: *restricted, kinds, purposes }.render()
}

/// The preferences of a mailbox.
pub(super) fn choices(preferences: &Preferences, frame: &Frame) -> askama::Result<String> {
    page(preferences, None, frame)
}

/// What the page says that was decided.
fn changed(about: About) -> Changed {
    match about {
        About::Consent(purpose, _) => Changed {
            title: format!("You have stopped {}", named(purpose)),
            text: "We have stopped it. Nothing else has changed. An email that we sent before may still reach you.",
        },
        About::Sharing(kind, _) => Changed {
            title: format!("We do not share your data with {}", recipients::recipients(kind)),
            text: "We have taken back what we shared with them, unless a law requires it. Nothing else has changed.",
        },
    }
}

/// What the person has asked for, in a mail that waits to be confirmed.
fn asked(about: About) -> String {
    match about {
        About::Consent(purpose, _) => format!("You have asked for {}.", named(purpose)),
        About::Sharing(kind, _) => {
            format!("You have asked us to share your data with {} again.", recipients::recipients(kind))
        }
    }
}

/// What came of a decision, as it is wanted.
pub(super) fn decided(
    wanted: PageOrJson,
    about: About,
    decided: Decided,
) -> Either<Shown<Preferences>, Shown<ConfirmationRequired, 202>> {
    let (preferences, done) = match decided {
        Decided::Waits(waits) => {
            let page =
                move |_: &ConfirmationRequired, frame: &Frame| CheckYourMail { frame, asked: asked(about) }.render();
            return Either::Other(wanted.show(waits, page));
        }
        Decided::Done(preferences) => (preferences, changed(about)),
        Decided::Unchanged(preferences) => {
            let text = "These were your choices already.";
            (preferences, Changed { title: "Nothing has changed".to_owned(), text })
        }
    };
    Either::One(wanted.show(preferences, move |preferences, frame| page(preferences, Some(done), frame)))
}
