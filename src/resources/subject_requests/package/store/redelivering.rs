//! Giving a released package by another way: the mailbox refused the link, or the person asks for paper.

use diesel::prelude::*;

use super::super::super::letter_queue;
use super::super::super::model::SubjectRequest;
use super::super::super::store::person::locked_with_contact;
use super::super::delivery::{ChangeDelivery, Delivery};
use super::delivery::copy_gone;
use super::keeping::touch;
use super::released::{Given, note_mail, released};
use super::{drafts, packages, parts};
use crate::domain::{Error, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{Recorded, WriteTx};

/// Changes how a released package reaches the person, and mails a link if it is to be one. Whether the person has opened the
/// package makes no difference, because they can ask for paper too. After a change from `link`, no link opens the package.
///
/// # Errors
/// 404 before the release; 410 after the package was deleted; 422 for a way that lacks its address.
pub fn redeliver(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    asked: ChangeDelivery,
) -> Result<Recorded<SubjectRequest>, Error> {
    let request = locked_with_contact(&mut tx, id)?.shown()?;
    let Some(Given { owner, is_there, .. }) = released(&mut tx, id)? else {
        return Err(drafts::not_released(&mut tx, id)?);
    };
    let key = if is_there { tx.key_unless_destroyed(owner.uuid())? } else { None };
    let key = key.ok_or_else(copy_gone)?;
    let words = parts::words(&mut tx, &key, id)?.delivered_by(asked);
    let delivery = words.delivery_for(&request)?;
    parts::keep_words(&mut tx, &key, id, &words)?;
    let change = (
        packages::delivery.eq(<&str>::from(delivery)),
        packages::delivery_changed_at.eq(tx.now()),
        packages::delivery_changed_by.eq(tx.actor().label()),
    );
    diesel::update(packages::table.find(id)).set(change).execute(tx.connection())?;
    if delivery == Delivery::Link {
        let mail = letter_queue::queue(&mut tx, &request, letter_queue::Kind::Package)?;
        note_mail(&mut tx, id, mail)?;
    }
    let request = touch(&mut tx, &request)?;
    let entry = Entry::new(Action::SubjectRequestsRedeliverPackage).contact(request.contact_id).subject(id);
    tx.record(entry.with("delivery", <&str>::from(delivery)), request)
}
