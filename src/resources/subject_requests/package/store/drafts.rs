//! Drafts: packages before their people get them. A draft is kept, reviewed, discarded or released.
//!
//! Invariants: a row of packages without `released_at` is a draft, of a request that is open; release changes nothing in the
//! package, so that the person gets what was reviewed; whatever ends the request otherwise discards the draft.

use diesel::prelude::*;

use super::super::super::model::SubjectRequest;
use super::super::super::store::one;
use super::super::super::store::person::whose;
use super::super::model::{BuildPackage, Package};
use super::super::words::Words;
use super::keeping::touch;
use super::{ANSWERED, building, not_yet, opened, packages, parts};
use crate::domain::{Code, ContactId, Error, Fault, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::DataKey;
use crate::resources::contacts::store as contacts;
use crate::resources::subject_requests::store::subject_requests as requests;

/// A draft whose request and contact are locked.
pub(super) struct Draft {
    pub(super) request: SubjectRequest,
    /// The contact under whose key it is sealed.
    pub(super) owner: ContactId,
    pub(super) key: DataKey,
    pub(super) sealed: Vec<u8>,
}

/// The draft of a request that is there now: who owns it, and its sealed head.
fn find(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Option<(ContactId, Vec<u8>)>, Error> {
    let now = tx.now();
    let is_draft = packages::released_at.is_null().and(packages::expires_at.gt(now));
    let found: Option<(ContactId, Option<Vec<u8>>)> = packages::table
        .find(id)
        .filter(is_draft)
        .select((packages::contact_id, packages::package))
        .first(tx.connection())
        .optional()?;
    Ok(found.and_then(|(owner, sealed)| Some((owner, sealed?))))
}

/// Whether a request has a draft.
pub(super) fn is_there(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<bool, Error> {
    Ok(find(tx, id)?.is_some())
}

/// The answer about the package of a request for which none was built.
pub(super) fn none(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Error, Error> {
    let known: Option<SubjectRequestId> =
        requests::table.find(id).select(requests::id).first(tx.connection()).optional()?;
    let detail = "There is no package of this request. Build a draft with `POST /v1/subject-requests/{id}/package`.";
    Ok(known.map_or_else(Error::not_found, |_| Error::new(Code::NotFound, detail)))
}

/// The answer about the delivery of a package that was not released.
pub(super) fn not_released(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Error, Error> {
    if !is_there(tx, id)? {
        return none(tx, id);
    }
    let detail = "The package is a draft. Send `delivery` to `POST .../package`, which changes it until the release.";
    Ok(Error::new(Code::NotFound, detail))
}

/// The draft of a request, locked with its contact.
///
/// # Errors
/// 404 when there is none, or `being_built`; 409 when the request is closed, unproven, or asks for something else; 410 when the
/// contact was erased.
pub(super) fn locked(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<Draft, Error> {
    let (contact, request) = whose(tx, id, ANSWERED)?;
    if let Some(contact) = contacts::lock(tx, contact)? {
        // The restricted are answered too: that is their right.
        contact.there()?;
    }
    if let Some(progress) = building::progress(tx, id)? {
        return Err(not_yet(progress));
    }
    let Some((owner, sealed)) = find(tx, id)? else { return Err(none(tx, id)?) };
    let key = tx.key_of(owner.uuid())?;
    Ok(Draft { request, owner, key, sealed })
}

/// Replaces the words of a draft.
///
/// # Errors
/// 422 for another note on the search, which is part of the draft.
pub(super) fn reword(
    mut tx: WriteTx<'_>,
    request: &SubjectRequest,
    asked: BuildPackage,
) -> Result<Recorded<SubjectRequest>, Error> {
    if asked.search_note.is_some() {
        let detail = "cannot change while a draft exists: send it with `rebuild`, which searches again";
        return Err(Error::invalid(Fault::new("/search_note", "draft_is_there", detail)));
    }
    if !asked.changes_words() {
        return tx.unchanged(None, request.clone());
    }
    let id = request.id;
    let owner: ContactId = packages::table.find(id).select(packages::contact_id).first(tx.connection())?;
    let key = tx.key_of(owner.uuid())?;
    let words = parts::words(&mut tx, &key, id)?.changed(asked);
    words.delivery_for(request)?;
    parts::keep_words(&mut tx, &key, id, &words)?;
    let request = touch(&mut tx, request)?;
    let entry = Entry::new(Action::SubjectRequestsRewordPackage).contact(request.contact_id);
    tx.record(entry.subject(id), request)
}

/// The words of a draft that exists or is in progress; `None` if there is neither.
///
/// # Errors
/// Internal when the words cannot be unsealed.
pub(super) fn words(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Option<Words>, Error> {
    let owner = match find(tx, id)? {
        Some((owner, _)) => Some(owner),
        None => building::owner(tx, id)?,
    };
    let Some(owner) = owner else { return Ok(None) };
    let key = tx.key_of(owner.uuid())?;
    parts::words(tx, &key, id).map(Some)
}

/// The draft of a request as the council reviews it, and the version of the request; who sees it is written down.
///
/// # Errors
/// 404 when there is none, or `being_built`.
pub fn read(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<(Package, i32), Error> {
    let request = one(tx, id)?.request;
    let Some((owner, sealed)) = find(tx, id)? else {
        return Err(match building::progress(tx, id)? {
            Some(progress) => not_yet(progress),
            None => none(tx, id)?,
        });
    };
    let key = tx.key_of(owner.uuid())?;
    tx.look(Entry::new(Action::SubjectRequestsDraft).contact(request.contact_id).subject(id));
    Ok((opened(tx, &key, id, &sealed)?, request.version))
}
