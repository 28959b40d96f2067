//! The page of where a request stands.

use askama::Template;

use super::super::model::RequestStatus;
use super::super::package::delivery::{PackageReady, ReadyMail};
use super::super::wording::asked_for;
use super::model::{RecipientView, StatusView};
use crate::domain::{Lifecycle, day_words, london_date, london_words};
use crate::platform::http::Frame;
use crate::platform::outbox::Status;
use crate::policy::obligations::{ObligationStatus, RecipientAct};

#[derive(Template)]
#[template(path = "pages/request_status.html")]
struct Page<'a> {
    frame: &'a Frame,
    reference: &'a str,
    stands: String,
    due_on: Option<String>,
    recipients: Vec<Told<'a>>,
    can_withdraw: bool,
    package: Option<Ready>,
}

/// A recipient of the data, and what it has done.
struct Told<'a> {
    name: &'a str,
    done: String,
}

impl<'a> Told<'a> {
    fn of(RecipientView { name, status, action, acted_on }: &'a RecipientView) -> Self {
        let done = match (status, action) {
            (ObligationStatus::Open, _) => "We are waiting for its answer.",
            (ObligationStatus::Closed, _) => {
                "We could not reach it, or the effort would be out of proportion, so we closed this."
            }
            (ObligationStatus::Acknowledged, Some(RecipientAct::Corrected)) => "It has corrected your data",
            (ObligationStatus::Acknowledged, Some(RecipientAct::Restricted)) => {
                "It stores your data, and does not use it"
            }
            (ObligationStatus::Acknowledged, Some(RecipientAct::Erased)) => "It has erased your data",
            (ObligationStatus::Acknowledged, Some(RecipientAct::NotHeld)) => "It has none of your data",
            (ObligationStatus::Acknowledged, None) => "It has answered",
        };
        let on = acted_on.map(|day| format!(" ({}).", day_words(day))).unwrap_or_default();
        Self { name: name.as_str(), done: format!("{done}{on}") }
    }
}

/// The copy that can be opened.
struct Ready {
    until: String,
    times: String,
    /// What became of the newest mail with a link.
    mail: String,
    /// Whether another can be asked for now.
    can_ask: bool,
}

impl Ready {
    fn of(PackageReady { expires_at, downloads_left, mail, can_ask }: &PackageReady) -> Self {
        let times = if *downloads_left == 1 { "once".to_owned() } else { format!("{downloads_left} times") };
        Self {
            until: day_words(london_date(*expires_at)),
            times,
            mail: mail_in_words(mail.as_ref()),
            can_ask: *can_ask,
        }
    }
}

fn mail_in_words(mail: Option<&ReadyMail>) -> String {
    let Some(mail) = mail else { return "We have sent you a link to it by email.".to_owned() };
    let at = mail.settled_at.map(london_words).unwrap_or_default();
    match (mail.status, mail.again_from().map(london_words)) {
        (Status::Queued, _) => {
            "We are sending you a link to it by email. Wait a few minutes, and look in your spam folder.".to_owned()
        }
        (Status::Sent, Some(from)) => format!(
            "We sent you a link to it by email on {at}. Look in your spam folder too. If you cannot find it, you can ask for \
             the link again from {from}."
        ),
        (Status::Sent, None) => "We have sent you a link to it by email.".to_owned(),
        (Status::Dead, _) => format!(
            "We could not deliver our email with the link: we gave up on {at}. Call us or write to us, and we will give you \
             your copy in another way."
        ),
        (Status::Dropped, _) => "We have not sent you a link to it.".to_owned(),
    }
}

/// The page of where a request stands.
pub(super) fn page(view: &StatusView, frame: &Frame) -> askama::Result<String> {
    let StatusView { reference, kind, status, due_on, recipients, package } = view;
    let stands = match status {
        RequestStatus::Received => "We have your request, and will write to you.",
        RequestStatus::IdentityPending => {
            "We are waiting for proof that you are the person, or that you may ask for them. Please see our letter."
        }
        RequestStatus::InProgress => "We are working on it.",
        RequestStatus::ClarificationPending => {
            "We are waiting for your answer to our question. Please see our \
                                                letter."
        }
        RequestStatus::AwaitingRecipients => {
            "We have done what you asked for. We are waiting for others who received the data to do the same."
        }
        RequestStatus::Completed => "We have done what you asked for.",
        RequestStatus::PartiallyCompleted => {
            "We have done part of what you asked for, and refused the rest. Please see our letter."
        }
        RequestStatus::Refused => {
            "We have refused your request. Our letter gives the reasons, and says where you \
                                   can complain."
        }
        RequestStatus::Withdrawn => "You have withdrawn your request. You can make it again at any time.",
        RequestStatus::Lapsed => {
            "We have closed your request, because you did not send what we asked for. You can make it again at any \
             time."
        }
        RequestStatus::Duplicate => "We have closed your request, because it repeats another, which we answer.",
    };
    let asked = asked_for(*kind, "the person the data is about");
    let can_withdraw = status.next().contains(&RequestStatus::Withdrawn);
    Page {
        frame,
        reference: reference.as_str(),
        stands: format!("It is a request for {asked}. {stands}"),
        due_on: due_on.filter(|_| status.must_be_undecided().is_ok()).map(day_words),
        recipients: recipients.iter().map(Told::of).collect(),
        can_withdraw,
        package: package.as_ref().map(Ready::of),
    }
    .render()
}
