//! The order of an organisation's reads of shared contacts and of what ends them: a recall, and the suspension of an agreement.
//!
//! A read takes a shared lock before it looks, and a recall an exclusive one before it commits. So a read that shows a person is
//! recorded before the recall, and a later one does not show the person. Row locks would cost a read a write for each disclosure.
//! A read locks no row that a recall waits for, so the two cannot deadlock.

use crate::domain::{Error, OrganisationId};
use crate::platform::db::dialect;
use crate::platform::transaction::WriteTx;

fn name(organisation: OrganisationId) -> String {
    format!("shared-contacts/{organisation}")
}

/// Locks what an organisation is shown against recalls and suspensions until the transaction ends. Other reads go on.
///
/// # Errors
/// 503 when a recall does not end in time.
pub fn lock_for_read(tx: &mut WriteTx<'_>, organisation: OrganisationId) -> Result<(), Error> {
    dialect::lock_name_shared(tx.connection(), &name(organisation))
}

/// Waits for the reads of shared contacts that organisations have begun, and holds later ones back until the transaction ends.
///
/// # Errors
/// 503 when a read does not end in time.
pub fn lock_against_reads(tx: &mut WriteTx<'_>, organisations: &[OrganisationId]) -> Result<(), Error> {
    let mut names: Vec<String> = organisations.iter().copied().map(name).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(());
    }
    dialect::lock_names(tx.connection(), &names)
}
