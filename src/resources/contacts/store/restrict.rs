//! Restricting a contact and lifting that (UK GDPR Article 18).

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{contacts, live, there};
use crate::domain::{ContactId, Error};
use crate::platform::audit::{Action, Changed, Entry};
use crate::platform::db::dialect;
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::restriction::{self, Restriction, RestrictionGround};
use crate::resources::contacts::model::Contact;

/// Restricts a contact: from now on the person's data is stored and not used.
///
/// # Errors
/// 404; 410 when it was erased or merged; 423 when it is restricted already.
pub fn restrict(mut tx: WriteTx<'_>, id: ContactId, ground: RestrictionGround) -> Result<Recorded<Contact>, Error> {
    dialect::lock(tx.connection(), "contacts", id.uuid())?;
    let row = there(&mut tx, id)?;
    let lawful = restriction::restrict(row.restriction()?.as_ref(), ground, tx.now())?;
    write(&mut tx, id, row.version, Some(lawful.into_inner()))?;
    let contact = live(&mut tx, id)?.contact;
    let entry = Entry::new(Action::ContactsRestrict).contact(id).changed(Changed::named(&["status"]));
    tx.record(entry.with("ground", <&str>::from(ground)), contact)
}

/// Lifts a restriction, once the person has been told that it ends.
///
/// # Errors
/// 404; 410 when it was erased or merged; 409 when it is not restricted; 422 when the person is only to be told, or was
/// told before it began.
pub fn lift(mut tx: WriteTx<'_>, id: ContactId, notified_on: NaiveDate) -> Result<Recorded<Contact>, Error> {
    dialect::lock(tx.connection(), "contacts", id.uuid())?;
    let row = there(&mut tx, id)?;
    let lawful = restriction::lift(row.restriction()?.as_ref(), notified_on, tx.now())?;
    write(&mut tx, id, row.version, None)?;
    let contact = live(&mut tx, id)?.contact;
    let entry = Entry::new(Action::ContactsLiftRestriction)
        .contact(id)
        .changed(Changed::named(&["status"]))
        .with("ground", <&str>::from(lawful.restriction.ground))
        .with("since", lawful.restriction.since.to_string())
        .with("notified_on", lawful.notified_on.to_string());
    tx.record(entry, contact)
}

fn write(tx: &mut WriteTx<'_>, id: ContactId, version: i32, to: Option<Restriction>) -> Result<(), Error> {
    let changes = (
        contacts::restricted_ground.eq(to.map(|restriction| <&str>::from(restriction.ground))),
        contacts::restricted_at.eq(to.map(|restriction| restriction.since)),
        contacts::updated_at.eq(tx.now()),
        contacts::version.eq(version + 1),
    );
    diesel::update(contacts::table.find(id)).set(changes).execute(tx.connection())?;
    Ok(())
}
