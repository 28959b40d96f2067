//! The tables of obligations: what is read from them.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{
    Acknowledgement, Closure, ClosureExplanation, Obligation, ObligationFilter, ObligationStatus, RecipientAct,
};
use crate::domain::{
    ContactId, DisclosureId, Error, Instant, Limit, ListPage, ObligationId, OrganisationId, Scope, StoredRow,
    SubjectRequestId,
};
use crate::platform::db::among_ids;
use crate::platform::transaction::ReadTx;
use crate::platform::vault::Place;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        obligations (id) {
            id -> UuidSql,
            request_id -> UuidSql,
            contact_id -> UuidSql,
            organisation_id -> UuidSql,
            action -> Text,
            status -> Text,
            due_on -> Date,
            reminders -> Integer,
            acknowledged -> Nullable<Text>,
            acted_on -> Nullable<Date>,
            closure_reason -> Nullable<Text>,
            explanation -> Nullable<Binary>,
            settled_by -> Nullable<Text>,
            settled_at -> Nullable<InstantSql>,
            opened_at -> InstantSql,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }

    diesel::table! {
        use crate::platform::db::UuidSql;

        obligation_disclosures (obligation_id, disclosure_id) {
            obligation_id -> UuidSql,
            disclosure_id -> UuidSql,
        }
    }
}
use schema::{obligation_disclosures, obligations};

mod of_person;
mod open_ones;
mod opening;
mod settling;

pub use of_person::{erase, merge, of_person};
pub use open_ones::{OpenObligation, REMINDED, has_unreminded, open_ones, remind};
pub use opening::{OPENED, Opened, open};
pub use settling::{acknowledge, close};

#[derive(Queryable, Selectable)]
#[diesel(table_name = obligations)]
struct Row {
    id: ObligationId,
    request_id: SubjectRequestId,
    contact_id: ContactId,
    organisation_id: OrganisationId,
    action: String,
    status: String,
    due_on: NaiveDate,
    acknowledged: Option<String>,
    acted_on: Option<NaiveDate>,
    closure_reason: Option<String>,
    explanation: Option<Vec<u8>>,
    settled_by: Option<String>,
    settled_at: Option<Instant>,
    opened_at: Instant,
    version: i32,
}

fn stored(id: ObligationId) -> StoredRow<'static, ObligationId> {
    StoredRow::new("obligations", id)
}

fn explanation_place(id: ObligationId) -> Place<'static> {
    Place { table: "obligations", column: "explanation", row: id.uuid() }
}

impl Row {
    /// The obligation as the caller may see it: a contractor sees neither the explanation nor who recorded anything.
    fn shown(self, tx: &ReadTx<'_>, disclosure_ids: Vec<DisclosureId>) -> Result<Obligation, Error> {
        let stored = stored(self.id);
        let sees_all = tx.scope() == Scope::All;
        let recorded_by = self.settled_by.filter(|_| sees_all);
        let acknowledgement = match (self.acknowledged, self.acted_on, self.settled_at) {
            (Some(act), Some(acted_on), Some(recorded_at)) => Some(Acknowledgement {
                action: stored.read("acknowledged", act.parse())?,
                acted_on,
                recorded_at,
                recorded_by: recorded_by.clone(),
            }),
            _ => None,
        };
        let closure = match (self.closure_reason, self.settled_at) {
            (Some(reason), Some(recorded_at)) => Some(Closure {
                reason: stored.read("closure_reason", reason.parse())?,
                explanation: match self.explanation.filter(|_| sees_all) {
                    None => None,
                    Some(sealed) => {
                        let place = explanation_place(self.id);
                        let text = place.read(String::from_utf8(tx.open_for_service(&place, &sealed)?))?;
                        Some(place.read(ClosureExplanation::try_from(text))?)
                    }
                },
                recorded_at,
                recorded_by,
            }),
            _ => None,
        };
        let newest = stored.read("disclosure_ids", disclosure_ids.first().copied().ok_or("names no disclosure"))?;
        Ok(Obligation {
            id: self.id,
            request_id: self.request_id,
            contact_id: self.contact_id,
            organisation_id: self.organisation_id,
            disclosure_id: newest,
            disclosure_ids,
            action: stored.read("action", self.action.parse())?,
            status: stored.read("status", self.status.parse())?,
            due_on: self.due_on,
            opened_at: self.opened_at,
            acknowledgement,
            closure,
            version: self.version,
        })
    }
}

/// The disclosures of some obligations, each list newest first.
fn disclosures_of(
    tx: &mut ReadTx<'_>,
    ids: &[ObligationId],
) -> Result<HashMap<ObligationId, Vec<DisclosureId>>, Error> {
    let theirs = obligation_disclosures::table
        .filter(among_ids(obligation_disclosures::obligation_id, ids))
        .select((obligation_disclosures::obligation_id, obligation_disclosures::disclosure_id))
        .order(obligation_disclosures::disclosure_id.desc());
    let rows: Vec<(ObligationId, DisclosureId)> = theirs.load(tx.connection())?;
    let mut found: HashMap<_, Vec<_>> = HashMap::with_capacity(ids.len());
    for (obligation, disclosure) in rows {
        found.entry(obligation).or_default().push(disclosure);
    }
    Ok(found)
}

/// Rows as the caller may see them, in their order.
fn shown(tx: &mut ReadTx<'_>, rows: Vec<Row>) -> Result<Vec<Obligation>, Error> {
    let ids: Vec<ObligationId> = rows.iter().map(|row| row.id).collect();
    let mut disclosures = disclosures_of(tx, &ids)?;
    rows.into_iter()
        .map(|row| {
            let disclosures = disclosures.remove(&row.id).unwrap_or_default();
            row.shown(tx, disclosures)
        })
        .collect()
}

/// Returns an obligation.
///
/// # Errors
/// 404 when there is none, or none that the caller may see.
pub fn read(tx: &mut ReadTx<'_>, id: ObligationId) -> Result<Obligation, Error> {
    let row: Option<Row> = obligations::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    let row = row.filter(|row| match tx.scope() {
        Scope::All => true,
        Scope::Organisation(own) => own == row.organisation_id,
    });
    let row = row.ok_or_else(Error::not_found)?;
    shown(tx, vec![row])?.pop().ok_or_else(Error::not_found)
}

/// Returns the obligations that the caller may see, newest first.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &ObligationFilter,
    after: Option<ObligationId>,
    limit: Limit,
) -> Result<ListPage<Obligation, ObligationId>, Error> {
    let mut query = obligations::table.select(Row::as_select()).order(obligations::id.desc()).into_boxed();
    if let Scope::Organisation(own) = tx.scope() {
        query = query.filter(obligations::organisation_id.eq(own));
    }
    if let Some(status) = filter.status {
        query = query.filter(obligations::status.eq(<&str>::from(status)));
    }
    if let Some(organisation) = filter.organisation_id {
        query = query.filter(obligations::organisation_id.eq(organisation));
    }
    if let Some(contact) = filter.contact_id {
        query = query.filter(obligations::contact_id.eq(contact));
    }
    if let Some(request) = filter.request_id {
        query = query.filter(obligations::request_id.eq(request));
    }
    if let Some(after) = after {
        query = query.filter(obligations::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    Ok(ListPage { items: shown(tx, items)?, next })
}

/// Whether a recipient has yet to act because of a request.
///
/// # Errors
/// When the obligations cannot be read.
pub fn has_open(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<bool, Error> {
    let open = obligations::request_id.eq(request).and(obligations::status.eq(<&str>::from(ObligationStatus::Open)));
    let found: Option<ObligationId> =
        obligations::table.filter(open).select(obligations::id).first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// A recipient that had to act because of a request.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// The recipient.
    pub organisation_id: OrganisationId,
    /// Whether it has acted.
    pub status: ObligationStatus,
    /// What it did.
    pub act: Option<RecipientAct>,
    /// The day in London on which it did so.
    pub acted_on: Option<NaiveDate>,
}

/// Returns the recipients that had to act because of a request, in the order in which their obligations were opened.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn of_request(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<Recipient>, Error> {
    type Columns = (ObligationId, OrganisationId, String, Option<String>, Option<NaiveDate>);
    let rows: Vec<Columns> = obligations::table
        .filter(obligations::request_id.eq(request))
        .select((
            obligations::id,
            obligations::organisation_id,
            obligations::status,
            obligations::acknowledged,
            obligations::acted_on,
        ))
        .order(obligations::id)
        .load(tx.connection())?;
    let recipient = |(id, organisation_id, status, act, acted_on): Columns| {
        let act = act.map(|act| act.parse()).transpose();
        Ok(Recipient {
            organisation_id,
            status: stored(id).read("status", status.parse())?,
            act: stored(id).read("acknowledged", act)?,
            acted_on,
        })
    };
    rows.into_iter().map(recipient).collect()
}
