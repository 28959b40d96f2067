//! What every transaction carries: who acts, how far they see, when, and the machinery that a store may use.

use std::sync::Arc;

use super::services::Services;
use crate::domain::{Actor, Reading, Scope};
use crate::platform::audit::{Entry, EntryRow};

/// The circumstances of one request or job.
#[derive(Clone)]
pub struct Context {
    pub(in crate::platform) actor: Arc<Actor>,
    pub(in crate::platform) scope: Scope,
    pub(in crate::platform) time: Reading,
    pub(in crate::platform) services: Arc<Services>,
}

/// What a transaction notes while it runs, for the audit.
#[derive(Default)]
pub struct Noted {
    /// Looks to be recorded once the read has succeeded.
    pub(in crate::platform) looks: Vec<Entry>,
    /// What was done, to be written down before the write ends.
    pub(in crate::platform) deeds: Vec<EntryRow>,
    /// A person's data was unsealed, so that there must be a look or a deed.
    pub(in crate::platform) unsealed: bool,
}
