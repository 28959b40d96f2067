//! The table of the links by which mailboxes confirm grants.

use chrono::Duration;
use diesel::prelude::*;

use super::{decisions, spent_links};
use crate::domain::{Code, ConsentId, ContactId, DecisionId, Error, Instant, SubjectId};
use crate::platform::audit::{Action, Entry};
use crate::platform::outbox::Status;
use crate::platform::outbox::store as outbox;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::{link_token_hash, new_link_token};
use crate::resources::contacts::store as contacts;

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

/// Mints a link's token for a grant that waits: for the sender of the mail alone.
///
/// # Errors
/// 404 when there is no such decision, or the contact has no address to send a link to.
pub fn mint(mut tx: WriteTx<'_>, decision: DecisionId) -> Result<Recorded<String>, Error> {
    let row = decisions::row(&mut tx, decision)?;
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
    let entry = Entry::new(Action::ConfirmationsMint).contact(row.contact_id).subject(decision);
    tx.record(entry, token)
}

/// A link that works.
pub(crate) struct Link {
    pub(crate) decision: DecisionId,
    pub(crate) mark: Vec<u8>,
    pub(crate) expires_at: Instant,
}

/// The link of a token.
///
/// # Errors
/// 404 when there is none; 410 when it has expired, or is spent: then the detail says what holds now.
pub(crate) fn link_of(tx: &mut ReadTx<'_>, token: &str) -> Result<Link, Error> {
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
    if spent_at.is_some() {
        return Err(Error::new(Code::Gone, spent_links::in_words(tx, decision, &mark)?));
    }
    if expires_at <= tx.now() {
        return Err(Error::new(Code::Gone, "This link has expired. Ask us for a new one."));
    }
    Ok(Link { decision, mark, expires_at })
}

/// The links that asked to confirm decisions of some consents: which decision, until when, and when it was used.
pub(crate) fn sent(
    tx: &mut ReadTx<'_>,
    consents: &[ConsentId],
) -> Result<Vec<(DecisionId, Instant, Option<Instant>)>, Error> {
    let theirs = consent_confirmations::table.filter(consent_confirmations::consent_id.eq_any(consents));
    let columns =
        (consent_confirmations::decision_id, consent_confirmations::expires_at, consent_confirmations::spent_at);
    Ok(theirs.select(columns).order(consent_confirmations::expires_at).load(tx.connection())?)
}

/// Whether the mailbox with the keyed index `mark` was or will be asked to confirm a grant: a letter waits in the outbox, which
/// takes the address that the contact has when it leaves, or the mailbox [has a link](has_link).
pub(crate) fn was_asked(
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
pub(crate) fn spend(tx: &mut WriteTx<'_>, consent: ConsentId) -> Result<(), Error> {
    let now = tx.now();
    let of_consent = consent_confirmations::consent_id.eq(consent).and(consent_confirmations::spent_at.is_null());
    let unspent = consent_confirmations::table.filter(of_consent);
    diesel::update(unspent).set(consent_confirmations::spent_at.eq(now)).execute(tx.connection())?;
    Ok(())
}

/// Forgets the links of consents whose person is erased.
pub(crate) fn forget(tx: &mut WriteTx<'_>, consents: &[ConsentId]) -> Result<(), Error> {
    let theirs = consent_confirmations::table.filter(consent_confirmations::consent_id.eq_any(consents));
    diesel::delete(theirs).execute(tx.connection())?;
    Ok(())
}

/// Uses up every link of a decision, because its mailbox has answered.
pub(crate) fn use_up(tx: &mut WriteTx<'_>, decision: DecisionId) -> Result<(), Error> {
    let now = tx.now();
    let of_decision = consent_confirmations::table.filter(consent_confirmations::decision_id.eq(decision));
    diesel::update(of_decision).set(consent_confirmations::spent_at.eq(now)).execute(tx.connection())?;
    Ok(())
}
