//! How a released package reaches the person: by a link, by post or from hand to hand.

use diesel::prelude::*;

use super::super::super::letter_queue;
use super::super::super::model::SubjectRequest;
use super::super::super::store::{locked, one};
use super::super::delivery::{
    Delivery, MOST_DOWNLOADS, OpenPackage, PackageDelivery, PackageLink, PackageReady, PostalAddress,
};
use super::super::model::Package;
use super::{given, links, packages, parts};
use crate::domain::{Code, ContactId, Error, Instant, StoredRow, SubjectId, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::http::{FormOrJson, Unjudged};
use crate::platform::outbox;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::resources::contacts::store as contacts;

/// A package that was released.
pub struct Given {
    /// The contact under whose key it is sealed.
    owner: ContactId,
    /// How it reaches the person; `None` for one that was given before the service recorded it.
    pub delivery: Option<Delivery>,
    pub released_at: Instant,
    released_by: Option<String>,
    /// Until when it is kept.
    pub expires_at: Instant,
    /// Whether it is there.
    is_there: bool,
}

/// The package of a request, once it was released.
pub fn released(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Option<Given>, Error> {
    type Row = (ContactId, Option<String>, Option<Instant>, Option<String>, Instant, bool);
    let row: Option<Row> = packages::table
        .find(id)
        .select((
            packages::contact_id,
            packages::delivery,
            packages::released_at,
            packages::released_by,
            packages::expires_at,
            packages::package.is_not_null(),
        ))
        .first(tx.connection())
        .optional()?;
    let Some((owner, delivery, Some(released_at), released_by, expires_at, is_kept)) = row else { return Ok(None) };
    let delivery = delivery.map(|delivery| delivery.parse()).transpose();
    let delivery = StoredRow::new("subject_request_packages", id).read("delivery", delivery)?;
    let is_there = is_kept && expires_at > tx.now();
    Ok(Some(Given { owner, delivery, released_at, released_by, expires_at, is_there }))
}

/// How a package was given, for those who work on the request. Nothing is unsealed.
///
/// # Errors
/// 404 before it is released.
pub fn delivered(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<PackageDelivery, Error> {
    let Given { delivery, released_at, released_by, expires_at, .. } =
        released(tx, id)?.ok_or_else(Error::not_found)?;
    let (links, downloads) = (links::mailed(tx, id)?, links::downloads(tx, id)?);
    let downloads_left = MOST_DOWNLOADS.saturating_sub(downloads.len());
    Ok(PackageDelivery { delivery, released_at, released_by, expires_at, links, downloads, downloads_left })
}

/// What a person can open by a link now: the owner of the package, until when, and how often.
///
/// # Errors
/// 410 when it was deleted, is not given by a link, or was opened as often as it can be.
fn live(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<(ContactId, PackageReady), Error> {
    let found = released(tx, id)?.filter(|found| found.is_there && found.delivery == Some(Delivery::Link));
    let gone = || Error::new(Code::Gone, "Your copy is no longer available. Ask us if you need it again.");
    let Given { owner, expires_at, .. } = found.ok_or_else(gone)?;
    let downloads_left = MOST_DOWNLOADS.saturating_sub(links::downloads(tx, id)?.len());
    if downloads_left == 0 {
        return Err(links::used_up());
    }
    Ok((owner, PackageReady { expires_at, downloads_left }))
}

/// What a person can open by a link now, if anything.
pub fn ready(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Option<PackageReady>, Error> {
    match live(tx, id) {
        Ok((_, ready)) => Ok(Some(ready)),
        Err(error) if error.code() == Code::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// Mints a link for the mail that brings it: its address, and until when it can be used. `None` where there is nothing to open.
pub fn mint(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<Option<(String, Instant, usize)>, Error> {
    let Some(PackageReady { expires_at, downloads_left }) = ready(tx, id)? else { return Ok(None) };
    let (token, until) = links::mint(tx, id, expires_at)?;
    Ok(Some((format!("{}/package-links/{token}", tx.identity().pages_url), until, downloads_left)))
}

/// Where the letter with a package goes, if the council has said so; `None` once the package is deleted.
///
/// # Errors
/// Internal when what was said cannot be unsealed.
pub fn postal_address(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Option<PostalAddress>, Error> {
    let Some(found) = released(tx, id)?.filter(|found| found.is_there) else { return Ok(None) };
    let Some(key) = tx.key_unless_destroyed(found.owner.uuid())? else { return Ok(None) };
    Ok(parts::words(tx, &key, id)?.postal_address)
}

/// What a link asks for. Changes nothing: mail scanners follow links.
///
/// # Errors
/// 404 when there is no such link; 410 when it or what it opens is spent or gone.
pub fn show(tx: &mut ReadTx<'_>, token: &str) -> Result<PackageLink, Error> {
    let (request, expires_at) = links::find(tx, token)?;
    live(tx, request)?;
    tx.look(Entry::new(Action::SubjectRequestsPackageLink).subject(request));
    Ok(PackageLink { expires_at })
}

/// What became of an attempt to open a package.
pub enum Opened {
    /// It was opened.
    Package(Box<Package>),
    /// The reference number is not that of the request. This was counted.
    Wrong,
}

/// Opens a package by a link and the reference number of its request, and counts that. The contact and the request are held, so
/// that no more downloads are made than there may be, and none of a person who is erased.
///
/// # Errors
/// 404 and 410 as [`show`]; then those of the body.
pub fn open(
    mut tx: WriteTx<'_>,
    token: &str,
    body: Unjudged<FormOrJson<OpenPackage>>,
) -> Result<Recorded<Opened>, Error> {
    let (id, _) = links::find(&mut tx, token)?;
    if let Some(contact) = one(&mut tx, id)?.request.contact_id {
        contacts::lock(&mut tx, contact)?;
    }
    let request = locked(&mut tx, id)?.request;
    // Locked from here on: it could have been used up meanwhile, or its person erased.
    links::find(&mut tx, token)?;
    live(&mut tx, id)?;
    let FormOrJson(asked) = body.judge()?;
    let entry = |action| Entry::new(action).contact(request.contact_id).subject(id);
    if !asked.names(request.reference.as_str()) {
        links::count_wrong(&mut tx, token)?;
        return tx.record(entry(Action::SubjectRequestsWrongReference), Opened::Wrong);
    }
    let number = links::count_download(&mut tx, id)?;
    let (_, package) = given(&mut tx, id)?;
    let entry = entry(Action::SubjectRequestsDownloadPackage).with("download", number);
    tx.record_look(entry, Opened::Package(Box::new(package)))
}

/// Has the link to a package mailed again, to the address that it was mailed to, at the wish of the person. One an hour at most.
///
/// # Errors
/// 410 when there is nothing to open any more.
pub fn mail_again(mut tx: WriteTx<'_>, request: &SubjectRequest) -> Result<Recorded<PackageReady>, Error> {
    locked(&mut tx, request.id)?;
    let (_, ready) = live(&mut tx, request.id)?;
    let entry = |action| Entry::new(action).contact(request.contact_id).subject(request.id);
    let is_on_its_way = outbox::store::is_queued_about(&mut tx, SubjectId::from_uuid(request.id.uuid()))?;
    if is_on_its_way || links::mailed_just_now(&mut tx, request.id)? {
        return tx.unchanged(Some(entry(Action::SubjectRequestsStatus)), ready);
    }
    letter_queue::queue(&mut tx, request, letter_queue::Kind::Package)?;
    tx.record(entry(Action::SubjectRequestsMailPackageLink), ready)
}

/// Returns the links that were mailed, and when the package was opened by them. A later package shows both to the person.
pub fn traces(
    tx: &mut ReadTx<'_>,
    id: SubjectRequestId,
) -> Result<(Vec<super::super::delivery::MailedLink>, Vec<Instant>), Error> {
    Ok((links::mailed(tx, id)?, links::downloads(tx, id)?))
}
