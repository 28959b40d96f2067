//! What each letter says of a request.

use super::super::letter_queue::Kind;
use super::super::model::{ClockRuns, OutcomeKind, RequestOutcome, RequestStep, Right, StepKind, SubjectRequest};
use super::super::package::store as packages;
use super::super::store::steps;
use super::super::wording::{asked_for, whom};
use super::package;
use super::recipients;
use crate::domain::{Controller, Error, day_words, london_date};
use crate::platform::mail::{Block, Words};
use crate::platform::transaction::ReadTx;
use crate::policy::retention::LETTERS_FOR_THE_POST;

fn text(text: impl Into<String>) -> Block {
    Block::Text(text.into())
}

/// The step that a letter is about.
fn step(kind: Kind) -> Option<StepKind> {
    match kind {
        Kind::IdentityRequest => Some(StepKind::IdentityRequested),
        Kind::AuthorityRequest => Some(StepKind::AuthorityRequested),
        Kind::Clarification => Some(StepKind::ClarificationRequested),
        Kind::Extension => Some(StepKind::ExtensionNotified),
        Kind::Acknowledgement | Kind::Refusal | Kind::Outcome | Kind::Package => None,
    }
}

/// A letter about a request as it stands now; `None` where there is no such letter, or who asked was erased.
pub(super) fn words(tx: &mut ReadTx<'_>, request: &SubjectRequest, kind: Kind) -> Result<Option<Words>, Error> {
    let Some(requester) = &request.requester else { return Ok(None) };
    if kind == Kind::Package {
        return package::enclosed(tx, request);
    }
    let about = match step(kind) {
        None => None,
        Some(step) => match steps::newest(tx, request.id, step)? {
            Some(found) => Some(found),
            None => return Ok(None),
        },
    };
    let controller = &tx.identity().controller;
    let (title, mut parts) = match (kind, &about, &request.outcome) {
        (Kind::Acknowledgement, ..) => ("We have your request", acknowledgement(request)),
        (Kind::IdentityRequest, Some(step), _) => ("Please show us that it is you", identity(step, controller)),
        (Kind::AuthorityRequest, Some(step), _) => ("Please show us that you may ask", authority(step, controller)),
        (Kind::Clarification, Some(step), _) => ("Please tell us more", clarification(request, step)),
        (Kind::Extension, Some(step), _) => ("We need more time", extension(request, step)),
        (Kind::Refusal, _, Some(outcome)) if outcome.kind == OutcomeKind::Refused => {
            ("Our answer to your request", refusal(outcome, controller))
        }
        (Kind::Outcome, _, Some(outcome)) if outcome.kind != OutcomeKind::Refused => {
            let mut more: Vec<Block> = package::how(tx, request)?.into_iter().collect();
            more.extend(recipients::named(tx, request.id)?);
            ("Our answer to your request", ending(outcome, more, controller))
        }
        _ => return Ok(None),
    };
    let mut blocks = vec![text(format!("Dear {},", requester.name.as_str()))];
    blocks.append(&mut parts);
    Ok(Some(Words { title: format!("{title}: {}", request.reference.as_str()), blocks }))
}

/// What a letter on paper begins with: whom it goes to, and its day. The postal address is the one that the council gave for the
/// package, where there is one. `None` for the sheet that goes with a package, which has its own.
///
/// # Errors
/// Internal when the postal address cannot be unsealed.
pub(super) fn head(tx: &mut ReadTx<'_>, request: &SubjectRequest, kind: Kind) -> Result<Option<Block>, Error> {
    let Some(requester) = request.requester.as_ref().filter(|_| kind != Kind::Package) else { return Ok(None) };
    let about = steps::newest(tx, request.id, step(kind).unwrap_or(StepKind::Received))?;
    let day = match (kind, &request.outcome) {
        (Kind::Outcome | Kind::Refusal, Some(outcome)) => Some(outcome.decided_on),
        (Kind::Acknowledgement, _) => about.map(|step| london_date(step.recorded_at)),
        _ => about.map(|step| step.on),
    };
    let address = packages::postal_address(tx, request.id)?;
    let lines = [
        Some(requester.name.as_str().to_owned()),
        address.map(|address| address.as_str().to_owned()),
        day.map(|day| format!("\n{}", day_words(day))),
    ];
    Ok(Some(text(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))))
}

/// How long the name of a person who was erased is kept for a letter by post.
pub(super) fn name_kept(request: &SubjectRequest) -> Block {
    let days = LETTERS_FOR_THE_POST.num_days();
    text(format!(
        "We have erased the data about {}. We keep the name on this letter for {days} more days, only to post the \
         letter. Then we erase the name too.",
        whom(request)
    ))
}

fn acknowledgement(request: &SubjectRequest) -> Vec<Block> {
    let asked = asked_for(request.kind, whom(request));
    let mut parts = vec![text(format!(
        "Thank you for your request, which reached us on {}. We read it as a request for {asked}. Its reference number \
         is {}; please give it when you write or call.",
        day_words(request.received_on),
        request.reference.as_str()
    ))];
    if let (ClockRuns::Running, Some(due)) = (request.clock.state, request.clock.due_on) {
        parts.push(text(format!("We will answer without undue delay, and by {} at the latest.", day_words(due))));
    }
    parts.push(text(
        "It is free. If we need to be sure who you are, or do not understand your request, we will write to you. If \
         the request is complex, or one of many, we can take two more months. We will tell you before that day, and \
         give our reasons.",
    ));
    parts
}

fn how_to_send(controller: &Controller) -> Block {
    text(format!(
        "Please answer this letter, or write to {} or {}. Send only as much as we need to be sure. We look at it, \
         record that we have seen it, and delete it. Our time to answer starts on the day on which it reaches us.",
        controller.data_protection_email, controller.address
    ))
}

fn identity(step: &RequestStep, controller: &Controller) -> Vec<Block> {
    let mut parts = vec![text(
        "Before we can start, we must be sure that the request is from you (UK GDPR, Article 12(6)). This is because:",
    )];
    parts.extend(step.text.clone().map(Block::Quote));
    parts.push(how_to_send(controller));
    parts
}

fn authority(step: &RequestStep, controller: &Controller) -> Vec<Block> {
    let mut parts =
        vec![text("You ask for another person. Before we can start, please show us that they want you to:")];
    parts.extend(step.text.clone().map(Block::Quote));
    parts.push(how_to_send(controller));
    parts
}

fn clarification(request: &SubjectRequest, step: &RequestStep) -> Vec<Block> {
    let mut parts = vec![text("To help us answer you, please tell us:")];
    parts.extend(step.text.clone().map(Block::Quote));
    let asked = day_words(step.on);
    parts.push(text(if request.kind == Right::Access {
        format!(
            "The days from {asked} to the day of your answer, both included, do not count towards our time to answer."
        )
    } else {
        "Our time to answer continues meanwhile.".to_owned()
    }));
    parts.push(text(
        "If we do not hear from you within a reasonable time, we may close the request. You can make it again.",
    ));
    parts
}

fn extension(request: &SubjectRequest, step: &RequestStep) -> Vec<Block> {
    let until = match request.clock.due_on {
        Some(due) => {
            format!(
                "We need two more months to answer your request, until {} at the latest. This is because:",
                day_words(due)
            )
        }
        None => "We need two more months to answer your request. This is because:".to_owned(),
    };
    let mut parts = vec![text(until)];
    parts.extend(step.text.clone().map(Block::Quote));
    parts
}

/// The routes of complaint for the requester (UK GDPR Article 12(4); Data Protection Act 2018 sections
/// 164A, 165 and 167).
fn complaints(controller: &Controller) -> Vec<Block> {
    vec![
        Block::Heading("If you are unhappy with our answer"),
        text(format!(
            "You can complain to us (Data Protection Act 2018, section 164A): write to {} or {}. We acknowledge a \
             complaint within 30 days, investigate it, and tell you the outcome.",
            controller.data_protection_email, controller.address
        )),
        text(
            "You can complain to the Information Commission (ICO) (section 165): www.ico.org.uk/make-a-complaint, \
             telephone 0303 123 1113.",
        ),
        text("You can ask a court to order us to comply (section 167)."),
    ]
}

/// Why, on which ground.
fn reasons(outcome: &RequestOutcome) -> Vec<Block> {
    let ground = outcome.ground.map(|ground| text(format!("The reason in law is that {}.", ground.plain())));
    let mut parts = vec![Block::Quote(outcome.explanation.as_str().to_owned())];
    parts.extend(ground);
    parts
}

fn refusal(outcome: &RequestOutcome, controller: &Controller) -> Vec<Block> {
    let mut parts = vec![text("We have decided not to do what you asked for. These are our reasons:")];
    parts.extend(reasons(outcome));
    parts.extend(complaints(controller));
    parts
}

fn ending(outcome: &RequestOutcome, more: Vec<Block>, controller: &Controller) -> Vec<Block> {
    let first = match outcome.kind {
        OutcomeKind::Fulfilled => "We have done what you asked for:",
        OutcomeKind::PartlyFulfilled => "We have done part of what you asked for, and refused the rest:",
        OutcomeKind::Withdrawn => "We have closed your request, because you withdrew it:",
        OutcomeKind::Lapsed => "We have closed your request without doing what you asked for:",
        OutcomeKind::Duplicate | OutcomeKind::Refused => "We have closed this request:",
    };
    let mut parts = vec![text(first)];
    parts.extend(reasons(outcome));
    parts.extend(more);
    if outcome.kind == OutcomeKind::Withdrawn {
        parts.push(text("You can make it again at any time."));
    } else {
        parts.extend(complaints(controller));
    }
    parts
}
