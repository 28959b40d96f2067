//! The notices that are published, as the consents' room asks: which one a person was shown, and which purposes have changed
//! materially.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::{Error, Instant, Purpose, london_date};
use crate::policy::consent::MaterialChange;

/// A published version, and one purpose that it changed materially, if it did.
#[derive(Debug)]
pub struct PublishedVersion {
    /// The version.
    pub version: NaiveDate,
    /// The day from which it is in force.
    pub effective_on: NaiveDate,
    pub(super) published_at: Option<Instant>,
    pub(super) changed: Option<String>,
}

/// The published versions, the oldest first.
#[derive(Debug)]
pub struct Published(pub(super) Vec<PublishedVersion>);

impl Published {
    /// The version in force at `now`.
    pub fn in_force(&self, now: Instant) -> Option<&PublishedVersion> {
        let today = london_date(now);
        self.0.iter().filter(|row| row.effective_on <= today).max_by_key(|row| row.effective_on)
    }

    /// As [`Published::in_force`].
    ///
    /// # Errors
    /// When there is none, which only a database that was tampered with has: internal.
    pub fn must_be_in_force(&self, now: Instant) -> Result<&PublishedVersion, Error> {
        self.in_force(now).ok_or_else(|| Error::internal("no privacy notice is in force"))
    }

    /// The version that a person was shown: the one named, if it is published, or the one in force at `now`.
    pub fn shown(&self, named: Option<NaiveDate>, now: Instant) -> Option<NaiveDate> {
        let shown = match named {
            Some(version) => self.0.iter().find(|row| row.version == version),
            None => self.in_force(now),
        };
        shown.map(|row| row.version)
    }

    /// The material changes in force at `at`, by purpose, as the notices published by then made them.
    pub fn changes(&self, at: Instant) -> MaterialChanges {
        let today = london_date(at);
        let by_then = |row: &&PublishedVersion| {
            row.effective_on <= today && row.published_at.is_some_and(|published| published <= at)
        };
        let changes = self.0.iter().filter(by_then).filter_map(|row| {
            let change = MaterialChange { notice_version: row.version, effective_on: row.effective_on };
            let purpose = row.changed.as_deref()?.parse().ok()?;
            Some((purpose, change))
        });
        MaterialChanges(changes.collect())
    }
}

/// The last material change of each purpose that has one.
#[derive(Clone, Debug, Default)]
pub struct MaterialChanges(BTreeMap<Purpose, MaterialChange>);

impl MaterialChanges {
    /// The last one of `purpose`.
    pub fn of(&self, purpose: Purpose) -> Option<MaterialChange> {
        self.0.get(&purpose).copied()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Purpose, MaterialChange)> + '_ {
        self.0.iter().map(|(&purpose, &change)| (purpose, change))
    }
}
