//! The parts that both transactions share: the actor, the scope, the time, and the services that a
//! store may use.

use std::sync::Arc;

use super::services::Services;
use crate::domain::{Actor, Reading, Scope};
use crate::platform::audit::{Entry, EntryRow};

/// The context of one request or job.
#[derive(Clone)]
pub struct Context {
    pub(in crate::platform) actor: Arc<Actor>,
    pub(in crate::platform) scope: Scope,
    pub(in crate::platform) time: Reading,
    pub(in crate::platform) services: Arc<Services>,
}

/// A transaction's notes for its end.
#[derive(Default)]
pub struct Noted {
    /// Accesses to record after the read has succeeded.
    pub(in crate::platform) looks: Vec<Entry>,
    /// Audit entries to insert before the write ends.
    pub(in crate::platform) deeds: Vec<EntryRow>,
    /// A person's data was unsealed, so there must be an access or an entry.
    pub(in crate::platform) unsealed: bool,
}
