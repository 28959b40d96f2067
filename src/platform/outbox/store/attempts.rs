//! One attempt at a message: its claim, in the transaction that composes it, and what comes of it.

use std::sync::OnceLock;

use diesel::prelude::*;

use super::{Status, messages};
use crate::domain::{Error, Instant, MessageId};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::give_way;
use crate::platform::mail::Mail;
use crate::platform::outbox::letter::{Claimed, Composed, Letters};
use crate::platform::outbox::schedule::{GIVE_UP_AFTER, KEPT, MESSAGES, MOST_ATTEMPTS};
use crate::platform::queue::Attempted;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};

/// A message that was claimed.
pub struct Attempt {
    /// The message.
    pub message: Claimed,
    /// What is to be handed over; `None` when the message was settled in the same transaction.
    pub mail: Option<Mail>,
}

/// Whether any message is due.
pub fn is_due(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    MESSAGES.is_due(tx)
}

/// Claims the message that has been due longest, and composes it. Of several that claim at once, each gets another.
///
/// The claim and what the letter writes are one transaction, so that an attempt costs two: this one and its settlement.
/// `in_hand` gets the message before the letter sees it. If the letter fails, nothing of this is written, and
/// [`put_off`] records the attempt.
///
/// # Errors
/// The letter's.
pub fn claim(
    mut tx: WriteTx<'_>,
    letters: Letters,
    in_hand: &OnceLock<Claimed>,
) -> Result<Recorded<Option<Attempt>>, Error> {
    let Some(lease) = MESSAGES.next(&mut tx)? else { return tx.unchanged(None, None) };
    // What the letter reads and writes may be locked by an erasure, which deletes the message next: a deadlock.
    give_way(tx.connection())?;
    let id = MessageId::from_uuid(lease.row);
    let change = (
        messages::attempts.eq(lease.attempt),
        messages::next_attempt_at.eq(lease.until),
        messages::version.eq(messages::version + 1),
    );
    diesel::update(messages::table.find(id)).set(change).execute(tx.connection())?;
    let columns = (messages::kind, messages::contact_id, messages::subject_id, messages::mark, messages::created_at);
    let (kind, contact, subject, mark, created_at) = messages::table.find(id).select(columns).first(tx.connection())?;
    let message = Claimed { id, kind, contact, subject, mark, created_at, attempts: lease.attempt };
    let message = in_hand.get_or_init(|| message).clone();
    tx.also(|tx| tx.record(attempt(&message), ()))?;
    let Some(letter) = letters.iter().find(|letter| letter.kind() == message.kind) else {
        return Err(Error::internal("a message of an unknown kind"));
    };
    let composed = letter.compose(&mut tx, &message)?;
    let entry = about(Entry::new(Action::MessagesCompose), &message);
    match composed {
        Composed::Mail(mail) => tx.record(entry, Some(Attempt { message, mail: Some(mail) })),
        Composed::Moot(reason) => {
            tx.also(|tx| tx.record(entry, ()))?;
            let settled = settle(tx, &message, Attempted::Moot(reason))?;
            Ok(settled.map(|()| Some(Attempt { message, mail: None })))
        }
    }
}

/// Records an attempt whose transaction was rolled back because the message could not be composed: it is tried again later,
/// until it is given up. If another worker has claimed the message meanwhile, nothing is changed.
pub fn put_off(tx: WriteTx<'_>, claimed: &Claimed, reason: String) -> Result<Recorded<()>, Error> {
    ended(tx, claimed, claimed.attempts - 1, Attempted::Later(reason))
}

/// Records what came of an attempt. If the attempt took longer than its lease and another worker has claimed the message
/// meanwhile, nothing is changed.
pub fn settle(tx: WriteTx<'_>, claimed: &Claimed, attempted: Attempted) -> Result<Recorded<()>, Error> {
    ended(tx, claimed, claimed.attempts, attempted)
}

/// Ends an attempt at a message whose row still has this number of `attempts`.
fn ended(mut tx: WriteTx<'_>, claimed: &Claimed, attempts: i32, attempted: Attempted) -> Result<Recorded<()>, Error> {
    let now = tx.now();
    let given_up = claimed.created_at.plus(GIVE_UP_AFTER) <= tx.earliest() || claimed.attempts >= MOST_ATTEMPTS;
    let (status, reason) = match attempted {
        Attempted::Done => (Status::Sent, None),
        Attempted::Moot(reason) => (Status::Dropped, Some(reason.to_owned())),
        Attempted::Later(reason) if given_up => (Status::Dead, Some(reason)),
        Attempted::Later(reason) => (Status::Queued, Some(reason)),
        Attempted::Refused(reason) => (Status::Dead, Some(reason)),
    };
    let ours = messages::status.eq(<&str>::from(Status::Queued)).and(messages::attempts.eq(attempts));
    let ours = messages::table.find(claimed.id).filter(ours);
    let change = (
        messages::status.eq(<&str>::from(status)),
        messages::reason.eq(&reason),
        messages::attempts.eq(claimed.attempts),
        messages::version.eq(messages::version + 1),
    );
    let changed = if status == Status::Queued {
        let again = MESSAGES.retry_at(&mut tx, claimed.attempts)?;
        diesel::update(ours).set((change, messages::next_attempt_at.eq(again))).execute(tx.connection())?
    } else {
        let settled = (messages::next_attempt_at.eq(None::<Instant>), messages::settled_at.eq(now));
        diesel::update(ours).set((change, settled)).execute(tx.connection())?
    };
    if changed == 0 {
        return tx.unchanged(None, ());
    }
    if attempts < claimed.attempts {
        tx.also(|tx| tx.record(attempt(claimed), ()))?;
    }
    let action = match status {
        Status::Sent => Action::MessagesSent,
        Status::Dropped => Action::MessagesDropped,
        Status::Dead => Action::MessagesDead,
        Status::Queued => Action::MessagesDeferred,
    };
    tx.record(about(Entry::new(action), claimed).with("reason", reason), ())
}

fn attempt(claimed: &Claimed) -> Entry {
    about(Entry::new(Action::MessagesAttempt), claimed).with("attempt", claimed.attempts)
}

fn about(entry: Entry, claimed: &Claimed) -> Entry {
    entry.contact(claimed.contact).subject(claimed.id).with("kind", claimed.kind.as_str())
}

/// Whether messages that were settled long ago are there to be swept.
pub fn has_old(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    let old = messages::settled_at.lt(tx.earliest().plus(-KEPT));
    let found: Option<MessageId> =
        messages::table.filter(old).select(messages::id).first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// Deletes the messages that were settled thirty days ago.
pub fn sweep(mut tx: WriteTx<'_>) -> Result<Recorded<usize>, Error> {
    let old = messages::table.filter(messages::settled_at.lt(tx.earliest().plus(-KEPT)));
    let swept = diesel::delete(old).execute(tx.connection())?;
    tx.record(Entry::new(Action::MessagesSweep).with("count", swept), swept)
}
