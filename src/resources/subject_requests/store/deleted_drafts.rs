//! Drafts of packages that are deleted while their request stays in its state, such as by a merge. No step into another state
//! tells why such a draft is gone, so a step of its own does.

use super::super::model::StepKind;
use super::package_rows::discard_draft;
use super::steps::{self, NewStep};
use crate::domain::{Error, SubjectRequestId, london_date};
use crate::platform::transaction::WriteTx;

/// Discards the draft of a request, if there is one, and adds the step `draft_deleted` to its history.
///
/// # Errors
/// 503 when the database does not answer.
pub(in super::super) fn discard(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<(), Error> {
    if discard_draft(tx, id)? {
        let today = london_date(tx.now());
        steps::add(tx, id, NewStep::new(StepKind::DraftDeleted, today), None)?;
    }
    Ok(())
}
