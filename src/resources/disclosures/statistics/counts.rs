//! Disclosures, counted. Nothing is unsealed.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use strum::VariantArray;

use super::model::{DisclosureRange, DisclosureStatistics, MonthCount, PurposeCounts, RecipientKindCounts};
use crate::domain::{Error, OrganisationId, Purpose, london_date};
use crate::platform::transaction::ReadTx;
use crate::policy::statistics::{StatisticsUse, ToldTree, Tree};
use crate::resources::disclosures::store::{Counted, made_in};
use crate::resources::organisations::model::OrganisationKind;
use crate::resources::organisations::store as organisations;

/// Numbers of disclosures by the kind of recipient, the purpose and the first day of the month.
type Numbers = HashMap<(OrganisationKind, Option<Purpose>, NaiveDate), u64>;

/// The purposes in the order of the answer: last, no purpose.
fn purposes() -> impl Iterator<Item = Option<Purpose>> {
    Purpose::VARIANTS.iter().copied().map(Some).chain([None])
}

/// Counts the disclosures of some months, exactly or for publication.
///
/// # Errors
/// 422 unless the range is whole months, 1 to 120.
pub(super) fn count(tx: &mut ReadTx<'_>, range: DisclosureRange) -> Result<DisclosureStatistics, Error> {
    let counted_on = london_date(tx.now());
    let firsts = range.months(counted_on)?;
    let (Some(&from), Some((&to, months))) = (firsts.first(), firsts.split_last()) else {
        return Err(Error::internal("a range without months"));
    };
    let mut counted: Vec<(NaiveDate, Counted)> = Vec::new();
    for pair in firsts.windows(2) {
        let &[month, next] = pair else { continue };
        counted.extend(made_in(tx, month, next)?.into_iter().map(|group| (month, group)));
    }
    let numbers = by_kind(tx, &counted)?;
    let kind = |&kind: &OrganisationKind| {
        let number = |purpose, month: &NaiveDate| numbers.get(&(kind, purpose, *month)).copied().unwrap_or_default();
        let of_purpose =
            |purpose| Tree::sum(months.iter().map(|month| Tree::counted(number(purpose, month))).collect());
        let tree = Tree::sum(purposes().map(of_purpose).collect());
        let told = match range.use_for {
            Some(StatisticsUse::Publication) => tree.published(),
            None => tree.exact(),
        };
        of_kind(kind, told, months)
    };
    Ok(DisclosureStatistics { from, to, counted_on, kinds: OrganisationKind::VARIANTS.iter().map(kind).collect() })
}

fn by_kind(tx: &mut ReadTx<'_>, counted: &[(NaiveDate, Counted)]) -> Result<Numbers, Error> {
    let recipients: BTreeSet<OrganisationId> = counted.iter().map(|(_, (recipient, _, _))| *recipient).collect();
    let profiles = organisations::profiles(tx, &recipients.into_iter().collect::<Vec<_>>())?;
    let mut numbers = Numbers::new();
    for (month, (recipient, purpose, number)) in counted {
        let profile = profiles.get(recipient).ok_or_else(|| Error::internal("a disclosure to no organisation"))?;
        *numbers.entry((profile.kind, *purpose, *month)).or_default() += number;
    }
    Ok(numbers)
}

/// The counts of a kind of recipient, of a tree of purposes and their months.
fn of_kind(recipient_kind: OrganisationKind, told: ToldTree, months: &[NaiveDate]) -> RecipientKindCounts {
    let month = |(&month, told): (&NaiveDate, ToldTree)| MonthCount { month, disclosed: told.number };
    let of_purpose = |(purpose, told): (Option<Purpose>, ToldTree)| PurposeCounts {
        purpose,
        disclosed: told.number,
        months: months.iter().zip(told.parts).map(month).collect(),
    };
    let disclosed = told.number;
    RecipientKindCounts { recipient_kind, disclosed, purposes: purposes().zip(told.parts).map(of_purpose).collect() }
}
