//! Lists of disclosures.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::reading::{shown, visible};
use super::{Row, disclosures, lasts};
use crate::domain::{ContactId, DisclosureId, Error, Instant, Limit, ListPage, Scope};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::ReadTx;
use crate::policy::sharing::Status;
use crate::resources::contacts::store as contacts;
use crate::resources::disclosures::batches::store as batches;
use crate::resources::disclosures::model::{Disclosure, DisclosureFilter};

/// The place of a disclosure in a list: recalled ones in the order of their recall, others in that of their ids.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Place {
    recalled_at: Option<Instant>,
    id: DisclosureId,
}

/// The disclosures that the actor may see, newest first; with `status=recalled` or `since`, the last recalled first.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &DisclosureFilter,
    after: Option<Place>,
    limit: Limit,
) -> Result<ListPage<Disclosure, Place>, Error> {
    let by_recall = filter.status == Some(Status::Recalled) || filter.since.is_some();
    let read = filter.batch.map(|batch| batches::named(tx, batch)).transpose()?;
    let mut query = visible!(tx, disclosures::table.select(Row::as_select()).into_boxed());
    query = match filter.status {
        None => query,
        Some(Status::Proposed) => query.filter(stored!("proposed").and(lasts(tx.now()))),
        Some(Status::Live) => query.filter(stored!("live").and(lasts(tx.now()))),
        Some(Status::Recalled) => query.filter(stored!("recalled")),
        Some(Status::Expired) => {
            let over = disclosures::status.eq_any(["live", "proposed"]).and(disclosures::expires_at.le(tx.now()));
            query.filter(stored!("expired").or(over.assume_not_null()))
        }
    };
    if let Some(organisation) = filter.organisation_id {
        query = query.filter(disclosures::organisation_id.eq(organisation));
    }
    if let Some(contact) = filter.contact_id {
        let ids = ids_of(tx, contact)?;
        query = query.filter(among_ids(disclosures::contact_id, &ids));
    }
    if let Some(agreement) = filter.agreement_id {
        query = query.filter(disclosures::agreement_id.eq(agreement));
    }
    if let Some(purpose) = filter.purpose {
        query = query.filter(disclosures::purpose.eq(purpose.as_str()));
    }
    if let Some(since) = filter.since {
        query = query.filter(disclosures::recalled_at.ge(since));
    }
    if let Some(read) = &read {
        let Some(read) = read else { return Ok(ListPage { items: Vec::new(), next: None }) };
        let shown = contacts::with_survivors(tx, &read.contacts)?;
        query = query.filter(disclosures::organisation_id.eq(read.organisation));
        query = query.filter(among_ids(disclosures::contact_id, &shown));
        if let Some(event) = read.event {
            query = query.filter(disclosures::event_id.eq(event));
        }
        if let Some(purpose) = read.purpose {
            query = query.filter(disclosures::purpose.eq(purpose.as_str()));
        }
    }
    query = match after {
        None => query,
        Some(Place { recalled_at: Some(at), id }) => {
            let later = disclosures::recalled_at.eq(at).and(disclosures::id.lt(id));
            query.filter(disclosures::recalled_at.le(at)).filter(disclosures::recalled_at.lt(at).or(later))
        }
        Some(Place { recalled_at: None, id }) => query.filter(disclosures::id.lt(id)),
    };
    query = if by_recall {
        query.order((disclosures::recalled_at.desc(), disclosures::id.desc()))
    } else {
        query.order(disclosures::id.desc())
    };
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let place = |row: &Row| Place { recalled_at: row.recalled_at.filter(|_| by_recall), id: row.id };
    let ListPage { items, next } = ListPage::cut(rows, limit, place);
    let mut items = shown(tx, items)?;
    if tx.scope() == Scope::All {
        if let Some(Some(read)) = &read {
            for item in &mut items {
                item.read = Some(read.into());
            }
        }
        tx.look(Entry::new(Action::DisclosuresList).listing(items.len()));
    }
    Ok(ListPage { items, next })
}

/// The ids of the person whom a filter names. A contractor's filter means the id as it stands: the contractor learns of no merge.
fn ids_of(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Vec<ContactId>, Error> {
    if tx.scope() != Scope::All || contacts::facts(tx, contact)?.is_none() {
        return Ok(vec![contact]);
    }
    Ok(contacts::person(tx, contact)?.ids)
}
