//! The pages of a mailbox's preferences.

use askama::Template;

use super::choices::Decided;
use super::model::{ConfirmationRequired, Preference, Preferences};
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
    /// Whom the person does not want their data shared with.
    refused: Vec<&'static str>,
    purposes: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "pages/check_your_mail.html")]
struct CheckYourMail<'a> {
    frame: &'a Frame,
    named: &'a str,
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

/// A kind of recipients as a person calls it.
fn recipients(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::Council => "Worcestershire County Council",
        OrganisationKind::EventPartner => "partners of our events",
        OrganisationKind::Venue => "the venues of our events",
        OrganisationKind::ApprovedContractor => "our contractors",
        OrganisationKind::PublicAuthority => "other public authorities",
    }
}

fn page(preferences: &Preferences, done: Option<Changed>, frame: &Frame) -> askama::Result<String> {
    let Preferences { consents, sharing_refusals, restricted } = preferences;
    let refused = sharing_refusals.iter().map(|&kind| recipients(kind)).collect();
    let purposes = consents.iter().filter_map(|preference| choice(preference, *restricted)).collect();
    Choices { frame, done, restricted: *restricted, refused, purposes }.render()
}

/// The preferences of a mailbox.
pub(super) fn choices(preferences: &Preferences, frame: &Frame) -> askama::Result<String> {
    page(preferences, None, frame)
}

/// What came of a decision about `purpose`, as it is wanted.
pub(super) fn decided(
    wanted: PageOrJson,
    purpose: Purpose,
    decided: Decided,
) -> Either<Shown<Preferences>, Shown<ConfirmationRequired, 202>> {
    let named = named(purpose);
    let (preferences, done) = match decided {
        Decided::Waits(waits) => {
            let page = move |_: &ConfirmationRequired, frame: &Frame| CheckYourMail { frame, named }.render();
            return Either::Other(wanted.show(waits, page));
        }
        Decided::Done(preferences) => {
            let text = "We have stopped it. Nothing else has changed. An email that we sent before may still reach \
                        you.";
            (preferences, Changed { title: format!("You have stopped {named}"), text })
        }
        Decided::Unchanged(preferences) => {
            let text = "These were your choices already.";
            (preferences, Changed { title: "Nothing has changed".to_owned(), text })
        }
    };
    Either::One(wanted.show(preferences, move |preferences, frame| page(preferences, Some(done), frame)))
}
