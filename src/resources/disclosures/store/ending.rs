//! The end of the disclosures that an attendee list made: they end with the organisation's part in the event.

use diesel::prelude::*;

use super::disclosures;
use crate::domain::{AgreementId, DisclosureId, Error, EventId, Instant, OrganisationId, Purpose};
use crate::platform::db::{all_locked, among_ids};
use crate::platform::transaction::WriteTx;

/// An organisation's part in an event: what its attendee list discloses there for one purpose.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The event.
    pub event: EventId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The purpose.
    pub purpose: Purpose,
}

/// Moves the end of the live disclosures of a part, and returns how many there were. An end in the past ends them now. What has
/// expired stays so.
///
/// # Errors
/// When the rows cannot be read or written.
pub fn move_end(tx: &mut WriteTx<'_>, part: &Part, ends_at: Instant) -> Result<usize, Error> {
    let now = tx.now();
    let &Part { event, organisation, agreement, purpose } = part;
    let theirs = disclosures::event_id.eq(event).and(disclosures::organisation_id.eq(organisation));
    let same = disclosures::agreement_id.eq(agreement).and(disclosures::purpose.eq(purpose.as_str()));
    let live =
        disclosures::status.eq("live").and(disclosures::expires_at.gt(now)).and(disclosures::expires_at.ne(ends_at));
    let rows = disclosures::table.filter(theirs.and(same).and(live)).order(disclosures::id).select(disclosures::id);
    let ids: Vec<DisclosureId> = all_locked!(tx.connection(), rows)?;
    if ids.is_empty() {
        return Ok(0);
    }
    let changes = (
        disclosures::expires_at.eq(ends_at.max(now)),
        disclosures::updated_at.eq(now),
        disclosures::version.eq(disclosures::version + 1),
    );
    let moved = disclosures::table.filter(among_ids(disclosures::id, &ids));
    Ok(diesel::update(moved).set(changes).execute(tx.connection())?)
}
