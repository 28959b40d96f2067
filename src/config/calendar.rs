//! Which days are bank holidays.

use std::path::PathBuf;

use serde::Deserialize;

use crate::domain::Calendar;

/// Which days are bank holidays, besides those that the program knows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayTable {
    /// A file of GOV.UK's shape; empty for none.
    pub extra_holidays_file: PathBuf,
}

impl HolidayTable {
    /// The calendar: what is part of the program, and the days of the file.
    ///
    /// # Errors
    /// A text for the operator that names the key.
    pub fn read(&self) -> Result<Calendar, String> {
        let told = |cause: &dyn std::fmt::Display| format!("calendar.extra_holidays_file: {cause}");
        let known = Calendar::embedded().map_err(|fault| fault.to_string())?;
        if self.extra_holidays_file.as_os_str().is_empty() {
            return Ok(known);
        }
        let text = std::fs::read_to_string(&self.extra_holidays_file).map_err(|error| told(&error))?;
        known.with_extra_json(&text).map_err(|fault| told(&fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_adds_days_and_one_that_is_not_a_table_is_told_by_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let table = HolidayTable { extra_holidays_file: folder.path().join("extra.json") };
        assert!(table.read().unwrap_err().starts_with("calendar.extra_holidays_file: "));
        let events = r#"{"england-and-wales": {"events": [{"date": "2027-03-02"}]}}"#;
        std::fs::write(&table.extra_holidays_file, events).unwrap();
        let day = "2027-03-02".parse().unwrap();
        assert_eq!(table.read().unwrap().is_working_day(day), Ok(false));
        std::fs::write(&table.extra_holidays_file, "[]").unwrap();
        assert!(table.read().unwrap_err().contains("cannot be read"));
    }
}
