//! Looking a person up, through the blind indexes.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::model::{Contact, FoundContact, SearchContacts};
use super::store::{self, Row, columns, contacts, everybody, people};
use crate::domain::{ContactId, EmailAddress, Error, Limit, ListPage, Telephone};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::{Terms, among, among_ids, direct};
use crate::platform::transaction::{ReadTx, unless_key_missing};
use crate::platform::vault::store::data_keys;
use crate::resources::suppressions::store::former;

/// How many candidates are read at a time where many are needed: tokens are shared by many names.
const CANDIDATES: i64 = 200;

/// The live contacts that match, newest first, without the restricted. People who had the address or number before are among
/// them.
///
/// # Errors
/// 422 when a word of the name is too short to look for.
pub fn search(
    tx: &mut ReadTx<'_>,
    wanted: &SearchContacts,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<ListPage<FoundContact, ContactId>, Error> {
    let (by, found) = match wanted {
        SearchContacts { email: Some(email), .. } => ("email", by_email(tx, email, after, limit)?),
        SearchContacts { telephone: Some(telephone), .. } => ("telephone", by_telephone(tx, telephone, after, limit)?),
        SearchContacts { name: Some(name), .. } => ("name", by_name(tx, name.as_str(), after, limit)?),
        SearchContacts { .. } => ("name", Vec::new()),
    };
    let page = ListPage::cut(found, limit, |found| found.contact.id);
    let shown: Vec<ContactId> = page.items.iter().map(|found| found.contact.id).collect();
    tx.look(Entry::new(Action::ContactsSearch).with("by", by).people(&shown));
    Ok(page)
}

fn present(contact: Contact) -> FoundContact {
    FoundContact { contact, former: None }
}

fn by_email(
    tx: &mut ReadTx<'_>,
    email: &EmailAddress,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<Vec<FoundContact>, Error> {
    let older = contacts::id.lt(after.unwrap_or(ContactId::from_uuid(Uuid::max())));
    let people = people!().filter(older).order(contacts::id.desc()).limit(limit.rows() + 1);
    let mark = store::email_index(tx, email);
    let found = people.filter(contacts::email_index.eq(&mark));
    let rows: Vec<Row> = direct!(tx.connection(), engine => found.load(engine))?;
    let found = tx.open_with_keys(rows, |tx, row| Ok(store::open(tx, row)?.contact))?;
    with_former(tx, found, &mark, after, limit)
}

fn by_telephone(
    tx: &mut ReadTx<'_>,
    telephone: &Telephone,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<Vec<FoundContact>, Error> {
    let (terms, index) = (store::telephone_terms(tx, [telephone]), store::telephone_index(tx, telephone));
    let rows = |tx: &mut ReadTx<'_>, bearers| {
        let rows = people!().filter(among(contacts::id, bearers)).filter(contacts::telephone_index.eq(&index));
        direct!(tx.connection(), engine => rows.load(engine))
    };
    let found = by_terms(tx, &terms, (after, limit), rows, |_| true)?;
    with_former(tx, found, &index, after, limit)
}

fn by_name(
    tx: &mut ReadTx<'_>,
    name: &str,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<Vec<FoundContact>, Error> {
    let terms = store::query_terms(tx, name)?;
    let rows = |tx: &mut ReadTx<'_>, bearers| {
        let rows = people!().filter(among(contacts::id, bearers));
        direct!(tx.connection(), engine => rows.load(engine))
    };
    let matches = |contact: &Contact| {
        contact.name.as_ref().is_some_and(|known| crate::platform::vault::name_matches(known.as_str(), name))
    };
    Ok(by_terms(tx, &terms, (after, limit), rows, matches)?.into_iter().map(present).collect())
}

/// Adds to a page of those who have an address or number the people who had it before, in the same order.
fn with_former(
    tx: &mut ReadTx<'_>,
    found: Vec<Contact>,
    mark: &[u8],
    after: Option<ContactId>,
    limit: Limit,
) -> Result<Vec<FoundContact>, Error> {
    let mut found: Vec<FoundContact> = found.into_iter().map(present).collect();
    let older = |id: &ContactId| after.is_none_or(|after| *id < after);
    let holders: Vec<ContactId> = former::holders(tx, mark)?.into_iter().filter(older).collect();
    if !holders.is_empty() {
        let people = people!().filter(among_ids(contacts::id, &holders)).order(contacts::id.desc());
        let people = people.limit(limit.rows() + 1);
        let rows: Vec<Row> = direct!(tx.connection(), engine => people.load(engine))?;
        let former =
            |tx: &mut ReadTx<'_>, row| Ok(FoundContact { contact: store::open(tx, row)?.contact, former: Some(true) });
        found.extend(tx.open_with_keys(rows, former)?);
        found.sort_by_key(|found| std::cmp::Reverse(found.contact.id));
    }
    Ok(found)
}

/// Of those who bear the terms, whose rows are `rows`, those who match once they are unsealed: one more than a page has, if there
/// are so many.
fn by_terms(
    tx: &mut ReadTx<'_>,
    terms: &Terms,
    (mut after, limit): (Option<ContactId>, Limit),
    rows: impl Fn(&mut ReadTx<'_>, Vec<Uuid>) -> QueryResult<Vec<Row>>,
    matches: impl Fn(&Contact) -> bool,
) -> Result<Vec<Contact>, Error> {
    let mut found = Vec::new();
    // Most of those who bear the terms match: what is shown is looked for first, and more only if need be.
    let mut most = limit.rows() + 1;
    loop {
        let bearers = store::TOKENS.bearers(tx.connection(), terms, after.map(ContactId::uuid), most)?;
        let last_page = i64::try_from(bearers.len()).unwrap_or(i64::MAX) < most;
        let rows = rows(tx, bearers.clone())?;
        let mut rows: HashMap<ContactId, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
        for bearer in bearers.into_iter().map(ContactId::from_uuid) {
            after = Some(bearer);
            let Some(row) = rows.remove(&bearer) else { continue };
            let opened = unless_key_missing(store::open(tx, row))?;
            found.extend(opened.map(|opened| opened.contact).filter(&matches));
            // One row more than the page shows that there is another page; the rows after it are not unsealed.
            if found.len() > limit.get() {
                break;
            }
        }
        if last_page || found.len() > limit.get() {
            return Ok(found);
        }
        most = CANDIDATES;
    }
}
