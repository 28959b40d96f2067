//! Which recipients ever received a person's data.

use diesel::prelude::*;

use super::disclosures;
use crate::domain::{DisclosureId, Error, Instant, OrganisationId};
use crate::personal::Person;
use crate::platform::db::among_ids;
use crate::platform::transaction::ReadTx;

/// A disclosure by which a recipient received a person's data.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    /// The disclosure.
    pub disclosure_id: DisclosureId,
    /// The recipient.
    pub organisation_id: OrganisationId,
    /// When the recipient received the data.
    pub at: Instant,
    /// Until when the recipient could read the data; `None` if it still can.
    pub until: Option<Instant>,
}

type Columns = (DisclosureId, OrganisationId, Option<Instant>, Option<Instant>, Option<Instant>);

/// Returns every disclosure of a person's data, expired and recalled ones included. A proposal that was never released is none.
///
/// # Errors
/// When the disclosures cannot be read.
pub fn received(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Received>, Error> {
    let theirs = among_ids(disclosures::contact_id, &person.ids).and(disclosures::disclosed_at.is_not_null());
    let rows: Vec<Columns> = disclosures::table
        .filter(theirs)
        .select((
            disclosures::id,
            disclosures::organisation_id,
            disclosures::disclosed_at,
            disclosures::expires_at,
            disclosures::recalled_at,
        ))
        .load(tx.connection())?;
    let received = |(disclosure_id, organisation_id, at, expires_at, recalled_at): Columns| {
        let until = [expires_at, recalled_at].into_iter().flatten().min();
        at.map(|at| Received { disclosure_id, organisation_id, at, until })
    };
    Ok(rows.into_iter().filter_map(received).collect())
}
