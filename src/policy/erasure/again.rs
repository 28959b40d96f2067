//! Executed plans, read again: what each left and answered, for a start on an old backup of the data.

use std::collections::BTreeMap;

use serde::Deserialize;
use uuid::Uuid;

use super::Erasure;
use crate::domain::{
    Cards, ContactId, ErasureGround, ErasurePlanId, Error, MatchAnswer, PossibleMatch, RecordName, StoredRow,
};
use crate::policy::Lawful;

/// What the text of an executed plan tells of what it left.
#[derive(Debug, Deserialize)]
struct Left {
    withhold: Vec<LeftRecord>,
    #[serde(default)]
    matches: Vec<PossibleMatch>,
    #[serde(default)]
    records: Vec<RecordName>,
}

#[derive(Debug, Deserialize)]
struct LeftRecord {
    record: LeftName,
    ground: ErasureGround,
}

/// The name of a record in a stored plan.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum LeftName {
    Name(RecordName),
    /// In plans of an older version: table and id, with a slash between them.
    Text(String),
}

impl LeftName {
    fn parts(&self, cards: Cards) -> Option<(&'static str, Uuid)> {
        let (table, id) = match self {
            Self::Name(RecordName { table, id }) => (table.as_str(), *id),
            Self::Text(text) => text.split_once('/').and_then(|(table, id)| Some((table, id.parse().ok()?)))?,
        };
        Some((cards.of(table)?.table, id))
    }
}

/// Judges the erasure, once more, of a person whose data came back with an old backup. `plans` are the texts of their executed
/// plans, oldest first: each was judged when it was executed. While the person's key is there, what the last of them withheld is
/// withheld again; `is_whole` says that the key was destroyed, so that nothing is. Returns also the records that were said
/// to be about the person.
///
/// # Errors
/// Internal, for a text that is no plan.
pub fn once_more(
    cards: Cards,
    plans: &[(ErasurePlanId, &str)],
    is_whole: bool,
) -> Result<(Lawful<Erasure>, Vec<RecordName>), Error> {
    let (mut withheld, mut answers) = (Vec::new(), BTreeMap::new());
    for (id, text) in plans {
        let stored = StoredRow::new("vault.executed_plans", id);
        let left: Left = stored.read("plan", serde_json::from_str(text))?;
        withheld.clear();
        let is_theirs = |line: &LeftRecord| line.ground != ErasureGround::CannotIdentify;
        for line in left.withhold.into_iter().filter(is_theirs) {
            withheld.push(stored.read("plan", line.record.parts(cards).ok_or("it names no record"))?);
        }
        // A later answer about a record takes the place of an earlier one.
        answers.extend(left.matches.into_iter().filter_map(|found| Some((found.record, found.answer?))));
    }
    if is_whole {
        withheld.clear();
    }
    withheld.sort_unstable();
    withheld.dedup();
    let with_answer = |wanted| {
        let records = answers.iter().filter(|(_, answer)| **answer == wanted).map(|(record, _)| record.clone());
        records.collect::<Vec<RecordName>>()
    };
    let (unsure, anothers) = (with_answer(MatchAnswer::Unsure), with_answer(MatchAnswer::AnotherPerson));
    Ok((Lawful::ruled(Erasure { withheld, unsure, anothers }), with_answer(MatchAnswer::SamePerson)))
}

/// Returns the contacts that the person of an executed plan had, as its text names them.
///
/// # Errors
/// Internal, for a text that is no plan.
pub fn contacts_of(plan: ErasurePlanId, text: &str) -> Result<Vec<ContactId>, Error> {
    let left: Left = StoredRow::new("vault.executed_plans", plan).read("plan", serde_json::from_str(text))?;
    Ok(left.records.iter().filter(|record| record.table == "contacts").map(|record| record.id.into()).collect())
}
