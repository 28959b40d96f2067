use strum::VariantArray;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    Calendar::embedded().unwrap()
}

fn facts(right: Right, events: &[(ClockEventKind, &str)]) -> ClockFacts {
    let events = events.iter().map(|(kind, on)| ClockEvent { kind: *kind, on: day(on), sufficient: true }).collect();
    ClockFacts { right, received_on: day("2026-03-02"), events }
}

#[test]
fn every_state_leads_where_the_contract_says() {
    let table: Vec<String> = RequestStatus::VARIANTS
        .iter()
        .map(|state| {
            let next: Vec<&str> = state.next().iter().map(|&next| next.into()).collect();
            format!("{} -> {}", <&str>::from(*state), next.join(", "))
        })
        .collect();
    let expected = [
        "received -> identity_pending, in_progress, refused, withdrawn, duplicate",
        "identity_pending -> in_progress, lapsed, refused, withdrawn, duplicate",
        "in_progress -> clarification_pending, awaiting_recipients, completed, partially_completed, refused, withdrawn, duplicate",
        "clarification_pending -> in_progress, lapsed, refused, withdrawn",
        "awaiting_recipients -> completed, partially_completed",
        "completed -> ",
        "partially_completed -> ",
        "refused -> ",
        "withdrawn -> ",
        "lapsed -> ",
        "duplicate -> ",
    ];
    assert_eq!(table, expected);
}

#[test]
fn an_extension_is_notified_once_and_by_the_last_day_of_the_month() {
    // 2 April 2026 is a Thursday, and the ordinary last day.
    let plain = facts(Right::Erasure, &[]);
    assert_eq!(extend(&plain, day("2026-04-02"), &calendar()).unwrap().on, day("2026-04-02"));
    let late = extend(&plain, day("2026-04-03"), &calendar()).unwrap_err();
    assert_eq!((late.code(), late.is_refusal()), (Code::TooLate, true));
    let twice = facts(Right::Erasure, &[(ClockEventKind::ExtensionNotified, "2026-03-10")]);
    assert_eq!(extend(&twice, day("2026-03-11"), &calendar()).unwrap_err().code(), Code::AlreadyExtended);
    // R9: before the clock has started.
    let unproven = facts(Right::Erasure, &[(ClockEventKind::IdentityRequested, "2026-03-03")]);
    assert!(extend(&unproven, day("2026-09-01"), &calendar()).is_ok());
}

#[test]
fn a_question_about_access_is_put_by_the_last_day_and_others_whenever() {
    let access = facts(Right::Access, &[]);
    assert!(ask(&access, day("2026-04-02"), &calendar()).is_ok());
    assert_eq!(ask(&access, day("2026-04-03"), &calendar()).unwrap_err().code(), Code::TooLate);
    assert!(ask(&facts(Right::Erasure, &[]), day("2026-04-03"), &calendar()).is_ok());
}

#[test]
fn a_right_is_carried_out_for_a_person_who_is_known_or_has_proven_it() {
    let proof = |sufficient| ClockEvent { kind: ClockEventKind::IdentityReceived, on: day("2026-03-03"), sufficient };
    assert!(must_be_proven(RequestStatus::InProgress, true, &[]).is_ok());
    assert!(must_be_proven(RequestStatus::InProgress, false, &[proof(true)]).is_ok());
    let refused = must_be_proven(RequestStatus::Received, false, &[proof(false)]).unwrap_err();
    assert_eq!(refused.code(), Code::IdentityUnproven);
    assert!(refused.particulars().allowed_transitions.as_ref().is_some_and(|next| next.contains(&"identity_pending")));
    assert_eq!(must_be_proven(RequestStatus::Refused, true, &[]).unwrap_err().code(), Code::IllegalTransition);
}

#[test]
fn the_exceptions_from_erasure_are_against_erasure_alone() {
    for ground in Ground::VARIANTS {
        let code: &str = (*ground).into();
        let everywhere = Right::VARIANTS.iter().all(|right| ground.fits(*right));
        assert_eq!(everywhere, !code.starts_with("UKGDPR.17"), "{code}");
        assert!(ground.fits(Right::Erasure) && !ground.plain().is_empty());
        assert_eq!(serde_json::to_value(ground).unwrap(), code);
    }
}
