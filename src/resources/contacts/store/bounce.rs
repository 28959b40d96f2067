//! What the mail server has said of a contact's address.

use diesel::prelude::*;

use super::{contacts, email_index};
use crate::domain::{ContactId, EmailAddress, Error};
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
