//! When a message is tried again (RFC 5321 section 4.5.4.1).

use chrono::Duration;

use crate::platform::db::WaitingRows;
use crate::platform::queue::{Backoff, Leased};

/// The queue of messages. A lease is longer than any delivery may take.
pub(super) const MESSAGES: Leased = Leased {
    rows: WaitingRows { table: "messages", key: "id", waiting: "status = 'queued'" },
    lease: Duration::minutes(5),
    backoff: Backoff { first: Duration::seconds(5), longest: Duration::minutes(30) },
};

/// How long a message is tried before it is given up.
pub(super) const GIVE_UP_AFTER: Duration = Duration::days(5);

/// After so many attempts a message is given up as well: more than five days hold, unless the clock was wrong.
pub(super) const MOST_ATTEMPTS: i32 = 500;

/// How long a settled message stays to be looked at.
pub(super) const KEPT: Duration = Duration::days(30);
