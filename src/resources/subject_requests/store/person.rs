//! Whose right a request asks to be carried out, and whether it may be.

use super::super::model::{Right, SubjectRequest};
use super::{Known, locked, one};
use crate::domain::{Code, ContactId, Error, SubjectRequestId};
use crate::platform::transaction::WriteTx;
use crate::policy::subject_requests as policy;
use crate::resources::contacts::store as contacts;

/// A request and its contact, locked until the transaction ends: the contact first, as everywhere.
///
/// # Errors
/// 404 when there is no such request.
pub fn locked_with_contact(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<Known, Error> {
    if let Some(contact) = one(tx, id)?.request.contact_id {
        contacts::lock(tx, contact)?;
    }
    locked(tx, id)
}

/// The contact that a request is about, if it asks for one of these rights.
///
/// # Errors
/// 409 `wrong_right`, or `no_contact`.
pub(super) fn about(request: &SubjectRequest, rights: &[Right]) -> Result<ContactId, Error> {
    if !rights.contains(&request.kind) {
        let answered = rights.iter().map(|&right| <&str>::from(right)).collect::<Vec<_>>().join(" or ");
        let detail = format!("This answers a request for {answered}; the request asks for something else.");
        return Err(Error::new(Code::WrongRight, detail));
    }
    let none = "The request is not matched to a contact. Match it first.";
    request.contact_id.ok_or_else(|| Error::new(Code::NoContact, none))
}

/// The contact whose right is to be carried out by a request that is open, proven, and about one of these rights. Both
/// are locked.
///
/// # Errors
/// 404; 409 out of order, `identity_unproven`, `wrong_right` or `no_contact`.
pub fn whose(
    tx: &mut WriteTx<'_>,
    id: SubjectRequestId,
    rights: &[Right],
) -> Result<(ContactId, SubjectRequest), Error> {
    let Known { request, facts, .. } = locked_with_contact(tx, id)?;
    policy::must_be_proven(request.status, request.identity_known, &facts.events)?;
    Ok((about(&request, rights)?, request))
}
