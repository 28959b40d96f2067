//! What the mail server has said of a contact's address.

use diesel::prelude::*;

use super::{contacts, email_index};
use crate::domain::{ContactId, EmailAddress, Error, Instant};
use crate::platform::audit::Entry;
use crate::platform::doors::{Recorded, WriteTx};

/// Notes that the address was refused for good, if it is still the contact's. The contact's version stays: nobody has
/// changed it.
///
/// # Errors
/// When the database fails.
pub fn note(mut tx: WriteTx<'_>, contact: ContactId, refused: &EmailAddress) -> Result<Recorded<()>, Error> {
    let (now, mark) = (tx.now(), email_index(&tx, refused));
    let still = contacts::table.find(contact).filter(contacts::email_index.eq(mark));
    diesel::update(still).set(contacts::email_bounced_at.eq(now)).execute(tx.connection())?;
    tx.record(Entry::new("contacts.bounced").contact(contact), ())
}

/// Forgets it, unless the address stays the one that `mark` is of.
pub(super) fn forget(tx: &mut WriteTx<'_>, contact: ContactId, mark: Option<&[u8]>) -> Result<(), Error> {
    let bounced = contacts::table.find(contact).filter(contacts::email_bounced_at.is_not_null());
    let forgotten = contacts::email_bounced_at.eq(None::<Instant>);
    match mark {
        Some(mark) => {
            diesel::update(bounced.filter(contacts::email_index.ne(mark))).set(forgotten).execute(tx.connection())
        }
        None => diesel::update(bounced).set(forgotten).execute(tx.connection()),
    }?;
    Ok(())
}
