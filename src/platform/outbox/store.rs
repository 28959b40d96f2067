//! The table of messages.

use std::collections::HashSet;

use chrono::Duration;
use diesel::prelude::*;
use macro_rules_attribute::apply;
use uuid::Uuid;

use crate::domain::{ContactId, Error, Instant, MessageId, StoredRow, SubjectId, words};
use crate::platform::db::{among_ids, insert_all};
use crate::platform::transaction::{ReadTx, WriteTx};

mod attempts;

pub use attempts::{Attempt, claim, has_old, is_due, put_off, settle, sweep};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        /// Messages to be sent, and what became of them.
        messages (id) {
            /// The message's id.
            id -> UuidSql,
            /// Which letter puts it together.
            kind -> Text,
            /// Whom it is for. Where an address alone asked for it, the contact that had the address when the message was put
            /// together.
            contact_id -> Nullable<UuidSql>,
            /// The record that it is about.
            subject_id -> Nullable<UuidSql>,
            /// The blind index of an address: without a contact, of the one that asked for it, known or not; otherwise of
            /// the contact's that the message was last put together for, where its letter notes that.
            mark -> Nullable<Binary>,
            /// `queued`, `sent`, `dropped` or `dead`.
            status -> Text,
            /// Why it was dropped, is dead, or waits for another attempt.
            reason -> Nullable<Text>,
            /// The number of attempts to deliver the message.
            attempts -> Integer,
            /// When the message is due. It is due again if the claiming instance died.
            next_attempt_at -> Nullable<InstantSql>,
            /// When the message was queued.
            created_at -> InstantSql,
            /// When it was sent, dropped or given up.
            settled_at -> Nullable<InstantSql>,
            /// Increases with every change to the message.
            version -> Integer,
        }
    }
}
pub use schema::messages;

/// The state of a message in the queue.
#[apply(words!)]
#[schema(as = MessageStatus)]
pub enum Status {
    /// It waits for its first or another attempt.
    Queued,
    /// The mail server took it.
    Sent,
    /// Its reason had gone before it left.
    Dropped,
    /// The mail server refused it for good, or it was given up.
    Dead,
}

/// A message to be queued.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Which letter puts it together.
    pub kind: &'static str,
    /// Whom it is for.
    pub contact: Option<ContactId>,
    /// The record that it is about.
    pub subject: Option<SubjectId>,
    /// The blind index of the address that asked for it, where that is all that is known.
    pub mark: Option<Vec<u8>>,
}

/// A message that is queued, as its columns that are not left empty.
#[derive(Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
struct NewRow {
    id: MessageId,
    kind: &'static str,
    contact_id: Option<ContactId>,
    subject_id: Option<SubjectId>,
    mark: Option<Vec<u8>>,
    status: &'static str,
    attempts: i32,
    next_attempt_at: Option<Instant>,
    created_at: Instant,
    version: i32,
}

impl NewRow {
    fn of(tx: &WriteTx<'_>, outgoing: Outgoing) -> Self {
        let Outgoing { kind, contact, subject, mark } = outgoing;
        let now = tx.now();
        Self {
            id: tx.new_id(),
            kind,
            contact_id: contact,
            subject_id: subject,
            mark,
            status: Status::Queued.into(),
            attempts: 0,
            next_attempt_at: Some(now),
            created_at: now,
            version: 1,
        }
    }
}

/// Queues messages: they are sent if and only if this transaction commits.
pub fn queue_all(tx: &mut WriteTx<'_>, messages: impl IntoIterator<Item = Outgoing>) -> Result<(), Error> {
    let rows: Vec<_> = messages.into_iter().map(|outgoing| NewRow::of(tx, outgoing)).collect();
    insert(tx, &rows)
}

fn insert(tx: &mut WriteTx<'_>, rows: &[NewRow]) -> Result<(), Error> {
    insert_all!(tx.connection(), messages::table, rows);
    Ok(())
}

/// Queues one message, as [`queue_all`] does, and returns its id.
pub fn queue(tx: &mut WriteTx<'_>, outgoing: Outgoing) -> Result<MessageId, Error> {
    let row = NewRow::of(tx, outgoing);
    let id = row.id;
    insert(tx, &[row])?;
    Ok(id)
}

/// Returns whether a message of the kind was queued for the address less than `span` ago. One that a clock which was ahead
/// has dated further in the future than `span` does not count, or it would count until then.
pub fn queued_within(tx: &mut ReadTx<'_>, kind: &str, mark: &[u8], span: Duration) -> Result<bool, Error> {
    let (since, until) = (tx.now().plus(-span), tx.now().plus(span));
    let found: Option<MessageId> = messages::table
        .filter(messages::mark.eq(mark).and(messages::kind.eq(kind)).and(messages::created_at.gt(since)))
        .filter(messages::created_at.le(until))
        .select(messages::id)
        .first(tx.connection())
        .optional()?;
    Ok(found.is_some())
}

/// Whether a message about a record waits to be sent.
pub fn is_queued_about(tx: &mut ReadTx<'_>, subject: SubjectId) -> Result<bool, Error> {
    let such = messages::subject_id.eq(subject).and(messages::status.eq(<&str>::from(Status::Queued)));
    let found: Option<MessageId> =
        messages::table.filter(such.assume_not_null()).select(messages::id).first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// Those of some records about which a message waits to be sent, or was sent.
///
/// # Errors
/// When the messages cannot be read.
pub fn reached_about(tx: &mut ReadTx<'_>, subjects: &[SubjectId]) -> Result<HashSet<SubjectId>, Error> {
    let reaches = [Status::Queued, Status::Sent].map(<&str>::from);
    let about = among_ids(messages::subject_id, subjects).and(messages::status.eq_any(reaches));
    let found: Vec<Option<SubjectId>> =
        messages::table.filter(about).select(messages::subject_id).load(tx.connection())?;
    Ok(found.into_iter().flatten().collect())
}

/// Whether a message of one of `kinds` about a record could not be delivered, and was not tried again.
pub fn is_dead_about(tx: &mut ReadTx<'_>, subject: SubjectId, kinds: &[&str]) -> Result<bool, Error> {
    let such = messages::subject_id.eq(subject).and(messages::status.eq(<&str>::from(Status::Dead)));
    let such = such.assume_not_null().and(messages::kind.eq_any(kinds));
    let found: Option<MessageId> =
        messages::table.filter(such).select(messages::id).first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// What has become of a message.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its state.
    pub status: Status,
    /// Why it was dropped, is dead, or waits for another attempt: a code such as `smtp_550`.
    pub reason: Option<String>,
    /// When it was queued.
    pub created_at: Instant,
    /// When it was sent, dropped or given up; `None` while it waits.
    pub settled_at: Option<Instant>,
}

/// What has become of a message; `None` once it is deleted, thirty days after it was settled.
pub fn outcome(tx: &mut ReadTx<'_>, id: MessageId) -> Result<Option<Outcome>, Error> {
    type Row = (String, Option<String>, Instant, Option<Instant>);
    let columns = (messages::status, messages::reason, messages::created_at, messages::settled_at);
    let row: Option<Row> = messages::table.find(id).select(columns).first(tx.connection()).optional()?;
    let Some((status, reason, created_at, settled_at)) = row else { return Ok(None) };
    let status = StoredRow::new("messages", id).read("status", status.parse())?;
    Ok(Some(Outcome { status, reason, created_at, settled_at }))
}

/// The messages of a kind that could not be delivered, and were not tried again.
pub fn dead(tx: &mut ReadTx<'_>, kind: &str) -> Result<Vec<MessageId>, Error> {
    let dead = messages::table.filter(messages::status.eq(<&str>::from(Status::Dead)).and(messages::kind.eq(kind)));
    Ok(dead.select(messages::id).load(tx.connection())?)
}

/// What has become of the newest message to a contact about a record; `None` when there is none.
pub fn newest_about(tx: &mut ReadTx<'_>, contact: ContactId, subject: SubjectId) -> Result<Option<Status>, Error> {
    // By the contact, for which there is an index.
    let about = messages::contact_id.eq(contact).and(messages::subject_id.eq(subject));
    let newest = messages::table.filter(about.assume_not_null()).order(messages::id.desc());
    let newest: Option<(MessageId, String)> =
        newest.select((messages::id, messages::status)).first(tx.connection()).optional()?;
    let Some((id, status)) = newest else { return Ok(None) };
    StoredRow::new("messages", id).read("status", status.parse()).map(Some)
}

/// Notes the address that a message is put together for: a contact can get another while the message waits.
pub fn note_address(tx: &mut WriteTx<'_>, message: MessageId, mark: &[u8]) -> Result<(), Error> {
    diesel::update(messages::table.find(message)).set(messages::mark.eq(mark)).execute(tx.connection())?;
    Ok(())
}

/// Notes the contact that a message is put together for, where an address alone asked for it.
///
/// # Errors
/// 503 when the database does not answer.
pub fn note_contact(tx: &mut WriteTx<'_>, message: MessageId, contact: ContactId) -> Result<(), Error> {
    diesel::update(messages::table.find(message)).set(messages::contact_id.eq(contact)).execute(tx.connection())?;
    Ok(())
}

/// Whether the mail server took a message to a contact about a record for the address with the keyed index `mark`, if its
/// letter notes the address ([`note_address`]).
pub fn was_sent_to(tx: &mut ReadTx<'_>, contact: ContactId, subject: SubjectId, mark: &[u8]) -> Result<bool, Error> {
    let about = messages::contact_id.eq(contact).and(messages::subject_id.eq(subject));
    let sent = messages::mark.eq(mark).and(messages::status.eq(<&str>::from(Status::Sent)));
    let found = messages::table.filter(about.and(sent).assume_not_null()).select(messages::id);
    let found: Option<MessageId> = found.first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// Drops what waits for a person, and forgets what was sent: all messages for one of the ids, or that one of the marks
/// asked for. A message to another contact at one of the addresses stays.
pub fn forget(tx: &mut WriteTx<'_>, ids: &[ContactId], marks: &[Vec<u8>]) -> Result<(), Error> {
    let for_them = messages::contact_id.assume_not_null().eq_any(ids);
    let asked_for = messages::contact_id.is_null().and(messages::mark.assume_not_null().eq_any(marks));
    let theirs = for_them.or(asked_for);
    diesel::delete(messages::table.filter(theirs)).execute(tx.connection())?;
    Ok(())
}

/// Forgets every message about some records, which may be to people who are no contacts.
pub fn forget_about<K: Copy + Into<Uuid>>(tx: &mut WriteTx<'_>, subjects: &[K]) -> Result<(), Error> {
    diesel::delete(messages::table.filter(among_ids(messages::subject_id, subjects))).execute(tx.connection())?;
    Ok(())
}
