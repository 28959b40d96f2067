//! The table of preference links. A token is 256 bits at random, stored as its SHA-256, and can be used for thirty
//! days, as often as one likes: every mail brings one.

use chrono::Duration;
use diesel::prelude::*;

use crate::domain::{Code, ContactId, Error, Instant};
use crate::personal::Person;
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::{link_token_hash, new_link_token};
use crate::resources::contacts::store as contacts;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        preference_links (token_hash) {
            token_hash -> Binary,
            contact_id -> UuidSql,
            mark -> Binary,
            expires_at -> InstantSql,
        }
    }
}
use schema::preference_links;

/// How long a link can be used.
const LINK_LIVES: Duration = Duration::days(30);

/// Mints the token of a link for the mailbox whose blind index is `mark`. Only the sender of the mail
/// may see it. Deletes expired links.
fn mint(tx: &mut WriteTx<'_>, contact: ContactId, mark: &[u8]) -> Result<String, Error> {
    let token = new_link_token(tx.entropy());
    let now = tx.now();
    let values = (
        preference_links::token_hash.eq(link_token_hash(&token)),
        preference_links::contact_id.eq(contact),
        preference_links::mark.eq(mark),
        preference_links::expires_at.eq(now.plus(LINK_LIVES)),
    );
    diesel::insert_into(preference_links::table).values(values).execute(tx.connection())?;
    let old = preference_links::table.filter(preference_links::expires_at.lt(tx.earliest().plus(-LINK_LIVES)));
    diesel::delete(old).execute(tx.connection())?;
    Ok(token)
}

/// As [`mint`], the address of the page that the link leads to.
pub fn url(tx: &mut WriteTx<'_>, contact: ContactId, mark: &[u8]) -> Result<String, Error> {
    let token = mint(tx, contact, mark)?;
    Ok(format!("{}/preferences/{token}", tx.identity().pages_url))
}

/// The contact whose mailbox a token was sent to.
///
/// # Errors
/// 404 when there is no such link; 410 when it has expired, or the contact has another address now, or none.
pub(super) fn open(tx: &mut ReadTx<'_>, token: &str) -> Result<ContactId, Error> {
    let found: Option<(ContactId, Vec<u8>, Instant)> = preference_links::table
        .find(link_token_hash(token))
        .select((preference_links::contact_id, preference_links::mark, preference_links::expires_at))
        .first(tx.connection())
        .optional()?;
    let (contact, mark, expires_at) = found.ok_or_else(Error::not_found)?;
    let gone = || Error::new(Code::Gone, "This link has expired. Use the link in a newer email, or ask for another.");
    if expires_at <= tx.now() {
        return Err(gone());
    }
    let known = contacts::facts(tx, contact)?.ok_or_else(Error::not_found)?;
    let (contact, known) = match known.merged_into {
        Some(into) => (into, contacts::facts(tx, into)?.ok_or_else(Error::not_found)?),
        None => (contact, known),
    };
    if known.mark.as_ref() == Some(&mark) { Ok(contact) } else { Err(gone()) }
}

/// Forgets every link that was sent to a person, under whichever of their ids.
pub(super) fn forget(tx: &mut WriteTx<'_>, ids: &[ContactId]) -> Result<(), Error> {
    let theirs = preference_links::table.filter(preference_links::contact_id.eq_any(ids));
    diesel::delete(theirs).execute(tx.connection())?;
    Ok(())
}

/// Returns until when each link that was sent to a person can be used.
///
/// # Errors
/// When the links cannot be read.
pub(super) fn sent(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Instant>, Error> {
    let theirs = preference_links::table.filter(among_ids(preference_links::contact_id, &person.ids));
    Ok(theirs.select(preference_links::expires_at).order(preference_links::expires_at).load(tx.connection())?)
}
