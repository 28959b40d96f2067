//! Asking for a link to one's preferences. Nothing here looks whether the address is known, so that the answer and the
//! time that it takes are the same for every address; the letter finds out when it is put together.

use chrono::Duration;

use super::letters::PREFERENCES;
use crate::domain::{EmailAddress, Error, hex};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::dialect;
use crate::platform::http::Accepted;
use crate::platform::outbox::{self, Outgoing};
use crate::platform::transaction::{Recorded, WriteTx};

/// How long after one link the same address is sent no other.
const ONE_EVERY: Duration = Duration::hours(1);

/// Queues a link for the mailbox, unless one was asked for within the last hour.
pub(super) fn ask(mut tx: WriteTx<'_>, email: &EmailAddress) -> Result<Recorded<Accepted>, Error> {
    let mark = tx.keyring().blind_index.email(email).to_vec();
    dialect::lock_name(tx.connection(), &format!("{PREFERENCES} {}", hex(&mark)))?;
    let queued_already = outbox::store::queued_within(&mut tx, PREFERENCES, &mark, ONE_EVERY)?;
    if !queued_already {
        outbox::queue(&mut tx, Outgoing { kind: PREFERENCES, contact: None, subject: None, mark: Some(mark) })?;
    }
    tx.record(Entry::new(Action::PreferencesAsk).with("queued", !queued_already), Accepted)
}
