//! The table of sharing refusals.

use std::collections::HashSet;

use diesel::prelude::*;

use super::super::store::must_be_there;
use super::model::SharingRefusal;
use crate::domain::{ContactId, Error, Instant, Limit, ListPage, StoredRow};
use crate::personal::{Merging, Person};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, WriteTx};
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

/// Since when a person refuses to share their data with recipients of a kind; `None` if the person does not refuse it.
///
/// # Errors
/// When the refusals cannot be read.
pub fn since(tx: &mut ReadTx<'_>, contact: ContactId, kind: OrganisationKind) -> Result<Option<Instant>, Error> {
    let refusal = sharing_refusals::table.find((contact, <&str>::from(kind))).select(sharing_refusals::since);
    Ok(refusal.first(tx.connection()).optional()?)
}

/// Records a refusal, and returns whether it is new: one that exists stays as it was. The contact is locked.
///
/// # Errors
/// When the refusal cannot be written.
pub(crate) fn add(tx: &mut WriteTx<'_>, contact: ContactId, kind: OrganisationKind) -> Result<bool, Error> {
    if since(tx, contact, kind)?.is_some() {
        return Ok(false);
    }
    let values = (
        sharing_refusals::contact_id.eq(contact),
        sharing_refusals::recipient_kind.eq(<&str>::from(kind)),
        sharing_refusals::since.eq(tx.now()),
    );
    diesel::insert_into(sharing_refusals::table).values(values).execute(tx.connection())?;
    Ok(true)
}

/// Deletes a refusal, and returns whether there was one. The contact is locked.
///
/// # Errors
/// When the refusal cannot be deleted.
pub(crate) fn remove(tx: &mut WriteTx<'_>, contact: ContactId, kind: OrganisationKind) -> Result<bool, Error> {
    let refusal = sharing_refusals::table.find((contact, <&str>::from(kind)));
    Ok(diesel::delete(refusal).execute(tx.connection())? > 0)
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
