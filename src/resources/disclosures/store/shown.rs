//! What an organisation may see now: its live disclosures, without those under an agreement that is suspended.

use diesel::prelude::*;

use super::reading::live_agreements;
use super::{Row, disclosures, lasts};
use crate::domain::{ContactId, DisclosedField, DisclosureId, Error, Instant, OrganisationId, Purpose, WordSet};
use crate::platform::db::among_ids;
use crate::platform::transaction::ReadTx;

/// Which live disclosures to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShownFilter {
    /// Only those for this purpose.
    pub purpose: Option<Purpose>,
    /// Only those of this contact.
    pub contact: Option<ContactId>,
}

/// A live disclosure.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The disclosure's id.
    pub id: DisclosureId,
    /// Whose data.
    pub contact_id: ContactId,
    /// The purpose; `None` where a law requires the disclosure.
    pub purpose: Option<Purpose>,
    /// The members of the person's data.
    pub fields: WordSet<DisclosedField>,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
    /// When it last changed.
    pub updated_at: Instant,
}

/// Returns the live disclosures of at most `most` people to an organisation, after the person `after`, in the descending order of
/// the people's ids and of the disclosures' ids. All disclosures of a person that fit the filter are there.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn live_shown(
    tx: &mut ReadTx<'_>,
    organisation: OrganisationId,
    filter: &ShownFilter,
    after: Option<ContactId>,
    most: i64,
) -> Result<Vec<Shown>, Error> {
    let agreements = live_agreements(tx, organisation)?;
    let now = tx.now();
    let purpose = filter.purpose.map(<&str>::from);
    let visible = || {
        let allowed = among_ids(disclosures::agreement_id.assume_not_null(), &agreements);
        let live = stored!("live").and(lasts(now)).and(disclosures::agreement_id.is_null().or(allowed));
        let mut those = disclosures::table.filter(live.and(disclosures::organisation_id.eq(organisation))).into_boxed();
        if let Some(purpose) = purpose {
            those = those.filter(disclosures::purpose.eq(purpose));
        }
        those
    };
    let mut people = visible().select(disclosures::contact_id).distinct().order(disclosures::contact_id.desc());
    if let Some(contact) = filter.contact {
        people = people.filter(disclosures::contact_id.eq(contact));
    }
    if let Some(after) = after {
        people = people.filter(disclosures::contact_id.lt(after));
    }
    let people: Vec<ContactId> = people.limit(most).load(tx.connection())?;
    let theirs = visible()
        .filter(among_ids(disclosures::contact_id, &people))
        .select((Row::as_select(), disclosures::updated_at));
    let theirs = theirs.order((disclosures::contact_id.desc(), disclosures::id.desc()));
    let rows: Vec<(Row, Instant)> = theirs.load(tx.connection())?;
    let shown = |(row, updated_at): (Row, Instant)| {
        Ok(Shown {
            id: row.id,
            contact_id: row.contact_id,
            purpose: row.purpose()?,
            fields: row.fields()?,
            expires_at: row.expires_at,
            updated_at,
        })
    };
    rows.into_iter().map(shown).collect()
}
