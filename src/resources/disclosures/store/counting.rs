//! Counting disclosures.

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::reading::visible;
use super::{TABLE, disclosures};
use crate::domain::{Error, OrganisationId, Purpose, StoredRow};
use crate::platform::transaction::ReadTx;
use crate::policy::deadlines::last_moment_of;

/// In place of an id, where the database counted several rows together.
const GROUP: &str = "a group of rows";

/// The disclosures to an organisation for a purpose, or without one where a law requires them.
pub type Counted = (OrganisationId, Option<Purpose>, u64);

/// Counts the disclosures that the actor may see and that were made in a month of London, by recipient and purpose. `month` is
/// the first day of the month, `next` that of the next one.
///
/// # Errors
/// Internal when a purpose cannot be read.
pub fn made_in(tx: &mut ReadTx<'_>, month: NaiveDate, next: NaiveDate) -> Result<Vec<Counted>, Error> {
    let before = |day: NaiveDate| last_moment_of(day.pred_opt().unwrap_or(day));
    let groups = disclosures::table
        .group_by((disclosures::organisation_id, disclosures::purpose))
        .select((disclosures::organisation_id, disclosures::purpose, count_star()))
        .filter(disclosures::disclosed_at.gt(before(month)))
        .filter(disclosures::disclosed_at.le(before(next)))
        .into_boxed();
    let groups: Vec<(OrganisationId, Option<String>, i64)> = visible!(tx, groups).load(tx.connection())?;
    let read = |(organisation, purpose, number): (OrganisationId, Option<String>, i64)| {
        let purpose = purpose.as_deref().map(str::parse).transpose();
        let purpose = StoredRow::new(TABLE, GROUP).read("purpose", purpose)?;
        Ok((organisation, purpose, u64::try_from(number).unwrap_or_default()))
    };
    groups.into_iter().map(read).collect()
}
