//! The possible matches of a draft, for the people who review it. The person's letter has none of this.

use super::super::model::Package;
use crate::domain::{MatchAnswer, MatchedBy, PossibleMatch};

/// A record that may be about the person or about another.
pub(super) struct Match {
    /// What it is, in words.
    pub(super) what: &'static str,
    /// Its kind and id, as an answer names it.
    pub(super) record: String,
    /// What it has in common with the person.
    pub(super) in_common: String,
    pub(super) answer: &'static str,
}

/// The possible matches of a draft; none of a released package.
pub(super) fn listed(package: &Package) -> Vec<Match> {
    let one = |found: &PossibleMatch| Match {
        what: kind(&found.record.table),
        record: format!("{}/{}", found.record.table, found.record.id),
        in_common: found.by.iter().map(|by| in_common(*by)).collect::<Vec<_>>().join("; "),
        answer: answer(found.answer),
    };
    package.matches().iter().map(one).collect()
}

fn kind(table: &str) -> &'static str {
    match table {
        "contacts" => "Another contact",
        "complaints" => "A complaint",
        "subject_requests" => "A request about personal data",
        _ => "A record",
    }
}

fn in_common(by: MatchedBy) -> &'static str {
    match by {
        MatchedBy::Telephone => "the telephone number",
        MatchedBy::TelephoneAndName => "the telephone number and the name",
        MatchedBy::FormerEmail => "an email address that another person has confirmed since",
        MatchedBy::SharedEmail => "an email address that another contact has or had too",
        MatchedBy::Email => "an email address, but an earlier answer leaves open whose the record is",
        MatchedBy::Name => "the name",
    }
}

fn answer(answer: Option<MatchAnswer>) -> &'static str {
    match answer {
        Some(MatchAnswer::SamePerson) => "The same person: it is in this draft",
        Some(MatchAnswer::AnotherPerson) => "Another person: it is left out",
        Some(MatchAnswer::Unsure) => "Unsure: it is left out, and the letter says so",
        None => "None yet",
    }
}
