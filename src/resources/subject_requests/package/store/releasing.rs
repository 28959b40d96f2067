//! Releasing a draft to its person.

use diesel::prelude::*;

use super::super::super::commands::{Completed, Fulfilment};
use super::super::super::letter_queue;
use super::super::super::model::{Explanation, Right, SubjectRequest};
use super::super::super::store::carry_out_telling;
use super::super::delivery::Delivery;
use super::super::model::Package;
use super::super::release::{RefusedPart, ReleasePackage};
use super::super::search::{SearchRecord, unsure_in_words};
use super::super::words::{self, Words};
use super::drafts::locked;
use super::released::note_mail;
use super::{packages, parts, place, redactions};
use crate::domain::{Error, Fault, PossibleMatch, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::http::IfMatch;
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::matching;
use crate::policy::retention::PACKAGES;
use crate::policy::subject_requests::Ground;
use crate::policy::withholding::WithholdingGround;
use crate::resources::contacts::store::matches::remember_of_package;

const ARTICLE: &str = "UK GDPR Article 15";

/// What is to be done about matches without an answer.
const UNANSWERED: &str = "Some records may be about the person or about another. Say of each of the draft's `search.matches` whether \
                          it is about the person, or that you are unsure, with `matches` of `POST .../package`, and review the new draft.";

/// Releases a draft, unchanged: from now on it is the person's, and the request is complete, in part where something was left
/// out or refused.
///
/// # Errors
/// As [`locked`]; 409 `matches_unanswered` while a possible match has no answer; 412 when something was done since the version
/// that `reviewed` names; 422 for a ground that is none against this right, or a delivery that lacks its address.
pub fn release(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    reviewed: Option<&IfMatch>,
    ReleasePackage { refusal }: ReleasePackage,
) -> Result<Recorded<SubjectRequest>, Error> {
    let draft = locked(&mut tx, id)?;
    if let Some(reviewed) = reviewed {
        reviewed.check(draft.request.version)?;
    }
    let words = parts::words(&mut tx, &draft.key, id)?;
    let withheld = redactions::grounds(&mut tx, id)?;
    let place = place(id);
    let head: Package = place.read(serde_json::from_slice(&draft.key.open(&place, &draft.sealed)?))?;
    let matches = head.matches();
    matching::must_be_answered(matches, UNANSWERED, ARTICLE)?;
    let answers: Vec<serde_json::Value> = matches.iter().map(answer_in_audit).collect();
    let unsure = head.search.as_ref().map_or(0, |search| search.unsure);
    let search = head.search.as_ref().map(SearchRecord::in_words).unwrap_or_default();
    let told = if withheld.is_empty() { search } else { format!("{}\n{search}", left_out(&withheld)) };
    let delivery = words.delivery_for(&draft.request)?;
    let outcome = outcome(draft.request.kind, (words, unsure), &withheld, refusal)?;
    let now = tx.now();
    let change = (
        packages::released_at.eq(now),
        packages::released_by.eq(tx.actor().label()),
        packages::delivery.eq(<&str>::from(delivery)),
        packages::expires_at.eq(now.plus(PACKAGES)),
    );
    diesel::update(packages::table.find(id)).set(change).execute(tx.connection())?;
    if let Some(contact) = draft.request.contact_id {
        remember_of_package(&mut tx, contact, matches)?;
    }
    let completed = tx.also(|tx| carry_out_telling(tx, id, outcome, told))?;
    if delivery == Delivery::Link {
        let mail = letter_queue::queue(&mut tx, &draft.request, letter_queue::Kind::Package)?;
        note_mail(&mut tx, id, mail)?;
    }
    let entry = Entry::new(Action::SubjectRequestsReleasePackage).contact(draft.request.contact_id);
    let entry = entry.subject(id).with("left_out", withheld.len()).with("matches", answers);
    tx.record(entry.with("delivery", <&str>::from(delivery)), completed)
}

/// A possible match and its answer, for the audit: ids and codes alone.
fn answer_in_audit(found: &PossibleMatch) -> serde_json::Value {
    serde_json::json!({ "record": found.record, "answer": found.answer })
}

/// How much was left out and why, for the history of the request.
fn left_out(withheld: &[WithholdingGround]) -> String {
    let mut grounds: Vec<&str> = withheld.iter().map(|ground| ground.in_short()).collect();
    grounds.sort_unstable();
    grounds.dedup();
    format!("Left out of the package: {} ({}).", withheld.len(), grounds.join("; "))
}

/// What becomes of a request whose package is released.
fn outcome(
    kind: Right,
    (words, unsure): (Words, usize),
    withheld: &[WithholdingGround],
    refusal: Option<RefusedPart>,
) -> Result<Completed, Error> {
    const LEFT_OUT: &str = "We have left some things out of it. It says where, and why.";
    let mut explanation = String::from(match words.explanation {
        Some(given) => given,
        None => words::own(kind)?,
    });
    if let Some(unsure) = unsure_in_words(unsure) {
        explanation = format!("{explanation}\n{unsure}");
    }
    let too_long = |_| {
        let detail = "is too long together with the explanation that was given when the package was built";
        Error::invalid(Fault::new("/refusal/explanation", "too_long_together", detail))
    };
    if withheld.is_empty() && refusal.is_none() {
        let explanation = Explanation::try_from(explanation).map_err(too_long)?;
        return Ok(Completed { kind: Fulfilment::Fulfilled, explanation, ground: None });
    }
    if !withheld.is_empty() {
        explanation = format!("{explanation}\n{LEFT_OUT}");
    }
    let mut ground = withheld.iter().find_map(|ground| ground.refusal());
    if let Some(refused) = refusal {
        if !refused.ground.fits(kind) || refused.ground == Ground::IdentityNotVerified {
            let detail = "is not a ground for refusing a part of this request";
            return Err(Error::invalid(Fault::new("/refusal/ground", "wrong_ground", detail)));
        }
        explanation = format!("{explanation}\n{}", refused.explanation.as_str());
        ground = Some(refused.ground);
    }
    let explanation = Explanation::try_from(explanation).map_err(too_long)?;
    Ok(Completed { kind: Fulfilment::PartlyFulfilled, explanation, ground })
}
