//! Recording decisions: of several callers in one go, or of one who came by a link.

use std::collections::HashSet;

use super::super::evidence::Evidence;
use super::super::model::{Answer, Consent, RecordDecision};
use super::Origin;
use super::appending::{Decided, append, append_all};
use super::facts::{Known, facts_of_person, facts_of_several};
use crate::domain::{Error, Fault};
use crate::platform::transaction::{Each, ManyTx, ReadTx, Recorded, WriteTx};
use crate::policy::Lawful;
use crate::policy::consent::{self, Decision};
use crate::resources::contacts::store as contacts;
use crate::resources::notices;
use crate::resources::notices::current::Published;

/// Records a decision that the mailbox itself makes by a link: `recorded_by` names the link.
///
/// # Errors
/// As [`record`], for one.
pub fn record_by_link(
    tx: WriteTx<'_>,
    asked: &RecordDecision,
    recorded_by: &'static str,
) -> Result<Recorded<Consent>, Error> {
    record_one(tx, asked, Origin::new(recorded_by))
}

/// Records decisions, each at the place of its caller.
///
/// # Errors
/// For each, 422 for a contract-only purpose, an unknown contact or notice, or a decision in the
/// future; 410 for a grant of the erased; 409 for a grant that a later withdrawal stands against. For
/// all.
pub fn record(tx: &mut ManyTx<'_, '_>, asked: &[&RecordDecision]) -> Result<Each<Consent>, Error> {
    let mut answers: Vec<Option<Result<Recorded<Consent>, Error>>> = asked.iter().map(|_| None).collect();
    // The first of each person's.
    let mut met = HashSet::new();
    let of_its_own = |asked: &&&RecordDecision| met.insert(asked.contact_id);
    let about: Vec<_> = asked.iter().filter(of_its_own).map(|asked| (asked.contact_id, asked.purpose)).collect();
    let mut first = tx.of(0)?;
    let mut people = facts_of_several(&mut first, &about)?;
    let notices = notices::store::published(&mut first)?;
    let mut decided = Vec::with_capacity(asked.len());
    for ((place, asked), answer) in asked.iter().enumerate().zip(&mut answers) {
        if !met.remove(&asked.contact_id) {
            continue;
        }
        let known = people.remove(&asked.contact_id);
        if known.as_ref().is_some_and(|known| known.contact.merged_into.is_some()) {
            continue;
        }
        let own = tx.of(place)?;
        match judge(known, asked, &notices, &own) {
            Ok((known, lawful)) => {
                let origin = Origin::new(own.actor().label());
                decided.push((place, decision(known, asked, lawful, origin)));
            }
            Err(error) => *answer = Some(Err(error)),
        }
    }
    for (place, recorded) in append_all(tx, &decided, &notices)? {
        if let Some(answer) = answers.get_mut(place) {
            *answer = Some(recorded);
        }
    }
    // After those, by themselves: a second decision of the same person, which the first may bear on, and one that names a
    // contact which was merged into another.
    let mut recorded = Vec::with_capacity(asked.len());
    for ((place, asked), answer) in asked.iter().enumerate().zip(answers) {
        let recorded_by_itself = || {
            let own = tx.of(place)?;
            let origin = Origin::new(own.actor().label());
            record_one(own, asked, origin)
        };
        recorded.push(answer.unwrap_or_else(recorded_by_itself));
    }
    Ok(recorded)
}

fn record_one(mut tx: WriteTx<'_>, asked: &RecordDecision, origin: Origin) -> Result<Recorded<Consent>, Error> {
    let known = facts_of_person(&mut tx, asked.contact_id, asked.purpose)?;
    let notices = notices::store::published(&mut tx)?;
    let now = tx.now();
    let (known, lawful) = judge(known, asked, &notices, &tx)?;
    append(tx, &decision(known, asked, lawful, origin), &notices.changes(now))
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
