use strum::VariantArray;
use uuid::Uuid;

use super::AgreementStatus::{Active, Ended, Proposed, Suspended};
use super::*;
use crate::domain::{Caller, Role, SubjectClaim};

const ACTIVE: Recipient = Recipient { is_active: true, is_council: false };

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn caller(subject: &str) -> Actor {
    Actor::Caller(Caller {
        issuer: "https://issuer.example".to_owned(),
        subject: subject.to_owned(),
        subject_claim: SubjectClaim::Sub,
        is_person: true,
        roles: vec![Role::Council],
        organisation: None,
    })
}

fn facts(status: AgreementStatus) -> Facts {
    Facts { status, recipient: ACTIVE, proposer: Party::from(&caller("ann")) }
}

fn terms(status: AgreementStatus) -> Terms {
    Terms {
        id: AgreementId::from_uuid(Uuid::nil()),
        organisation_id: OrganisationId::from_uuid(Uuid::nil()),
        organisation_is_active: true,
        purposes: [Purpose::VenueSecurity].into_iter().collect(),
        fields: [ContactField::Name].into_iter().collect(),
        starts_on: day("2026-12-01"),
        ends_on: day("2027-06-30"),
        status,
    }
}

#[test]
fn an_agreement_goes_only_where_its_status_allows() {
    let allowed = [
        (Proposed, Active),
        (Proposed, Ended),
        (Active, Suspended),
        (Active, Ended),
        (Suspended, Active),
        (Suspended, Ended),
    ];
    for &from in AgreementStatus::VARIANTS {
        for &to in AgreementStatus::VARIANTS {
            assert_eq!(from.go_to(to).is_ok(), allowed.contains(&(from, to)), "{from:?} to {to:?}");
        }
    }
}

#[test]
fn an_agreement_is_live_on_its_first_and_last_day_and_the_days_between() {
    for (today, live) in
        [("2026-11-30", false), ("2026-12-01", true), ("2027-03-01", true), ("2027-06-30", true), ("2027-07-01", false)]
    {
        assert_eq!(terms(Active).is_live(day(today)), live, "{today}");
        for other in [Proposed, Suspended, Ended] {
            assert!(!terms(other).is_live(day(today)), "{other:?}");
        }
    }
    let inactive = Terms { organisation_is_active: false, ..terms(Active) };
    assert!(!inactive.is_live(day("2027-03-01")));
    // The last day ends at midnight in London, by summer time.
    assert_eq!(terms(Active).last_moment(), Instant::parse("2027-06-30T22:59:59.999999Z").unwrap());
}

#[test]
fn every_status_ends_with_the_last_day() {
    for &stored in AgreementStatus::VARIANTS {
        assert_eq!(stored.as_of(day("2027-06-30"), day("2027-06-30")), stored);
        assert_eq!(stored.as_of(day("2027-06-30"), day("2027-07-01")), Ended);
    }
}

#[test]
fn a_proposal_names_another_active_organisation_and_days_in_order() {
    let today = day("2026-11-24");
    let judged = |recipient, starts_on, ends_on| propose(recipient, day(starts_on), day(ends_on), today);
    let fault = |recipient, starts_on, ends_on| {
        let error = judged(recipient, starts_on, ends_on).unwrap_err();
        let faults = error.particulars().faults.listed();
        let listed: Vec<_> = faults.iter().map(|fault| format!("{} {}", fault.code, fault.pointer())).collect();
        (error.code(), listed)
    };
    // Today is not in the past, and a first day may be: the agreement was signed before it was recorded.
    assert!(judged(ACTIVE, "2026-11-01", "2026-11-24").is_ok());
    assert_eq!(fault(ACTIVE, "2026-11-01", "2026-11-23"), (Code::Invalid, vec!["past /ends_on".to_owned()]));
    let council = Recipient { is_council: true, ..ACTIVE };
    let both = vec!["own_organisation /organisation_id".to_owned(), "before_start /ends_on".to_owned()];
    assert_eq!(fault(council, "2026-12-02", "2026-12-01"), (Code::Invalid, both));
    let suspended = Recipient { is_active: false, ..ACTIVE };
    assert_eq!(fault(suspended, "2026-12-01", "2026-12-01"), (Code::OrganisationNotActive, vec![]));
}

#[test]
fn another_person_approves_a_proposal_of_an_active_organisation() {
    let code = |facts: &Facts, who| approve(facts, &caller(who)).err().map(|error| error.code());
    assert_eq!(code(&facts(Proposed), "bob"), None);
    assert_eq!(code(&facts(Proposed), "ann"), Some(Code::SamePerson));
    for status in [Active, Suspended, Ended] {
        assert_eq!(code(&facts(status), "bob"), Some(Code::IllegalTransition), "{status:?}");
    }
    let gone = Facts { recipient: Recipient { is_active: false, ..ACTIVE }, ..facts(Proposed) };
    let refused = approve(&gone, &caller("bob")).unwrap_err();
    assert_eq!(refused.code(), Code::OrganisationNotActive);
    assert_eq!(refused.particulars().allowed_transitions, Some(vec!["ended"]));
}

#[test]
fn a_suspended_agreement_alone_is_reinstated() {
    for &status in AgreementStatus::VARIANTS {
        assert_eq!(reinstate(&facts(status)).is_ok(), status == Suspended, "{status:?}");
    }
    let gone = Facts { recipient: Recipient { is_active: false, ..ACTIVE }, ..facts(Suspended) };
    assert_eq!(reinstate(&gone).unwrap_err().code(), Code::OrganisationNotActive);
}
