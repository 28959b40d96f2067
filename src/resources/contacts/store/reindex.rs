//! Computing the keyed indexes of contacts anew, because a migration added one or changed how a value is normalised.

use std::collections::HashMap;

use diesel::prelude::*;

use super::super::model::AddressCheck;
use super::super::particulars::Particulars;
use super::indexes::{Indexes, find_by};
use super::{Row, contacts, data_keys, open_any_status, with_address};
use crate::domain::{ContactId, EmailAddress, Error, hex};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::{among_ids, dialect};
use crate::platform::records_to_index;
use crate::platform::transaction::{Recorded, WriteTx, unless_key_missing};
use crate::resources::suppressions;

/// The table whose records are indexed.
const TABLE: &str = "contacts";

/// Indexes the next batch of the contacts in `records_to_index`. Answers `false` once all are done. No version rises, and no
/// address becomes a former one: the people have what they had. What staff should look at is noted in `address_check` and
/// logged.
///
/// # Errors
/// When a contact cannot be unsealed or written; then nothing of the batch is.
pub fn reindex(mut tx: WriteTx<'_>) -> Result<Recorded<bool>, Error> {
    let ids: Vec<ContactId> = records_to_index::next(&mut tx, TABLE)?;
    if ids.is_empty() {
        return tx.unchanged(None, false);
    }
    let rows: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    dialect::lock_all(tx.connection(), TABLE, &rows)?;
    let rows: Vec<Row> = everybody!().filter(among_ids(contacts::id, &ids)).load(tx.connection())?;
    let mut to_check = 0;
    let indexed = contacts::table.filter(among_ids(contacts::id, &ids)).select((contacts::id, contacts::email_index));
    let indexed: HashMap<ContactId, Option<Vec<u8>>> = indexed.load(tx.connection())?.into_iter().collect();
    for row in rows {
        let id = row.id;
        let Some(opened) = unless_key_missing(open_any_status(&mut tx, row))? else { continue };
        // An erased contact has no particulars, and no indexes.
        let Ok((_, particulars, _)) = opened.any_status() else { continue };
        let indexes = Indexes::of(&tx, &particulars);
        let search_tokens = find_by(&mut tx, id, &indexes, &particulars.name)?;
        // What a mailbox said no to, it said no to in every form.
        if let Some((before, now)) = indexed.get(&id).and_then(Option::as_ref).zip(indexes.email.as_ref())
            && before != now
        {
            suppressions::store::spread(&mut tx, before, now)?;
        }
        let holder = other_holder(&mut tx, id, indexes.email.as_deref())?;
        let check = holder.map(|_| AddressCheck::SameMailbox).or_else(|| found(&particulars));
        if let Some(check) = check {
            to_check += 1;
            let same_mailbox_as = holder.map(|holder| holder.to_string());
            tracing::warn!(contact = %id, check = <&str>::from(check), same_mailbox_as, "staff should check the \
                                                                                         address of a contact");
        }
        // The index of an address is one contact's: the other keeps what it had until staff merge the two.
        let changes = (
            holder.is_none().then(|| contacts::email_index.eq(indexes.email)),
            contacts::address_check.eq(check.map(<&str>::from)),
            contacts::telephone_index.eq(indexes.telephone),
            contacts::named_number.eq(indexes.named_number),
            contacts::search_tokens.eq(search_tokens),
        );
        diesel::update(contacts::table.find(id)).set(changes).execute(tx.connection())?;
    }
    records_to_index::done(&mut tx, TABLE, &ids)?;
    tx.record(Entry::new(Action::ContactsReindex).with("count", ids.len()).with("to_check", to_check), true)
}

/// Returns another contact that has an address already.
fn other_holder(tx: &mut WriteTx<'_>, own: ContactId, email: Option<&[u8]>) -> Result<Option<ContactId>, Error> {
    let Some(index) = email else { return Ok(None) };
    dialect::lock_name(tx.connection(), &hex(index))?;
    Ok(with_address(tx, index)?.filter(|holder| *holder != own))
}

/// Gives a contact the index of its address, once the contact that had the same mailbox has it no longer.
pub(super) fn take_normal_form(tx: &mut WriteTx<'_>, contact: ContactId, now: &Particulars) -> Result<(), Error> {
    let email = Indexes::of(tx, now).email;
    if other_holder(tx, contact, email.as_deref())?.is_none() {
        let changes = (contacts::email_index.eq(email), contacts::address_check.eq(None::<String>));
        diesel::update(contacts::table.find(contact)).set(changes).execute(tx.connection())?;
    }
    Ok(())
}

/// Notes that staff have looked at the address or number.
pub(super) fn checked(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<(), Error> {
    let checked = contacts::address_check.eq(None::<String>);
    diesel::update(contacts::table.find(contact)).set(checked).execute(tx.connection())?;
    Ok(())
}

/// Returns what is wrong with the address or number that a contact has kept.
fn found(particulars: &Particulars) -> Option<AddressCheck> {
    let Particulars { email, telephone, .. } = particulars;
    if email.as_ref().is_some_and(|email| EmailAddress::parse(email.as_str()).is_err()) {
        return Some(AddressCheck::ImpossibleEmail);
    }
    telephone.as_ref().filter(|number| number.may_lack_a_zero()).map(|_| AddressCheck::TelephoneZero)
}
