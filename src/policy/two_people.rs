//! What one person proposes and another must authorise: an erasure by plan, an agreement to share data.
//!
//! A person is a subject at an issuer. That one person may have two accounts is out of our sight.

use crate::domain::{Actor, Code, Party, Refusal};

/// Judges whether `actor` may authorise what `proposer` proposed.
///
/// # Errors
/// The refusal, 403: the actor is a program that acts for itself, is the proposer, or may be the proposer under another name.
pub fn may_authorise(actor: &Actor, proposer: &Party, article: &'static str) -> Result<(), Refusal> {
    must_be_a_person(actor, article)?;
    let authoriser = Party::from(actor);
    let refuse = |reason| Err(Refusal { code: Code::SamePerson, reason, article, pointer: None });
    let at_one_issuer =
        proposer.issuer.is_none() || authoriser.issuer.is_none() || proposer.issuer == authoriser.issuer;
    if at_one_issuer && proposer.subject == authoriser.subject {
        return refuse("You proposed this, so another person must authorise it.");
    }
    let other_claims = matches!((proposer.claim, authoriser.claim), (Some(theirs), Some(ours)) if theirs != ours);
    if at_one_issuer && other_claims {
        return refuse(
            "The proposal names its proposer by another claim than your token does now, so the service cannot tell \
             that you are two people. Propose it again.",
        );
    }
    Ok(())
}

/// Judges whether `actor` may authorise anything.
///
/// # Errors
/// The refusal, 403: the actor is a program that acts for itself.
pub fn must_be_a_person(actor: &Actor, article: &'static str) -> Result<(), Refusal> {
    match actor.caller() {
        Some(caller) if !caller.is_person => {
            let reason = "The token is a program's own. Use the token of a person who has signed in.";
            Err(Refusal { code: Code::PersonRequired, reason, article, pointer: None })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Caller, Role, SubjectClaim};

    fn caller(issuer: &str, subject: &str) -> Caller {
        Caller {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            subject_claim: SubjectClaim::Sub,
            is_person: true,
            roles: vec![Role::Council],
            organisation: None,
        }
    }

    fn code(actor: Caller, proposer: &Party) -> Option<Code> {
        may_authorise(&Actor::Caller(actor), proposer, "Article").err().map(|refusal| refusal.code)
    }

    #[test]
    fn two_issuers_with_equal_subjects_are_two_people() {
        let ann = Party::from(&Actor::Caller(caller("a", "ann")));
        assert_eq!(code(caller("a", "ann"), &ann), Some(Code::SamePerson));
        assert_eq!(code(caller("b", "ann"), &ann), None);
        assert_eq!(code(caller("a", "bob"), &ann), None);
    }

    #[test]
    fn a_proposal_from_before_issuers_were_kept_counts_for_every_issuer() {
        let ann = Party { issuer: None, subject: "ann".to_owned(), claim: None };
        assert_eq!(code(caller("b", "ann"), &ann), Some(Code::SamePerson));
        assert_eq!(code(caller("b", "bob"), &ann), None);
    }

    #[test]
    fn names_of_two_claims_cannot_be_compared() {
        let ann = Party::from(&Actor::Caller(caller("a", "ann")));
        let by_oid = |issuer| Caller { subject_claim: SubjectClaim::Oid, ..caller(issuer, "0b6b") };
        assert_eq!(code(by_oid("a"), &ann), Some(Code::SamePerson));
        assert_eq!(code(by_oid("b"), &ann), None);
    }

    #[test]
    fn a_program_authorises_nothing() {
        let ann = Party::from(&Actor::Caller(caller("a", "ann")));
        let program = Caller { is_person: false, ..caller("a", "nightly") };
        assert_eq!(code(program, &ann), Some(Code::PersonRequired));
    }
}
