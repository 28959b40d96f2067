//! The letters about a complaint: the acknowledgement and the outcome. They go to the complaint's
//! address. They have no name, because the mailbox may be a stranger's; the outcome letter has the
//! words of the outcome alone.

use askama::Template;

use super::letter_queue::{ACKNOWLEDGEMENT, OUTCOME};
use super::model::{Complaint, ComplaintOutcome, ComplaintStatus, OutcomeExplanation};
use super::store;
use crate::domain::{ComplaintId, Controller, EmailAddress, Error, day_words};
use crate::platform::mail::Mail;
use crate::platform::outbox::{Claimed, Composed, Letter, Letters};
use crate::platform::transaction::WriteTx;
use crate::resources::contacts::store as contacts;
use crate::resources::preferences::preferences_url;

/// The letters of this room.
pub static LETTERS: Letters = &[&AcknowledgementLetter, &OutcomeLetter];

/// What stands at the foot of both letters.
struct Foot<'a> {
    controller: &'a Controller,
    /// Where a contact sees and changes what else is sent to this address.
    preferences_url: Option<String>,
}

#[derive(Template)]
#[template(path = "mail/complaint_acknowledgement.txt")]
struct AcknowledgementText<'a> {
    reference: &'a str,
    received_on: &'a str,
    foot: &'a Foot<'a>,
}

#[derive(Template)]
#[template(path = "mail/complaint_acknowledgement.html")]
struct AcknowledgementHtml<'a> {
    reference: &'a str,
    received_on: &'a str,
    foot: &'a Foot<'a>,
}

#[derive(Template)]
#[template(path = "mail/complaint_outcome.txt")]
struct OutcomeText<'a> {
    reference: &'a str,
    received_on: &'a str,
    verdict: &'a str,
    explanation: &'a OutcomeExplanation,
    foot: &'a Foot<'a>,
}

#[derive(Template)]
#[template(path = "mail/complaint_outcome.html")]
struct OutcomeHtml<'a> {
    reference: &'a str,
    received_on: &'a str,
    verdict: &'a str,
    explanation: &'a OutcomeExplanation,
    foot: &'a Foot<'a>,
}

/// The complaint that a message is about.
fn complaint_of(tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Complaint, Error> {
    let subject = message.subject.ok_or_else(|| Error::internal("a letter without its complaint"))?;
    store::one(tx, ComplaintId::from_uuid(subject.uuid()))
}

/// The foot of a letter to an address.
fn foot<'a>(tx: &mut WriteTx<'a>, complaint: &Complaint, to: &EmailAddress) -> Result<Foot<'a>, Error> {
    let known = contacts::addressees(tx, complaint.contact_id.as_slice())?.pop().filter(|known| known.email == *to);
    let preferences_url = match &known {
        Some(known) => Some(preferences_url(tx, known.id, &known.mark)?),
        None => None,
    };
    Ok(Foot { controller: &tx.identity().controller, preferences_url })
}

/// Says that a complaint is here (section 164A).
struct AcknowledgementLetter;

impl Letter for AcknowledgementLetter {
    fn kind(&self) -> &'static str {
        ACKNOWLEDGEMENT
    }

    fn compose(&self, tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Composed, Error> {
        let complaint = complaint_of(tx, message)?;
        match complaint.status {
            ComplaintStatus::Withdrawn => return Ok(Composed::Moot("withdrawn")),
            // The letter that says so makes this one needless.
            ComplaintStatus::OutcomeGiven => return Ok(Composed::Moot("outcome_given")),
            ComplaintStatus::Received | ComplaintStatus::Acknowledged | ComplaintStatus::Investigating => {}
        }
        let Some(to) = complaint.email().cloned() else { return Ok(Composed::Moot("no_address")) };
        let foot = foot(tx, &complaint, &to)?;
        let (reference, received_on, foot) = (&complaint.reference, &day_words(complaint.received_on), &foot);
        let text = AcknowledgementText { reference, received_on, foot };
        let html = AcknowledgementHtml { reference, received_on, foot };
        Ok(Composed::Mail(Mail {
            to,
            subject: format!("We have your complaint {reference}"),
            text: text.render().map_err(|error| Error::internal(error))?,
            html: html.render().map_err(|error| Error::internal(error))?,
            unsubscribe_url: None,
            calendar: None,
        }))
    }
}

/// Says what came of a complaint, and which ways are left (sections 165 and 167).
struct OutcomeLetter;

fn verdict(outcome: ComplaintOutcome) -> &'static str {
    match outcome {
        ComplaintOutcome::Upheld => "Your complaint is upheld: you are right.",
        ComplaintOutcome::PartlyUpheld => "Your complaint is upheld in part.",
        ComplaintOutcome::NotUpheld => "Your complaint is not upheld.",
    }
}

impl Letter for OutcomeLetter {
    fn kind(&self) -> &'static str {
        OUTCOME
    }

    fn compose(&self, tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Composed, Error> {
        let complaint = complaint_of(tx, message)?;
        let Some(to) = complaint.email().cloned() else { return Ok(Composed::Moot("no_address")) };
        let (Some(outcome), Some(explanation)) = (complaint.outcome, &complaint.explanation) else {
            return Err(Error::internal("an outcome's letter without the outcome"));
        };
        let foot = foot(tx, &complaint, &to)?;
        let (reference, received_on, foot) = (&complaint.reference, &day_words(complaint.received_on), &foot);
        let verdict = verdict(outcome);
        let text = OutcomeText { reference, received_on, verdict, explanation, foot };
        let html = OutcomeHtml { reference, received_on, verdict, explanation, foot };
        Ok(Composed::Mail(Mail {
            to,
            subject: format!("The outcome of your complaint {reference}"),
            text: text.render().map_err(|error| Error::internal(error))?,
            html: html.render().map_err(|error| Error::internal(error))?,
            unsubscribe_url: None,
            calendar: None,
        }))
    }
}
