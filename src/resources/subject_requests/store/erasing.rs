//! Erasure by request (UK GDPR Article 17): its plan, its execution by another person, and the letter to the erased person.

use std::collections::{BTreeMap, BTreeSet};

use super::super::commands::{Completed, Fulfilment};
use super::super::model::{StepKind, SubjectRequest};
use super::super::planning::{PlanErasure, Withhold};
use super::farewell;
use super::person::{locked_with_contact, whose};
use super::progress::{Deed, go_on};
use super::rights::whole;
use super::steps::{self, NewStep};
use super::{carry_out, in_our_words, locked, recipients};
use crate::domain::{
    Code, ContactId, ErasureGround, Error, Fault, Obstacle, RecordClass, SubjectRequestId, day_words, london_date,
};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::clock::Right;
use crate::policy::erasure::{Said, WithheldRecord, explanations_sha256, words};
use crate::policy::subject_requests as policy;
use crate::resources::contacts::store::erasure::{self, ExecutedErasure, ProposedErasure};
use crate::resources::contacts::store::{self as contacts, restrict};
use crate::resources::holds::store::catching::{self as holds, ToldHold};

/// The longest explanation of an outcome, less the text about requests and backups.
const MOST_ABOUT_WHAT_IS_KEPT: usize = 4_000 - 400;

/// The text of a letter about the requests that a partial erasure keeps.
const REQUESTS_KEPT: &str = "Until we can erase the rest, we also keep this answer, and any request of yours that we have not \
                             answered yet. ";

/// The text of a letter about the requests that a legal hold keeps.
const REQUESTS_HELD: &str = "Until we can erase the rest, we also keep your requests and our answers. ";

/// Plans the erasure of the person; another person executes the plan. Explanations of what is withheld go into the history.
///
/// # Errors
/// 404; 409 for a request about another right or out of order, or `identity_unproven`; 410 when the contact was erased or
/// merged; 422 for a record that the plan does not list, a ground that only the service finds, or a day in the past.
pub fn plan(mut tx: WriteTx<'_>, id: SubjectRequestId, asked: PlanErasure) -> Result<Recorded<ProposedErasure>, Error> {
    let contact = match closed_with_unsure_matches(&mut tx, id)? {
        Some(_) if !asked.withhold.is_empty() => {
            let detail = "the person was erased; answer `matches` alone, and leave out what must be kept";
            return Err(Error::invalid(Fault::new("/withhold", "erased", detail)));
        }
        Some((contact, _)) => contact,
        None => whose(&mut tx, id, &[Right::Erasure])?.0,
    };
    let withhold = asked.withhold.clone();
    let (said, explanations) = said(&tx, asked)?;
    let Some(explanations) = explanations else { return erasure::propose(tx, contact, &said) };
    let mut proposed = tx.also(|tx| erasure::propose(tx, contact, &said))?;
    explain(&mut proposed.plan.withhold, &withhold);
    let kept = what_is_kept(&proposed.plan.withhold, Some(&explanations));
    if kept.chars().count() > MOST_ABOUT_WHAT_IS_KEPT {
        let detail =
            "the letter would be longer than 4,000 characters; withhold on fewer grounds, or explain it in fewer words";
        return Err(Error::invalid(vec![Fault::new("/withhold", "too_long", detail)]));
    }
    let known = locked(&mut tx, id)?;
    let (status, today) = (known.request.status, london_date(tx.now()));
    let step = NewStep::new(StepKind::ErasurePlanned, today).telling(explanations);
    go_on(tx, known, Deed::new(step, status, None)).map(|gone| gone.map(|_| proposed))
}

/// Returns the contact of a closed request by which a person was erased, if it stayed unsure of a record whether it is about that
/// person. The request and the contact are locked.
fn closed_with_unsure_matches(
    tx: &mut WriteTx<'_>,
    id: SubjectRequestId,
) -> Result<Option<(ContactId, SubjectRequest)>, Error> {
    let known = locked_with_contact(tx, id)?;
    let (status, kind) = (known.request.status, known.request.kind);
    let Some(contact) = known.request.contact_id.filter(|_| status.is_final() && kind == Right::Erasure) else {
        return Ok(None);
    };
    if erasure::has_unsure_matches(tx, contact)? { Ok(Some((contact, known.shown()?))) } else { Ok(None) }
}

/// Adds the proposer's explanations to the records that the proposer withholds. The stored plan and its hash have none.
fn explain(lines: &mut [WithheldRecord], asked: &[Withhold]) {
    for line in lines {
        let is_this = |asked: &&Withhold| asked.record == line.record && asked.ground == line.ground;
        line.explanation = asked.iter().find(is_this).map(|asked| asked.explanation.as_str().to_owned());
    }
}

/// What the proposer says, and the explanations in it, each once.
fn said(tx: &ReadTx<'_>, asked: PlanErasure) -> Result<(Said, Option<String>), Error> {
    let PlanErasure { withhold, matches } = asked;
    let (today, mut faults) = (london_date(tx.now()), Vec::new());
    let (mut obstacles, mut explanations) = (Vec::new(), Vec::new());
    for (at, line) in withhold.into_iter().enumerate() {
        if matches!(line.ground, ErasureGround::AccessRequest | ErasureGround::CannotIdentify) {
            let detail = "is a ground that the service applies by itself; give a ground of Article 17(3)";
            faults.push(Fault::new(format!("/withhold/{at}/ground"), "wrong_ground", detail));
        }
        if line.until.is_some_and(|until| until < today) {
            faults.push(Fault::new(format!("/withhold/{at}/until"), "past", "must not be in the past"));
        }
        obstacles.push(Obstacle { record: Some(line.record), ground: line.ground, until: line.until });
        let explanation = String::from(line.explanation);
        if !explanations.contains(&explanation) {
            explanations.push(explanation);
        }
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let explanations = (!explanations.is_empty()).then(|| explanations.join("\n"));
    let explanations_sha256 = explanations.as_deref().map(explanations_sha256);
    Ok((Said { obstacles, answers: matches, explanations_sha256 }, explanations))
}

/// Executes the plan, answers the request, and restricts the person while something about them is withheld.
///
/// # Errors
/// As [`plan`]; 403 `same_person` for the proposer of the plan; 409 `plan_stale` for another plan, or one that something has
/// overtaken, `matches_unanswered` while a possible match has no answer.
pub fn execute(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    plan_sha256: &str,
) -> Result<Recorded<SubjectRequest>, Error> {
    if let Some((contact, request)) = closed_with_unsure_matches(&mut tx, id)? {
        // The request was answered. What becomes of the records is in the audit.
        return erasure::execute(tx, contact, plan_sha256).map(|executed| executed.map(|_| request));
    }
    let (contact, request) = whose(&mut tx, id, &[Right::Erasure])?;
    let awaits_recipients = recipients::tell(&mut tx, &request)?;
    let executed = tx.also(|tx| erasure::execute(tx, contact, plan_sha256))?;
    let (mut told_holds, mut requests_are_held) = (Vec::new(), false);
    if !executed.erased {
        let restricted = contacts::facts(&mut tx, contact)?.is_some_and(|facts| facts.restriction.is_some());
        if !restricted {
            tx.also(|tx| restrict::restrict(tx, contact, policy::WITHHELD))?;
        }
        let person = contacts::person(&mut tx, contact)?;
        holds::note_refused(&mut tx, &person, id)?;
        requests_are_held = holds::keeps(&mut tx, &person, RecordClass::SubjectRequest)?;
        if !requests_are_held {
            // The rooms keep open requests, and this one is still open.
            farewell::note(&mut tx, id)?;
        }
        told_holds = holds::told(&mut tx, &person)?;
    }
    let explanations = explanations(&mut tx, id, &executed)?;
    let requests = match (executed.erased, requests_are_held) {
        (true, _) => "",
        (false, true) => REQUESTS_HELD,
        (false, false) => REQUESTS_KEPT,
    };
    carry_out(tx, id, told(&executed, explanations.as_deref(), &told_holds, requests)?, awaits_recipients)
}

/// Finds in the history what the plan said about what is withheld.
fn explanations(
    tx: &mut ReadTx<'_>,
    id: SubjectRequestId,
    executed: &ExecutedErasure,
) -> Result<Option<String>, Error> {
    let Some(sha256) = &executed.explanations_sha256 else { return Ok(None) };
    let step = steps::newest(tx, id, StepKind::ErasurePlanned)?;
    match step.and_then(|step| step.text).filter(|text| explanations_sha256(text) == *sha256) {
        Some(text) => Ok(Some(text)),
        None => Err(Error::new(Code::PlanStale, "The plan belongs to another request. Propose one for this request.")),
    }
}

/// Writes the letter about an erasure that was carried out.
fn told(
    executed: &ExecutedErasure,
    explanations: Option<&str>,
    holds: &[ToldHold],
    requests: &str,
) -> Result<Completed, Error> {
    let backups = &executed.backups;
    let in_backups = format!(
        "Copies in backups can be read until {} at the latest. We delete them by {}.",
        day_words(backups.readable_until),
        day_words(backups.held_until)
    );
    let Some(first) = executed.withheld.first() else {
        return whole(format!(
            "We have erased your data. We keep only facts that do not show who you are: that you had a record here, \
             the decisions and their dates, and a code that stops us from writing to your address again. {in_backups}"
        ));
    };
    let mut kept = what_is_kept(&executed.withheld, explanations);
    for ToldHold { statute, reference, .. } in holds {
        kept = format!("{kept}\nThe law that obliges us to keep it: {statute} ({reference}).");
    }
    let explanation = in_our_words(format!("{kept}\nWe have erased everything else. {requests}{in_backups}"))?;
    Ok(Completed { kind: Fulfilment::PartlyFulfilled, explanation, ground: Some(first.ground.into()) })
}

/// What is kept, in words: first what is known to be the person's, by its ground, then what may be another person's.
fn what_is_kept(withheld: &[WithheldRecord], explanations: Option<&str>) -> String {
    let (unsure, theirs): (Vec<_>, Vec<_>) =
        withheld.iter().partition(|kept| kept.ground == ErasureGround::CannotIdentify);
    let mut paragraphs = Vec::new();
    if !theirs.is_empty() {
        paragraphs.push(
            "We must keep some of your data for now. Its use is restricted: we store it, and use it only for the \
             reason that we keep it."
                .to_owned(),
        );
    }
    let mut lines: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for kept in theirs {
        lines.entry((kept.ground, kept.until)).or_default().insert(words::what(&kept.record.table));
    }
    for ((ground, until), what) in lines {
        let until = until.map(|until| format!(" at least until {}", day_words(until))).unwrap_or_default();
        let what = what.into_iter().collect::<Vec<_>>().join("; ");
        paragraphs.push(format!("Kept{until}: {what}, because {}.", words::why(ground)));
    }
    paragraphs.extend(explanations.map(str::to_owned));
    paragraphs.extend(may_be_anothers(&unsure));
    paragraphs.join("\n")
}

/// Writes the paragraphs about records that may be the person's or another's: other contacts stay in use, and the rest is
/// restricted.
fn may_be_anothers(unsure: &[&WithheldRecord]) -> Vec<String> {
    let count = |of: &str, one: &str, many: &str| match unsure.iter().filter(|kept| kept.record.table == of).count() {
        0 => None,
        1 => Some(format!("1 {one}")),
        more => Some(format!("{more} {many}")),
    };
    let found = [
        count("complaints", "complaint", "complaints"),
        count("subject_requests", "request about personal data", "requests about personal data"),
    ];
    let found = found.into_iter().flatten().collect::<Vec<_>>().join(" and ");
    let records = (!found.is_empty()).then(|| {
        format!(
            "We hold records that may be from you or from another person: {found}. They have your name, or a \
             telephone number or an email address that was also yours. We could not find out whose they are, so we \
             have not erased them. Their use is restricted: we store them, and do nothing else with them. If you can \
             show us that one of them is yours, please write to us."
        )
    });
    let contacts = count("contacts", "record", "records").map(|found| {
        format!(
            "We hold {found} that may be about you or about another person, with your telephone number and name, or \
             with an email address that was also yours. We could not find out whose data that is. We have not \
             changed that data, and we still use it as before. If you can show us that it is yours, please write to \
             us, and we will erase it too."
        )
    });
    records.into_iter().chain(contacts).collect()
}
