//! What a contact is found by: keyed hashes of its address, its number and the words of its name.

use diesel::prelude::*;
use uuid::Uuid;

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

/// The keyed hashes of the beginnings of a name's words.
fn tokens_of(tx: &ReadTx<'_>, name: &PersonName) -> Vec<i32> {
    let tokens = tx.keyring().blind_index.name_tokens(name.as_str());
    tokens.into_iter().map(i32::from_be_bytes).collect()
}

/// Tokens as the contact keeps them: four bytes each, the highest of them first.
fn packed(tokens: &[i32]) -> Vec<u8> {
    tokens.iter().flat_map(|token| token.to_be_bytes()).collect()
}

/// Has a contact found by another name.
pub(in super::super) fn rename(tx: &mut WriteTx<'_>, id: ContactId, name: &PersonName) -> Result<(), Error> {
    delete_name_tokens(tx, id)?;
    let tokens = tokens_of(tx, name);
    let kept = contacts::name_tokens.eq(packed(&tokens));
    diesel::update(contacts::table.find(id)).set(kept).execute(tx.connection())?;
    write_all(tx, tokens.into_iter().map(|token| (token, id.uuid())).collect())
}

/// Writes the tokens of newcomers' names, and returns for each what its contact keeps of them.
pub(super) fn write_name_tokens<'a>(
    tx: &mut WriteTx<'_>,
    names: impl IntoIterator<Item = (ContactId, &'a PersonName)>,
) -> Result<Vec<Vec<u8>>, Error> {
    let mut pairs = Vec::new();
    let kept = names.into_iter().map(|(id, name)| {
        let tokens = tokens_of(tx, name);
        pairs.extend(tokens.iter().map(|&token| (token, id.uuid())));
        packed(&tokens)
    });
    let kept = kept.collect();
    write_all(tx, pairs)?;
    Ok(kept)
}

fn write_all(tx: &mut WriteTx<'_>, mut pairs: Vec<(i32, Uuid)>) -> Result<(), Error> {
    // In the table's own order, in which neighbours share a page.
    pairs.sort_unstable();
    dialect::insert_pairs(tx.connection(), "contact_name_tokens", ("token", "contact_id"), &pairs)
}

/// Has a contact found by its name no longer. Its row goes on to tell the tokens until it is written anew.
pub(in super::super) fn delete_name_tokens(tx: &mut WriteTx<'_>, id: ContactId) -> Result<(), Error> {
    let tokens = kept_tokens(tx, id)?;
    let borne = contact_name_tokens::contact_id.eq(id).and(contact_name_tokens::token.eq_any(tokens));
    diesel::delete(contact_name_tokens::table.filter(borne)).execute(tx.connection())?;
    Ok(())
}

/// How many hashes of beginnings of a contact's name are kept.
pub(in super::super) fn count_name_tokens(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<usize, Error> {
    Ok(kept_tokens(tx, contact)?.len())
}

/// What a contact keeps of its tokens, which have no index by contact: each person would pay for that, and few ever need it.
fn kept_tokens(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Vec<i32>, Error> {
    let kept: Option<Option<Vec<u8>>> =
        contacts::table.find(id).select(contacts::name_tokens).first(tx.connection()).optional()?;
    let (tokens, _) = kept.as_ref().and_then(Option::as_deref).unwrap_or_default().as_chunks();
    Ok(tokens.iter().copied().map(i32::from_be_bytes).collect())
}
