//! What becomes of the disclosures of a contact that is merged into another.

use diesel::prelude::*;

use super::{Recall, Row, disclosures, recall};
use crate::domain::{AgreementId, DisclosureId, Error, EventId, OrganisationId, Purpose};
use crate::personal::Merging;
use crate::platform::audit::{Action, Changed, Entry};
use crate::platform::db::{all_locked, among_ids};
use crate::platform::transaction::WriteTx;
use crate::policy::sharing::{RecallCause, Status};
use crate::resources::contacts::sharing_refusals::store as sharing_refusals;

/// What a person has one live disclosure for.
type Key = (OrganisationId, AgreementId, Purpose, Option<EventId>);

/// Moves the disclosures. If both contacts have a live one for the same organisation, agreement, purpose and event, the older
/// continues with the members of both, and the other is recalled. What either contact refused is refused for both, so that live
/// disclosures to such organisations are recalled. Both contacts are locked.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let both = disclosures::table.filter(among_ids(disclosures::contact_id, &[merging.from, merging.into]));
    let both = both.filter(disclosures::status.eq(<&str>::from(Status::Live))).order(disclosures::id);
    let rows: Vec<Row> = all_locked!(tx.connection(), both.select(Row::as_select()))?;
    let now = tx.now();
    let (mut over, mut live) = (Vec::new(), Vec::new());
    for row in rows {
        if row.status(now)? == Status::Live { live.push(row) } else { over.push(row.id) }
    }
    close(tx, &over)?;
    for (at, older) in live.iter().enumerate() {
        for newer in live.iter().skip(at + 1) {
            if older.contact_id != newer.contact_id && key(older)?.is_some() && key(older)? == key(newer)? {
                unite(tx, older, newer)?;
            }
        }
    }
    let theirs = disclosures::table.filter(disclosures::contact_id.eq(merging.from));
    let moved = (
        disclosures::contact_id.eq(merging.into),
        disclosures::updated_at.eq(now),
        disclosures::version.eq(disclosures::version + 1),
    );
    diesel::update(theirs).set(moved).execute(tx.connection())?;
    for kind in sharing_refusals::of(tx, merging.into)? {
        recall(tx, &Recall::Person { ids: vec![merging.into], kind }, RecallCause::RefusedByPerson)?;
    }
    Ok(())
}

fn key(row: &Row) -> Result<Option<Key>, Error> {
    let Some((agreement, purpose)) = row.agreement_id.zip(row.purpose()?) else { return Ok(None) };
    Ok(Some((row.organisation_id, agreement, purpose, row.event_id)))
}

/// Stores that disclosures have expired, so that another one can take their place.
pub(super) fn close(tx: &mut WriteTx<'_>, over: &[DisclosureId]) -> Result<(), Error> {
    if over.is_empty() {
        return Ok(());
    }
    let changes = (
        disclosures::status.eq(<&str>::from(Status::Expired)),
        disclosures::updated_at.eq(tx.now()),
        disclosures::version.eq(disclosures::version + 1),
    );
    diesel::update(disclosures::table.filter(among_ids(disclosures::id, over)))
        .set(changes)
        .execute(tx.connection())?;
    Ok(())
}

/// Gives the older of two equal disclosures the members and the later end of both, and recalls the newer.
fn unite(tx: &mut WriteTx<'_>, older: &Row, newer: &Row) -> Result<(), Error> {
    recall(tx, &Recall::One(newer.id), RecallCause::Merged)?;
    let fields = older.fields()?.union(&newer.fields()?);
    let end = older.expires_at.zip(newer.expires_at).map(|(one, other)| one.max(other));
    let changed = [("expires_at", older.expires_at != end), ("fields", older.fields()? != fields)];
    let changes = (
        disclosures::fields.eq(fields.text()),
        disclosures::expires_at.eq(end),
        disclosures::updated_at.eq(tx.now()),
        disclosures::version.eq(disclosures::version + 1),
    );
    diesel::update(disclosures::table.find(older.id)).set(changes).execute(tx.connection())?;
    let entry = Entry::new(Action::DisclosuresMerge).contact(older.contact_id).subject(older.id);
    tx.also(|tx| tx.record(entry.changed(Changed::among(changed)).with("recalled", newer.id.to_string()), ()))
}
