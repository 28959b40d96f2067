//! Answers about possible matches: records that may be about a person or about another.

use crate::domain::{AnsweredMatch, Code, Fault, MatchAnswer, PossibleMatch, RecordName, Refusal};

/// What is wrong with the answer that another contact is the same person.
const MERGE_FIRST: &str = "is another contact. If it is the same person, have staff merge it into this one with \
                           `POST /v1/contacts/{id}/merge`; it is no match after that";

/// Finds what is wrong with answers about the matches that were `found`, with the pointer of each fault. `code` and `detail` are
/// for a record that is not among them.
pub fn faults_of(
    found: &[PossibleMatch],
    answers: &[AnsweredMatch],
    code: &'static str,
    detail: &'static str,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, AnsweredMatch { record, answer }) in answers.iter().enumerate() {
        let pointer = format!("/matches/{at}/record");
        if found.iter().all(|listed| listed.record != *record) {
            faults.push(Fault::new(pointer, code, detail));
        } else if answers.iter().take(at).any(|earlier| earlier.record == *record) {
            faults.push(Fault::new(pointer, "not_unique", "was answered before in this list"));
        } else if record.table == "contacts" && *answer == MatchAnswer::SamePerson {
            faults.push(Fault::new(format!("/matches/{at}/answer"), "merge_first", MERGE_FIRST));
        }
    }
    faults
}

/// Writes each answer to the match that it is about: the first, of several. Answers about other records are left out.
pub fn answer(found: &mut [PossibleMatch], answers: &[AnsweredMatch]) {
    for listed in found {
        listed.answer = answers.iter().find(|given| given.record == listed.record).map(|given| given.answer);
    }
}

/// The records that have an answer.
pub fn with_answer(found: &[PossibleMatch], answer: MatchAnswer) -> Vec<RecordName> {
    found.iter().filter(|listed| listed.answer == Some(answer)).map(|listed| listed.record.clone()).collect()
}

/// Demands that each match has an answer.
///
/// # Errors
/// The refusal `matches_unanswered`, with `reason` and `article`.
pub fn must_be_answered(found: &[PossibleMatch], reason: &'static str, article: &'static str) -> Result<(), Refusal> {
    if found.iter().all(|listed| listed.answer.is_some()) {
        return Ok(());
    }
    Err(Refusal { code: Code::MatchesUnanswered, reason, article, pointer: None })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{MatchedBy, RecordName};

    fn record(table: &str, number: u128) -> RecordName {
        RecordName { table: table.to_owned(), id: Uuid::from_u128(number) }
    }

    fn found(records: &[RecordName]) -> Vec<PossibleMatch> {
        let one =
            |record: &RecordName| PossibleMatch { record: record.clone(), by: vec![MatchedBy::Name], answer: None };
        records.iter().map(one).collect()
    }

    fn given(record: &RecordName, answer: MatchAnswer) -> AnsweredMatch {
        AnsweredMatch { record: record.clone(), answer }
    }

    #[test]
    fn another_contact_is_merged_instead_of_taken_in() {
        let (complaint, contact) = (record("complaints", 1), record("contacts", 2));
        let found = found(&[complaint.clone(), contact.clone()]);
        let faults = |answers: &[AnsweredMatch]| {
            let faults = faults_of(&found, answers, "no_match", "is not listed");
            faults.iter().map(|fault| format!("{} {}", fault.pointer(), fault.code)).collect::<Vec<_>>()
        };
        for answer in [MatchAnswer::AnotherPerson, MatchAnswer::Unsure] {
            assert!(faults(&[given(&complaint, answer), given(&contact, answer)]).is_empty());
        }
        let same = MatchAnswer::SamePerson;
        assert_eq!(faults(&[given(&complaint, same), given(&contact, same)]), ["/matches/1/answer merge_first"]);
        assert_eq!(faults(&[given(&record("contacts", 3), same)]), ["/matches/0/record no_match"]);
        assert_eq!(faults(&[given(&complaint, same), given(&complaint, same)]), ["/matches/1/record not_unique"]);
    }

    #[test]
    fn each_match_needs_its_answer() {
        let (one, other) = (record("complaints", 1), record("subject_requests", 1));
        let mut found = found(&[one.clone(), other.clone()]);
        answer(&mut found, &[given(&one, MatchAnswer::Unsure)]);
        assert!(must_be_answered(&found, "reason", "article").is_err());
        answer(&mut found, &[given(&one, MatchAnswer::Unsure), given(&other, MatchAnswer::AnotherPerson)]);
        assert_eq!(must_be_answered(&found, "reason", "article"), Ok(()));
    }
}
