//! What a contact is found by: keyed hashes of its address, its number and the words of its name.

use diesel::prelude::*;

use super::super::model::PersonName;
use super::{contacts, with_address};
use crate::domain::{Code, ContactId, EmailAddress, Error, Fault, Telephone, hex};
use crate::platform::db::{TermIndex, Terms, dialect};
use crate::platform::doors::{ReadTx, WriteTx};

/// The blind index of an e-mail address, which is its suppression mark as well.
pub fn email_index(tx: &ReadTx<'_>, email: &EmailAddress) -> Vec<u8> {
    tx.keyring().blind_index.email(email).to_vec()
}

pub(in super::super) fn telephone_index(tx: &ReadTx<'_>, telephone: &Telephone) -> Vec<u8> {
    tx.keyring().blind_index.telephone(telephone).to_vec()
}

/// Takes an address for this transaction, for the contact `own`, and refuses it when another live contact has it.
pub(in super::super) fn claim_address(tx: &mut WriteTx<'_>, index: &[u8], own: ContactId) -> Result<(), Error> {
    dialect::lock_name(tx.connection(), &hex(index))?;
    match with_address(tx, index)? {
        Some(holder) if holder != own => Err(taken(holder)),
        _ => Ok(()),
    }
}

/// What is written with a claimed address, unless somebody who comes has taken it since: whoever comes claims none.
///
/// # Errors
/// 503 then: the next attempt finds them; and when the database fails.
pub(super) fn unless_taken<T>(written: QueryResult<T>) -> Result<T, Error> {
    let taken = || Error::unavailable("an address was taken after it was claimed");
    dialect::on_unique(written, "contacts_email", "contacts.email_index", taken)
}

/// The answer to whoever wants an address that `holder` has.
pub(super) fn taken(holder: ContactId) -> Error {
    let detail = "A live contact has this e-mail address; change that one instead.";
    Error::new(Code::ContactExists, detail).with(|p| p.contact_id = Some(holder))
}

/// Where names are looked up.
pub(in super::super) const NAMES: TermIndex =
    TermIndex { table: "contacts", column: "name_tokens", index: "contact_names" };

/// The keyed hashes of the beginnings of a name's words.
pub(super) fn terms_of(tx: &ReadTx<'_>, name: &PersonName) -> Terms {
    Terms::new(tx.keyring().blind_index.name_tokens(name.as_str()))
}

/// What a contact must have to be found by `name`.
///
/// # Errors
/// 422 when a word of it is too short to look for.
pub(in super::super) fn query_terms(tx: &ReadTx<'_>, name: &str) -> Result<Terms, Error> {
    let tokens = tx.keyring().blind_index.query_tokens(name).map_err(|_| {
        let detail = "each word must have at least two characters, or be an ideograph";
        Error::invalid(vec![Fault::new("/name", "too_short", detail)])
    })?;
    Ok(Terms::new(tokens))
}

/// Has a contact found by another name.
pub(in super::super) fn rename(tx: &mut WriteTx<'_>, id: ContactId, name: &PersonName) -> Result<(), Error> {
    let (before, after) = (kept_terms(tx, id)?, terms_of(tx, name));
    NAMES.replace(tx.connection(), id.uuid(), before.as_ref(), Some(&after))?;
    diesel::update(contacts::table.find(id)).set(contacts::name_tokens.eq(after)).execute(tx.connection())?;
    Ok(())
}

/// Has a contact found by its name no longer. Its row goes on to tell the tokens until it is written anew.
pub(in super::super) fn forget_name(tx: &mut WriteTx<'_>, id: ContactId) -> Result<(), Error> {
    let before = kept_terms(tx, id)?;
    NAMES.replace(tx.connection(), id.uuid(), before.as_ref(), None)
}

/// How many hashes of beginnings of a contact's name are kept.
pub(in super::super) fn count_name_tokens(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<usize, Error> {
    Ok(kept_terms(tx, contact)?.map_or(0, |terms| terms.count()))
}

fn kept_terms(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Option<Terms>, Error> {
    let kept = contacts::table.find(id).select(contacts::name_tokens).first(tx.connection()).optional()?;
    Ok(kept.flatten())
}
