//! Lists of consents: of all contacts, at any time, and of one person for every purpose.

use diesel::prelude::*;

use super::super::model::{Consent, ConsentFilter, State};
use super::decisions;
use super::{Row, consents, shown};
use crate::domain::{ConsentId, ContactId, Error, Instant, Limit, ListPage, Purpose};
use crate::personal::Person;
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::ReadTx;
use crate::policy::consent;
use crate::resources::contacts::store as contacts;
use crate::resources::notices;
use crate::resources::notices::current::MaterialChanges;

/// What holds of a contact for each purpose that takes a consent; `None` where nothing was ever decided.
pub fn states(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Vec<(Purpose, Option<State>)>, Error> {
    let rows: Vec<Row> =
        consents::table.filter(consents::contact_id.eq(contact)).select(Row::as_select()).load(tx.connection())?;
    let now = tx.now();
    let changes = notices::store::material_changes(tx, now)?;
    let decided = rows.iter().map(|row| row.consent(&changes, now)).collect::<Result<Vec<_>, _>>()?;
    let purposes = <Purpose as strum::VariantArray>::VARIANTS.iter().filter(|purpose| purpose.takes_consent());
    let state = |purpose| decided.iter().find(|consent| consent.purpose == purpose).map(|consent| consent.state);
    Ok(purposes.map(|&purpose| (purpose, state(purpose))).collect())
}

/// Returns the consents of a person under each of their ids, oldest first: those of a merged contact as they were when it was
/// merged. The caller records the access.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn of_person(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Consent>, Error> {
    let theirs = consents::table.filter(among_ids(consents::contact_id, &person.ids)).order(consents::id);
    let rows: Vec<Row> = theirs.select(Row::as_select()).load(tx.connection())?;
    let now = tx.now();
    let changes = notices::store::material_changes(tx, now)?;
    rows.iter().map(|row| row.consent(&changes, now)).collect()
}

/// How many rows are looked through at a time when a filter is on what time decides.
const CANDIDATES: i64 = 200;

/// Consents, newest first; with `as_at`, as what had been recorded by then tells them. Those of the restricted only where
/// the filter names the contact.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &ConsentFilter,
    mut after: Option<ConsentId>,
    limit: Limit,
) -> Result<ListPage<Consent, ConsentId>, Error> {
    let at = filter.as_at.unwrap_or(tx.now());
    let changes = notices::store::material_changes(tx, at)?;
    let mut found: Vec<Consent> = Vec::new();
    loop {
        let mut query = consents::table.select(Row::as_select()).order(consents::id.desc()).into_boxed();
        if let Some(contact) = filter.contact_id {
            query = query.filter(consents::contact_id.eq(contact));
        }
        if let Some(purpose) = filter.purpose {
            query = query.filter(consents::purpose.eq(purpose.as_str()));
        }
        if filter.as_at.is_some() {
            query = query.filter(consents::created_at.le(at));
        }
        if let Some(after) = after {
            query = query.filter(consents::id.lt(after));
        }
        let mut rows: Vec<Row> = query.limit(CANDIDATES).load(tx.connection())?;
        let last_page = i64::try_from(rows.len()).unwrap_or(i64::MAX) < CANDIDATES;
        after = rows.last().map(|row| row.id);
        if filter.contact_id.is_none() {
            let restricted =
                contacts::restricted_among(tx, &rows.iter().map(|row| row.contact_id).collect::<Vec<_>>())?;
            rows.retain(|row| !restricted.contains(&row.contact_id));
        }
        let shown = match filter.as_at {
            None => rows.iter().map(|row| row.consent(&changes, at)).collect::<Result<Vec<_>, _>>()?,
            Some(_) => as_recorded_by(tx, &rows, at, &changes)?,
        };
        found.extend(shown.into_iter().filter(|consent| filter.state.is_none_or(|state| state == consent.state)));
        if last_page || found.len() > limit.get() {
            break;
        }
    }
    let page = ListPage::cut(found, limit, |consent| consent.id);
    tx.look(Entry::new(Action::ConsentsList).contact(filter.contact_id).listing(page.items.len()));
    Ok(page)
}

/// The consents of `rows` as the decisions recorded by `at` make them.
fn as_recorded_by(
    tx: &mut ReadTx<'_>,
    rows: &[Row],
    at: Instant,
    changes: &MaterialChanges,
) -> Result<Vec<Consent>, Error> {
    let ids: Vec<ConsentId> = rows.iter().map(|row| row.id).collect();
    let decisions = decisions::recorded_by(tx, &ids, at)?;
    let mut shown_then = Vec::with_capacity(rows.len());
    for row in rows {
        let mut projection = None;
        let mut version = 0;
        for (id, decision) in decisions.iter().filter(|(consent, ..)| *consent == row.id).map(|(_, id, d)| (*id, d)) {
            projection = Some(consent::project(projection.as_ref(), id, decision));
            version += 1;
        }
        if let Some(projection) = projection {
            shown_then.push(shown(row.id, row.contact_id, row.purpose()?, &projection, version, changes, at));
        }
    }
    Ok(shown_then)
}
