//! Recording decisions: of several callers together, or of one who came by a link.

use std::collections::HashSet;

use super::super::evidence::Evidence;
use super::super::model::{Answer, Consent, RecordDecision};
use super::Origin;
use super::appending::{Decided, append_all};
use super::facts::{Known, facts_of_all};
use crate::domain::{Error, Fault};
use crate::platform::transaction::{Each, ManyTx, ReadTx, Recorded, WriteTx};
use crate::policy::Lawful;
use crate::policy::consent::{self, Decision};
use crate::resources::contacts::store as contacts;
use crate::resources::notices;
use crate::resources::notices::current::Published;

/// Records decisions, each at the place of its caller.
///
/// # Errors
/// For each, 422 for a contract-only purpose, an unknown contact or notice, or a decision in the
/// future; 410 for a grant of the erased; 409 for a grant that a later withdrawal stands against. For
/// all.
pub fn record(tx: &mut ManyTx<'_, '_>, asked: &[&RecordDecision]) -> Result<Each<Consent>, Error> {
    record_all(tx, asked, None)
}

/// Records a decision that the mailbox itself makes by a link: `recorded_by` names the link.
///
/// # Errors
/// As [`record`], for one.
pub fn record_by_link(
    tx: &mut WriteTx<'_>,
    asked: &RecordDecision,
    recorded_by: &'static str,
) -> Result<Consent, Error> {
    tx.also_alone(|tx| record_all(tx, &[asked], Some(recorded_by)))
}

/// A requested decision, and the place of its caller.
type Placed<'a> = (usize, &'a RecordDecision);

/// The answer to the caller at a place.
type PlacedAnswer = (usize, Result<Recorded<Consent>, Error>);

fn record_all(
    tx: &mut ManyTx<'_, '_>,
    asked: &[&RecordDecision],
    link: Option<&'static str>,
) -> Result<Each<Consent>, Error> {
    let mut first = tx.of(0)?;
    let notices = notices::store::published(&mut first)?;
    let mut answers = Vec::with_capacity(asked.len());
    let mut left: Vec<Placed<'_>> = asked.iter().copied().enumerate().collect();
    while !left.is_empty() {
        left = record_round(tx, left, (&notices, link), &mut answers)?;
    }
    answers.sort_unstable_by_key(|(place, _)| *place);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

/// Records the first decision of each person. Returns the others for the next round, because the first bears on them.
fn record_round<'a>(
    tx: &mut ManyTx<'_, '_>,
    asked: Vec<Placed<'a>>,
    (notices, link): (&Published, Option<&'static str>),
    answers: &mut Vec<PlacedAnswer>,
) -> Result<Vec<Placed<'a>>, Error> {
    let mut named = HashSet::new();
    let (first, mut later): (Vec<_>, Vec<_>) = asked.into_iter().partition(|(_, asked)| named.insert(asked.contact_id));
    let about: Vec<_> = first.iter().map(|(_, asked)| (asked.contact_id, asked.purpose)).collect();
    let mut people = facts_of_all(&mut tx.of(0)?, &about)?;
    let mut met = HashSet::new();
    let mut decided = Vec::with_capacity(first.len());
    for (place, asked) in first {
        let known = people.remove(&asked.contact_id);
        // Two ids of one person, after a merge.
        if known.as_ref().is_some_and(|known| !met.insert(known.contact.id)) {
            later.push((place, asked));
            continue;
        }
        let own = tx.of(place)?;
        match judge(known, asked, notices, &own) {
            Ok((known, lawful)) => {
                let origin = link.map_or_else(|| Origin::new(own.actor().label()), Origin::new);
                decided.push((place, decision(known, asked, lawful, origin)));
            }
            Err(error) => answers.push((place, Err(error))),
        }
    }
    let recorded = append_all(tx, &decided, notices)?;
    answers.extend(decided.into_iter().map(|(place, _)| place).zip(recorded));
    later.sort_unstable_by_key(|(place, _)| *place);
    Ok(later)
}

fn decision(known: Known, asked: &RecordDecision, lawful: Lawful<Decision>, origin: Origin) -> Decided {
    let evidence = Evidence {
        wording: asked.wording.clone(),
        locale: asked.locale.clone(),
        reference: asked.evidence_ref.clone(),
    };
    Decided { purpose: asked.purpose, known, lawful, evidence, origin }
}

/// Whether the requested decision may be recorded for a known contact.
fn judge(
    known: Option<Known>,
    asked: &RecordDecision,
    notices: &Published,
    tx: &ReadTx<'_>,
) -> Result<(Known, Lawful<Decision>), Error> {
    consent::must_take_consent(asked.purpose)?;
    let now = tx.now();
    let current = known.as_ref().and_then(|known| known.facts.current.as_ref());
    let occurred_at = asked.occurred_at.unwrap_or_else(|| consent::occurs(current, now));
    match &known {
        Some(known) if known.contact.id != asked.contact_id && asked.decision == Answer::Given => {
            return Err(contacts::merged(known.contact.id));
        }
        _ => {}
    }
    let notice_version = notices.shown(asked.notice_version, now);
    let mut faults = Vec::new();
    if asked.occurred_at.is_some_and(|told| told > tx.latest()) {
        faults.push(Fault::new("/occurred_at", "future", "must not be in the future"));
    }
    if known.is_none() {
        faults.push(Fault::unknown_reference("/contact_id"));
    }
    if notice_version.is_none() {
        faults.push(Fault::unknown_reference("/notice_version"));
    }
    let (Some(known), Some(notice_version), true) = (known, notice_version, faults.is_empty()) else {
        return Err(Error::invalid(faults));
    };
    let lawful = match asked.decision {
        Answer::Given => consent::give(&known.facts, asked.method, occurred_at, notice_version, now)?,
        Answer::Withdrawn => consent::withdraw(asked.method, occurred_at, notice_version),
    };
    Ok((known, lawful))
}
