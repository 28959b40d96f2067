//! What the letters say of a package: how the person gets it, the link that opens it, and the sheet that goes with it by post.

use super::super::model::SubjectRequest;
use super::super::package::delivery::{Delivery, MOST_DOWNLOADS};
use super::super::package::store as packages;
use super::super::wording::{asked_for, whom};
use crate::domain::{Error, day_words, london_date};
use crate::platform::mail::{Block, Words};
use crate::platform::transaction::{ReadTx, WriteTx};

/// How the person gets the package that answers a request; `None` where there is none.
pub(super) fn how(tx: &mut ReadTx<'_>, request: &SubjectRequest) -> Result<Option<Block>, Error> {
    let Some(package) = packages::released(tx, request.id)? else { return Ok(None) };
    let Some(delivery) = package.delivery else { return Ok(None) };
    let is_refused = packages::is_undelivered(tx, request.id, &package)?;
    Ok(Some(Block::Text(match delivery {
        Delivery::Link if is_refused => {
            "We wanted to send you a link to it by email, but we could not deliver the email. Please write to us or call us, and say how we can give it to you."
                .to_owned()
        }
        Delivery::Link => format!(
            "We send you a link to it in another email. The link asks for your reference number, which is {}.",
            request.reference.as_str()
        ),
        Delivery::Post => "We send it to you by post.".to_owned(),
        Delivery::HandedOver => "We have handed it to you.".to_owned(),
    })))
}

/// The sheet that goes with a package by post: the postal address, the day and a greeting. `None` where the package does not go
/// by post, or is deleted.
///
/// # Errors
/// Internal when the postal address cannot be unsealed.
pub(super) fn enclosed(tx: &mut ReadTx<'_>, request: &SubjectRequest) -> Result<Option<Words>, Error> {
    let is_posted = packages::released(tx, request.id)?.filter(|package| package.delivery == Some(Delivery::Post));
    let (Some(package), Some(requester)) = (is_posted, &request.requester) else { return Ok(None) };
    if package.expires_at <= tx.now() {
        return Ok(None);
    }
    let name = requester.name.as_str();
    let to = match packages::postal_address(tx, request.id)? {
        Some(address) => format!("{name}\n{}", address.as_str()),
        None => name.to_owned(),
    };
    let asked = asked_for(request.kind, whom(request));
    let blocks = [
        to,
        day_words(london_date(package.changed_at.unwrap_or(package.released_at))),
        format!("Dear {name},"),
        format!(
            "You asked for {asked}. It is enclosed. Please keep it in a safe place, because it says a lot about you."
        ),
        "If a part is missing, or you do not understand something, write to us or call us.".to_owned(),
    ];
    let title = format!("The copy of the data: {}", request.reference.as_str());
    Ok(Some(Words { title, blocks: blocks.map(Block::Text).into() }))
}

/// The mail that brings the link to a package. It gives neither the reference number nor a link to a page that does, so that one
/// who is shown this mail alone cannot open the package. `None` where there is nothing to open any more.
pub(super) fn linked(tx: &mut WriteTx<'_>, request: &SubjectRequest) -> Result<Option<Words>, Error> {
    let Some(requester) = &request.requester else { return Ok(None) };
    let Some((url, until, downloads_left)) = packages::mint(tx, request.id)? else { return Ok(None) };
    let times = match downloads_left {
        1 => "once".to_owned(),
        MOST_DOWNLOADS => "five times".to_owned(),
        more => format!("{more} times"),
    };
    let blocks = vec![
        Block::Text(format!("Dear {},", requester.name.as_str())),
        Block::Text(format!("You asked for {}. It is ready.", asked_for(request.kind, whom(request)))),
        Block::Link("Open your copy", url),
        Block::Text(
            "The link asks for your reference number. It is in our other emails to you, and begins with SR. If you \
             do not have it, call us."
                .to_owned(),
        ),
        Block::Text(format!(
            "You can open your copy {times}, until {}. Save or print it if you want to keep it. Do not forward this \
             email, because the copy says a lot about you.",
            day_words(london_date(until))
        )),
    ];
    Ok(Some(Words { title: "Your copy is ready".to_owned(), blocks }))
}
