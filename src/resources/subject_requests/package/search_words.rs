//! The record of a search in words.

use super::html::heading;
use super::search::SearchRecord;
use crate::domain::{day_words, london_date};

impl SearchRecord {
    /// The record for the history of the request: without ids, and only the tables in which something was found.
    pub(super) fn in_words(&self) -> String {
        let found = self.searched.iter().filter(|table| table.records > 0);
        let found: Vec<String> = found.map(|table| format!("{} ({})", heading(&table.table), table.records)).collect();
        let day = day_words(london_date(self.ended_at));
        format!(
            "Search of {day}, by {}. Records found: {}. In the other tables, none. Possible matches: {}.\n{}\n{}",
            self.terms(),
            found.join("; "),
            self.matches_in_words(),
            self.reasons,
            self.elsewhere,
        )
    }
}
