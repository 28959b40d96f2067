//! Releasing a draft to its person.

use diesel::prelude::*;

use super::super::super::commands::{Completed, Fulfilment};
use super::super::super::letter_queue;
use super::super::super::model::{Explanation, Right, SubjectRequest};
use super::super::super::store::{carry_out_telling, in_our_words};
use super::super::delivery::Delivery;
use super::super::model::Package;
use super::super::release::{RefusedPart, ReleasePackage};
use super::super::words::{self, Words};
use super::drafts::locked;
use super::{packages, parts, place, redactions};
use crate::domain::{Error, Fault, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::http::IfMatch;
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::retention::PACKAGES;
use crate::policy::subject_requests::Ground;
use crate::policy::withholding::WithholdingGround;

/// Releases a draft, unchanged: from now on it is the person's, and the request is complete, in part where something was left
/// out or refused.
///
/// # Errors
/// As [`locked`]; 412 when something was done since the version that `reviewed` names; 422 for a ground that is none against
/// this right.
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
    let search = head.search.map(|search| search.in_words()).unwrap_or_default();
    let told = if withheld.is_empty() { search } else { format!("{}\n{search}", left_out(&withheld)) };
    let delivery = delivery_of(&draft.request, words.delivery)?;
    let outcome = outcome(draft.request.kind, words, &withheld, refusal)?;
    let now = tx.now();
    let change = (
        packages::released_at.eq(now),
        packages::released_by.eq(tx.actor().label()),
        packages::delivery.eq(<&str>::from(delivery)),
        packages::expires_at.eq(now.plus(PACKAGES)),
    );
    diesel::update(packages::table.find(id)).set(change).execute(tx.connection())?;
    let completed = tx.also(|tx| carry_out_telling(tx, id, outcome, told))?;
    if delivery == Delivery::Link {
        letter_queue::queue(&mut tx, &draft.request, letter_queue::Kind::Package)?;
    }
    let entry = Entry::new(Action::SubjectRequestsReleasePackage).contact(draft.request.contact_id);
    let entry = entry.subject(id).with("left_out", withheld.len());
    tx.record(entry.with("delivery", <&str>::from(delivery)), completed)
}

/// How a package reaches its person: as the council chose, else by a link where there is an address.
///
/// # Errors
/// 422 for a link where there is none.
pub(super) fn delivery_of(request: &SubjectRequest, chosen: Option<Delivery>) -> Result<Delivery, Error> {
    let has_address = request.requester.as_ref().is_some_and(|requester| requester.email.is_some());
    if chosen == Some(Delivery::Link) && !has_address {
        let detail = "needs the requester's e-mail address, and there is none; choose post or handed_over";
        return Err(Error::invalid(Fault::new("/delivery", "email_needed", detail)));
    }
    Ok(chosen.unwrap_or(if has_address { Delivery::Link } else { Delivery::Post }))
}

/// How much was left out and why, for the history of the request.
fn left_out(withheld: &[WithholdingGround]) -> String {
    let mut grounds: Vec<&str> = withheld.iter().map(<&str>::from).collect();
    grounds.sort_unstable();
    grounds.dedup();
    format!("Left out of the package: {} ({}).", withheld.len(), grounds.join(", "))
}

/// What becomes of a request whose package is released.
fn outcome(
    kind: Right,
    words: Words,
    withheld: &[WithholdingGround],
    refusal: Option<RefusedPart>,
) -> Result<Completed, Error> {
    const LEFT_OUT: &str = "We have left some things out of it. It says where, and why.";
    let mut explanation = String::from(match words.explanation {
        Some(given) => given,
        None => words::own(kind)?,
    });
    if withheld.is_empty() && refusal.is_none() {
        let explanation = in_our_words(explanation)?;
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
    let too_long = |_| {
        let detail = "is too long in combination with the explanation of the package";
        Error::invalid(Fault::new("/refusal/explanation", "too_long_together", detail))
    };
    let explanation = Explanation::try_from(explanation).map_err(too_long)?;
    Ok(Completed { kind: Fulfilment::PartlyFulfilled, explanation, ground })
}
