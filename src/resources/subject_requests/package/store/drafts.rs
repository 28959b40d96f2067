//! The life of a package before the person gets it: a draft is kept, reviewed, discarded or released.
//!
//! Invariants: a row of packages without `released_at` is a draft, of a request that is open; release changes nothing in the
//! package, so that the person gets what was reviewed; whatever ends the request otherwise discards the draft.

use diesel::prelude::*;

use super::super::super::commands::{Completed, Fulfilment};
use super::super::super::letters;
use super::super::super::model::{Explanation, Right, SubjectRequest};
use super::super::super::store::person::whose;
use super::super::super::store::{carry_out_telling, one};
use super::super::delivery::Delivery;
use super::super::model::{BuildPackage, Package};
use super::super::release::{RefusedPart, ReleasePackage};
use super::super::search::SearchRecord;
use super::super::words::{self, Words};
use super::{ANSWERED, building, damaged, not_yet, opened, packages, parts, place, redactions};
use crate::domain::{Code, ContactId, Error, Fault, SubjectRequestId};
use crate::platform::audit::Entry;
use crate::platform::http::IfMatch;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::DataKey;
use crate::policy::retention::PACKAGES;
use crate::policy::subject_requests::Ground;
use crate::policy::withholding::WithholdingGround;
use crate::resources::contacts::store as contacts;
use crate::resources::subject_requests::store::subject_requests as requests;

/// A draft whose request and contact are locked.
pub(super) struct Draft {
    pub(super) request: SubjectRequest,
    /// The contact under whose key it is sealed.
    pub(super) owner: ContactId,
    pub(super) key: DataKey,
    sealed: Vec<u8>,
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
///
/// # Errors
/// 503 when the database does not answer.
pub(super) fn is_there(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<bool, Error> {
    Ok(find(tx, id)?.is_some())
}

fn no_draft() -> Error {
    Error::new(Code::NotFound, "There is no draft of this package: build one first.")
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
    let (owner, sealed) = find(tx, id)?.ok_or_else(no_draft)?;
    let key = tx.key_of(owner.uuid())?;
    Ok(Draft { request, owner, key, sealed })
}

/// Raises the version of a request about whose draft something was done, and returns it.
///
/// # Errors
/// 503 when the database does not answer.
pub(super) fn touch(tx: &mut WriteTx<'_>, request: &SubjectRequest) -> Result<SubjectRequest, Error> {
    let version = request.version + 1;
    let change = (requests::version.eq(version), requests::updated_at.eq(tx.now()));
    diesel::update(requests::table.find(request.id)).set(change).execute(tx.connection())?;
    Ok(SubjectRequest { version, ..request.clone() })
}

/// Keeps a package as the draft of its request, sealed under the key of `owner`.
///
/// # Errors
/// 503 when the database does not answer.
pub(super) fn keep(
    mut tx: WriteTx<'_>,
    request: &SubjectRequest,
    owner: ContactId,
    (package, search): (Package, SearchRecord),
) -> Result<Recorded<SubjectRequest>, Error> {
    let (id, tables) = (request.id, search.searched.len());
    let package = Package { search: Some(search), ..package };
    let plain = serde_json::to_vec(&package).map_err(Error::internal)?;
    let key = tx.key_of(owner.uuid())?;
    let values = (
        packages::request_id.eq(id),
        packages::contact_id.eq(owner),
        packages::package.eq(key.seal(tx.entropy(), &place(id), &plain)),
        packages::built_at.eq(package.built_at),
        packages::expires_at.eq(package.expires_at),
    );
    diesel::insert_into(packages::table).values(values).execute(tx.connection())?;
    let request = touch(&mut tx, request)?;
    let entry = Entry::new("subject_requests.build_package").contact(package.contact_id).subject("subject_request", id);
    tx.record(entry.with("tables", tables), request)
}

/// Takes what is said anew about a draft.
///
/// # Errors
/// 422 for another note on the search, which is part of the draft.
pub(super) fn reword(
    mut tx: WriteTx<'_>,
    request: &SubjectRequest,
    asked: BuildPackage,
) -> Result<Recorded<SubjectRequest>, Error> {
    if asked.search_note.is_some() {
        let detail = "cannot be changed once a draft is there: send it with `rebuild`, which searches anew";
        return Err(Error::invalid(Fault::new("/search_note", "draft_is_there", detail)));
    }
    if !asked.changes_words() {
        return tx.unchanged(None, request.clone());
    }
    let id = request.id;
    let owner: ContactId = packages::table.find(id).select(packages::contact_id).first(tx.connection())?;
    let key = tx.key_of(owner.uuid())?;
    let words = parts::words(&mut tx, &key, id)?.changed(asked);
    parts::keep_words(&mut tx, &key, id, &words)?;
    let request = touch(&mut tx, request)?;
    let entry = Entry::new("subject_requests.reword_package").contact(request.contact_id);
    tx.record(entry.subject("subject_request", id), request)
}

/// Discards the draft of a request, with what was left out of it. A package that was released stays.
///
/// # Errors
/// 503 when the database does not answer.
pub(super) fn discard(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<(), Error> {
    let draft = packages::table.filter(packages::request_id.eq(id).and(packages::released_at.is_null()));
    if diesel::delete(draft).execute(tx.connection())? > 0 {
        parts::delete(tx, &[id])?;
        redactions::discard(tx, id)?;
    }
    Ok(())
}

/// Discards the drafts about a contact that has become one with another: what is in them is not all of the person any more.
///
/// # Errors
/// 503 when the database does not answer.
pub(in super::super::super) fn discard_about(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<(), Error> {
    let theirs = requests::table.filter(requests::contact_id.eq(contact).and(requests::final_clock.is_null()));
    let theirs: Vec<SubjectRequestId> = theirs.select(requests::id).load(tx.connection())?;
    theirs.into_iter().try_for_each(|id| discard(tx, id))
}

/// The draft of a request as the person will get it, and the version of the request; who sees it is written down.
///
/// # Errors
/// 404 when there is none, or `being_built`.
pub(in super::super) fn read(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<(Package, i32), Error> {
    let request = one(tx, id)?.request;
    let Some((owner, sealed)) = find(tx, id)? else {
        return Err(building::progress(tx, id)?.map_or_else(no_draft, not_yet));
    };
    let key = tx.key_of(owner.uuid())?;
    tx.look(Entry::new("subject_requests.draft").contact(request.contact_id).subject("subject_request", id));
    Ok((opened(tx, &key, id, &sealed)?, request.version))
}

/// Releases a draft, unchanged: from now on it is the person's, and the request is complete, in part where something was left
/// out or refused.
///
/// # Errors
/// As [`locked`]; 412 when something was done since the version that `reviewed` names; 422 for a ground that is none against
/// this right.
pub(in super::super) fn release(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    reviewed: Option<&IfMatch>,
    ReleasePackage { refusal }: ReleasePackage,
) -> Result<Recorded<SubjectRequest>, Error> {
    let draft = locked(&mut tx, id)?;
    if let Some(reviewed) = reviewed {
        reviewed.check(draft.request.version)?;
    }
    let words = parts::words(&mut tx, &draft.key, id)?;
    let withheld = redactions::grounds(&mut tx, id)?;
    let head: Package = serde_json::from_slice(&draft.key.open(&place(id), &draft.sealed)?).map_err(damaged)?;
    let search = head.search.map(|search| search.in_words()).unwrap_or_default();
    let told = if withheld.is_empty() { search } else { format!("{}\n{search}", left_out(&withheld)) };
    let delivery = delivery_of(&draft.request, words.delivery)?;
    let outcome = outcome(draft.request.kind, words, &withheld, refusal)?;
    let now = tx.now();
    let change = (
        packages::released_at.eq(now),
        packages::released_by.eq(tx.actor().label()),
        packages::delivery.eq(<&str>::from(delivery)),
        packages::expires_at.eq(now.plus(PACKAGES)),
    );
    diesel::update(packages::table.find(id)).set(change).execute(tx.connection())?;
    let completed = tx.also(|tx| carry_out_telling(tx, id, outcome, told))?;
    if delivery == Delivery::Link {
        letters::queue(&mut tx, &draft.request, letters::Kind::Package)?;
    }
    let entry = Entry::new("subject_requests.release_package").contact(draft.request.contact_id);
    let entry = entry.subject("subject_request", id).with("left_out", withheld.len());
    tx.record(entry.with("delivery", <&str>::from(delivery)), completed)
}

/// How a package reaches its person: as the council chose, else by a link where there is an address.
///
/// # Errors
/// 422 for a link where there is none.
pub(super) fn delivery_of(request: &SubjectRequest, chosen: Option<Delivery>) -> Result<Delivery, Error> {
    let has_address = request.requester.as_ref().is_some_and(|requester| requester.email.is_some());
    if chosen == Some(Delivery::Link) && !has_address {
        let detail = "needs an e-mail address of the requester, and there is none; choose post or handed_over";
        return Err(Error::invalid(Fault::new("/delivery", "email_needed", detail)));
    }
    Ok(chosen.unwrap_or(if has_address { Delivery::Link } else { Delivery::Post }))
}

/// How much was left out and why, for the history of the request.
fn left_out(withheld: &[WithholdingGround]) -> String {
    let mut grounds: Vec<&str> = withheld.iter().map(<&str>::from).collect();
    grounds.sort_unstable();
    grounds.dedup();
    format!("Left out of the package: {} ({}).", withheld.len(), grounds.join(", "))
}

/// What becomes of a request whose package is released.
fn outcome(
    kind: Right,
    words: Words,
    withheld: &[WithholdingGround],
    refusal: Option<RefusedPart>,
) -> Result<Completed, Error> {
    const LEFT_OUT: &str = "We have left some things out of it. It says where, and why.";
    let mut explanation = String::from(match words.explanation {
        Some(given) => given,
        None => words::own(kind)?,
    });
    if withheld.is_empty() && refusal.is_none() {
        let explanation = Explanation::try_from(explanation).map_err(damaged)?;
        return Ok(Completed { kind: Fulfilment::Fulfilled, explanation, ground: None });
    }
    if !withheld.is_empty() {
        explanation = format!("{explanation}\n{LEFT_OUT}");
    }
    let mut ground = withheld.iter().find_map(|ground| ground.refusal());
    if let Some(refused) = refusal {
        if !refused.ground.fits(kind) || refused.ground == Ground::IdentityNotVerified {
            let detail = "is no ground on which a part of this request can be refused";
            return Err(Error::invalid(Fault::new("/refusal/ground", "wrong_ground", detail)));
        }
        explanation = format!("{explanation}\n{}", refused.explanation.as_str());
        ground = Some(refused.ground);
    }
    let too_long = |_| {
        let detail = "is too long together with the explanation that was given when the package was built";
        Error::invalid(Fault::new("/refusal/explanation", "too_long_together", detail))
    };
    let explanation = Explanation::try_from(explanation).map_err(too_long)?;
    Ok(Completed { kind: Fulfilment::PartlyFulfilled, explanation, ground })
}
