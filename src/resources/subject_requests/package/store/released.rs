//! Packages that were released, and the mails that bring their links.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::super::letter_queue::Kind;
use super::super::super::model::RequestStatus;
use super::super::delivery::{Delivery, LinkMail};
use super::{links, packages};
use crate::domain::{ContactId, Error, Instant, MessageId, StoredRow, SubjectId, SubjectRequestId};
use crate::platform::outbox::{self, Status};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::deadlines::{Deadline, DeadlineKind, Due};
use crate::resources::subject_requests::store::subject_requests as requests;

#[derive(Queryable, Selectable)]
#[diesel(table_name = packages)]
struct Row {
    contact_id: ContactId,
    delivery: Option<String>,
    released_at: Option<Instant>,
    released_by: Option<String>,
    delivery_changed_at: Option<Instant>,
    delivery_changed_by: Option<String>,
    expires_at: Instant,
    mail_id: Option<MessageId>,
}

/// A package that was released.
pub struct Given {
    /// The contact under whose key it is sealed.
    pub(super) owner: ContactId,
    /// How it reaches the person; `None` for one that was given before the service recorded it.
    pub delivery: Option<Delivery>,
    pub released_at: Instant,
    pub(super) released_by: Option<String>,
    /// When the delivery was last changed since.
    pub changed_at: Option<Instant>,
    pub(super) changed_by: Option<String>,
    /// Until when it is kept.
    pub expires_at: Instant,
    /// Whether it is there.
    pub(super) is_there: bool,
    /// The newest message that brings a link.
    mail: Option<MessageId>,
}

/// The package of a request, once it was released.
pub fn released(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Option<Given>, Error> {
    let columns = (Row::as_select(), packages::package.is_not_null());
    let row: Option<(Row, bool)> = packages::table.find(id).select(columns).first(tx.connection()).optional()?;
    let Some((row, is_kept)) = row else { return Ok(None) };
    let Some(released_at) = row.released_at else { return Ok(None) };
    let delivery = row.delivery.map(|delivery| delivery.parse()).transpose();
    Ok(Some(Given {
        owner: row.contact_id,
        delivery: StoredRow::new("subject_request_packages", id).read("delivery", delivery)?,
        released_at,
        released_by: row.released_by,
        changed_at: row.delivery_changed_at,
        changed_by: row.delivery_changed_by,
        expires_at: row.expires_at,
        is_there: is_kept && row.expires_at > tx.now(),
        mail: row.mail_id,
    }))
}

/// Notes the message that brings the newest link to a package.
pub(super) fn note_mail(tx: &mut WriteTx<'_>, id: SubjectRequestId, mail: Option<MessageId>) -> Result<(), Error> {
    diesel::update(packages::table.find(id)).set(packages::mail_id.eq(mail)).execute(tx.connection())?;
    Ok(())
}

/// What the mail server did with the newest mail that brings a link; `None` where there was none, or long ago.
pub(super) fn mail_of(tx: &mut ReadTx<'_>, given: &Given) -> Result<Option<LinkMail>, Error> {
    let Some(id) = given.mail else { return Ok(None) };
    let mail = |outcome| {
        let outbox::store::Outcome { status, reason, created_at: queued_at, settled_at } = outcome;
        LinkMail { id, status, reason, queued_at, settled_at }
    };
    Ok(outbox::store::outcome(tx, id)?.map(mail))
}

/// Whether the mailbox refused the link to a package, and the person opened the package by no other link.
pub fn is_undelivered(tx: &mut ReadTx<'_>, id: SubjectRequestId, given: &Given) -> Result<bool, Error> {
    let is_dead = mail_of(tx, given)?.is_some_and(|mail| mail.status == Status::Dead);
    Ok(given.delivery == Some(Delivery::Link) && is_dead && links::downloads(tx, id)?.is_empty())
}

/// The packages that did not reach their people: the mailbox refused the link, and the council has not chosen another way yet. Each
/// is due on the last day for the answer to its request (UK GDPR Article 12(3)). Nothing is unsealed.
pub fn deadlines(tx: &mut ReadTx<'_>) -> Result<Vec<Deadline>, Error> {
    let dead = outbox::store::dead(tx, Kind::Package.message())?;
    if dead.is_empty() {
        return Ok(Vec::new());
    }
    let now = tx.now();
    let is_there = packages::package.is_not_null().and(packages::expires_at.gt(now));
    let by_link = packages::delivery.eq(<&str>::from(Delivery::Link)).and(packages::mail_id.eq_any(dead));
    let refused = packages::table.filter(is_there.and(by_link.assume_not_null())).select(packages::request_id);
    let refused: Vec<SubjectRequestId> = refused.load(tx.connection())?;
    let mut owed = Vec::new();
    for id in refused {
        if !links::downloads(tx, id)?.is_empty() {
            continue;
        }
        let columns = (requests::reference, requests::status, requests::due_on, requests::received_on);
        let (reference, status, due_on, received_on): (String, String, Option<NaiveDate>, NaiveDate) =
            requests::table.find(id).select(columns).first(tx.connection())?;
        let status: RequestStatus = StoredRow::new("subject_requests", id).read("status", status.parse())?;
        owed.push(Deadline {
            kind: DeadlineKind::PackageDelivery,
            id: SubjectId::from_uuid(id.uuid()),
            reference,
            due: due_on.map_or(Due::WithoutUndueDelay(received_on), Due::On),
            status: status.into(),
        });
    }
    Ok(owed)
}
