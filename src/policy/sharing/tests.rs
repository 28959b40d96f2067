use strum::VariantArray;
use uuid::Uuid;

use super::*;
use crate::domain::{Actor, Caller, ContactField, Party, Role, SubjectClaim};
use crate::policy::agreements::{AgreementStatus, Terms};
use crate::policy::restriction::{Restriction, RestrictionGround};

const VENUE: OrganisationId = OrganisationId::from_uuid(Uuid::from_u128(1));
const ADA: ContactId = ContactId::from_uuid(Uuid::from_u128(2));
const EVENT: EventId = EventId::from_uuid(Uuid::from_u128(3));

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn now() -> Instant {
    at("2026-11-24T10:00:00Z")
}

fn venue() -> Recipient {
    Recipient { id: VENUE, is_active: true }
}

/// An agreement with the venue about names and addresses, for security, until the end of the year.
fn terms() -> Terms {
    Terms {
        id: AgreementId::from_uuid(Uuid::from_u128(4)),
        organisation_id: VENUE,
        organisation_is_active: true,
        purposes: [Purpose::VenueSecurity].into_iter().collect(),
        fields: [ContactField::Name, ContactField::Email].into_iter().collect(),
        starts_on: "2026-11-01".parse().unwrap(),
        ends_on: "2026-12-31".parse().unwrap(),
        status: AgreementStatus::Active,
    }
}

const NAMES: Asked<'static> =
    Asked { purpose: Purpose::VenueSecurity, fields: &[DisclosedField::Name], expires_at: None, window: None };

fn window() -> Window {
    Window { event: EVENT, starts_at: at("2026-11-24T09:00:00Z"), ends_at: at("2026-11-24T18:00:00Z") }
}

fn faults(error: &crate::domain::Error) -> Vec<String> {
    let listed = error.particulars().faults.clone().at_most(100);
    listed.listed().iter().map(|fault| format!("{} {}", fault.pointer(), fault.code)).collect()
}

#[test]
fn an_agreement_allows_what_it_names_until_the_end_of_its_last_day() {
    let transfer = under_agreement(venue(), &terms(), &NAMES, now()).unwrap();
    assert_eq!(transfer.expires_at, Some(at("2026-12-31T23:59:59.999999Z")), "the last day is included");
    assert_eq!(transfer.fields.text(), "name");
    let until = |text| Asked { expires_at: Some(at(text)), ..NAMES };
    let shorter = under_agreement(venue(), &terms(), &until("2026-12-01T00:00:00Z"), now()).unwrap();
    assert_eq!(shorter.expires_at, Some(at("2026-12-01T00:00:00Z")));
    for (end, fault) in [
        ("2027-01-01T00:00:00Z", "/expires_at too_late"),
        ("2026-11-24T10:00:00Z", "/expires_at past"),
        ("2026-01-01T00:00:00Z", "/expires_at past"),
    ] {
        let error = under_agreement(venue(), &terms(), &until(end), now()).unwrap_err();
        assert_eq!(faults(&error), [fault], "{end}");
    }
}

#[test]
fn each_purpose_and_field_outside_of_the_agreement_is_named_at_once() {
    use DisclosedField::{AccessRequirements, JobTitle, Name};
    let asked = Asked { purpose: Purpose::Newsletter, fields: &[JobTitle, Name, AccessRequirements], ..NAMES };
    let error = under_agreement(venue(), &terms(), &asked, now()).unwrap_err();
    let outside = ["/purpose outside_agreement", "/fields/0 outside_agreement", "/fields/2 outside_agreement"];
    assert_eq!((error.code(), faults(&error)), (Code::Invalid, outside.map(str::to_owned).to_vec()));
}

#[test]
fn an_agreement_that_is_not_live_allows_nothing_and_says_its_status() {
    let tomorrow = "2026-11-25".parse().unwrap();
    for (agreement, status) in [
        (Terms { status: AgreementStatus::Proposed, ..terms() }, "proposed"),
        (Terms { starts_on: tomorrow, ..terms() }, "active"),
        (Terms { status: AgreementStatus::Suspended, ..terms() }, "suspended"),
        (Terms { status: AgreementStatus::Ended, ..terms() }, "ended"),
    ] {
        let error = under_agreement(venue(), &agreement, &NAMES, now()).unwrap_err();
        assert_eq!((error.code(), error.particulars().agreement_status), (Code::AgreementNotLive, Some(status)));
        assert!(error.is_refusal() && error.particulars().article.is_some());
    }
}

#[test]
fn an_agreement_reaches_its_own_organisation_alone_and_only_while_that_is_active() {
    let other = Recipient { id: OrganisationId::from_uuid(Uuid::from_u128(9)), is_active: true };
    let error = under_agreement(other, &terms(), &NAMES, now()).unwrap_err();
    assert_eq!(error.code(), Code::WrongOrganisation);
    let suspended = Recipient { is_active: false, ..venue() };
    let error = under_agreement(suspended, &terms(), &NAMES, now()).unwrap_err();
    assert_eq!(error.code(), Code::OrganisationNotActive);
    let by_law = required_by_law(suspended, Gateway::RequiredByLaw, NAMES.fields, None, now());
    assert_eq!(by_law.unwrap_err().code(), Code::OrganisationNotActive);
}

#[test]
fn a_part_in_an_event_ends_the_disclosure_and_bounds_it() {
    let asked = Asked { window: Some(window()), ..NAMES };
    let ends = |asked: &Asked<'_>, now| under_agreement(venue(), &terms(), asked, now).map(|made| made.expires_at);
    assert_eq!(ends(&asked, now()), Ok(Some(window().ends_at)));
    for outside in [at("2026-11-24T08:59:59Z"), window().ends_at] {
        assert_eq!(ends(&asked, outside).unwrap_err().code(), Code::Conflict, "{outside}");
    }
    // The agreement ends first.
    let longer = Asked { window: Some(Window { ends_at: at("2027-02-01T00:00:00Z"), ..window() }), ..NAMES };
    assert_eq!(ends(&longer, now()), Ok(Some(at("2026-12-31T23:59:59.999999Z"))));
    let needs = Asked { fields: &[DisclosedField::AccessRequirements], ..asked };
    assert!(ends(&needs, now()).is_ok(), "an attendee list shows what people need");
}

const FREE: Facts = Facts { erased: false, restriction: None, refuses: false };

#[test]
fn each_bar_holds_for_the_bases_that_it_binds() {
    use RowCode::{Erased, RefusedByPerson, Restricted};
    let restriction = Some(Restriction { ground: RestrictionGround::AccuracyContested, since: now() });
    let mut transfers = vec![under_agreement(venue(), &terms(), &NAMES, now()).unwrap()];
    let laws = Gateway::VARIANTS.iter().map(|&law| required_by_law(venue(), law, NAMES.fields, None, now()).unwrap());
    transfers.extend(laws);
    // Under the agreement, and by each law in the order of the Act.
    let table = [
        (None, [Some(RowCode::Unknown); 4]),
        (Some(FREE), [None; 4]),
        (Some(Facts { erased: true, restriction, refuses: true }), [Some(Erased); 4]),
        (Some(Facts { restriction, ..FREE }), [Some(Restricted), Some(Restricted), Some(Restricted), None]),
        (Some(Facts { refuses: true, ..FREE }), [Some(RefusedByPerson), None, None, None]),
    ];
    for (facts, expected) in table {
        for (transfer, expected) in transfers.iter().zip(expected) {
            let judged = judge(transfer, ADA, facts.as_ref());
            assert_eq!(judged.as_ref().err().copied(), expected, "{facts:?} {:?}", transfer.basis);
            assert!(judged.is_err() || judged.is_ok_and(|lawful| lawful.contact == ADA));
        }
    }
    for &code in RowCode::VARIANTS {
        let refusal = code.refusal();
        assert!(!refusal.reason.is_empty() && refusal.article.starts_with("UK GDPR Article"), "{code:?}");
    }
}

#[test]
fn another_person_approves_what_a_law_requires() {
    let caller = |subject: &str| {
        Actor::Caller(Caller {
            issuer: "a".to_owned(),
            subject: subject.to_owned(),
            subject_claim: SubjectClaim::Sub,
            is_person: true,
            roles: vec![Role::Council],
            organisation: None,
        })
    };
    let ann = Party::from(&caller("ann"));
    let proposal =
        Proposal { gateway: Gateway::CrimeAndTaxation, status: Status::Proposed, recipient: venue(), proposer: &ann };
    let approved = approve(&caller("bob"), &proposal, Some(&FREE), now()).unwrap().into_inner();
    assert_eq!(approved, Approval { status: Status::Live, disclosed_at: now() });
    let code = |actor: &str, proposal: &Proposal<'_>, facts: &Facts| {
        approve(&caller(actor), proposal, Some(facts), now()).unwrap_err().code()
    };
    assert_eq!(code("ann", &proposal, &FREE), Code::SamePerson);
    for status in [Status::Live, Status::Recalled, Status::Expired] {
        assert_eq!(code("bob", &Proposal { status, ..proposal }, &FREE), Code::IllegalTransition);
    }
    let suspended = Recipient { is_active: false, ..venue() };
    assert_eq!(code("bob", &Proposal { recipient: suspended, ..proposal }, &FREE), Code::OrganisationNotActive);
    assert_eq!(code("bob", &proposal, &Facts { erased: true, ..FREE }), Code::Erased);
    let restriction = Some(Restriction { ground: RestrictionGround::AccuracyContested, since: now() });
    assert_eq!(code("bob", &proposal, &Facts { restriction, ..FREE }), Code::Restricted);
    let for_claims = Proposal { gateway: Gateway::LegalProceedings, ..proposal };
    assert!(approve(&caller("bob"), &for_claims, Some(&Facts { restriction, ..FREE }), now()).is_ok());
}

#[test]
fn a_disclosure_expires_by_itself_unless_it_was_recalled() {
    let end = Some(now());
    for (stored, before, after) in [
        (Status::Live, Status::Live, Status::Expired),
        (Status::Proposed, Status::Proposed, Status::Expired),
        (Status::Recalled, Status::Recalled, Status::Recalled),
        (Status::Expired, Status::Expired, Status::Expired),
    ] {
        assert_eq!(status_at(stored, end, now().plus(chrono::Duration::seconds(-1))), before);
        assert_eq!(status_at(stored, end, now()), after);
    }
    assert_eq!(status_at(Status::Live, None, now()), Status::Live);
}

#[test]
fn data_is_handed_over_while_the_disclosure_is_live() {
    let code = |status, law, facts: &Facts| may_hand_over(status, law, Some(facts)).err().map(|refusal| refusal.code);
    let crime = Some(Gateway::CrimeAndTaxation);
    for law in [None, crime] {
        assert_eq!(code(Status::Live, law, &FREE), None);
        assert_eq!(code(Status::Proposed, law, &FREE), Some(Code::Conflict));
        assert_eq!(code(Status::Recalled, law, &FREE), Some(Code::Gone));
        assert_eq!(code(Status::Expired, law, &FREE), Some(Code::Gone));
        assert_eq!(code(Status::Live, law, &Facts { erased: true, ..FREE }), Some(Code::Erased));
    }
    let restriction = Some(Restriction { ground: RestrictionGround::AccuracyContested, since: now() });
    let restricted = Facts { restriction, ..FREE };
    assert_eq!(code(Status::Live, crime, &restricted), Some(Code::Restricted));
    assert_eq!(code(Status::Live, Some(Gateway::LegalProceedings), &restricted), None);
    assert_eq!(code(Status::Live, None, &Facts { refuses: true, ..FREE }), Some(Code::Conflict));
    assert_eq!(code(Status::Live, crime, &Facts { refuses: true, ..FREE }), None);
}
