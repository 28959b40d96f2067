//! The statutory clock of a person's request: one month to answer, or three (UK GDPR Articles 12(3)
//! and 12A).
//!
//! A pure function from facts to a reading, by sixteen rules R1 to R16, each cited where it decides. A
//! day is a date in Europe/London, and the last lawful moment is the end of the due day (R16). The
//! service stores facts only, and computes the reading on each read, because a newly proclaimed holiday
//! moves it. The reading says what the law says of the facts, late ones included; the commands
//! themselves refuse late input.

use std::collections::VecDeque;

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};

use crate::domain::{Calendar, CalendarExhausted, words};
use period::{EXTENDED, ORDINARY, Period, Question, days_between, pauses};

mod period;

/// A right that a person can ask us to carry out (UK GDPR Chapter III).
#[apply(words!)]
#[derive(Hash, strum::VariantArray)]
#[schema(as = RequestedRight)]
pub enum Right {
    /// Article 15: a copy of the data, and what is done with it.
    Access,
    /// Article 16: wrong data put right, incomplete data completed.
    Rectification,
    /// Article 17: erasure.
    Erasure,
    /// Article 18: data kept but not used.
    Restriction,
    /// Article 21: an end to a use of the data.
    Objection,
    /// Article 20: the data in a form that machines read.
    Portability,
}

/// The kind of an event on which a request's clock depends.
#[apply(words!)]
#[derive(Hash, strum::VariantArray)]
pub enum ClockEventKind {
    /// We asked for what proves who the person is (Article 12(6)).
    IdentityRequested,
    /// It came.
    IdentityReceived,
    /// We asked an agent for the person's authority.
    AuthorityRequested,
    /// It came.
    AuthorityReceived,
    /// We asked for what identifies the information or processing meant; not for a wished-for format.
    ClarificationRequested,
    /// It came.
    ClarificationReceived,
    /// We asked for a fee (Article 12(5)).
    FeeRequested,
    /// It was paid.
    FeePaid,
    /// We told the person that we need two further months, and why.
    ExtensionNotified,
}

impl ClockEventKind {
    /// Whether something came that can be too little.
    fn is_receipt(self) -> bool {
        matches!(self, Self::IdentityReceived | Self::AuthorityReceived | Self::ClarificationReceived | Self::FeePaid)
    }
}

/// One event on which the clock depends, with its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockEvent {
    /// The kind of event.
    #[serde(rename = "type")]
    pub kind: ClockEventKind,
    /// The day of the event, in Europe/London.
    #[schema(example = "2026-03-10")]
    pub on: NaiveDate,
    /// For proof or a fee that was received: whether it was enough. If not, the clock treats it as not
    /// received. The default is true.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub sufficient: bool,
}

fn yes() -> bool {
    true
}

/// The facts that a request's clock depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockFacts {
    /// The right that the person asks us to carry out.
    pub right: Right,
    /// The day the request reached us: any day, by any channel, through any member of staff (R1).
    pub received_on: NaiveDate,
    /// What happened since, in any order.
    pub events: Vec<ClockEvent>,
}

/// Whether a request's clock runs.
#[apply(words!)]
#[derive(Hash)]
pub enum ClockState {
    /// Something that was asked for before we can begin has not come (R3).
    NotStarted,
    /// It runs, or has run out.
    Running,
    /// We wait for clarification of an access request (R15).
    Paused,
}

/// The state of a request's clock. A member is null while its value cannot be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClockReading {
    /// Whether the clock runs.
    pub state: ClockState,
    /// The day from which the period counts (R2); null before the start.
    #[schema(required, example = "2026-04-01")]
    pub clock_start_on: Option<NaiveDate>,
    /// The days that do not count because we waited for clarification (R10); null before the start, and
    /// while the pause lasts.
    #[schema(required, example = 6)]
    pub paused_days: Option<i64>,
    /// The last day of the period by the calendar, before it moves to a working day; null unless the clock
    /// runs.
    #[schema(required, example = "2026-05-07")]
    pub nominal_due_on: Option<NaiveDate>,
    /// The last lawful day, until its end in Europe/London (R16); null unless the clock runs.
    #[schema(required, example = "2026-05-07")]
    pub due_on: Option<NaiveDate>,
    /// The last day on which an extension can be notified (R8); null before the start, and while a pause of
    /// the first month lasts.
    #[schema(required, example = "2026-05-07")]
    pub extension_notice_due_on: Option<NaiveDate>,
    /// Whether the notified extension counts; null if none was notified.
    #[schema(required, example = true)]
    pub extension_accepted: Option<bool>,
    /// The days that an open pause keeps in hand.
    #[serde(skip)]
    kept: Option<i64>,
}

impl ClockReading {
    /// The days left on `today`: 0 on the last lawful day, negative when late, the same every day while
    /// paused (counted to the nominal end, as the working day it will move to is not known), `None`
    /// before the start.
    pub fn days_left(&self, today: NaiveDate) -> Option<i64> {
        self.due_on.map(|due| days_between(today, due)).or(self.kept)
    }
}

/// Reads the clock of a request.
///
/// # Errors
/// [`CalendarExhausted`] where a date that matters lies outside the table of bank holidays.
pub fn read(facts: &ClockFacts, calendar: &Calendar) -> Result<ClockReading, CalendarExhausted> {
    let notice = facts.days(ClockEventKind::ExtensionNotified).min();
    let Some(start) = facts.start() else {
        return Ok(ClockReading {
            state: ClockState::NotStarted,
            clock_start_on: None,
            paused_days: None,
            nominal_due_on: None,
            due_on: None,
            extension_notice_due_on: None,
            // R9: a notice given before the start is given before the end of the first month.
            extension_accepted: notice.map(|_| true),
            kept: None,
        });
    };
    let questions = facts.questions();
    let ordinary = Period::run(start, ORDINARY, &pauses(&questions, start), calendar)?;
    // R8: in time until the end of the ordinary period as it stood with the questions asked by then.
    // One extension only, so the first notice decides.
    let extension_accepted = match notice {
        None => None,
        Some(given) => {
            let by_then: Vec<_> = questions.iter().copied().filter(|question| question.asked <= given).collect();
            let period = Period::run(start, ORDINARY, &pauses(&by_then, start), calendar)?;
            Some(period.end().is_none_or(|due| given <= due))
        }
    };
    let period = match extension_accepted {
        Some(true) => Period::run(start, EXTENDED, &pauses(&questions, start), calendar)?,
        _ => ordinary,
    };
    let running = period.kept.is_none();
    Ok(ClockReading {
        state: if running { ClockState::Running } else { ClockState::Paused },
        clock_start_on: Some(start),
        paused_days: running.then_some(period.paused_days),
        nominal_due_on: running.then_some(period.nominal),
        due_on: period.end(),
        extension_notice_due_on: ordinary.end(),
        extension_accepted,
        kept: period.kept,
    })
}

impl ClockFacts {
    /// The days on which this happened; without those of what came but was not enough.
    fn days(&self, kind: ClockEventKind) -> impl Iterator<Item = NaiveDate> {
        self.events.iter().filter(move |e| e.kind == kind && (e.sufficient || !kind.is_receipt())).map(|e| e.on)
    }

    /// The day from which the period is counted: of receipt, or of the last of the conditions that we
    /// asked for, however late we asked (R1, R2, R4); `None` where one is unmet (R3).
    fn start(&self) -> Option<NaiveDate> {
        use ClockEventKind::{
            AuthorityReceived, AuthorityRequested, FeePaid, FeeRequested, IdentityReceived, IdentityRequested,
        };
        let mut start = self.received_on;
        for (asked, met) in
            [(IdentityRequested, IdentityReceived), (AuthorityRequested, AuthorityReceived), (FeeRequested, FeePaid)]
        {
            if let Some(since) = self.days(asked).min() {
                start = start.max(self.days(met).filter(|on| *on >= since).min()?);
            }
        }
        Some(start)
    }

    /// The questions in the order asked, each with its own answer: the first answer is that of the
    /// first question still open. Only an access request can be stopped by one (R10).
    fn questions(&self) -> Vec<Question> {
        let in_order = |kind| {
            let mut days: Vec<_> = self.days(kind).collect();
            days.sort_unstable();
            VecDeque::from(days)
        };
        if self.right != Right::Access {
            return Vec::new();
        }
        let mut answers = in_order(ClockEventKind::ClarificationReceived);
        let questions = in_order(ClockEventKind::ClarificationRequested).into_iter();
        let with_answer = questions.map(|asked| {
            while answers.front().is_some_and(|answer| *answer < asked) {
                answers.pop_front();
            }
            Question { asked, answered: answers.pop_front() }
        });
        with_answer.collect()
    }
}

#[cfg(test)]
mod tests;
