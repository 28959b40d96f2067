//! What a contact is found by: keyed hashes of its address, its number and the words of its name.

use diesel::prelude::*;

use super::super::model::PersonName;
use super::{contact_name_tokens, contacts};
use crate::domain::{Code, ContactId, EmailAddress, Error, Telephone, hex};
use crate::platform::db::dialect;
use crate::platform::doors::{ReadTx, WriteTx};

/// The blind index of an e-mail address, which is its suppression mark as well.
pub fn email_index(tx: &ReadTx<'_>, email: &EmailAddress) -> Vec<u8> {
    tx.keyring().blind_index.email(email).to_vec()
}

pub(in super::super) fn telephone_index(tx: &ReadTx<'_>, telephone: &Telephone) -> Vec<u8> {
    tx.keyring().blind_index.telephone(telephone).to_vec()
}

/// Takes an address for this transaction, and refuses it when another live contact has it.
pub(in super::super) fn claim_address(tx: &mut WriteTx<'_>, index: &[u8], own: Option<ContactId>) -> Result<(), Error> {
    dialect::lock_name(tx.connection(), &hex(index))?;
    let holder: Option<ContactId> = contacts::table
        .filter(contacts::email_index.eq(index))
        .select(contacts::id)
        .first(tx.connection())
        .optional()?;
    match holder {
        Some(holder) if Some(holder) != own => {
            let detail = "A live contact has this e-mail address; change that one instead.";
            Err(Error::new(Code::ContactExists, detail).with(|p| p.contact_id = Some(holder)))
        }
        _ => Ok(()),
    }
}

pub(in super::super) fn write_name_tokens(tx: &mut WriteTx<'_>, id: ContactId, name: &PersonName) -> Result<(), Error> {
    write_all_name_tokens(tx, [(id, name)])
}

/// Writes the tokens of several people's names.
pub(super) fn write_all_name_tokens<'a>(
    tx: &mut WriteTx<'_>,
    names: impl IntoIterator<Item = (ContactId, &'a PersonName)>,
) -> Result<(), Error> {
    let keys = &tx.keyring().blind_index;
    let tokens = names.into_iter().flat_map(|(id, name)| {
        keys.name_tokens(name.as_str()).into_iter().map(move |token| (i32::from_be_bytes(token), id.uuid()))
    });
    let mut pairs: Vec<_> = tokens.collect();
    // In the table's own order, in which neighbours share a page.
    pairs.sort_unstable();
    dialect::insert_pairs(tx.connection(), "contact_name_tokens", ("token", "contact_id"), &pairs)
}

pub(in super::super) fn delete_name_tokens(tx: &mut WriteTx<'_>, id: ContactId) -> Result<(), Error> {
    let of_contact = contact_name_tokens::contact_id.eq(id);
    diesel::delete(contact_name_tokens::table.filter(of_contact)).execute(tx.connection())?;
    Ok(())
}

/// How many hashes of beginnings of a contact's name are kept.
pub(in super::super) fn count_name_tokens(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<i64, Error> {
    let theirs = contact_name_tokens::table.filter(contact_name_tokens::contact_id.eq(contact));
    Ok(theirs.count().get_result(tx.connection())?)
}
