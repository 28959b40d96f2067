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

/// The place of a disclosure in a list: recalled ones in the order of their recall, expired ones in that of their end, others in
/// that of their ids.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Place {
    at: Option<Instant>,
    id: DisclosureId,
}

/// The column that orders a list before the ids.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Recall,
    End,
    Id,
}

impl By {
    /// A list by `since` has recalled disclosures alone.
    fn of(filter: &DisclosureFilter) -> Self {
        match filter.status {
            Some(Status::Recalled) => Self::Recall,
            _ if filter.since.is_some() => Self::Recall,
            Some(Status::Expired) => Self::End,
            _ => Self::Id,
        }
    }

    fn place(self, row: &Row) -> Place {
        let at = match self {
            Self::Recall => row.recalled_at,
            Self::End => row.expires_at,
            Self::Id => None,
        };
        Place { at, id: row.id }
    }
}

/// Continues a list after a place, in the descending order of an instant and the id.
macro_rules! in_order_of {
    ($query:expr, $column:ident, $after:expr) => {{
        let query = $query;
        let query = match $after {
            Some(Place { at: Some(at), id }) => {
                let later = disclosures::$column.eq(at).and(disclosures::id.lt(id));
                query.filter(disclosures::$column.le(at)).filter(disclosures::$column.lt(at).or(later))
            }
            Some(Place { at: None, id }) => query.filter(disclosures::id.lt(id)),
            None => query,
        };
        query.order((disclosures::$column.desc(), disclosures::id.desc()))
    }};
}

/// The disclosures that the actor may see, newest first; with `status=recalled` or `since`, the last recalled first, and with
/// `status=expired` the last expired first.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &DisclosureFilter,
    after: Option<Place>,
    limit: Limit,
) -> Result<ListPage<Disclosure, Place>, Error> {
    let by = By::of(filter);
    let read = filter.batch.map(|batch| batches::named(tx, batch)).transpose()?;
    let mut query = visible!(tx, disclosures::table.select(Row::as_select()).into_boxed());
    query = match filter.status {
        // So that the engines use the index of the recalled ones.
        None if filter.since.is_some() => query.filter(stored!("recalled")),
        None => query,
        Some(Status::Proposed) => query.filter(stored!("proposed").and(lasts(tx.now()))),
        Some(Status::Live) => query.filter(stored!("live").and(lasts(tx.now()))),
        Some(Status::Recalled) => query.filter(stored!("recalled")),
        // Only a disclosure whose end has passed is stored as expired.
        Some(Status::Expired) => query.filter(unrecalled()).filter(disclosures::expires_at.le(tx.now())),
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
    query = match by {
        By::Recall => in_order_of!(query, recalled_at, after),
        By::End => in_order_of!(query, expires_at, after),
        By::Id => {
            let query = if let Some(Place { id, .. }) = after { query.filter(disclosures::id.lt(id)) } else { query };
            query.order(disclosures::id.desc())
        }
    };
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| by.place(row));
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

/// The condition of the partial indexes of disclosures by their end.
fn unrecalled() -> diesel::expression::SqlLiteral<diesel::sql_types::Bool> {
    diesel::dsl::sql("disclosures.status <> 'recalled'")
}

/// The ids of the person whom a filter names. A contractor's filter means the id as it stands: the contractor learns of no merge.
fn ids_of(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Vec<ContactId>, Error> {
    if tx.scope() != Scope::All || contacts::facts(tx, contact)?.is_none() {
        return Ok(vec![contact]);
    }
    Ok(contacts::person(tx, contact)?.ids)
}
