use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use chrono::{Datelike, Weekday};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::ClockEventKind::{
    AuthorityReceived, AuthorityRequested, ClarificationReceived, ClarificationRequested, ExtensionNotified, FeePaid,
    FeeRequested, IdentityReceived, IdentityRequested,
};
use super::*;
use crate::domain::Instant;
use crate::policy::{breach_clock, complaint_clock};

mod naive;

const VECTORS: &str = include_str!("../data/clock-vectors.json");
const HOLIDAYS: &str = include_str!("../../domain/data/bank-holidays-england-and-wales.json");

fn calendar() -> &'static Calendar {
    static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::embedded().unwrap());
    &CALENDAR
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn event(kind: ClockEventKind, on: NaiveDate) -> ClockEvent {
    ClockEvent { kind, on, sufficient: true }
}

fn request(right: Right, received_on: &str, events: &[(ClockEventKind, &str)]) -> ClockFacts {
    let events = events.iter().map(|(kind, on)| event(*kind, day(on))).collect();
    ClockFacts { right, received_on: day(received_on), events }
}

fn due(facts: &ClockFacts) -> NaiveDate {
    read(facts, calendar()).unwrap().due_on.unwrap()
}

#[test]
fn every_vector_is_answered_to_the_letter() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 20);
    for case in cases {
        let date = || day(case["received_on"].as_str().unwrap());
        let answer = match case["kind"].as_str().unwrap() {
            "rights_request" => {
                let right = serde_json::from_value(case["right"].clone()).unwrap();
                let events = serde_json::from_value(case["events"].clone()).unwrap();
                json!(read(&ClockFacts { right, received_on: date(), events }, calendar()).unwrap())
            }
            "complaint_acknowledgement" => json!(complaint_clock::acknowledgement(date(), calendar()).unwrap()),
            "breach_notification" => {
                json!(breach_clock::notification(Instant::parse(case["aware_at"].as_str().unwrap()).unwrap()))
            }
            other => panic!("{other}"),
        };
        assert_eq!(answer, case["expect"], "{} {}", case["id"], case["title"]);
    }
}

#[test]
fn insufficient_proof_does_not_start_the_clock() {
    let mut facts =
        request(Right::Access, "2026-03-02", &[(IdentityRequested, "2026-03-03"), (IdentityReceived, "2026-03-10")]);
    facts.events[1].sufficient = false;
    let reading = read(&facts, calendar()).unwrap();
    assert_eq!((reading.state, reading.days_left(day("2026-03-20"))), (ClockState::NotStarted, None));
    facts.events.push(event(IdentityReceived, day("2026-03-17")));
    assert_eq!(due(&facts), day("2026-04-17"));
}

#[test]
fn only_what_came_can_be_insufficient() {
    let mut facts =
        request(Right::Access, "2026-02-10", &[(ExtensionNotified, "2026-03-05"), (FeeRequested, "2026-02-10")]);
    facts.events.iter_mut().for_each(|event| event.sufficient = false);
    let reading = read(&facts, calendar()).unwrap();
    assert_eq!((reading.state, reading.extension_accepted), (ClockState::NotStarted, Some(true)));
}

#[test]
fn an_insufficient_answer_leaves_the_question_open() {
    let events = [(ClarificationRequested, "2026-04-08"), (ClarificationReceived, "2026-04-09")];
    let mut facts = request(Right::Access, "2026-04-01", &events);
    facts.events[1].sufficient = false;
    assert_eq!(read(&facts, calendar()).unwrap().state, ClockState::Paused);
}

#[test]
fn the_last_of_several_conditions_starts_the_clock() {
    let mut events = vec![
        (AuthorityRequested, "2026-03-03"),
        (AuthorityReceived, "2026-03-12"),
        (FeeRequested, "2026-03-03"),
        (FeePaid, "2026-03-05"),
    ];
    assert_eq!(due(&request(Right::Access, "2026-03-02", &events)), day("2026-04-13"), "12 April is a Sunday");
    events.push((IdentityRequested, "2026-03-04"));
    let reading = read(&request(Right::Access, "2026-03-02", &events), calendar()).unwrap();
    assert_eq!(reading.state, ClockState::NotStarted);
}

#[test]
fn what_was_not_asked_for_is_no_condition() {
    assert_eq!(due(&request(Right::Access, "2026-03-02", &[(IdentityReceived, "2026-03-20")])), day("2026-04-02"));
}

#[test]
fn a_notice_of_extension_before_the_start_counts() {
    let mut events = vec![(IdentityRequested, "2026-03-03"), (ExtensionNotified, "2026-03-05")];
    let waiting = read(&request(Right::Access, "2026-03-02", &events), calendar()).unwrap();
    assert_eq!((waiting.state, waiting.extension_accepted), (ClockState::NotStarted, Some(true)));
    events.push((IdentityReceived, "2026-03-20"));
    assert_eq!(due(&request(Right::Access, "2026-03-02", &events)), day("2026-06-22"), "20 June is a Saturday");
}

#[test]
fn a_question_asked_and_answered_the_same_day_is_one_day() {
    let events = [(ClarificationReceived, "2026-04-08"), (ClarificationRequested, "2026-04-08")];
    let reading = read(&request(Right::Access, "2026-04-01", &events), calendar()).unwrap();
    assert_eq!((reading.paused_days, reading.nominal_due_on), (Some(1), Some(day("2026-05-02"))));
}

#[test]
fn overlapping_questions_count_each_day_once() {
    let events = [
        (ClarificationRequested, "2026-04-08"),
        (ClarificationRequested, "2026-04-10"),
        (ClarificationReceived, "2026-04-10"),
        (ClarificationReceived, "2026-04-13"),
    ];
    let reading = read(&request(Right::Access, "2026-04-01", &events), calendar()).unwrap();
    assert_eq!((reading.paused_days, reading.due_on), (Some(6), Some(day("2026-05-07"))));
    let open = read(&request(Right::Access, "2026-04-01", &events[..3]), calendar()).unwrap();
    assert_eq!(open.state, ClockState::Paused, "one of the two is unanswered");
}

#[test]
fn days_of_waiting_before_the_start_are_not_counted() {
    let events = [
        (IdentityRequested, "2026-03-03"),
        (ClarificationRequested, "2026-03-03"),
        (IdentityReceived, "2026-03-10"),
        (ClarificationReceived, "2026-03-11"),
    ];
    let reading = read(&request(Right::Access, "2026-03-02", &events), calendar()).unwrap();
    assert_eq!((reading.paused_days, reading.nominal_due_on), (Some(2), Some(day("2026-04-12"))));
}

#[test]
fn a_question_inside_the_rolled_window_prolongs_the_due_date_and_one_after_it_does_nothing() {
    // 3 April 2026 is Good Friday; the last lawful day is Tuesday 7 April.
    let asked = |on, answered| {
        let events = [(ClarificationRequested, on), (ClarificationReceived, answered)];
        read(&request(Right::Access, "2026-03-03", &events), calendar()).unwrap()
    };
    let nominal = asked("2026-04-03", "2026-04-04");
    assert_eq!((nominal.paused_days, nominal.due_on), (Some(2), Some(day("2026-04-07"))));
    let rolled = asked("2026-04-07", "2026-04-08");
    assert_eq!((rolled.paused_days, rolled.nominal_due_on), (Some(2), Some(day("2026-04-09"))));
    let late = asked("2026-04-08", "2026-04-20");
    assert_eq!((late.paused_days, late.due_on), (Some(0), Some(day("2026-04-07"))));
    let late_and_open =
        read(&request(Right::Access, "2026-03-03", &[(ClarificationRequested, "2026-04-08")]), calendar()).unwrap();
    assert_eq!((late_and_open.state, late_and_open.due_on), (ClockState::Running, Some(day("2026-04-07"))));
}

#[test]
fn an_open_question_keeps_the_days_in_hand() {
    let events = [(ClarificationRequested, "2026-04-08"), (ClarificationReceived, "2026-04-13")];
    let open = read(&request(Right::Access, "2026-04-01", &events[..1]), calendar()).unwrap();
    let running = read(&request(Right::Access, "2026-04-01", &[]), calendar()).unwrap();
    let answered = read(&request(Right::Access, "2026-04-01", &events), calendar()).unwrap();
    assert_eq!(running.days_left(day("2026-04-07")), Some(24), "the evening before the question");
    assert_eq!(open.days_left(day("2026-04-08")), Some(24));
    assert_eq!(open.days_left(day("2026-06-30")), Some(24));
    assert_eq!(answered.days_left(day("2026-04-13")), Some(24), "the day of the answer");
    assert_eq!(answered.days_left(day("2026-05-07")), Some(0));
    assert_eq!(answered.days_left(day("2026-05-09")), Some(-2));
}

#[test]
fn a_notice_of_extension_is_in_time_until_the_end_of_the_paused_and_rolled_month() {
    let with_notice = |on| {
        let events =
            [(ClarificationRequested, "2026-04-08"), (ClarificationReceived, "2026-04-09"), (ExtensionNotified, on)];
        read(&request(Right::Access, "2026-04-01", &events), calendar()).unwrap()
    };
    // 1 May and two days is Sunday 3 May; Monday 4 May is a bank holiday.
    let last = with_notice("2026-05-05");
    assert_eq!((last.extension_notice_due_on, last.extension_accepted), (Some(day("2026-05-05")), Some(true)));
    assert_eq!(last.due_on, Some(day("2026-07-03")));
    assert_eq!(with_notice("2026-05-06").extension_accepted, Some(false));
    let open = [(ClarificationRequested, "2026-04-08"), (ExtensionNotified, "2026-09-01")];
    let paused = read(&request(Right::Access, "2026-04-01", &open), calendar()).unwrap();
    assert_eq!((paused.state, paused.extension_accepted), (ClockState::Paused, Some(true)));
    let late = [(ExtensionNotified, "2026-05-02"), (ClarificationRequested, "2026-05-03")];
    let refused = read(&request(Right::Access, "2026-04-01", &late), calendar()).unwrap();
    assert_eq!((refused.state, refused.extension_accepted), (ClockState::Running, Some(false)));
}

#[test]
fn a_pause_of_the_further_months_leaves_the_day_of_the_notice_alone() {
    let mut events = vec![(ExtensionNotified, "2026-04-10"), (ClarificationRequested, "2026-06-01")];
    let open = read(&request(Right::Access, "2026-04-01", &events), calendar()).unwrap();
    assert_eq!((open.state, open.due_on), (ClockState::Paused, None));
    assert_eq!(open.extension_notice_due_on, Some(day("2026-05-01")));
    events.push((ClarificationReceived, "2026-06-02"));
    assert_eq!(due(&request(Right::Access, "2026-04-01", &events)), day("2026-07-03"));
}

#[test]
fn beyond_the_table_there_is_no_due_date() {
    let exhausted = read(&request(Right::Erasure, "2028-12-01", &[]), calendar()).unwrap_err();
    assert_eq!(exhausted.date, day("2029-01-01"));
    let far = ClockFacts { right: Right::Access, received_on: NaiveDate::MAX, events: Vec::new() };
    assert!(read(&far, calendar()).is_err());
    assert!(complaint_clock::acknowledgement(day("2028-12-10"), calendar()).is_err());
    assert!(complaint_clock::acknowledgement(NaiveDate::MAX, calendar()).is_err());
}

fn offset(date: NaiveDate, days: i64) -> NaiveDate {
    date + chrono::TimeDelta::days(days)
}

prop_compose! {
    /// A day in the table with room for an extension and long pauses behind it.
    fn any_day()(days in 0_i64..3500) -> NaiveDate {
        offset(NaiveDate::from_ymd_opt(2018, 1, 1).unwrap(), days)
    }
}

prop_compose! {
    /// Questions as the day asked, counted from receipt, and how long the answer took.
    fn any_questions(most: usize)(
        questions in prop::collection::vec((0_i64..110, prop::option::weighted(0.9, 0_i64..25)), 0..=most)
    ) -> Vec<(i64, Option<i64>)> {
        questions
    }
}

/// Each question's days, answers handed out as the records tell them: the first to the first.
fn dated(received_on: NaiveDate, questions: &[(i64, Option<i64>)]) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let mut open: Vec<NaiveDate> = Vec::new();
    let mut days: BTreeMap<NaiveDate, (usize, usize)> = BTreeMap::new();
    for (asked, took) in questions {
        days.entry(offset(received_on, *asked)).or_default().0 += 1;
        if let Some(took) = took {
            days.entry(offset(received_on, asked + took)).or_default().1 += 1;
        }
    }
    let mut pairs = Vec::new();
    for (day, (asked, answered)) in days {
        open.extend(std::iter::repeat_n(day, asked));
        let closed = answered.min(open.len());
        pairs.extend(open.drain(..closed).map(|asked| (asked, Some(day))));
    }
    pairs.extend(open.into_iter().map(|asked| (asked, None)));
    pairs
}

fn events(received_on: NaiveDate, questions: &[(i64, Option<i64>)]) -> Vec<ClockEvent> {
    let mut events = Vec::new();
    for (asked, took) in questions {
        events.push(event(ClarificationRequested, offset(received_on, *asked)));
        events.extend(took.map(|took| event(ClarificationReceived, offset(received_on, asked + took))));
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_walker_agrees(
        received_on in any_day(),
        questions in any_questions(4),
        identity in prop::option::of(0_i64..60),
        notice in prop::option::of(0_i64..90),
    ) {
        let mut facts = ClockFacts { right: Right::Access, received_on, events: events(received_on, &questions) };
        let start = offset(received_on, identity.unwrap_or(0));
        if identity.is_some() {
            facts.events.push(event(IdentityRequested, received_on));
            facts.events.push(event(IdentityReceived, start));
        }
        facts.events.extend(notice.map(|days| event(ExtensionNotified, offset(received_on, days))));
        let (walker, pairs) = (naive::walker(), dated(received_on, &questions));
        let accepted = notice.map(|days| {
            let given = offset(received_on, days);
            let by_then: Vec<_> = pairs.iter().copied().filter(|(asked, _)| *asked <= given).collect();
            match walker.walk(start, 1, &by_then) {
                naive::End::Open => true,
                naive::End::Due { due, .. } => given <= due,
            }
        });
        let reading = read(&facts, calendar()).unwrap();
        prop_assert_eq!(reading.extension_accepted, accepted);
        prop_assert_eq!(reading.clock_start_on, Some(start));
        let expected = walker.walk(start, if accepted == Some(true) { 3 } else { 1 }, &pairs);
        match expected {
            naive::End::Open => prop_assert_eq!((reading.state, reading.due_on), (ClockState::Paused, None)),
            naive::End::Due { nominal, due, paused } => {
                prop_assert_eq!(reading.state, ClockState::Running);
                prop_assert_eq!(reading.nominal_due_on, Some(nominal));
                prop_assert_eq!(reading.due_on, Some(due));
                prop_assert_eq!(reading.paused_days, Some(paused));
            }
        }
        let notice_due = match walker.walk(start, 1, &pairs) {
            naive::End::Open => None,
            naive::End::Due { due, .. } => Some(due),
        };
        prop_assert_eq!(reading.extension_notice_due_on, notice_due);
    }

    #[test]
    fn a_due_date_is_never_a_day_of_rest(received_on in any_day(), questions in any_questions(3), late in any::<bool>()) {
        let mut facts = ClockFacts { right: Right::Access, received_on, events: events(received_on, &questions) };
        facts.events.extend(late.then(|| event(ExtensionNotified, received_on)));
        let reading = read(&facts, calendar()).unwrap();
        let complaint = complaint_clock::acknowledgement(received_on, calendar()).unwrap();
        for due in reading.due_on.into_iter().chain([complaint.due_on]) {
            prop_assert_eq!(calendar().is_working_day(due), Ok(true));
            prop_assert_eq!(naive::walker().working(due), due);
            prop_assert!(due > received_on);
        }
    }

    #[test]
    fn a_later_receipt_is_never_due_earlier(received_on in any_day(), days in 0_i64..40, extended in any::<bool>()) {
        let due_of = |received_on| {
            let events = Vec::from_iter(extended.then(|| event(ExtensionNotified, received_on)));
            due(&ClockFacts { right: Right::Objection, received_on, events })
        };
        prop_assert!(due_of(received_on) <= due_of(offset(received_on, days)));
    }

    #[test]
    fn a_pause_never_shortens(received_on in any_day(), asked in 0_i64..60, took in 0_i64..60) {
        let without = ClockFacts { right: Right::Access, received_on, events: Vec::new() };
        let with = ClockFacts { events: events(received_on, &[(asked, Some(took))]), ..without.clone() };
        let (before, after) = (due(&without), due(&with));
        prop_assert!(before <= after);
        prop_assert!(offset(received_on, asked) > before || after > offset(received_on, asked + took));
    }

    #[test]
    fn a_further_question_after_the_others_never_shortens(
        received_on in any_day(), questions in any_questions(3), gap in 1_i64..20, took in 0_i64..25,
    ) {
        let mut questions: Vec<_> = questions.into_iter().map(|(asked, took)| (asked, Some(took.unwrap_or(3)))).collect();
        let without = ClockFacts { right: Right::Access, received_on, events: events(received_on, &questions) };
        let last = questions.iter().map(|(asked, took)| asked + took.unwrap_or(0)).max().unwrap_or(0);
        questions.push((last + gap, Some(took)));
        let with = ClockFacts { events: events(received_on, &questions), ..without.clone() };
        prop_assert!(due(&without) <= due(&with));
    }

    #[test]
    fn another_holiday_never_moves_a_due_date_earlier(
        received_on in any_day(), questions in any_questions(1), notice in prop::option::of(0_i64..60), holiday in 0_i64..200,
    ) {
        let mut facts = ClockFacts { right: Right::Access, received_on, events: events(received_on, &questions) };
        facts.events.extend(notice.map(|days| event(ExtensionNotified, offset(received_on, days))));
        let more = calendar().clone().with_extra([offset(received_on, holiday)]);
        let (before, after) = (read(&facts, calendar()).unwrap(), read(&facts, &more).unwrap());
        // A question that the longer period no longer finds late stops the clock: no date at all is later than any.
        prop_assert!(after.due_on.is_none_or(|after| before.due_on.is_some_and(|before| before <= after)));
    }

    #[test]
    fn the_order_of_the_records_does_not_matter(
        received_on in any_day(), shuffled in any_questions(3).prop_flat_map(|q| {
            let events = events(NaiveDate::from_ymd_opt(2020, 1, 1).unwrap(), &q);
            (Just(events.clone()), Just(events).prop_shuffle())
        }),
    ) {
        let facts = |events| ClockFacts { right: Right::Access, received_on, events };
        prop_assert_eq!(read(&facts(shuffled.0), calendar()), read(&facts(shuffled.1), calendar()));
    }
}
