//! The links by which requesters see the status of their requests. A token is 256 bits at random, stored as its SHA-256,
//! and can be used for 180 days. Every mail about the request brings one, which takes the place of those before: they end a day
//! later.

use chrono::Duration;
use diesel::prelude::*;

use super::super::model::{RequestStatus, SubjectRequest};
use super::super::package::store as packages;
use super::super::store;
use super::model::{ActByLink, LinkAction, RecipientView, StatusView};
use crate::domain::{Code, Error, Instant, SubjectRequestId};
use crate::platform::audit::{Action, Entry};
use crate::platform::http::{FormOrJson, Unjudged};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::{link_token_hash, new_link_token};
use crate::resources::disclosures::obligations::store::{self as obligations, Recipient};
use crate::resources::organisations::store as organisations;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        subject_request_links (token_hash) {
            token_hash -> Binary,
            request_id -> UuidSql,
            expires_at -> InstantSql,
        }
    }
}
use schema::subject_request_links;

/// How long a link can be used.
const LINK_LIVES: Duration = Duration::days(180);

/// How long one that has expired is still known as such.
const KNOWN_FOR: Duration = Duration::days(30);

/// How long earlier links still work when a mail brings a new one: the mail can be late.
const OVERLAP: Duration = Duration::days(1);

/// Who records what is done by a link.
const RECORDED_BY: &str = "link:request-status";

/// Mints a link's token: for the sender of a mail alone. Earlier links of the request end soon, so that an old mail, or the failed
/// attempt to send this one, leaves no second live link. Links that expired long ago are swept.
pub(crate) fn mint(tx: &mut WriteTx<'_>, request: SubjectRequestId) -> Result<String, Error> {
    let (token, now) = (new_link_token(tx.entropy()), tx.now());
    let ends = now.plus(OVERLAP);
    let earlier = subject_request_links::request_id.eq(request).and(subject_request_links::expires_at.gt(ends));
    let earlier = subject_request_links::table.filter(earlier);
    diesel::update(earlier).set(subject_request_links::expires_at.eq(ends)).execute(tx.connection())?;
    let values = (
        subject_request_links::token_hash.eq(link_token_hash(&token)),
        subject_request_links::request_id.eq(request),
        subject_request_links::expires_at.eq(now.plus(LINK_LIVES)),
    );
    diesel::insert_into(subject_request_links::table).values(values).execute(tx.connection())?;
    let old = subject_request_links::table.filter(subject_request_links::expires_at.lt(tx.earliest().plus(-KNOWN_FOR)));
    diesel::delete(old).execute(tx.connection())?;
    Ok(token)
}

/// The request of a token.
///
/// # Errors
/// 404 when there is none; 410 when the link has expired.
fn open(tx: &mut ReadTx<'_>, token: &str) -> Result<SubjectRequest, Error> {
    let found: Option<(SubjectRequestId, Instant)> = subject_request_links::table
        .find(link_token_hash(token))
        .select((subject_request_links::request_id, subject_request_links::expires_at))
        .first(tx.connection())
        .optional()?;
    let (request, expires_at) = found.ok_or_else(Error::not_found)?;
    if expires_at <= tx.now() {
        return Err(Error::new(Code::Gone, "This link has expired. Use the link in a newer email, or call us."));
    }
    Ok(store::one(tx, request)?.request)
}

/// Where a request stands. Changes nothing: mail scanners follow links.
///
/// # Errors
/// 404 and 410.
pub(super) fn show(tx: &mut ReadTx<'_>, token: &str) -> Result<StatusView, Error> {
    let request = open(tx, token)?;
    tx.look(Entry::new(Action::SubjectRequestsStatus).contact(request.contact_id).subject(request.id));
    let view = StatusView::of(&request, packages::ready(tx, request.id)?);
    Ok(StatusView { recipients: recipients(tx, request.id)?, ..view })
}

/// The recipients of the data that must do the same.
fn recipients(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<RecipientView>, Error> {
    let mut shown = Vec::new();
    for Recipient { organisation_id, status, act, acted_on } in obligations::of_request(tx, request)? {
        let name = organisations::read(tx, organisation_id)?.name;
        shown.push(RecipientView { name, status, action: act, acted_on });
    }
    Ok(shown)
}

/// What the requester does by the link. A request that is withdrawn already is left as it is.
///
/// # Errors
/// 404 and 410; then those of the body; 409 when the request was carried out or is closed; 410 when there is no copy to open.
pub(super) fn act(
    mut tx: WriteTx<'_>,
    token: &str,
    body: Unjudged<FormOrJson<ActByLink>>,
) -> Result<Recorded<StatusView>, Error> {
    let request = open(&mut tx, token)?;
    let FormOrJson(ActByLink { action }) = body.judge()?;
    if action == LinkAction::MailPackageLink {
        let mailed = packages::mail_again(tx, &request)?;
        return Ok(mailed.map(|ready| StatusView::of(&request, Some(ready))));
    }
    if request.status == RequestStatus::Withdrawn {
        let look = Entry::new(Action::SubjectRequestsStatus).contact(request.contact_id);
        return tx.unchanged(Some(look.subject(request.id)), StatusView::of(&request, None));
    }
    let withdrawn = store::intake::withdraw(tx, request.id, None, Some(RECORDED_BY))?;
    Ok(withdrawn.map(|request| StatusView::of(&request, None)))
}

/// Until when each link that was sent about a request can be used.
pub(crate) fn sent(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<Instant>, Error> {
    let theirs = subject_request_links::table.filter(subject_request_links::request_id.eq(request));
    Ok(theirs
        .select(subject_request_links::expires_at)
        .order(subject_request_links::expires_at)
        .load(tx.connection())?)
}
