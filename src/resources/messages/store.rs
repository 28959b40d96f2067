//! What staff see of the outbox's table, and the one thing that they change.

use diesel::prelude::*;
use uuid::Uuid;

use super::model::{Message, MessageFilter, Status};
use crate::domain::{ContactId, Error, Instant, Limit, ListPage, MessageId, StoredRow, SubjectId};
use crate::personal::Person;
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::{among, among_ids, dialect};
use crate::platform::outbox::store::messages;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::resources::registrations::store::registrations;
use crate::resources::subject_requests::store::records_of_person;

diesel::allow_tables_to_appear_in_same_query!(messages, registrations);

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct Row {
    id: MessageId,
    kind: String,
    contact_id: Option<ContactId>,
    status: String,
    reason: Option<String>,
    attempts: i32,
    next_attempt_at: Option<Instant>,
    created_at: Instant,
    version: i32,
}

impl Row {
    fn message(self) -> Result<Message, Error> {
        let Self { id, kind, contact_id, status, reason, attempts, next_attempt_at, created_at, version } = self;
        let status = StoredRow::new("messages", id).read("status", status.parse())?;
        Ok(Message { id, kind, contact_id, status, attempts, next_attempt_at, reason, created_at, version })
    }
}

/// Messages, newest first.
pub(super) fn list(
    tx: &mut ReadTx<'_>,
    filter: &MessageFilter,
    after: Option<MessageId>,
    limit: Limit,
) -> Result<ListPage<Message, MessageId>, Error> {
    let mut query = messages::table.select(Row::as_select()).order(messages::id.desc()).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(messages::status.eq(<&str>::from(status)));
    }
    if let Some(contact) = filter.contact_id {
        query = query.filter(messages::contact_id.eq(contact));
    }
    if let Some(request) = filter.request_id {
        query = query.filter(messages::subject_id.eq(SubjectId::from_uuid(request.uuid())));
    }
    if let Some(event) = filter.event_id {
        let of_event =
            registrations::table.filter(registrations::event_id.eq(event)).select(registrations::id.nullable());
        query = query.filter(messages::subject_id.eq_any(of_event));
    }
    if let Some(after) = after {
        query = query.filter(messages::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = items.into_iter().map(Row::message).collect::<Result<Vec<_>, _>>()?;
    tx.look(Entry::new(Action::MessagesList).listing(items.len()));
    Ok(ListPage { items, next })
}

/// Returns the messages for a person, oldest first: those that name a contact of theirs, those that an e-mail address of theirs
/// alone asked for, and those about a complaint or request of theirs from before that named a contact.
///
/// # Errors
/// Internal when a row cannot be read.
pub(super) fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Message>, Error> {
    let about: Vec<Uuid> = records_of_person(tx, person)?.iter().map(|record| record.id).collect();
    // A message that names a contact belongs to that contact, even if another contact has its address now.
    let by_address = messages::contact_id.is_null().and(among(messages::mark, person.marks_of_their_own()));
    // A message about a request that was first matched to another person is that person's.
    let by_record = messages::contact_id.is_null().and(among_ids(messages::subject_id, &about));
    let theirs = among_ids(messages::contact_id, &person.ids).or(by_address).or(by_record);
    let theirs = messages::table.filter(theirs).order(messages::id);
    let rows: Vec<Row> = theirs.select(Row::as_select()).load(tx.connection())?;
    rows.into_iter().map(Row::message).collect()
}

/// One message.
///
/// # Errors
/// 404 when there is none.
pub(super) fn read(tx: &mut ReadTx<'_>, id: MessageId) -> Result<Message, Error> {
    let row: Option<Row> = messages::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    let message = row.ok_or_else(Error::not_found)?.message()?;
    tx.look(Entry::new(Action::MessagesRead).contact(message.contact_id).subject(id));
    Ok(message)
}

/// Queues a message again, as new.
///
/// # Errors
/// 404; 409 when it was sent or dropped.
pub(super) fn retry(mut tx: WriteTx<'_>, id: MessageId) -> Result<Recorded<Message>, Error> {
    dialect::lock(tx.connection(), "messages", id.uuid())?;
    let before = read(&mut tx, id)?;
    let was = Before::of(&before)?;
    if matches!(before.status, Status::Sent | Status::Dropped) {
        return Err(Error::illegal_transition(before.status.into(), Vec::new()));
    }
    let now = tx.now();
    let anew = (
        messages::status.eq(<&str>::from(Status::Queued)),
        messages::reason.eq(None::<String>),
        messages::attempts.eq(0),
        messages::next_attempt_at.eq(now),
        messages::created_at.eq(now),
        messages::settled_at.eq(None::<Instant>),
        messages::version.eq(before.version + 1),
    );
    diesel::update(messages::table.find(id)).set(anew).execute(tx.connection())?;
    let message = read(&mut tx, id)?;
    let entry = Entry::new(Action::MessagesRetry).contact(message.contact_id).subject(id);
    let changed = was.changed(&message)?;
    tx.record(entry.changed(changed), message)
}
