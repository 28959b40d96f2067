//! How a released package reaches the person: by a link, by post or from hand to hand.

use super::super::super::letter_queue;
use super::super::super::model::SubjectRequest;
use super::super::super::store::{locked, one};
use super::super::delivery::{
    Delivery, LinkMail, MOST_DOWNLOADS, OpenPackage, PackageDelivery, PackageLink, PackageReady, PostalAddress,
    ReadyMail,
};
use super::super::model::Package;
use super::released::{mail_of, note_mail, released};
use super::{drafts, given, links, parts};
use crate::domain::{Code, ContactId, Error, Instant, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::http::{FormOrJson, Unjudged};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::resources::contacts::store as contacts;

/// How a package was given, for those who work on the request. Nothing is unsealed.
///
/// # Errors
/// 404 before it is released.
pub fn delivered(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<PackageDelivery, Error> {
    let Some(given) = released(tx, id)? else { return Err(drafts::not_released(tx, id)?) };
    let (links, downloads) = (links::mailed(tx, id)?, links::downloads(tx, id)?);
    Ok(PackageDelivery {
        mail: mail_of(tx, &given)?,
        delivery: given.delivery,
        released_at: given.released_at,
        released_by: given.released_by,
        changed_at: given.changed_at,
        changed_by: given.changed_by,
        expires_at: given.expires_at,
        links,
        downloads_left: MOST_DOWNLOADS.saturating_sub(downloads.len()),
        downloads,
    })
}

/// The answer about a package that was deleted.
pub(super) fn copy_gone() -> Error {
    Error::new(Code::Gone, "The copy is no longer available. It is kept for thirty days. Ask us for another.")
}

/// What a person can open by a link now: the owner of the package, until when, and how often.
///
/// # Errors
/// 410 when it was deleted, is not given by a link, or was opened as often as it can be.
fn live(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<(ContactId, PackageReady), Error> {
    let found = released(tx, id)?.filter(|found| found.is_there).ok_or_else(copy_gone)?;
    if found.delivery != Some(Delivery::Link) {
        let detail = "We now give you your copy in another way, so the link is closed. Ask us if you have questions.";
        return Err(Error::new(Code::Gone, detail));
    }
    let downloads_left = MOST_DOWNLOADS.saturating_sub(links::downloads(tx, id)?.len());
    if downloads_left == 0 {
        return Err(links::used_up());
    }
    let mail = mail_of(tx, &found)?.map(|LinkMail { status, settled_at, .. }| ReadyMail { status, settled_at });
    let can_ask = !mail.is_some_and(|mail| mail.is_enough(tx.now()));
    Ok((found.owner, PackageReady { expires_at: found.expires_at, downloads_left, mail, can_ask }))
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
    let Some(PackageReady { expires_at, downloads_left, .. }) = ready(tx, id)? else { return Ok(None) };
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
    let links::Found { request, expires_at, tries_left } = links::find(tx, token)?;
    live(tx, request)?;
    tx.look(Entry::new(Action::SubjectRequestsPackageLink).subject(request));
    Ok(PackageLink { expires_at, tries_left })
}

/// What became of an attempt to open a package.
pub enum Opened {
    /// It was opened.
    Package(Box<Package>),
    /// The reference number is not that of the request. This was counted: the link as it is now.
    Wrong(PackageLink),
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
    let id = links::find(&mut tx, token)?.request;
    if let Some(contact) = one(&mut tx, id)?.request.contact_id {
        contacts::lock(&mut tx, contact)?;
    }
    let request = locked(&mut tx, id)?.request;
    // Locked from here on: it could have been used up meanwhile, or its person erased.
    let links::Found { expires_at, tries_left, .. } = links::find(&mut tx, token)?;
    live(&mut tx, id)?;
    let FormOrJson(asked) = body.judge()?;
    let entry = |action| Entry::new(action).contact(request.contact_id).subject(id);
    if !asked.names(request.reference.as_str()) {
        links::count_wrong(&mut tx, token)?;
        let link = PackageLink { expires_at, tries_left: tries_left - 1 };
        return tx.record(entry(Action::SubjectRequestsWrongReference), Opened::Wrong(link));
    }
    let number = links::count_download(&mut tx, id)?;
    let (_, package) = given(&mut tx, id)?;
    let entry = entry(Action::SubjectRequestsDownloadPackage).with("download", number);
    tx.record_look(entry, Opened::Package(Box::new(package)))
}

/// Mails the link to a package again to the address of the request, at the wish of the person. While a mail waits, and within an
/// hour after one was sent, none is added.
///
/// # Errors
/// 410 when there is nothing to open any more.
pub fn mail_again(mut tx: WriteTx<'_>, request: &SubjectRequest) -> Result<Recorded<PackageReady>, Error> {
    locked(&mut tx, request.id)?;
    let (_, ready) = live(&mut tx, request.id)?;
    let entry = |action| Entry::new(action).contact(request.contact_id).subject(request.id);
    if !ready.can_ask {
        return tx.unchanged(Some(entry(Action::SubjectRequestsStatus)), ready);
    }
    let mail = letter_queue::queue(&mut tx, request, letter_queue::Kind::Package)?;
    note_mail(&mut tx, request.id, mail)?;
    let (_, ready) = live(&mut tx, request.id)?;
    tx.record(entry(Action::SubjectRequestsMailPackageLink), ready)
}

/// Returns the links that were mailed, and when the package was opened by them. A later package shows both to the person.
pub fn traces(
    tx: &mut ReadTx<'_>,
    id: SubjectRequestId,
) -> Result<(Vec<super::super::delivery::MailedLink>, Vec<Instant>), Error> {
    Ok((links::mailed(tx, id)?, links::downloads(tx, id)?))
}
