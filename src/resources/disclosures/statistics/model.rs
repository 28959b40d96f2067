//! Counts of disclosures as callers see them.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Error, Fault, Purpose};
use crate::policy::months::add_months_clamped;
use crate::policy::statistics::{StatisticsUse, faults_of_range};
use crate::resources::organisations::model::OrganisationKind;

/// The longest range, in months.
const MOST_MONTHS: usize = 120;

/// The months of disclosures to count, and the use of the counts.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosureRange {
    /// Only disclosures made on this day or later: the first of a month. The default is twelve months before `to`.
    #[schema(value_type = Option<String>, format = Date, pattern = "^(19|[2-9][0-9])[0-9]{2}-(0[1-9]|1[0-2])-01$", nullable = false, example = "2026-04-01")]
    pub from: Option<NaiveDate>,
    /// Only disclosures made before this day: the first of a month. The default is the first day of the next month.
    #[schema(value_type = Option<String>, format = Date, pattern = "^(19|[2-9][0-9])[0-9]{2}-(0[1-9]|1[0-2])-01$", nullable = false, example = "2027-04-01")]
    pub to: Option<NaiveDate>,
    /// `publication` omits small numbers, and every number from which a small one could be computed. Without it, the counts are
    /// exact.
    #[serde(rename = "for")]
    #[schema(nullable = false)]
    pub use_for: Option<StatisticsUse>,
}

impl DisclosureRange {
    /// Returns the first days of the months, and of the month after the last. The list is the same whatever was disclosed: a month
    /// that is absent would tell something.
    ///
    /// # Errors
    /// 422 unless it is whole months, 1 to 120.
    pub(super) fn months(self, today: NaiveDate) -> Result<Vec<NaiveDate>, Error> {
        let faults = faults_of_range(("from", self.from), ("to", self.to));
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        let next_month = add_months_clamped(today.with_day(1).unwrap_or(today), 1);
        let to = self.to.unwrap_or(next_month);
        // The API has no dates before 1900.
        let earliest = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(to);
        let year_before = to.checked_sub_months(chrono::Months::new(12)).unwrap_or(to).max(earliest);
        let from = self.from.unwrap_or(year_before);
        let firsts = (0..).map(|months| add_months_clamped(from, months)).take_while(|first| *first <= to);
        let firsts: Vec<NaiveDate> = firsts.take(MOST_MONTHS + 2).collect();
        match firsts.len() {
            0 | 1 => Err(Error::invalid(vec![Fault::new("from", "order", format!("must be before {to}"))])),
            many if many > MOST_MONTHS + 1 => {
                let why = format!("must be at most {MOST_MONTHS} months before {to}");
                Err(Error::invalid(vec![Fault::new("from", "too_early", why)]))
            }
            _ => Ok(firsts),
        }
    }
}

/// The number of disclosures in a month. For publication a number is null if it is from 1 to 4, or would reveal such a number: see the
/// operation.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MonthCount {
    /// The first day of the month.
    #[schema(example = "2026-11-01")]
    pub month: NaiveDate,
    /// The disclosures of the month.
    #[schema(required, example = 12)]
    pub disclosed: Option<u64>,
}

/// The number of disclosures for a purpose.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PurposeCounts {
    /// The purpose; absent for disclosures that a law requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// The disclosures of all months.
    #[schema(required, example = 52)]
    pub disclosed: Option<u64>,
    /// The months. Months without disclosures are included.
    pub months: Vec<MonthCount>,
}

/// The number of disclosures to a kind of recipient.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecipientKindCounts {
    /// The kind of recipient, as the organisation has it today.
    pub recipient_kind: OrganisationKind,
    /// The disclosures for all purposes.
    #[schema(required, example = 67)]
    pub disclosed: Option<u64>,
    /// The purposes, and last the disclosures that a law requires. Purposes without disclosures are included.
    pub purposes: Vec<PurposeCounts>,
}

/// Counts of disclosures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DisclosureStatistics {
    /// The first day that is counted.
    #[schema(example = "2026-04-01")]
    pub from: NaiveDate,
    /// The day after the last one that is counted.
    #[schema(example = "2027-04-01")]
    pub to: NaiveDate,
    /// The day of the count, in London.
    #[schema(example = "2027-04-20")]
    pub counted_on: NaiveDate,
    /// The kinds of recipients. Kinds without disclosures are included.
    pub kinds: Vec<RecipientKindCounts>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_begins_in_1900_at_the_earliest() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let range = |to: &str| DisclosureRange { to: Some(day(to)), ..DisclosureRange::default() };
        let months = range("1900-03-01").months(day("2026-12-01")).unwrap();
        assert_eq!(months, ["1900-01-01", "1900-02-01", "1900-03-01"].map(day));
        let months = range("2026-03-01").months(day("2026-12-01")).unwrap();
        assert_eq!((months.len(), months[0]), (13, day("2025-03-01")));
    }
}
