//! Finding out whom a request is about.

use super::super::commands::MatchContact;
use super::super::model::SubjectRequest;
use super::creation::check_contact;
use super::of_person::assign;
use super::{Known, locked, shown_request};
use super::{deleted_drafts, package_rows};
use crate::domain::{Error, SubjectRequestId};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::transaction::{Recorded, WriteTx};
use crate::resources::contacts::store::answers;

/// Says which contact a request is about.
///
/// # Errors
/// 404; 409 once it is closed; 422 for an unknown contact; 410 for one that was erased or merged.
pub fn match_contact(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    asked: &MatchContact,
) -> Result<Recorded<SubjectRequest>, Error> {
    let mut faults = Vec::new();
    // The contact is locked first, as everywhere. Its faults are reported after the request is known to
    // exist.
    let contact = check_contact(&mut tx, asked.contact_id, &mut faults);
    let Known { request: before, for_the_last_letter, .. } = locked(&mut tx, id)?;
    contact?;
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    before.status.must_be_open()?;
    let was = Before::of(&before)?;
    if before.contact_id != Some(asked.contact_id) {
        package_rows::stop_building(&mut tx, id)?;
        deleted_drafts::discard(&mut tx, id)?;
    }
    let after =
        SubjectRequest { contact_id: Some(asked.contact_id), restricted: None, version: before.version + 1, ..before };
    assign(&mut tx, &[id], asked.contact_id)?;
    answers::settle(&mut tx, &[id.uuid()])?;
    let changed = was.changed(&after)?;
    let entry = Entry::new(Action::SubjectRequestsMatch).contact(after.contact_id).subject(id).changed(changed);
    tx.record(entry, shown_request(after, for_the_last_letter)?)
}
