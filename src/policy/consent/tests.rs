use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn at(day: i64) -> Instant {
    Instant::parse("2026-06-01T09:00:00Z").unwrap().plus(Duration::days(day))
}

fn notice(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn shown() -> NaiveDate {
    notice("2019-01-29")
}

fn id(number: u128) -> DecisionId {
    DecisionId::from_uuid(Uuid::from_u128(number))
}

fn no_decision() -> Facts {
    Facts { erased: false, restriction: None, mailbox: Some(Mailbox::Unmarked), current: None }
}

fn after(before: Option<&Projection>, number: u128, decision: &Lawful<Decision>) -> Projection {
    project(before, id(number), decision)
}

#[test]
fn a_yes_on_the_telephone_counts_at_once() {
    let given = give(&no_decision(), Method::Telephone, at(0), shown(), at(0)).unwrap();
    let now = after(None, 1, &given);
    assert_eq!(state_at(&now, None, at(1000)), State::Given);
}

#[test]
fn a_yes_on_a_form_waits_for_the_mailbox_and_lapses() {
    let given = give(&no_decision(), Method::WebForm, at(0), shown(), at(0)).unwrap();
    let waiting = after(None, 1, &given);
    assert_eq!(state_at(&waiting, None, at(13)), State::Pending);
    assert_eq!(state_at(&waiting, None, at(14)), State::Expired);
    let facts = Facts { current: Some(waiting.clone()), ..no_decision() };
    let confirmed = confirm(&facts, id(1), Method::WebForm, shown(), at(3)).unwrap();
    assert_eq!(after(Some(&waiting), 2, &confirmed).state, State::Given);
    assert_eq!(confirm(&facts, id(1), Method::WebForm, shown(), at(14)).unwrap_err().code, Code::Gone);
    assert_eq!(confirm(&facts, id(9), Method::WebForm, shown(), at(3)).unwrap_err().code, Code::Gone);
}

#[test]
fn a_given_consent_stays_given_while_another_yes_waits() {
    let given = after(None, 1, &give(&no_decision(), Method::Paper, at(0), shown(), at(0)).unwrap());
    let again = give(&Facts { current: Some(given.clone()), ..no_decision() }, Method::WebForm, at(1), shown(), at(1));
    let both = after(Some(&given), 2, &again.unwrap());
    assert_eq!((both.state, both.decision_id), (State::Given, id(1)));
    assert_eq!(both.pending.unwrap().decision_id, id(2));
    let withdrawn = after(Some(&both), 3, &withdraw(Method::Email, at(2), shown()));
    assert_eq!((withdrawn.state, withdrawn.pending), (State::Withdrawn, None));
}

#[test]
fn a_yes_dated_before_the_last_no_is_refused() {
    let withdrawn = after(None, 1, &withdraw(Method::Email, at(5), shown()));
    let facts = Facts { current: Some(withdrawn), ..no_decision() };
    let refusal = give(&facts, Method::Paper, at(4), shown(), at(6)).unwrap_err();
    assert_eq!(refusal.code, Code::SupersededByWithdrawal);
    assert!(give(&facts, Method::Paper, at(5), shown(), at(6)).is_ok());
}

#[test]
fn a_suppressed_address_and_anothers_former_one_must_confirm_even_a_paper_yes() {
    for mailbox in [Mailbox::Suppressed, Mailbox::AnothersBefore, Mailbox::AnothersNumber] {
        let facts = Facts { mailbox: Some(mailbox), ..no_decision() };
        let given = give(&facts, Method::Paper, at(0), shown(), at(0)).unwrap();
        assert_eq!(given.act, Act::GiveUnconfirmed(at(14)));
    }
}

#[test]
fn a_yes_that_no_mailbox_can_confirm_is_refused() {
    let facts = Facts { mailbox: None, ..no_decision() };
    for method in [Method::WebForm, Method::Email] {
        let refusal = give(&facts, method, at(0), shown(), at(0)).unwrap_err();
        assert_eq!((refusal.code, refusal.pointer), (Code::EmailNeeded, Some("/contact_id")));
    }
    assert_eq!(give(&facts, Method::Paper, at(0), shown(), at(0)).unwrap().act, Act::Give);
}

#[test]
fn an_erased_contact_gives_nothing_and_can_withdraw() {
    let facts = Facts { erased: true, ..no_decision() };
    assert_eq!(give(&facts, Method::Paper, at(0), shown(), at(0)).unwrap_err().code, Code::Erased);
    assert_eq!(after(None, 1, &withdraw(Method::Paper, at(0), shown())).state, State::Withdrawn);
}

#[test]
fn a_restricted_contact_neither_gives_nor_confirms() {
    let restriction = Some(Restriction { ground: restriction::RestrictionGround::AccuracyContested, since: at(0) });
    let given = give(&no_decision(), Method::WebForm, at(0), shown(), at(0)).unwrap();
    let facts = Facts { restriction, current: Some(after(None, 1, &given)), ..no_decision() };
    assert_eq!(give(&facts, Method::Paper, at(1), shown(), at(1)).unwrap_err().code, Code::Restricted);
    assert_eq!(confirm(&facts, id(1), Method::WebForm, shown(), at(1)).unwrap_err().code, Code::Restricted);
}

#[test]
fn an_objection_stands_until_the_mailbox_takes_it_back() {
    let given = after(None, 1, &give(&no_decision(), Method::Paper, at(0), shown(), at(0)).unwrap());
    let objected = after(Some(&given), 2, &object(Method::Email, at(1), shown()));
    assert_eq!(
        (objected.state, objected.objected_at, objected.withdrawn_at),
        (State::Withdrawn, Some(at(1)), Some(at(1)))
    );
    let facts = Facts { current: Some(objected.clone()), ..no_decision() };
    assert_eq!(give(&facts, Method::Paper, at(0), shown(), at(2)).unwrap_err().code, Code::SupersededByWithdrawal);
    // Staff with a signed paper in hand cannot: it waits for the mailbox.
    let again = give(&facts, Method::Paper, at(2), shown(), at(2)).unwrap();
    let waiting = after(Some(&objected), 3, &again);
    assert_eq!((waiting.state, waiting.objected_at), (State::Pending, Some(at(1))));
    let facts = Facts { current: Some(waiting.clone()), ..no_decision() };
    let confirmed = confirm(&facts, id(3), Method::Paper, shown(), at(3)).unwrap();
    let taken_back = after(Some(&waiting), 4, &confirmed);
    assert_eq!((taken_back.state, taken_back.objected_at), (State::Given, None));
}

#[test]
fn a_material_change_makes_older_consents_stale_from_its_day() {
    let given = after(None, 1, &give(&no_decision(), Method::Paper, at(0), shown(), at(0)).unwrap());
    let change = Some(MaterialChange { notice_version: notice("2026-06-05"), effective_on: notice("2026-06-10") });
    assert_eq!(state_at(&given, change, at(8)), State::Given);
    assert_eq!(state_at(&given, change, at(9)), State::Stale);
    let renewed = give(
        &Facts { current: Some(given.clone()), ..no_decision() },
        Method::Paper,
        at(9),
        notice("2026-06-05"),
        at(9),
    );
    assert_eq!(state_at(&after(Some(&given), 2, &renewed.unwrap()), change, at(9)), State::Given);
}

#[test]
fn contract_purposes_take_no_consent() {
    assert_eq!(must_take_consent(Purpose::VenueSecurity).unwrap_err().code, Code::PurposeNotConsent);
    assert!(must_take_consent(Purpose::ProfessionalNetworks).is_ok());
}

#[derive(Clone, Copy, Debug)]
enum Said {
    Yes(Method),
    No,
    Object,
    Confirm,
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        proptest::sample::select(<Method as strum::VariantArray>::VARIANTS).prop_map(Said::Yes),
        Just(Said::No),
        Just(Said::Object),
        Just(Said::Confirm),
    ]
}

proptest! {
    /// Whatever is said in whatever order: after a no, nothing is given until a later yes; only the mailbox can end a
    /// wait; and an objection stands, and keeps everything from being given, until the mailbox takes it back.
    #[test]
    fn the_last_word_stands(words in proptest::collection::vec(said(), 1..20)) {
        let mut current: Option<Projection> = None;
        for (number, word) in words.into_iter().enumerate() {
            let (number, now) = (number as u128 + 1, at(i64::try_from(number).unwrap()));
            let facts = Facts { current: current.clone(), ..no_decision() };
            match word {
                Said::No => {
                    let after = after(current.as_ref(), number, &withdraw(Method::Email, now, shown()));
                    prop_assert_eq!(after.state, State::Withdrawn);
                    current = Some(after);
                }
                Said::Object => {
                    let after = after(current.as_ref(), number, &object(Method::Email, now, shown()));
                    prop_assert_eq!((after.state, after.pending), (State::Withdrawn, None));
                    prop_assert!(after.objected_at.is_some());
                    current = Some(after);
                }
                Said::Yes(method) => {
                    let objected_at = current.as_ref().and_then(|current| current.objected_at);
                    let given = give(&facts, method, now, shown(), now).unwrap();
                    let after = after(current.as_ref(), number, &given);
                    let was_given = facts.current.is_some_and(|before| before.state == State::Given);
                    let waits = (method.needs_confirmation() && !was_given) || objected_at.is_some();
                    let expected = if waits { State::Pending } else { State::Given };
                    prop_assert_eq!((after.state, after.objected_at), (expected, objected_at));
                    current = Some(after);
                }
                Said::Confirm => {
                    let waiting = facts.current.as_ref().and_then(|current| current.pending);
                    let confirmed = waiting.map(|waiting| confirm(&facts, waiting.decision_id, Method::Email, shown(), now));
                    if let Some(Ok(confirmed)) = confirmed {
                        current = Some(after(current.as_ref(), number, &confirmed));
                        let confirmed = current.as_ref().unwrap();
                        prop_assert_eq!((confirmed.state, confirmed.objected_at), (State::Given, None));
                    }
                }
            }
        }
    }
}

mod merging {
    use super::*;

    fn answer(state: State, day: &str) -> Projection {
        let since = Instant::parse(&format!("{day}T10:00:00Z")).unwrap();
        let decision_id = DecisionId::from_uuid(uuid::Uuid::from_u128(7));
        let until = since.plus(CONFIRM_WITHIN);
        Projection {
            state,
            since,
            notice_version: "2019-01-29".parse().unwrap(),
            method: Method::WebForm,
            decision_id,
            pending: (state == State::Pending).then_some(Pending { decision_id, until }),
            withdrawn_at: (state == State::Withdrawn).then_some(since),
            objected_at: None,
        }
    }

    fn now() -> Instant {
        Instant::parse("2026-11-24T10:00:00Z").unwrap()
    }

    fn merged(own: Option<&Projection>, other: &Projection) -> State {
        let id = DecisionId::from_uuid(uuid::Uuid::from_u128(8));
        let after = take_over(own, other, false, None, now()).map(|decision| project(own, id, &decision));
        state_at(after.as_ref().or(own).unwrap(), None, now())
    }

    #[test]
    fn the_stricter_answer_wins_whichever_record_it_is_on() {
        let given = answer(State::Given, "2026-01-01");
        let lapsed = answer(State::Pending, "2026-01-01");
        let waiting = answer(State::Pending, "2026-11-20");
        let withdrawn = answer(State::Withdrawn, "2025-01-01");
        for (one, other, holds) in [
            (&given, &given, State::Given),
            (&given, &waiting, State::Pending),
            (&given, &lapsed, State::Expired),
            (&given, &withdrawn, State::Withdrawn),
            (&waiting, &withdrawn, State::Withdrawn),
            (&lapsed, &withdrawn, State::Withdrawn),
        ] {
            assert_eq!(merged(Some(one), other), holds, "{one:?} {other:?}");
            assert_eq!(merged(Some(other), one), holds, "{other:?} {one:?}");
        }
    }

    #[test]
    fn an_objection_is_the_strictest_answer_of_all() {
        let given = answer(State::Given, "2026-01-01");
        let withdrawn = answer(State::Withdrawn, "2026-03-01");
        let objected_at = Some(answer(State::Withdrawn, "2026-02-01").since);
        let objected = Projection { objected_at, ..answer(State::Withdrawn, "2026-02-01") };
        let asked_again = Projection { objected_at, ..answer(State::Pending, "2026-11-20") };
        let id = DecisionId::from_uuid(uuid::Uuid::from_u128(8));
        for other in [&objected, &asked_again] {
            for own in [None, Some(&given), Some(&withdrawn)] {
                let decision = take_over(own, other, false, None, now()).unwrap();
                assert_eq!((decision.act, Some(decision.occurred_at)), (Act::Object, objected_at));
                let after = project(own, id, &decision);
                assert_eq!((after.state, after.objected_at), (State::Withdrawn, objected_at));
            }
            for weaker in [&given, &answer(State::Pending, "2026-11-20")] {
                assert!(take_over(Some(other), weaker, false, None, now()).is_none());
            }
        }
        // A later no makes the date later and leaves the objection.
        let decision = take_over(Some(&objected), &withdrawn, false, None, now()).unwrap();
        let after = project(Some(&objected), id, &decision);
        assert_eq!((after.objected_at, after.withdrawn_at), (objected_at, Some(withdrawn.since)));
        // Of two objections, the one that was not lifted.
        let decision = take_over(Some(&asked_again), &objected, false, None, now()).unwrap();
        let after = project(Some(&asked_again), id, &decision);
        assert_eq!((after.state, after.pending, after.objected_at), (State::Withdrawn, None, objected_at));
    }

    #[test]
    fn a_stale_answer_is_stricter_than_a_given_one() {
        let change = MaterialChange {
            notice_version: "2025-01-01".parse().unwrap(),
            effective_on: "2025-01-01".parse().unwrap(),
        };
        let old = answer(State::Given, "2026-01-01");
        let new = Projection { notice_version: "2025-01-01".parse().unwrap(), ..old.clone() };
        let id = DecisionId::from_uuid(uuid::Uuid::from_u128(8));
        let decision = take_over(Some(&new), &old, false, Some(change), now()).unwrap();
        let after = project(Some(&new), id, &decision);
        assert_eq!(state_at(&after, Some(change), now()), State::Stale);
        assert!(take_over(Some(&old), &new, false, Some(change), now()).is_none());
    }

    #[test]
    fn an_answer_that_stands_alone_is_kept_as_it_is() {
        for state in [State::Given, State::Withdrawn] {
            assert_eq!(merged(None, &answer(state, "2026-01-01")), state);
        }
    }

    #[test]
    fn of_two_withdrawals_the_later_date_stands() {
        let (early, late) = (answer(State::Withdrawn, "2025-01-01"), answer(State::Withdrawn, "2026-01-01"));
        let decision = take_over(Some(&early), &late, false, None, now()).unwrap();
        assert_eq!(decision.occurred_at, late.since);
        assert!(take_over(Some(&late), &early, false, None, now()).is_none());
    }

    /// An answer that came after a no.
    fn after_a_no(no: &str, answer: &Projection) -> Projection {
        Projection { withdrawn_at: Some(Instant::parse(&format!("{no}T10:00:00Z")).unwrap()), ..answer.clone() }
    }

    #[test]
    fn the_last_no_of_either_record_is_remembered() {
        let (early, late) = (answer(State::Withdrawn, "2025-01-01"), answer(State::Withdrawn, "2026-01-01"));
        let waiting = after_a_no("2026-01-01", &answer(State::Pending, "2026-11-20"));
        for own in [None, Some(&answer(State::Given, "2024-01-01")), Some(&early)] {
            assert_eq!(later_no(own, &waiting), late.withdrawn_at);
        }
        for own in [&late, &waiting] {
            assert_eq!(later_no(Some(own), &early), None);
            assert_eq!(later_no(Some(own), &answer(State::Given, "2026-11-20")), None);
        }
    }

    #[test]
    fn a_yes_from_before_the_others_no_gives_way_to_the_yes_after_it() {
        let old = answer(State::Given, "2025-01-01");
        let renewed = after_a_no("2026-01-01", &answer(State::Given, "2026-06-01"));
        let taken = take_over(Some(&old), &renewed, false, None, now()).unwrap();
        assert_eq!((taken.act, taken.occurred_at), (Act::Give, renewed.since));
        assert!(take_over(Some(&renewed), &old, false, None, now()).is_none());
        let newer = answer(State::Given, "2026-02-01");
        assert!(take_over(Some(&newer), &renewed, false, None, now()).is_none());
    }

    #[test]
    fn a_consent_that_the_mailbox_must_confirm_is_taken_over_unconfirmed() {
        let given = answer(State::Given, "2026-01-01");
        let taken = take_over(None, &given, true, None, now()).unwrap();
        assert_eq!(taken.act, Act::TakeOverUnconfirmed(now().plus(CONFIRM_WITHIN)));
        for mailbox in [Mailbox::AnothersBefore, Mailbox::AnothersNumber] {
            assert!(mailbox_must_confirm(Some(mailbox), Proof::Record), "{mailbox:?}");
            assert!(!mailbox_must_confirm(Some(mailbox), Proof::ThisMailbox), "{mailbox:?}");
        }
        for mailbox in [None, Some(Mailbox::Unmarked), Some(Mailbox::Suppressed)] {
            assert!(mailbox_must_confirm(mailbox, Proof::AnotherMailbox), "{mailbox:?}");
            assert!(!mailbox_must_confirm(mailbox, Proof::Record), "{mailbox:?}");
        }
    }
}
