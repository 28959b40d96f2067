//! Months and years as the law counts them: by the number of the day, not by adding days.
//!
//! UK GDPR Article 12A periods are read with Regulation (EEC, Euratom) 1182/71 Article 3 (Data
//! Protection Act 2018 section 205(2)): a month ends on the day of the same number, and where the
//! month has no such day, on its last.

use chrono::{Months, NaiveDate};

/// The day of the same number `months` later, or the last day of that month where it has none
/// (rule R5). The end of a month does not stick: 28 February goes to 28 March. At the end of the
/// calendar it stays at [`NaiveDate::MAX`], which no table of holidays covers.
pub fn add_months_clamped(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

/// The same date six years later; 28 February for 29 February where that year has none.
pub fn six_years_after(date: NaiveDate) -> NaiveDate {
    add_months_clamped(date, 6 * 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_without_the_day_ends_on_its_last() {
        for (from, months, to) in [
            ("2025-01-31", 1, "2025-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2025-02-28", 1, "2025-03-28"),
            ("2025-01-31", 3, "2025-04-30"),
            ("2025-11-30", 3, "2026-02-28"),
            ("2025-12-31", 1, "2026-01-31"),
        ] {
            assert_eq!(add_months_clamped(day(from), months), day(to), "{from} + {months}");
        }
        assert_eq!(add_months_clamped(NaiveDate::MAX, 1), NaiveDate::MAX);
    }

    #[test]
    fn six_years_after_a_leap_day_is_the_28th() {
        assert_eq!(six_years_after(day("2024-02-29")), day("2030-02-28"));
        assert_eq!(six_years_after(day("2022-02-28")), day("2028-02-28"));
        assert_eq!(six_years_after(day("2020-07-01")), day("2026-07-01"));
    }
}
