//! Counts that can be published: small numbers are omitted, and cannot be computed from the others. [`rule`] has the rule;
//! [`Counts`] are of requests, and [`Tree`] is of any numbers that add up.

mod range;
mod rule;
mod tree;

pub use range::{StatisticsUse, faults_of_range};
pub use rule::FEWEST;
pub use tree::{ToldTree, Tree};

use strum::VariantArray;

use super::subject_requests::OutcomeKind;
use rule::{told, told_parts};

/// How many kinds of outcomes there are.
const OUTCOMES: usize = OutcomeKind::VARIANTS.len();

/// How many requests there are of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    outcomes: [u64; OUTCOMES],
    answered_late: u64,
    open_in_time: u64,
    open_overdue: u64,
}

impl Counts {
    /// Adds requests with this outcome, or open ones; `late` if their last lawful day went by without an answer.
    pub fn add(&mut self, outcome: Option<OutcomeKind>, late: bool, number: u64) {
        match outcome {
            Some(outcome) => {
                if let Some(counted) = self.outcomes.get_mut(outcome as usize) {
                    *counted += number;
                }
                self.answered_late += if late { number } else { 0 };
            }
            None if late => self.open_overdue += number,
            None => self.open_in_time += number,
        }
    }

    /// Every number, for those who may see each request anyway.
    pub fn exact(&self) -> Told {
        let answered: u64 = self.outcomes.iter().sum();
        let open = self.open_in_time + self.open_overdue;
        Told {
            received: Some(answered + open),
            answered: Some(answered),
            outcomes: self.outcomes.map(Some),
            answered_in_time: Some(answered.saturating_sub(self.answered_late)),
            answered_late: Some(self.answered_late),
            open: Some(open),
            open_in_time: Some(self.open_in_time),
            open_overdue: Some(self.open_overdue),
        }
    }

    /// What of it may be published.
    pub fn told(&self) -> Told {
        let answered: u64 = self.outcomes.iter().sum();
        let open = self.open_in_time + self.open_overdue;
        let received = told(answered + open);
        let [answered_told, open_told] = told_parts(received, [answered, open]);
        let in_time = answered.saturating_sub(self.answered_late);
        let [answered_in_time, answered_late] = told_parts(answered_told, [in_time, self.answered_late]);
        let [open_in_time, open_overdue] = told_parts(open_told, [self.open_in_time, self.open_overdue]);
        Told {
            received,
            answered: answered_told,
            outcomes: told_parts(answered_told, self.outcomes),
            answered_in_time,
            answered_late,
            open: open_told,
            open_in_time,
            open_overdue,
        }
    }
}

/// What may be told of [`Counts`]; `None` is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Told {
    /// All of them.
    pub received: Option<u64>,
    /// Those with an outcome.
    pub answered: Option<u64>,
    outcomes: [Option<u64>; OUTCOMES],
    /// Those with an outcome by the last lawful day, or whose clock never ran.
    pub answered_in_time: Option<u64>,
    /// Those with an outcome after it.
    pub answered_late: Option<u64>,
    /// Those without an outcome.
    pub open: Option<u64>,
    /// Those without, whose last lawful day has not gone by, or whose clock stands.
    pub open_in_time: Option<u64>,
    /// Those without, whose last lawful day has gone by.
    pub open_overdue: Option<u64>,
}

impl Told {
    /// Those with this outcome.
    pub fn outcome(&self, outcome: OutcomeKind) -> Option<u64> {
        self.outcomes.get(outcome as usize).copied().flatten()
    }
}

#[cfg(test)]
mod tests;
