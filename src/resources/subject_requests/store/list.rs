//! Requests, newest first.

use diesel::prelude::*;

use super::super::model::{SubjectRequest, SubjectRequestFilter};
use super::{Known, Row, open_listed, subject_requests as requests};
use crate::domain::{Error, Limit, ListPage, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::ReadTx;

/// The requests that match, before `after`. Of those that are sought by their last day, rows that were dated by another
/// table of bank holidays are candidates too: what their clock shows now decides.
fn candidates(
    tx: &mut ReadTx<'_>,
    filter: &SubjectRequestFilter,
    after: Option<SubjectRequestId>,
    most: i64,
) -> Result<Vec<Row>, Error> {
    let mut query = requests::table.select(Row::as_select()).order(requests::id.desc()).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(requests::status.eq(<&str>::from(status)));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(requests::kind.eq(<&str>::from(kind)));
    }
    if let Some(contact) = filter.contact_id {
        query = query.filter(requests::contact_id.eq(contact));
    }
    if let Some(reference) = &filter.reference {
        query = query.filter(requests::reference.eq(reference.as_str()));
    }
    if let Some(day) = filter.due_before {
        let dated_anew = requests::final_clock.is_null().and(requests::dated_by.ne(tx.calendar().version()));
        query = query.filter(requests::due_on.lt(day).or(dated_anew));
    }
    if let Some(after) = after {
        query = query.filter(requests::id.lt(after));
    }
    Ok(query.limit(most).load(tx.connection())?)
}

/// Requests, newest first.
///
/// # Errors
/// 503 when a clock ends outside the table of bank holidays.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &SubjectRequestFilter,
    mut after: Option<SubjectRequestId>,
    limit: Limit,
) -> Result<ListPage<SubjectRequest, SubjectRequestId>, Error> {
    let most = limit.rows() + 1;
    let mut found = Vec::new();
    loop {
        let rows = candidates(tx, filter, after, most)?;
        after = rows.last().map(|row| row.id);
        let whole = rows.len() > limit.get();
        let opened: Vec<_> = open_listed(tx, rows)?.into_iter().map(Known::shown).collect::<Result<_, _>>()?;
        let falls = |request: &SubjectRequest| {
            filter.due_before.is_none_or(|day| request.clock.due_on.is_some_and(|due| due < day))
        };
        found.extend(opened.into_iter().filter(falls));
        if !whole || found.len() > limit.get() {
            break;
        }
    }
    let page = ListPage::cut(found, limit, |request| request.id);
    let entry = match (&filter.reference, page.items.as_slice()) {
        // A reference finds one request, which the look names.
        (Some(_), [one]) => Entry::new(Action::SubjectRequestsList).contact(one.contact_id).subject(one.id),
        _ => Entry::new(Action::SubjectRequestsList).contact(filter.contact_id),
    };
    tx.look(entry.listing(page.items.len()));
    Ok(page)
}
