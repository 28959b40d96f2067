//! Erasure (UK GDPR Article 17): what becomes of each table, what is withheld and on which ground (Article 17(3), Data
//! Protection Act 2018 section 173), the plan of it, and who may carry it out.

use aws_lc_rs::digest;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Lawful, matching, two_people};
use crate::domain::{
    Actor, AnsweredMatch, Card, Cards, Code, ContactId, ErasureGround, Error, Fate, Fault, IdsAlone, MatchAnswer,
    MatchedBy, Obstacle, OnErasure, Party, PersonalRecord, PossibleMatch, RecordName, Refusal, hex, ids_alone,
};

mod again;
pub mod words;

pub use again::{contacts_of, once_more};

/// Where the rule on erasure stands.
const ARTICLE: &str = "UK GDPR Article 17";

/// What is wrong with a record that the plan does not list.
const NOT_IN_PLAN: &str =
    "names no record of the plan; plan without it, and copy kind and id from `records` or `matches`";

/// What the person who proposes a plan says: what stands in the way besides what the service knows, and whose the possible
/// matches are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What stands in the way.
    pub obstacles: Vec<Obstacle>,
    /// Whose the possible matches are.
    pub answers: Vec<AnsweredMatch>,
    /// SHA-256 over the explanations of the obstacles.
    pub explanations_sha256: Option<String>,
}

impl From<Vec<Obstacle>> for Said {
    fn from(obstacles: Vec<Obstacle>) -> Self {
        Self { obstacles, ..Self::default() }
    }
}

/// The treatment of one table in an erasure plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlannedRecords {
    /// The name of the table.
    #[schema(example = "memberships")]
    pub record: &'static str,
    /// The number of records now; absent for short-lived records, which the erasure deletes as it finds
    /// them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub count: Option<usize>,
    /// The reason for this treatment.
    pub ground: &'static str,
}

/// A record that the erasure keeps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct WithheldRecord {
    /// The record.
    pub record: RecordName,
    /// The ground on which the record is kept.
    pub ground: ErasureGround,
    /// The reason in the words of the letter to the person; absent for a record that the service withholds by itself. The
    /// stored plan has only the hash of all explanations.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        example = "You have claimed the cost of your journey from us. We need the record to answer your claim."
    )]
    pub explanation: Option<String>,
    /// The day until which it must be kept at least. For a copy that we owe the person, it is the last day
    /// for the answer; for an open complaint, the last day for its acknowledgement. Absent if no such day is
    /// known, or if it has passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2027-03-31")]
    pub until: Option<NaiveDate>,
}

ids_alone!(codes: ErasureGround, MatchedBy, MatchAnswer);
ids_alone!(PlannedRecords { record, count, ground });

impl IdsAlone for WithheldRecord {
    fn holds_ids_alone(&self) -> bool {
        self.explanation.is_none()
    }
}

// `table` is the name of a table.
ids_alone!(RecordName { ; ids: table, id });
ids_alone!(PossibleMatch { record, by, answer });
ids_alone!(ErasurePlan {
    contact_id, erase, anonymise, keep, withhold, records, matches; ids: state_sha256, explanations_sha256, spared
});

/// The effects of erasing a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErasurePlan {
    /// The contact to erase.
    pub contact_id: ContactId,
    /// The tables whose records are deleted.
    pub erase: Vec<PlannedRecords>,
    /// The tables whose records stay without anything that identifies the person.
    pub anonymise: Vec<PlannedRecords>,
    /// The tables whose records stay unchanged, because they identify no person.
    pub keep: Vec<PlannedRecords>,
    /// The records that must be kept whole for now.
    pub withhold: Vec<WithheldRecord>,
    /// Every record about the person that the plan counts, by table and id. You can withhold any of them.
    pub records: Vec<RecordName>,
    /// Complaints and requests without a contact, and other contacts, that may be about the person or about
    /// another. The plan cannot be executed until each has an answer.
    pub matches: Vec<PossibleMatch>,
    /// SHA-256 over the explanations for the withheld records; absent if there are none. The request's
    /// history has the words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub explanations_sha256: Option<String>,
    /// SHA-256 over the ids and versions of every record about the person. It changes whenever one of the
    /// records changes.
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

    /// Whether the person's own record goes, and with it the key. Records that may be another person's do not keep it.
    pub fn erases_the_person(&self) -> bool {
        self.spared.is_empty()
    }

    /// The plan with the hash of the explanations in `said`.
    #[must_use]
    pub fn explained(self, said: &Said) -> Self {
        Self { explanations_sha256: said.explanations_sha256.clone(), ..self }
    }

    /// Finds what was said about records that the plan does not list, with the pointer of each.
    pub fn faults_of(&self, said: &Said) -> Vec<Fault> {
        let unknown = |pointer: String| Fault::new(pointer, "not_in_plan", NOT_IN_PLAN);
        let withheld = said.obstacles.iter().enumerate().filter_map(|(at, obstacle)| {
            let record = obstacle.record.as_ref()?;
            (!self.records.contains(record)).then(|| unknown(format!("/withhold/{at}/record")))
        });
        withheld.chain(matching::faults_of(&self.matches, &said.answers, "not_in_plan", NOT_IN_PLAN)).collect()
    }

    /// Whether the vault must remember the plan: destroyed keys alone do not tell what it erased, and what it answered.
    pub fn is_remembered(&self) -> bool {
        !self.withhold.is_empty() || self.matches.iter().any(|found| found.answer.is_some())
    }

    /// The plan without the lines about tables of which it erases nothing: the person was erased before, and the plan is about
    /// records that were found to be theirs since.
    #[must_use]
    pub fn about_matches_alone(mut self) -> Self {
        let theirs = matching::with_answer(&self.matches, MatchAnswer::SamePerson);
        let concerns = |line: &PlannedRecords| theirs.iter().any(|record| record.table == line.record);
        for lines in [&mut self.erase, &mut self.anonymise, &mut self.keep] {
            lines.retain(concerns);
        }
        self
    }
}

/// Hashes the explanations of what is withheld, as a plan names them: SHA-256 in hexadecimal.
pub fn explanations_sha256(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn hashed(value: &impl Serialize) -> Result<String, Error> {
    let canonical = serde_jcs::to_vec(value).map_err(|error| Error::internal(error))?;
    Ok(hex(digest::digest(&digest::SHA256, &canonical).as_ref()))
}

/// Plans the erasure of a person of whom the rooms hold `records`, against which `obstacles` stand; `matches` may be theirs. The
/// `cards` say what becomes of each table.
///
/// What must be kept must also be readable: as long as one record is withheld, so is the person's own, on the same
/// grounds, and the key stays. A match that stays unsure is withheld by itself, because it has a key of its own.
///
/// # Errors
/// Internal, for a record of a table whose card does not have its records counted.
pub fn plan(
    cards: Cards,
    contact_id: ContactId,
    mut records: Vec<PersonalRecord>,
    obstacles: &[Obstacle],
    matches: Vec<PossibleMatch>,
) -> Result<ErasurePlan, Error> {
    records.sort_unstable();
    let is_counted = |table: &str| cards.of(table).is_some_and(|card| card.on_erasure.is_counted());
    if let Some(record) = records.iter().find(|record| !is_counted(record.table)) {
        return Err(Error::internal(format_args!("a plan of erasure counts no records of {}", record.table)));
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
            let Obstacle { ground, until, .. } = *obstacle;
            withhold.push(WithheldRecord { record: record.into(), ground, explanation: None, until });
            spared.push((record.table, record.id));
        }
    }
    withhold.sort_unstable();
    withhold.dedup();
    spared.sort_unstable();
    spared.dedup();
    let is_partial = !spared.is_empty();
    let planned = |fate: Fate| {
        let goes = |card: &&Card| !(is_partial && matches!(card.on_erasure, OnErasure::WithThePerson(..)));
        let lines = cards.iter().filter(goes).filter_map(|card| {
            let (_, ground) = card.on_erasure.rule().filter(|(of_card, _)| *of_card == fate)?;
            let is_spared = |record: &PersonalRecord| spared.contains(&(record.table, record.id));
            let theirs = records.iter().filter(|record| record.table == card.table && !is_spared(record));
            let count = card.on_erasure.is_counted().then(|| theirs.count());
            Some(PlannedRecords { record: card.table, count, ground })
        });
        lines.filter(|line| line.count != Some(0)).collect()
    };
    let state: Vec<(&str, Uuid, i32)> =
        records.iter().map(|record| (record.table, record.id, record.version)).collect();
    let mut plan = ErasurePlan {
        contact_id,
        erase: planned(Fate::Erase),
        anonymise: planned(Fate::Anonymise),
        keep: planned(Fate::Keep),
        state_sha256: hashed(&state)?,
        records: records.iter().map(RecordName::from).collect(),
        withhold,
        matches,
        explanations_sha256: None,
        spared,
    };
    let withheld =
        |record| WithheldRecord { record, ground: ErasureGround::CannotIdentify, explanation: None, until: None };
    let unsure = matching::with_answer(&plan.matches, MatchAnswer::Unsure);
    plan.withhold.extend(unsure.into_iter().map(withheld));
    Ok(plan)
}

/// An erasure that may be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The records that are withheld, by table and id.
    pub withheld: Vec<(&'static str, Uuid)>,
    /// The records that may be about another person, and are restricted.
    pub unsure: Vec<RecordName>,
    /// The records that were said to be about another person.
    pub anothers: Vec<RecordName>,
}

/// What must be known to judge the execution of a plan, as it is in the transaction that carries it out.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The hash of the plan that was proposed last and not carried out, and who proposed it; `None` without one.
    pub proposed: Option<(String, Party)>,
    /// What a plan would be now.
    pub plan: ErasurePlan,
}

/// Judges the execution by `executor` of the plan whose hash is `asked`.
///
/// # Errors
/// The refusal: the executor is a program or the proposer; the hash is another plan's; or something has changed since.
pub fn by_plan(facts: &Facts, executor: &Actor, asked: &str) -> Result<Lawful<Erasure>, Error> {
    two_people::must_be_a_person(executor, ARTICLE)?;
    let stale = |reason| Refusal { code: Code::PlanStale, reason, article: ARTICLE, pointer: None };
    let Some((sha256, proposed_by)) = &facts.proposed else {
        return Err(stale("There is no plan to execute. Propose one first.").into());
    };
    two_people::may_authorise(executor, proposed_by, ARTICLE)?;
    if asked != sha256 {
        return Err(stale("This is not the hash of the plan that was proposed last.").into());
    }
    if facts.plan.sha256()? != *sha256 {
        return Err(stale("The planned records have changed since the plan was proposed. Propose a new plan.").into());
    }
    let reason = "Some records may be about the person or about another. Answer each of the plan's `matches`: it \
                  is about the person, about another person, or you are unsure. Then propose the plan again.";
    matching::must_be_answered(&facts.plan.matches, reason, ARTICLE)?;
    let with_answer = |answer| matching::with_answer(&facts.plan.matches, answer);
    Ok(Lawful::ruled(Erasure {
        withheld: facts.plan.spared.clone(),
        unsure: with_answer(MatchAnswer::Unsure),
        anothers: with_answer(MatchAnswer::AnotherPerson),
    }))
}

/// Judges the erasure of a person without a request. It is lawful only if nothing depends on the contact, nothing stands in
/// the way, and no record may be about the person: only a plan has room for the answers about `matches`.
///
/// # Errors
/// The refusal `erasure_request_required`.
pub fn without_request(
    depended_on: bool,
    obstacles: &[Obstacle],
    matches: &[PossibleMatch],
) -> Result<Lawful<Erasure>, Refusal> {
    let refused = |reason| Err(Refusal { code: Code::ErasureRequestRequired, reason, article: ARTICLE, pointer: None });
    if depended_on || !obstacles.is_empty() {
        return refused(
            "Consents, memberships or other records depend on the contact. Record an erasure request instead.",
        );
    }
    if !matches.is_empty() {
        return refused(
            "Some records may be about the person or about another. Record an erasure request, and answer the `matches` of \
             its plan.",
        );
    }
    Ok(Lawful::ruled(Erasure { withheld: Vec::new(), unsure: Vec::new(), anothers: Vec::new() }))
}

#[cfg(test)]
mod tests;
