//! The letters to whoever asked: each is sent by mail if there is an address, and can be had as text for the post.

mod kinds;

use super::model::SubjectRequest;
use crate::domain::{Error, SubjectId};
use crate::platform::doors::WriteTx;
use crate::platform::outbox::{self, Letters, Outgoing};

pub(super) use kinds::Kind;

/// The letters of this room.
pub static LETTERS: Letters = &[];

/// Queues a letter, if there is an address that it can be mailed to.
///
/// # Errors
/// When the database fails.
pub(super) fn queue(tx: &mut WriteTx<'_>, request: &SubjectRequest, kind: Kind) -> Result<(), Error> {
    let has_address = request.requester.as_ref().is_some_and(|requester| requester.email.is_some());
    if has_address {
        let subject = Some(SubjectId::from_uuid(request.id.uuid()));
        outbox::queue(tx, Outgoing { kind: kind.message(), contact: request.contact_id, subject, mark: None })?;
    }
    Ok(())
}
