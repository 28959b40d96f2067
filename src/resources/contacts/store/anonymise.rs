//! Anonymises a contact that was erased or merged into another: an id with a status and dates stays, so that the records about
//! what happened keep their place.

use diesel::prelude::*;

use super::super::model::ContactStatus;
use super::{contacts, forget_tokens};
use crate::domain::{ContactId, Error, Instant, PersonalRecord};
use crate::personal::{Erasing, Person};
use crate::platform::db::Terms;
use crate::platform::transaction::{ReadTx, WriteTx};

/// The person's contacts, those that were merged too.
pub fn records(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
    let theirs = contacts::table.filter(contacts::id.eq_any(&person.ids)).select((contacts::id, contacts::version));
    let found: Vec<(ContactId, i32)> = theirs.load(tx.connection())?;
    let record = |(id, version): (ContactId, i32)| PersonalRecord { table: "contacts", id: id.uuid(), version };
    Ok(found.into_iter().map(record).collect())
}

/// Empties the person's contacts, unless they are withheld.
pub fn empty(tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
    let withheld: Vec<ContactId> = erasing.withheld_of("contacts");
    let theirs = erasing.person.ids.iter().filter(|id| !withheld.contains(id));
    theirs.copied().try_for_each(|id| empty_one(tx, id, None))
}

/// Empties a locked contact, because the person was erased or because it was merged into the contact `into`. What stays of it
/// are its id, its status, its dates, and the id of a survivor.
pub(super) fn empty_one(tx: &mut WriteTx<'_>, id: ContactId, into: Option<ContactId>) -> Result<(), Error> {
    forget_tokens(tx, id)?;
    let changes = (
        contacts::status.eq(<&str>::from(ContactStatus::Erased)),
        contacts::updated_at.eq(tx.now()),
        contacts::particulars.eq(None::<Vec<u8>>),
        contacts::email_index.eq(None::<Vec<u8>>),
        contacts::telephone_index.eq(None::<Vec<u8>>),
        contacts::search_tokens.eq(None::<Terms>),
        contacts::named_number.eq(None::<Vec<u8>>),
        contacts::email_bounced_at.eq(None::<Instant>),
        contacts::address_check.eq(None::<String>),
        contacts::restricted_ground.eq(None::<String>),
        contacts::restricted_at.eq(None::<Instant>),
        into.map(|into| contacts::merged_into.eq(into)),
        contacts::version.eq(contacts::version + 1),
    );
    diesel::update(contacts::table.find(id)).set(changes).execute(tx.connection())?;
    Ok(())
}
