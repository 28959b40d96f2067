//! The table of sharing refusals.

use std::collections::HashSet;

use diesel::prelude::*;

use super::super::store::{lock, must_be_there};
use super::model::SharingRefusal;
use crate::domain::{ContactId, Error, Instant, Limit, ListPage, StoredRow};
use crate::personal::{Merging, Person};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::http::NoContent;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::resources::organisations::model::OrganisationKind;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        sharing_refusals (contact_id, recipient_kind) {
            contact_id -> UuidSql,
            recipient_kind -> Text,
            since -> InstantSql,
        }
    }
}
use schema::sharing_refusals;

fn kind_of(contact: ContactId, kind: &str) -> Result<OrganisationKind, Error> {
    StoredRow::new("sharing_refusals", contact).read("recipient_kind", kind.parse())
}

/// The kinds of recipients that a person's data is not shared with, by their names' order.
pub fn of(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Vec<OrganisationKind>, Error> {
    let found: Vec<String> = sharing_refusals::table
        .filter(sharing_refusals::contact_id.eq(contact))
        .select(sharing_refusals::recipient_kind)
        .order(sharing_refusals::recipient_kind)
        .load(tx.connection())?;
    found.iter().map(|kind| kind_of(contact, kind)).collect()
}

/// Those of the contacts whose data is not shared with recipients of a kind.
pub fn refusing_among(
    tx: &mut ReadTx<'_>,
    contacts: &[ContactId],
    kind: OrganisationKind,
) -> Result<HashSet<ContactId>, Error> {
    let refusing = among_ids(sharing_refusals::contact_id, contacts);
    let refusing = refusing.and(sharing_refusals::recipient_kind.eq(<&str>::from(kind)));
    let found: Vec<ContactId> =
        sharing_refusals::table.filter(refusing).select(sharing_refusals::contact_id).load(tx.connection())?;
    Ok(found.into_iter().collect())
}

/// Returns the refusals of a person, under whichever of their ids, by the names of the kinds.
///
/// # Errors
/// Internal when a row cannot be read.
pub(crate) fn of_person(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<SharingRefusal>, Error> {
    let theirs = sharing_refusals::table.filter(among_ids(sharing_refusals::contact_id, &person.ids));
    let rows: Vec<Row> =
        theirs.select(Row::as_select()).order(sharing_refusals::recipient_kind).load(tx.connection())?;
    rows.into_iter().map(Row::refusal).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sharing_refusals)]
struct Row {
    contact_id: ContactId,
    recipient_kind: String,
    since: Instant,
}

impl Row {
    fn refusal(self) -> Result<SharingRefusal, Error> {
        Ok(SharingRefusal { recipient_kind: kind_of(self.contact_id, &self.recipient_kind)?, since: self.since })
    }
}

/// A contact's refusals, by the names of the kinds.
///
/// # Errors
/// 404 when there is no such contact; 410 when it was erased or merged into another.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    contact: ContactId,
    after: Option<OrganisationKind>,
    limit: Limit,
) -> Result<ListPage<SharingRefusal, OrganisationKind>, Error> {
    must_be_there(tx, contact)?;
    let mut query = sharing_refusals::table
        .filter(sharing_refusals::contact_id.eq(contact))
        .select(Row::as_select())
        .order(sharing_refusals::recipient_kind)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(sharing_refusals::recipient_kind.gt(<&str>::from(after)));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let refusals = rows.into_iter().map(Row::refusal).collect::<Result<Vec<_>, Error>>()?;
    tx.look(Entry::new(Action::ContactsSharingRefusals).contact(contact).with("count", refusals.len()));
    Ok(ListPage::cut(refusals, limit, |refusal| refusal.recipient_kind))
}

/// The contact, as one about whom something may be written.
fn person(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<ContactId, Error> {
    Ok(lock(tx, contact)?.ok_or_else(Error::not_found)?.active()?.id())
}

/// Records that a person refuses that their data is shared with recipients of a kind; what is refused stays so.
///
/// # Errors
/// 404; 410 when the contact was erased or merged; 423 when it is restricted.
pub(crate) fn refuse(
    mut tx: WriteTx<'_>,
    contact: ContactId,
    kind: OrganisationKind,
) -> Result<Recorded<NoContent>, Error> {
    let contact = person(&mut tx, contact)?;
    if of(&mut tx, contact)?.contains(&kind) {
        return tx.unchanged(None, NoContent);
    }
    let values = (
        sharing_refusals::contact_id.eq(contact),
        sharing_refusals::recipient_kind.eq(<&str>::from(kind)),
        sharing_refusals::since.eq(tx.now()),
    );
    diesel::insert_into(sharing_refusals::table).values(values).execute(tx.connection())?;
    let entry = Entry::new(Action::ContactsRefuseSharing).contact(contact).with("recipient_kind", <&str>::from(kind));
    tx.record(entry, NoContent)
}

/// Records that a person no longer refuses; what is not refused stays so.
///
/// # Errors
/// As [`refuse`].
pub(crate) fn allow(
    mut tx: WriteTx<'_>,
    contact: ContactId,
    kind: OrganisationKind,
) -> Result<Recorded<NoContent>, Error> {
    let contact = person(&mut tx, contact)?;
    let refusal = sharing_refusals::table.find((contact, <&str>::from(kind)));
    if diesel::delete(refusal).execute(tx.connection())? == 0 {
        return tx.unchanged(None, NoContent);
    }
    let entry = Entry::new(Action::ContactsAllowSharing).contact(contact).with("recipient_kind", <&str>::from(kind));
    tx.record(entry, NoContent)
}

/// Deletes a contact's refusals, because no data is left to share.
pub(crate) fn forget(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<(), Error> {
    let of_contact = sharing_refusals::contact_id.eq(contact);
    diesel::delete(sharing_refusals::table.filter(of_contact)).execute(tx.connection())?;
    Ok(())
}

/// Hands the refusals over: what was refused under either record is refused.
pub(crate) fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let own = of(tx, merging.into)?;
    let own: Vec<&str> = own.into_iter().map(<&str>::from).collect();
    let lacking = sharing_refusals::contact_id.eq(merging.from).and(sharing_refusals::recipient_kind.ne_all(own));
    let handed_over = sharing_refusals::contact_id.eq(merging.into);
    diesel::update(sharing_refusals::table.filter(lacking)).set(handed_over).execute(tx.connection())?;
    forget(tx, merging.from)
}
