//! Erasure (UK GDPR Article 17): what becomes of each table, what is withheld and on which ground (Article 17(3), Data
//! Protection Act 2018 section 173), the plan of it, and who may carry it out.

use aws_lc_rs::digest;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Lawful;
use crate::domain::{Code, ContactId, ErasureGround, Error, Obstacle, PersonalRecord, Refusal, hex, ids_alone};

mod rules;
pub mod words;

pub use rules::{ErasureRule, Fate, OF_NO_CONTACT, RULES, rule_of};

/// Where the rule on erasure stands.
const ARTICLE: &str = "UK GDPR Article 17";

/// What a plan says of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlannedRecords {
    /// The records, by the name of their table.
    #[schema(example = "memberships")]
    pub record: &'static str,
    /// How many there are now; absent for what comes and goes by itself, and goes as it is then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub count: Option<usize>,
    /// Why.
    pub ground: &'static str,
}

/// A record that is not erased.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct WithheldRecord {
    /// The record, as table and id.
    #[schema(example = "memberships/01937a5e-8f00-7c3a-9d55-3f2a60b1c901")]
    pub record: String,
    /// Why.
    pub ground: ErasureGround,
    /// The day until which it must be kept at least. For a copy that is owed, it is the last day for the answer; for an open
    /// complaint, the last day for its acknowledgement. Null where no such day is known, or it has passed.
    #[schema(example = "2027-03-31")]
    pub until: Option<NaiveDate>,
}

ids_alone!(codes: ErasureGround);
ids_alone!(PlannedRecords { record, count, ground });
// `record` is the name of a table and an id.
ids_alone!(WithheldRecord { ground, until; ids: record });
ids_alone!(ErasurePlan { contact_id, erase, anonymise, keep, withhold; ids: state_sha256, spared });

/// What an erasure of a person does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErasurePlan {
    /// The person.
    pub contact_id: ContactId,
    /// What is deleted.
    pub erase: Vec<PlannedRecords>,
    /// What stays without telling who it was.
    pub anonymise: Vec<PlannedRecords>,
    /// What stays as it is, because it tells nobody who it was.
    pub keep: Vec<PlannedRecords>,
    /// What must be kept whole for now.
    pub withhold: Vec<WithheldRecord>,
    /// SHA-256 over the ids and versions of every record about the person: it changes when one of them does.
    pub state_sha256: String,
    #[serde(skip)]
    #[schema(ignore)]
    spared: Vec<(&'static str, Uuid)>,
}

impl ErasurePlan {
    /// The hash by which a plan is executed: SHA-256 over its RFC 8785 form, in hexadecimal.
    ///
    /// # Errors
    /// When it cannot be serialised, which no plan is.
    pub fn sha256(&self) -> Result<String, Error> {
        hashed(self)
    }

    /// Whether the person's own record goes, and with it the key.
    pub fn erases_the_person(&self) -> bool {
        self.withhold.is_empty()
    }
}

fn hashed(value: &impl Serialize) -> Result<String, Error> {
    let canonical = serde_jcs::to_vec(value).map_err(Error::internal)?;
    Ok(hex(digest::digest(&digest::SHA256, &canonical).as_ref()))
}

/// Plans the erasure of a person of whom the rooms hold `records`, against which `obstacles` stand.
///
/// What must be kept must also be readable: as long as one record is withheld, so is the person's own, on the same
/// grounds, and the key stays.
///
/// # Errors
/// Internal, for a record of a table that has no rule.
pub fn plan(
    contact_id: ContactId,
    mut records: Vec<PersonalRecord>,
    obstacles: &[Obstacle],
) -> Result<ErasurePlan, Error> {
    records.sort_unstable();
    if let Some(record) = records.iter().find(|record| rule_of(record.table).is_none_or(|rule| !rule.counted)) {
        return Err(Error::internal(format_args!("no rule of erasure counts records of {}", record.table)));
    }
    let mut withhold = Vec::new();
    let mut spared = Vec::new();
    let theirs = |obstacle: &&Obstacle| match &obstacle.record {
        None => true,
        Some(name) => records.iter().any(|record| record.table == name.table && record.id == name.id),
    };
    for obstacle in obstacles.iter().filter(theirs) {
        let stands_against = |record: &&PersonalRecord| match &obstacle.record {
            None => true,
            Some(name) => record.table == "contacts" || (record.table == name.table && record.id == name.id),
        };
        for record in records.iter().filter(stands_against) {
            let name = format!("{}/{}", record.table, record.id);
            withhold.push(WithheldRecord { record: name, ground: obstacle.ground, until: obstacle.until });
            spared.push((record.table, record.id));
        }
    }
    withhold.sort_unstable();
    withhold.dedup();
    spared.sort_unstable();
    spared.dedup();
    let planned = |fate: Fate| {
        let lines = RULES.iter().filter(|rule| rule.fate == fate).map(|rule| {
            let goes =
                |record: &&PersonalRecord| record.table == rule.table && !spared.contains(&(record.table, record.id));
            let count = rule.counted.then(|| records.iter().filter(goes).count());
            PlannedRecords { record: rule.table, count, ground: rule.ground }
        });
        lines.filter(|line| line.count != Some(0) && !stays(line.record, &withhold)).collect()
    };
    let state: Vec<(&str, Uuid, i32)> =
        records.iter().map(|record| (record.table, record.id, record.version)).collect();
    Ok(ErasurePlan {
        contact_id,
        erase: planned(Fate::Erase),
        anonymise: planned(Fate::Anonymise),
        keep: planned(Fate::Keep),
        state_sha256: hashed(&state)?,
        withhold,
        spared,
    })
}

/// Whether a table's uncounted rows stay because the person does.
fn stays(table: &str, withhold: &[WithheldRecord]) -> bool {
    !withhold.is_empty() && rule_of(table).is_some_and(|rule| rule.with_the_person)
}

/// An erasure that may be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The records that are withheld, by table and id.
    pub withheld: Vec<(&'static str, Uuid)>,
}

/// What must be known to judge the execution of a plan, as it is in the transaction that carries it out.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The hash of the plan that was proposed last and not carried out, and who proposed it; `None` without one.
    pub proposed: Option<(String, String)>,
    /// What a plan would be now.
    pub plan: ErasurePlan,
}

/// Judges the execution by `executor` of the plan whose hash is `asked`.
///
/// # Errors
/// The refusal: whoever proposed cannot execute; the hash is another plan's; or something has changed since.
pub fn by_plan(facts: &Facts, executor: &str, asked: &str) -> Result<Lawful<Erasure>, Error> {
    let stale = |reason| Refusal { code: Code::PlanStale, reason, article: ARTICLE, pointer: None };
    let Some((sha256, proposed_by)) = &facts.proposed else {
        return Err(stale("No plan waits to be carried out: propose one first.").into());
    };
    if proposed_by == executor {
        let reason = "Whoever proposed the plan cannot carry it out: another person must.";
        return Err(Refusal { code: Code::SamePerson, reason, article: ARTICLE, pointer: None }.into());
    }
    if asked != sha256 {
        return Err(stale("This is not the hash of the plan that was proposed last.").into());
    }
    if facts.plan.sha256()? != *sha256 {
        return Err(stale("What the plan is about has changed since it was proposed: propose a new one.").into());
    }
    Ok(Lawful::ruled(Erasure { withheld: facts.plan.spared.clone() }))
}

/// Judges the erasure of a person without a request, which only one has whom nothing depends on.
///
/// # Errors
/// The refusal: something depends on the contact, or stands in the way.
pub fn without_request(depended_on: bool, obstacles: &[Obstacle]) -> Result<Lawful<Erasure>, Refusal> {
    if depended_on || !obstacles.is_empty() {
        let reason = "Consents, memberships or other records depend on the contact; take an erasure request.";
        return Err(Refusal { code: Code::ErasureRequestRequired, reason, article: ARTICLE, pointer: None });
    }
    Ok(Lawful::ruled(Erasure { withheld: Vec::new() }))
}

/// The erasure, once more, of a person whose data came back with an old backup: it was judged when it was first done.
pub fn once_more() -> Lawful<Erasure> {
    Lawful::ruled(Erasure { withheld: Vec::new() })
}

#[cfg(test)]
mod tests;
