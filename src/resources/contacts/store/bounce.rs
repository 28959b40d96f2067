//! What the mail server has said of a contact's address.

use diesel::prelude::*;

use super::{contacts, email_index};
use crate::domain::{ContactId, EmailAddress, Error, Instant};
use crate::platform::audit::{Action, Changed, Entry};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};

/// Whether the mail server has refused the contact's present address for good.
///
/// # Errors
/// When the contact cannot be read.
pub fn has_bounced(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<bool, Error> {
    let bounced = contacts::table.find(contact).select(contacts::email_bounced_at.is_not_null());
    Ok(bounced.first(tx.connection()).optional()?.unwrap_or(false))
}

/// Takes the refusal back: the mailbox has answered a letter. The contact is locked.
///
/// # Errors
/// When the contact cannot be written.
pub fn lift(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<(), Error> {
    let bounced = contacts::table.find(contact).filter(contacts::email_bounced_at.is_not_null());
    diesel::update(bounced).set(contacts::email_bounced_at.eq(None::<Instant>)).execute(tx.connection())?;
    Ok(())
}

/// Records that the address was refused permanently, if a contact has it now. The mail may be about a complaint or a request that
/// names no contact. The version does not change, because no caller has changed the contact.
pub fn note(mut tx: WriteTx<'_>, refused: &EmailAddress) -> Result<Recorded<()>, Error> {
    let (now, mark) = (tx.now(), email_index(&tx, refused));
    let holder = contacts::table.filter(contacts::email_index.eq(mark)).select(contacts::id);
    let holder: Option<ContactId> = holder.first(tx.connection()).optional()?;
    let Some(contact) = holder else { return tx.unchanged(None, ()) };
    diesel::update(contacts::table.find(contact)).set(contacts::email_bounced_at.eq(now)).execute(tx.connection())?;
    let changed = Changed::named(&["email_bounced_at"]);
    tx.record(Entry::new(Action::ContactsBounced).contact(contact).changed(changed), ())
}
