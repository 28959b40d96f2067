//! The table of batches.

use diesel::prelude::*;

use super::model::{Batch, RecipientRead};
use crate::domain::{ContactId, DisclosureBatchId, Error, EventId, Instant, OrganisationId, Party, Scope, StoredRow};
use crate::platform::audit::Entry;
use crate::platform::db::{IdList, among_ids, direct, overlaps};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{IdListSql, InstantSql, UuidSql};

        disclosure_batches (id, part) {
            id -> UuidSql,
            part -> Integer,
            organisation_id -> UuidSql,
            caller -> Text,
            caller_issuer -> Nullable<Text>,
            operation -> Text,
            event_id -> Nullable<UuidSql>,
            purpose -> Nullable<Text>,
            read_at -> InstantSql,
            contact_ids -> IdListSql,
        }
    }
}
use schema::disclosure_batches;

/// Ends a recipient's read: inserts the row of what the answer shows, with the look of the audit. An answer that shows no person
/// has no row; its look is recorded all the same.
///
/// # Errors
/// Internal when the caller reads for no organisation.
pub fn finish<T>(mut tx: WriteTx<'_>, batch: &Batch, look: Entry, value: T) -> Result<Recorded<T>, Error> {
    let Scope::Organisation(organisation) = tx.scope() else {
        return Err(Error::internal("a batch of a caller that reads for no organisation"));
    };
    tx.disclosing(batch.contacts.len());
    if batch.contacts.is_empty() {
        return tx.unchanged(Some(look), value);
    }
    insert(&mut tx, batch, organisation)?;
    tx.record_look(look.listing(batch.contacts.len()).with("batch", batch.id.to_string()), value)
}

/// Ends a handover: inserts the row of the person whose data a caller hands over to an organisation, with the look of the audit.
///
/// # Errors
/// When the row cannot be inserted; then nothing is handed over.
pub fn hand_over<T>(
    mut tx: WriteTx<'_>,
    batch: &Batch,
    organisation: OrganisationId,
    look: Entry,
    value: T,
) -> Result<Recorded<T>, Error> {
    insert(&mut tx, batch, organisation)?;
    tx.record_look(look.with("batch", batch.id.to_string()), value)
}

fn insert(tx: &mut WriteTx<'_>, batch: &Batch, organisation: OrganisationId) -> Result<(), Error> {
    let reader = Party::from(tx.actor());
    let row = (
        disclosure_batches::id.eq(batch.id),
        disclosure_batches::part.eq(batch.part),
        disclosure_batches::organisation_id.eq(organisation),
        disclosure_batches::caller.eq(reader.subject),
        disclosure_batches::caller_issuer.eq(reader.issuer),
        disclosure_batches::operation.eq(<&str>::from(batch.operation)),
        disclosure_batches::event_id.eq(batch.event),
        disclosure_batches::purpose.eq(batch.purpose.map(<&str>::from)),
        disclosure_batches::read_at.eq(tx.now()),
        disclosure_batches::contact_ids.eq(IdList::of(&batch.contacts)),
    );
    let insert = diesel::insert_into(disclosure_batches::table).values(row);
    direct!(tx.connection(), engine => insert.execute(engine))?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = disclosure_batches)]
struct Row {
    id: DisclosureBatchId,
    organisation_id: OrganisationId,
    caller: String,
    caller_issuer: Option<String>,
    operation: String,
    event_id: Option<EventId>,
    purpose: Option<String>,
    read_at: Instant,
    contact_ids: IdList,
}

impl Row {
    fn read(self) -> Result<RecipientRead, Error> {
        let stored = StoredRow::new("disclosure_batches", self.id);
        Ok(RecipientRead {
            batch: self.id,
            organisation: self.organisation_id,
            caller: self.caller,
            caller_issuer: self.caller_issuer,
            operation: stored.read("operation", self.operation.parse())?,
            event: self.event_id,
            purpose: stored.read("purpose", self.purpose.as_deref().map(str::parse).transpose())?,
            read_at: self.read_at,
            contacts: self.contact_ids.0.into_iter().map(ContactId::from_uuid).collect(),
        })
    }
}

/// Returns the newest reads of a person by some recipients, at most `most`, newest first. `ids` are all ids of the person.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn reads_of(
    tx: &mut ReadTx<'_>,
    ids: &[ContactId],
    recipients: &[OrganisationId],
    most: i64,
) -> Result<Vec<RecipientRead>, Error> {
    let theirs = among_ids(disclosure_batches::organisation_id, recipients);
    let shows = overlaps(disclosure_batches::contact_ids, ids);
    let rows: Vec<Row> = disclosure_batches::table
        .filter(theirs.and(shows))
        .order((disclosure_batches::read_at.desc(), disclosure_batches::id.desc()))
        .limit(most)
        .select(Row::as_select())
        .load(tx.connection())?;
    let mut reads = rows.into_iter().map(Row::read).collect::<Result<Vec<_>, _>>()?;
    reads.retain(|read| read.contacts.iter().any(|shown| ids.contains(shown)));
    Ok(reads)
}

/// Returns the read that a batch id names, with the people of all its parts; `None` when there is none.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn named(tx: &mut ReadTx<'_>, batch: DisclosureBatchId) -> Result<Option<RecipientRead>, Error> {
    let parts = disclosure_batches::table.filter(disclosure_batches::id.eq(batch)).order(disclosure_batches::part);
    let rows: Vec<Row> = parts.select(Row::as_select()).load(tx.connection())?;
    let mut parts = rows.into_iter().map(Row::read);
    let Some(mut first) = parts.next().transpose()? else { return Ok(None) };
    for part in parts {
        first.contacts.extend(part?.contacts);
    }
    Ok(Some(first))
}
