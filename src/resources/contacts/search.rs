//! Looking a person up, through the blind indexes.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::{Contact, SearchContacts};
use super::store::{self, Row, columns, contact_name_tokens, contacts, everybody, people};
use crate::domain::{ContactId, Error, Fault, Limit, ListPage};
use crate::platform::audit::Entry;
use crate::platform::doors::ReadTx;
use crate::platform::vault::store::data_keys;

/// How many candidates are unsealed at a time: name tokens are shared by many names.
const CANDIDATES: i64 = 200;
/// How many bearers of a token are counted.
const MOST_COUNTED: i64 = 1000;

/// The live contacts that match, newest first; nobody restricted.
///
/// # Errors
/// 422 when a word of the name is too short to look for.
pub fn search(
    tx: &mut ReadTx<'_>,
    wanted: &SearchContacts,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<ListPage<Contact, ContactId>, Error> {
    let by = match wanted {
        SearchContacts { email: Some(_), .. } => "email",
        SearchContacts { telephone: Some(_), .. } => "telephone",
        SearchContacts { .. } => "name",
    };
    let page = match wanted {
        SearchContacts { email: Some(email), .. } => {
            let index = tx.keyring().blind_index.email(email).to_vec();
            exact(tx, Exact::Email(index), after, limit)?
        }
        SearchContacts { telephone: Some(telephone), .. } => {
            let index = tx.keyring().blind_index.telephone(telephone).to_vec();
            exact(tx, Exact::Telephone(index), after, limit)?
        }
        SearchContacts { name: Some(name), .. } => by_name(tx, name.as_str(), after, limit)?,
        SearchContacts { .. } => ListPage { items: Vec::new(), next: None },
    };
    tx.look(Entry::new("contacts.search").with("by", by).with("count", page.items.len()));
    Ok(page)
}

enum Exact {
    Email(Vec<u8>),
    Telephone(Vec<u8>),
}

fn exact(
    tx: &mut ReadTx<'_>,
    index: Exact,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<ListPage<Contact, ContactId>, Error> {
    let mut query = people!().order(contacts::id.desc()).into_boxed();
    query = match index {
        Exact::Email(index) => query.filter(contacts::email_index.eq(index)),
        Exact::Telephone(index) => query.filter(contacts::telephone_index.eq(index)),
    };
    if let Some(after) = after {
        query = query.filter(contacts::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(|row| Ok(store::open(tx, row)?.contact)).collect::<Result<_, Error>>()?;
    Ok(ListPage { items, next })
}

/// Tokens, those first that fewer people bear: who bears the first is gone through. A token that very many bear is not
/// counted to its end.
fn rarest_first(tx: &mut ReadTx<'_>, tokens: Vec<[u8; 4]>) -> Result<Vec<i32>, Error> {
    let tokens = tokens.into_iter().map(i32::from_be_bytes);
    if tokens.len() < 2 {
        return Ok(tokens.collect());
    }
    let counted = tokens.map(|token| {
        let bearers = contact_name_tokens::table.filter(contact_name_tokens::token.eq(token));
        let bearers = bearers.select(contact_name_tokens::contact_id).limit(MOST_COUNTED);
        Ok((bearers.load::<ContactId>(tx.connection())?.len(), token))
    });
    let mut counted = counted.collect::<Result<Vec<_>, Error>>()?;
    counted.sort_by_key(|&(bearers, _)| bearers);
    Ok(counted.into_iter().map(|(_, token)| token).collect())
}

// Somebody who bears a token, beside others who bear others.
diesel::alias!(contact_name_tokens as bearer: Bearer);

fn by_name(
    tx: &mut ReadTx<'_>,
    name: &str,
    mut after: Option<ContactId>,
    limit: Limit,
) -> Result<ListPage<Contact, ContactId>, Error> {
    let tokens = tx.keyring().blind_index.query_tokens(name).map_err(|_| {
        let detail = "each word must have at least two characters, or be an ideograph";
        Error::invalid(vec![Fault::new("/name", "too_short", detail)])
    })?;
    let tokens = rarest_first(tx, tokens)?;
    let Some((first, others)) = tokens.split_first() else { return Ok(ListPage { items: Vec::new(), next: None }) };
    let mut found = Vec::new();
    loop {
        // Of each who bears the first token it is looked whether they bear the others, before anybody is read.
        let bears = bearer.on(bearer.field(contact_name_tokens::contact_id).eq(contacts::id));
        let mut query =
            people!().inner_join(bears).order(bearer.field(contact_name_tokens::contact_id).desc()).into_boxed();
        query = query.filter(bearer.field(contact_name_tokens::token).eq(*first));
        for token in others {
            let too = contact_name_tokens::contact_id.eq(bearer.field(contact_name_tokens::contact_id));
            let borne = contact_name_tokens::token.eq(*token).and(too);
            query = query.filter(exists(contact_name_tokens::table.filter(borne)));
        }
        if let Some(after) = after {
            query = query.filter(bearer.field(contact_name_tokens::contact_id).lt(after));
        }
        let rows: Vec<Row> = query.limit(CANDIDATES).load(tx.connection())?;
        let last_page = i64::try_from(rows.len()).unwrap_or(i64::MAX) < CANDIDATES;
        after = rows.last().map(|row| row.id);
        for row in rows {
            let contact = store::open(tx, row)?.contact;
            let matches = |known: &super::model::PersonName| crate::platform::vault::name_matches(known.as_str(), name);
            if contact.name.as_ref().is_some_and(matches) {
                found.push(contact);
            }
            // One more than is shown tells that there is another page; nobody after them is unsealed.
            if found.len() > limit.get() {
                break;
            }
        }
        if last_page || found.len() > limit.get() {
            return Ok(ListPage::cut(found, limit, |contact| contact.id));
        }
    }
}
