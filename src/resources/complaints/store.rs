//! The tables of complaints and of their steps, and what is read from them.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Complaint, ComplaintFilter, ComplaintStatus, ComplaintStep};
use super::particulars::Particulars;
use crate::domain::{ComplaintId, ComplaintStepId, ContactId, Error, Instant, Limit, ListPage, StoredRow, SubjectId};
use crate::personal::{Merging, Person};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::Wrapped;
use crate::platform::vault::store::data_keys;
use crate::policy::deadlines::{Deadline, DeadlineKind, Due};
use crate::policy::{complaint_clock, retention};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        complaints (id) {
            id -> UuidSql,
            reference -> Text,
            contact_id -> Nullable<UuidSql>,
            channel -> Text,
            received_on -> Date,
            status -> Text,
            acknowledged_on -> Nullable<Date>,
            outcome -> Nullable<Text>,
            closed_on -> Nullable<Date>,
            particulars -> Binary,
            email_index -> Nullable<Binary>,
            telephone_index -> Nullable<Binary>,
            named_number -> Nullable<Binary>,
            name_index -> Nullable<Binary>,
            restricted_at -> Nullable<InstantSql>,
            created_at -> InstantSql,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        complaint_steps (id) {
            id -> UuidSql,
            complaint_id -> UuidSql,
            status -> Text,
            occurred_on -> Date,
            recorded_at -> InstantSql,
            recorded_by -> Text,
        }
    }
}
use schema::{complaint_steps, complaints};

diesel::allow_tables_to_appear_in_same_query!(complaints, data_keys);

#[derive(Queryable, Selectable)]
#[diesel(table_name = complaints)]
struct Row {
    id: ComplaintId,
    reference: String,
    contact_id: Option<ContactId>,
    channel: String,
    received_on: NaiveDate,
    status: String,
    acknowledged_on: Option<NaiveDate>,
    outcome: Option<String>,
    closed_on: Option<NaiveDate>,
    particulars: Vec<u8>,
    restricted_at: Option<Instant>,
    version: i32,
}

/// A row with the columns of its key.
type Kept = (Row, Option<Vec<u8>>, Option<Vec<u8>>);

/// Complaints joined with their keys.
macro_rules! whole {
    () => {
        complaints::table.left_join(data_keys::table.on(data_keys::owner_id.eq(complaints::id))).select((
            Row::as_select(),
            data_keys::master_key.nullable(),
            data_keys::wrapped.nullable(),
        ))
    };
}

pub(super) mod erase;
pub(super) mod of_person;
pub(super) mod steps;
pub use of_person::{ids_of, reindex};

/// A row, unsealed.
fn open(tx: &mut ReadTx<'_>, (row, master_key, wrapped): Kept) -> Result<Complaint, Error> {
    // Of the erased, the words are gone.
    let key = match Wrapped::from_columns(master_key, wrapped) {
        _ if row.particulars.is_empty() => None,
        // The words may have come back in a backup that was restored, and their key not.
        None => tx.key_unless_destroyed(row.id.uuid())?,
        wrapped => Some(tx.key(row.id.uuid(), wrapped)?),
    };
    let told = key.map(|key| Particulars::open(&key, row.id, &row.particulars)).transpose()?;
    let (complainant, details, note, explanation) = match told {
        Some(told) => (Some(told.complainant), Some(told.details), told.note, told.explanation),
        None => (None, None, None, None),
    };
    let stored = StoredRow::new("complaints", row.id);
    Ok(Complaint {
        id: row.id,
        reference: row.reference,
        contact_id: row.contact_id,
        complainant,
        channel: stored.read("channel", row.channel.parse())?,
        received_on: row.received_on,
        details,
        acknowledge_by: complaint_clock::acknowledgement(row.received_on, tx.calendar())?.due_on,
        acknowledged_on: row.acknowledged_on,
        note,
        outcome: stored.read("outcome", row.outcome.map(|outcome| outcome.parse()).transpose())?,
        explanation,
        closed_on: row.closed_on,
        keep_until: row.closed_on.map(retention::keep_until),
        status: stored.read("status", row.status.parse())?,
        restricted: row.restricted_at.map(|_| true),
        version: row.version,
    })
}

/// Complaints, newest first.
///
/// # Errors
/// 503 when the table of bank holidays does not reach as far as one of them is due.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &ComplaintFilter,
    after: Option<ComplaintId>,
    limit: Limit,
) -> Result<ListPage<Complaint, ComplaintId>, Error> {
    let mut query = whole!().order(complaints::id.desc()).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(complaints::status.eq(<&str>::from(status)));
    }
    if let Some(contact) = filter.contact_id {
        query = query.filter(complaints::contact_id.eq(contact));
    }
    if let Some(reference) = &filter.reference {
        query = query.filter(complaints::reference.eq(reference.as_str()));
    }
    if let Some(day) = filter.acknowledge_before {
        // Otherwise the day of 1970, before which there are no complaints.
        let last = complaint_clock::last_receipt_due_before(day, tx.calendar()).unwrap_or_default();
        query = query.filter(complaints::received_on.le(last));
    }
    if let Some(after) = after {
        query = query.filter(complaints::id.lt(after));
    }
    let rows: Vec<Kept> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |(row, ..)| row.id);
    let items: Vec<Complaint> = tx.open_with_keys(items, |tx, row| Ok(open(tx, row)?.shown()))?;
    let entry = match (&filter.reference, items.as_slice()) {
        // A reference finds one complaint, which the look names.
        (Some(_), [one]) => Entry::new(Action::ComplaintsList).contact(one.contact_id).subject(one.id),
        _ => Entry::new(Action::ComplaintsList).contact(filter.contact_id),
    };
    tx.look(entry.with("status", filter.status.map(<&str>::from)).listing(items.len()));
    Ok(ListPage { items, next })
}

/// Reads one complaint, for a caller that names the audited action.
pub(super) fn one(tx: &mut ReadTx<'_>, id: ComplaintId) -> Result<Complaint, Error> {
    let row: Option<Kept> = whole!().filter(complaints::id.eq(id)).first(tx.connection()).optional()?;
    open(tx, row.ok_or_else(Error::not_found)?)
}

/// One complaint.
///
/// # Errors
/// 404 when there is none; 503 when the table of bank holidays does not reach as far as it is due.
pub fn read(tx: &mut ReadTx<'_>, id: ComplaintId) -> Result<Complaint, Error> {
    let complaint = one(tx, id)?.shown();
    tx.look(Entry::new(Action::ComplaintsRead).contact(complaint.contact_id).showing_one().subject(id));
    Ok(complaint)
}

/// Whom a complaint is about, if it is about a contact.
fn contact_of(tx: &mut ReadTx<'_>, id: ComplaintId) -> Result<Option<ContactId>, Error> {
    let found: Option<Option<ContactId>> =
        complaints::table.find(id).select(complaints::contact_id).first(tx.connection()).optional()?;
    found.ok_or_else(Error::not_found)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = complaint_steps)]
struct StepRow {
    id: ComplaintStepId,
    status: String,
    occurred_on: NaiveDate,
    recorded_at: Instant,
    recorded_by: String,
}

impl StepRow {
    fn step(self) -> Result<ComplaintStep, Error> {
        let Self { id, status, occurred_on, recorded_at, recorded_by } = self;
        let status = StoredRow::new("complaint_steps", id).read("status", status.parse())?;
        Ok(ComplaintStep { id, status, occurred_on, recorded_at, recorded_by })
    }
}

/// The steps of a complaint, newest first.
///
/// # Errors
/// 404 when there is no such complaint.
pub(super) fn history(
    tx: &mut ReadTx<'_>,
    id: ComplaintId,
    after: Option<ComplaintStepId>,
    limit: Limit,
) -> Result<ListPage<ComplaintStep, ComplaintStepId>, Error> {
    let contact = contact_of(tx, id)?;
    let mut query = complaint_steps::table
        .filter(complaint_steps::complaint_id.eq(id))
        .select(StepRow::as_select())
        .order(complaint_steps::id.desc())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(complaint_steps::id.lt(after));
    }
    let rows: Vec<StepRow> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(StepRow::step).collect::<Result<Vec<_>, _>>()?;
    tx.look(Entry::new(Action::ComplaintsHistory).contact(contact).subject(id));
    Ok(ListPage { items, next })
}

/// The acknowledgements and the outcomes that are still owed, in no order: of each open complaint, the one that is owed first.
///
/// # Errors
/// 503 when the table of bank holidays does not reach as far as one of them is due.
pub fn deadlines(tx: &mut ReadTx<'_>) -> Result<Vec<Deadline>, Error> {
    let open = ComplaintStatus::OPEN.iter().map(<&str>::from);
    let rows: Vec<(ComplaintId, String, NaiveDate, Option<NaiveDate>, String)> = complaints::table
        .filter(complaints::status.eq_any(open))
        .select((
            complaints::id,
            complaints::reference,
            complaints::received_on,
            complaints::acknowledged_on,
            complaints::status,
        ))
        .load(tx.connection())?;
    let owed = rows.into_iter().map(|(id, reference, received_on, acknowledged_on, status)| {
        let status: ComplaintStatus = StoredRow::new("complaints", id).read("status", status.parse())?;
        let (kind, due) = if acknowledged_on.is_some() {
            (DeadlineKind::ComplaintOutcome, Due::WithoutUndueDelay(received_on))
        } else {
            let due_on = complaint_clock::acknowledgement(received_on, tx.calendar())?.due_on;
            (DeadlineKind::ComplaintAcknowledgement, Due::On(due_on))
        };
        Ok(Deadline { kind, id: SubjectId::from_uuid(id.uuid()), reference, due, status: status.into() })
    });
    owed.collect()
}

/// The complaints of a person, oldest first, those that name no contact and bear an address of theirs included. The caller says
/// what they are looked at for.
///
/// # Errors
/// 503 when the table of bank holidays does not reach as far as one of them is due.
pub(super) fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Complaint>, Error> {
    let ids = of_person::ids_of(tx, person)?;
    let rows: Vec<Kept> =
        whole!().filter(among_ids(complaints::id, &ids)).order(complaints::id).load(tx.connection())?;
    rows.into_iter().map(|row| open(tx, row)).collect()
}

/// What was done about a complaint, oldest first.
pub(super) fn all_steps(tx: &mut ReadTx<'_>, id: ComplaintId) -> Result<Vec<ComplaintStep>, Error> {
    let of = complaint_steps::table.filter(complaint_steps::complaint_id.eq(id)).order(complaint_steps::id);
    let rows: Vec<StepRow> = of.select(StepRow::as_select()).load(tx.connection())?;
    rows.into_iter().map(StepRow::step).collect()
}

/// Hands the complaints of a contact that is merged to the one that stays. They are sealed under keys of their own.
pub(super) fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let changes = (
        complaints::contact_id.eq(merging.into),
        complaints::updated_at.eq(tx.now()),
        complaints::version.eq(complaints::version + 1),
    );
    let theirs = complaints::table.filter(complaints::contact_id.eq(merging.from));
    diesel::update(theirs).set(changes).execute(tx.connection())?;
    Ok(())
}
