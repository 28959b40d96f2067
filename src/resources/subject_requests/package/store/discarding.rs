//! Discarding the drafts about a person.

use diesel::prelude::*;

use super::super::super::store::deleted_drafts;
use crate::domain::{ContactId, Error, SubjectRequestId};
use crate::platform::transaction::WriteTx;
use crate::resources::subject_requests::store::subject_requests as requests;

/// Discards the drafts about a contact that has become one with another: what is in them is not all of the person any more.
pub fn discard_about(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<(), Error> {
    let theirs = requests::table.filter(requests::contact_id.eq(contact).and(requests::final_clock.is_null()));
    let theirs: Vec<SubjectRequestId> = theirs.select(requests::id).load(tx.connection())?;
    theirs.into_iter().try_for_each(|id| deleted_drafts::discard(tx, id))
}
