//! Which purposes have changed materially, as the consents' room asks.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::Purpose;
use crate::policy::consent::MaterialChange;

/// The last material change of each purpose that has one.
#[derive(Clone, Debug, Default)]
pub struct MaterialChanges(BTreeMap<Purpose, MaterialChange>);

impl MaterialChanges {
    /// From rows of version, purpose and day, the oldest version first.
    pub(super) fn from_rows(rows: Vec<(NaiveDate, String, NaiveDate)>) -> Self {
        let changes = rows.into_iter().filter_map(|(notice_version, purpose, effective_on)| {
            let change = MaterialChange { notice_version, effective_on };
            purpose.parse().ok().map(|purpose| (purpose, change))
        });
        Self(changes.collect())
    }

    /// The last one of `purpose`.
    pub fn of(&self, purpose: Purpose) -> Option<MaterialChange> {
        self.0.get(&purpose).copied()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Purpose, MaterialChange)> + '_ {
        self.0.iter().map(|(&purpose, &change)| (purpose, change))
    }
}
