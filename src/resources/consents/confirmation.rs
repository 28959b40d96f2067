//! Confirmation links: the mailbox's own answer to a grant that anybody could have typed.
//!
//! A token is 256 bits at random, stored as its SHA-256, used once, good for seven days. Whoever sends
//! the mail mints it, when it is sent; no answer of the API ever holds one. It speaks for the mailbox it
//! was sent to, and for no address that the contact gets later.

use chrono::Duration;
use diesel::prelude::*;

use super::evidence::Evidence;
use super::history;
use super::model::{Confirmation, Consent, State, Wording};
use super::store::{self, append};
use crate::domain::{Code, ConsentId, ContactId, DecisionId, Error, Instant, Purpose, SubjectId};
use crate::platform::audit::Entry;
use crate::platform::http::{Unjudged, WithoutBody};
use crate::platform::outbox::Status;
use crate::platform::outbox::store as outbox;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::{link_token_hash, new_link_token};
use crate::policy::{consent, restriction};
use crate::resources::contacts::store as contacts;
use crate::resources::{notices, suppressions};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        consent_confirmations (token_hash) {
            token_hash -> Binary,
            mark -> Binary,
            decision_id -> UuidSql,
            consent_id -> UuidSql,
            expires_at -> InstantSql,
            spent_at -> Nullable<InstantSql>,
        }
    }
}
use schema::consent_confirmations;

/// How long a link can be used.
const LINK_LIVES: Duration = Duration::days(7);

/// Mints a link's token for a grant that waits: for the sender of the mail, and nobody else.
///
/// # Errors
/// 404 when there is no such decision, or the contact has no address to send a link to.
pub fn mint(mut tx: WriteTx<'_>, decision: DecisionId) -> Result<Recorded<String>, Error> {
    let row = history::row(&mut tx, decision)?;
    let mark = contacts::facts(&mut tx, row.contact_id)?.and_then(|facts| facts.mark).ok_or_else(Error::not_found)?;
    let token = new_link_token(tx.entropy());
    let values = (
        consent_confirmations::token_hash.eq(link_token_hash(&token)),
        consent_confirmations::mark.eq(mark),
        consent_confirmations::decision_id.eq(decision),
        consent_confirmations::consent_id.eq(row.consent_id),
        consent_confirmations::expires_at.eq(tx.now().plus(LINK_LIVES)),
        consent_confirmations::spent_at.eq(None::<Instant>),
    );
    diesel::insert_into(consent_confirmations::table).values(values).execute(tx.connection())?;
    let entry = Entry::new("confirmations.mint").contact(row.contact_id).subject("consent_decision", decision);
    tx.record(entry, token)
}

/// A grant that waits for its mailbox.
pub struct Waiting {
    /// What it is for.
    pub purpose: Purpose,
    /// What the person was shown.
    pub wording: Wording,
}

/// The grant that the mailbox of `contact` is to confirm; or why there is nothing to confirm any more.
///
/// # Errors
/// When the database fails.
pub fn waiting(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    decision: DecisionId,
) -> Result<Result<Waiting, &'static str>, Error> {
    let grant = history::row(tx, decision)?;
    let purpose = grant.purpose()?;
    let Some(known) = store::facts(tx, contact, purpose)? else { return Ok(Err("erased")) };
    if known.contact.merged_into.is_some() {
        return Ok(Err("merged"));
    }
    if known.facts.erased {
        return Ok(Err("erased"));
    }
    if known.facts.restriction.is_some() {
        return Ok(Err("restricted"));
    }
    let method = grant.decision()?.method;
    if consent::confirm(&known.facts, decision, method, grant.notice_version, tx.earliest()).is_err() {
        let current = known.facts.current.as_ref();
        if current.is_some_and(|current| current.objected_at.is_some() && current.pending.is_none()) {
            return Ok(Err("objected"));
        }
        return Ok(Err(match current.map(|current| (current.state, current.pending)) {
            Some((State::Withdrawn, _)) => "withdrawn",
            Some((_, Some(pending))) if pending.decision_id == decision => "expired",
            Some((State::Given, None)) => "confirmed",
            _ => "superseded",
        }));
    }
    let evidence = evidence(tx, &grant)?.and_then(|evidence| evidence.wording);
    Ok(evidence.map(|wording| Waiting { purpose, wording }).ok_or("erased"))
}

struct Link {
    decision: DecisionId,
    mark: Vec<u8>,
    expires_at: Instant,
}

/// The link of a token.
///
/// # Errors
/// 404 when there is none; 410 when it is spent or has expired.
fn link(tx: &mut ReadTx<'_>, token: &str) -> Result<Link, Error> {
    let found: Option<(DecisionId, Vec<u8>, Instant, Option<Instant>)> = consent_confirmations::table
        .find(link_token_hash(token))
        .select((
            consent_confirmations::decision_id,
            consent_confirmations::mark,
            consent_confirmations::expires_at,
            consent_confirmations::spent_at,
        ))
        .first(tx.connection())
        .optional()?;
    let (decision, mark, expires_at, spent_at) = found.ok_or_else(Error::not_found)?;
    if spent_at.is_some() || expires_at <= tx.now() {
        return Err(Error::new(Code::Gone, "This link has been used or has expired; ask for a new one."));
    }
    Ok(Link { decision, mark, expires_at })
}

/// What the link asks the mailbox's owner. Changes nothing: mail scanners follow links.
///
/// # Errors
/// 404 and 410; 423 when the contact is restricted.
pub(super) fn show(tx: &mut ReadTx<'_>, token: &str) -> Result<Confirmation, Error> {
    let link = link(tx, token)?;
    let grant = history::row(tx, link.decision)?;
    let known = contacts::facts(tx, grant.contact_id)?.ok_or_else(Error::not_found)?;
    restriction::may_be_used(known.restriction.as_ref())?;
    if known.mark.as_ref() == Some(&link.mark) { shown(tx, &link, &grant) } else { Err(other_mailbox()) }
}

/// The link was sent to another mailbox than the contact has now.
fn other_mailbox() -> Error {
    Error::new(Code::Gone, "The contact's address has changed since this link was sent.")
}

fn shown(tx: &mut ReadTx<'_>, link: &Link, grant: &history::Row) -> Result<Confirmation, Error> {
    let consent = store::read(tx, grant.consent_id)?;
    let evidence = evidence(tx, grant)?;
    let gone = || Error::new(Code::Gone, "There is nothing to confirm any more.");
    Ok(Confirmation {
        purpose: consent.purpose,
        state: consent.state,
        wording: evidence.and_then(|evidence| evidence.wording).ok_or_else(gone)?,
        expires_at: link.expires_at,
    })
}

/// The evidence of a decision; `None` where there is none, or the person was erased.
pub(super) fn evidence(tx: &mut ReadTx<'_>, row: &history::Row) -> Result<Option<Evidence>, Error> {
    let Some(sealed) = &row.evidence else { return Ok(None) };
    let Some(key) = tx.key_unless_destroyed(row.contact_id.uuid())? else { return Ok(None) };
    Evidence::open(&key, row.id, sealed).map(Some)
}

/// The links that asked to confirm decisions of some consents: which decision, until when, and when it was used.
pub(super) fn sent(
    tx: &mut ReadTx<'_>,
    consents: &[ConsentId],
) -> Result<Vec<(DecisionId, Instant, Option<Instant>)>, Error> {
    let theirs = consent_confirmations::table.filter(consent_confirmations::consent_id.eq_any(consents));
    let columns =
        (consent_confirmations::decision_id, consent_confirmations::expires_at, consent_confirmations::spent_at);
    Ok(theirs.select(columns).order(consent_confirmations::expires_at).load(tx.connection())?)
}

/// The mailbox says yes.
///
/// # Errors
/// 404; 410 when the link is spent or has expired, or the grant no longer waits; 423 when the contact is restricted; then
/// those of the body.
pub(super) fn confirm(
    mut tx: WriteTx<'_>,
    token: &str,
    body: Unjudged<WithoutBody>,
) -> Result<Recorded<Confirmation>, Error> {
    let first_look = link(&mut tx, token)?;
    let grant = history::row(&mut tx, first_look.decision)?;
    // Locked from here on: another request may have used the link before.
    contacts::lock(&mut tx, grant.contact_id)?;
    let link = link(&mut tx, token)?;
    let purpose = grant.purpose()?;
    let known = store::facts(&mut tx, grant.contact_id, purpose)?.ok_or_else(Error::not_found)?;
    if known.contact.mark.as_ref() != Some(&link.mark) {
        return Err(other_mailbox());
    }
    let now = tx.now();
    let method = grant.decision()?.method;
    let lawful = consent::confirm(&known.facts, link.decision, method, grant.notice_version, now)?;
    let WithoutBody = body.judge()?;
    let spent = consent_confirmations::table.filter(consent_confirmations::decision_id.eq(link.decision));
    diesel::update(spent).set(consent_confirmations::spent_at.eq(now)).execute(tx.connection())?;
    suppressions::store::lift(&mut tx, &link.mark, purpose)?;
    // The mailbox has answered: it takes mail, and it is this person's.
    contacts::bounce::lift(&mut tx, grant.contact_id)?;
    suppressions::store::former::pass_on(&mut tx, &link.mark, grant.contact_id)?;
    let changes = notices::store::material_changes(&mut tx, now)?;
    let origin = store::Origin::new("link:confirmation");
    let decided = store::Decided { purpose, known, lawful, evidence: Evidence::none(), origin };
    let consent: Consent = tx.also(|tx| append(tx, &decided, &changes))?;
    let confirmation = Confirmation { state: consent.state, ..shown(&mut tx, &link, &grant)? };
    let consent: ConsentId = consent.id;
    tx.record(Entry::new("confirmations.use").contact(grant.contact_id).subject("consent", consent), confirmation)
}

/// Whether the mailbox with the keyed index `mark` was or will be asked to confirm a grant: a letter waits in the outbox, which
/// takes the address that the contact has when it leaves, or the mailbox [has a link](has_link).
///
/// # Errors
/// When the outbox, the links or the contact cannot be read.
pub(super) fn was_asked(
    tx: &mut ReadTx<'_>,
    contact: ContactId,
    grant: DecisionId,
    mark: &[u8],
) -> Result<bool, Error> {
    let newest = outbox::newest_about(tx, contact, SubjectId::from_uuid(grant.uuid()))?;
    Ok(newest == Some(Status::Queued) || has_link(tx, contact, grant, mark)?)
}

/// Whether a letter about a grant has left for the mailbox with the keyed index `mark`, with a link that still works. A mailbox
/// that refused the letter, or has bounced since, has none.
///
/// # Errors
/// When the outbox, the links or the contact cannot be read.
pub fn has_link(tx: &mut ReadTx<'_>, contact: ContactId, grant: DecisionId, mark: &[u8]) -> Result<bool, Error> {
    let sent_there = consent_confirmations::decision_id.eq(grant).and(consent_confirmations::mark.eq(mark));
    let works = consent_confirmations::spent_at.is_null().and(consent_confirmations::expires_at.gt(tx.now()));
    let link = consent_confirmations::table.filter(sent_there.and(works)).select(consent_confirmations::consent_id);
    let link: Option<ConsentId> = link.first(tx.connection()).optional()?;
    Ok(link.is_some()
        && outbox::was_sent_to(tx, contact, SubjectId::from_uuid(grant.uuid()), mark)?
        && !contacts::bounce::has_bounced(tx, contact)?)
}

/// Spends the links of a consent that has gone elsewhere.
///
/// # Errors
/// When the database fails.
pub(super) fn spend(tx: &mut WriteTx<'_>, consent: ConsentId) -> Result<(), Error> {
    let now = tx.now();
    let of_consent = consent_confirmations::consent_id.eq(consent).and(consent_confirmations::spent_at.is_null());
    let unspent = consent_confirmations::table.filter(of_consent);
    diesel::update(unspent).set(consent_confirmations::spent_at.eq(now)).execute(tx.connection())?;
    Ok(())
}

/// Forgets the links of consents whose person is erased.
///
/// # Errors
/// When the database fails.
pub(super) fn forget(tx: &mut WriteTx<'_>, consents: &[ConsentId]) -> Result<(), Error> {
    let theirs = consent_confirmations::table.filter(consent_confirmations::consent_id.eq_any(consents));
    diesel::delete(theirs).execute(tx.connection())?;
    Ok(())
}
