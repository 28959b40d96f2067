//! The period of Article 12A, and the pauses that prolong it.

use chrono::{Days, NaiveDate};

use super::super::months::add_months_clamped;
use crate::domain::{Calendar, CalendarExhausted};

/// The period in months from the start.
pub(super) const ORDINARY: u32 = 1;
/// The same when two further months were taken: three from the start, not one period after another (R7).
pub(super) const EXTENDED: u32 = 3;

/// A question that identifies what an access request is about, and the day of its answer.
#[derive(Clone, Copy)]
pub(super) struct Question {
    pub(super) asked: NaiveDate,
    pub(super) answered: Option<NaiveDate>,
}

/// A run of days that do not count, both ends included; open where no last day is known.
#[derive(Clone, Copy)]
pub(super) struct Pause {
    first: NaiveDate,
    last: Option<NaiveDate>,
}

/// The days that do not count, as runs in order that share no day: the union of the questions' days
/// (R12) from the start on (R13).
pub(super) fn pauses(questions: &[Question], start: NaiveDate) -> Vec<Pause> {
    let mut runs: Vec<Pause> = Vec::new();
    for question in questions.iter().filter(|q| q.answered.is_none_or(|last| last >= start)) {
        let next = Pause { first: question.asked.max(start), last: question.answered };
        match runs.last_mut() {
            Some(run) if run.last.is_none_or(|last| next.first <= last) => {
                run.last = run.last.zip(next.last).map(|(one, other)| one.max(other));
            }
            _ => runs.push(next),
        }
    }
    runs
}

/// A period as far as its pauses let it be known.
#[derive(Clone, Copy)]
pub(super) struct Period {
    pub(super) paused_days: i64,
    pub(super) nominal: NaiveDate,
    due: NaiveDate,
    /// The days still in hand when a pause opened that has not closed.
    pub(super) kept: Option<i64>,
}

impl Period {
    /// Runs a period of so many `months` from `start` through its pauses.
    ///
    /// # Errors
    /// [`CalendarExhausted`] where an end lies outside the table of bank holidays.
    pub(super) fn run(
        start: NaiveDate,
        months: u32,
        pauses: &[Pause],
        calendar: &Calendar,
    ) -> Result<Self, CalendarExhausted> {
        let nominal = add_months_clamped(start, months); // R5, R7
        let due = calendar.roll_forward(nominal)?; // R6
        let mut period = Self { paused_days: 0, nominal, due, kept: None };
        for pause in pauses {
            if pause.first > period.due {
                break; // R14: a question put after the end does not revive the clock.
            }
            if pause.first > period.nominal {
                period.nominal = period.due; // R14: the period itself had been prolonged to its working day.
            }
            let Some(last) = pause.last else {
                period.kept = Some(days_between(pause.first, period.nominal) + 1); // R15
                break;
            };
            let days = days_between(pause.first, last) + 1; // R10, R11: both ends included.
            period.paused_days += days;
            period.nominal = later(period.nominal, days);
            period.due = calendar.roll_forward(period.nominal)?;
        }
        Ok(period)
    }

    /// The last lawful day, where it can be known (R15).
    pub(super) fn end(&self) -> Option<NaiveDate> {
        self.kept.is_none().then_some(self.due)
    }
}

pub(super) fn days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    (to - from).num_days()
}

/// `days` after `date`; at the end of the calendar, that end, which no table covers.
fn later(date: NaiveDate, days: i64) -> NaiveDate {
    let days = Days::new(u64::try_from(days).unwrap_or(0));
    date.checked_add_days(days).unwrap_or(NaiveDate::MAX)
}
