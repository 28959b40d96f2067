//! The months that are counted, and the use of the counts.

use chrono::{Datelike, NaiveDate};
use macro_rules_attribute::apply;

use crate::domain::{Fault, words};

/// The intended use of the counts.
#[apply(words!)]
pub enum StatisticsUse {
    /// They are published: small numbers are left out.
    Publication,
}

/// Returns the faults of a range unless it is whole months, one or more. Each end has the name of its parameter; the second is
/// excluded from the range.
pub fn faults_of_range(
    from: (&'static str, Option<NaiveDate>),
    before: (&'static str, Option<NaiveDate>),
) -> Vec<Fault> {
    let within = [from, before].into_iter().filter(|(_, end)| end.is_some_and(|day| day.day() != 1));
    let month = |(name, _)| {
        Fault::new(name, "month", "must be the first day of a month, because the service counts whole months")
    };
    let mut faults: Vec<Fault> = within.map(month).collect();
    if from.1.zip(before.1).is_some_and(|(first, end)| end <= first) {
        faults.push(Fault::new(before.0, "order", format!("must be after {}", from.0)));
    }
    faults
}
