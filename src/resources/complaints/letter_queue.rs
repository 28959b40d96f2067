//! The kinds of letters about complaints, and the queue that they leave by.

use super::model::Complaint;
use crate::domain::{Error, SubjectId};
use crate::platform::outbox::{self, Outgoing};
use crate::platform::transaction::WriteTx;

/// The kind of message that says that a complaint is here.
pub(super) const ACKNOWLEDGEMENT: &str = "complaint_acknowledgement";
/// The kind of message that says what came of it.
pub(super) const OUTCOME: &str = "complaint_outcome";

/// Queues a letter about a complaint, if it names an address.
pub(super) fn queue(tx: &mut WriteTx<'_>, kind: &'static str, complaint: &Complaint) -> Result<(), Error> {
    if complaint.email().is_some() {
        let subject = Some(SubjectId::from_uuid(complaint.id.uuid()));
        outbox::queue(tx, Outgoing { kind, contact: complaint.contact_id, subject, mark: None })?;
    }
    Ok(())
}
