//! The recipients of the person's data: told when a right is carried out (UK GDPR Article 19).

use super::super::model::SubjectRequest;
use crate::domain::Error;
use crate::platform::transaction::WriteTx;
use crate::policy::obligations::ObligationAction;
use crate::resources::contacts::store as contacts;
use crate::resources::disclosures::obligations::store as obligations;

/// Opens an obligation for each recipient that may hold the person's data, and returns whether the request must wait for one. The
/// contact and the request are locked. Before an erasure, call it first: it finds the recipients by the person's ids.
///
/// # Errors
/// When the obligations cannot be written.
pub(super) fn tell(tx: &mut WriteTx<'_>, request: &SubjectRequest) -> Result<bool, Error> {
    let (Some(action), Some(contact)) = (ObligationAction::after(request.kind), request.contact_id) else {
        return Ok(false);
    };
    let person = contacts::person(tx, contact)?;
    Ok(!obligations::open(tx, request.id, &person, action)?.is_empty())
}
