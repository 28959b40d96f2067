//! The clock of a data-protection complaint: an acknowledgement within 30 days (Data Protection Act
//! 2018 section 164A, for complaints received from 19 June 2026).
//!
//! Only the acknowledgement has a number of days. The outcome is owed without undue delay, and the
//! duty to look into the complaint runs from its receipt, acknowledged or not.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use crate::domain::{Calendar, CalendarExhausted};

/// The days allowed for the acknowledgement (section 164A).
const DAYS: Days = Days::new(30);

/// The deadline for acknowledging a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplaintReading {
    /// The thirtieth day, where day one is the day after receipt.
    #[schema(example = "2026-07-25")]
    pub nominal_due_on: NaiveDate,
    /// The last lawful day, until its end in Europe/London: the thirtieth day, or the next working day.
    #[schema(example = "2026-07-27")]
    pub due_on: NaiveDate,
}

/// By when a complaint received on `received_on` must be acknowledged: the day after receipt counts
/// as the first of 30, and a weekend or bank holiday at the end gives way to the next working day.
///
/// # Errors
/// [`CalendarExhausted`] where the answer lies outside the table of bank holidays.
pub fn acknowledgement(received_on: NaiveDate, calendar: &Calendar) -> Result<ComplaintReading, CalendarExhausted> {
    let nominal_due_on = received_on.checked_add_days(DAYS).unwrap_or(NaiveDate::MAX);
    Ok(ComplaintReading { nominal_due_on, due_on: calendar.roll_forward(nominal_due_on)? })
}

/// The last day of receipt whose acknowledgement is due before `day`, as far as the table of bank holidays reaches;
/// `None` when there is none in it. A later receipt is never due earlier, so that this splits all days in two.
pub fn last_receipt_due_before(day: NaiveDate, calendar: &Calendar) -> Option<NaiveDate> {
    let mut last = day.pred_opt()?.min(calendar.covers_until());
    while !calendar.is_working_day(last).ok()? {
        last = last.pred_opt()?;
    }
    last.checked_sub_days(DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_due_before_a_day_or_not() {
        let calendar = Calendar::embedded().unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        // Christmas, Easter, and plain weeks.
        for receipt in day("2026-11-01").iter_days().take(180) {
            let due = acknowledgement(receipt, &calendar).unwrap().due_on;
            for before in receipt.iter_days().take(45) {
                let last = last_receipt_due_before(before, &calendar).unwrap();
                assert_eq!(due < before, receipt <= last, "received {receipt}, due {due}, before {before}");
            }
        }
        assert_eq!(last_receipt_due_before(day("2018-01-02"), &calendar), None);
        let end = last_receipt_due_before(NaiveDate::MAX, &calendar).unwrap();
        assert!(acknowledgement(end, &calendar).is_ok() && end > day("2028-11-20"));
    }
}
