//! Retention: how long a record is kept (UK GDPR Article 5(1)(e); the notice's six years).

use chrono::{Months, NaiveDate};

/// Six calendar years, in months.
const SIX_YEARS: Months = Months::new(72);

/// The last day on which a record is kept: the same date six calendar years after the person's last
/// dealing with IEWM; 28 February where there is no 29th.
pub fn keep_until(last_activity_on: NaiveDate) -> NaiveDate {
    last_activity_on.checked_add_months(SIX_YEARS).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_years_to_the_day_and_leap_days_end_a_day_early() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(keep_until(day("2026-11-24")), day("2032-11-24"));
        assert_eq!(keep_until(day("2024-02-29")), day("2030-02-28"));
    }
}
