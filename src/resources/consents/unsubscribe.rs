//! Unsubscribe links (RFC 8058): a sealed statement of a contact, a purpose and an expiry, with nothing
//! stored, so that every mail can carry a fresh one. It withdraws one consent and can do nothing else.

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::model::{Method, State, Subscription};
use super::one_click::OneClick;
use super::store::{self, Origin};
use crate::domain::{Code, ContactId, Error, Purpose};
use crate::platform::audit::{Action, Entry};
use crate::platform::http::Unjudged;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::consent;
use crate::resources::contacts::store as contacts;
use crate::resources::notices;

/// What the token says.
#[derive(Serialize, Deserialize)]
struct Statement {
    #[serde(rename = "c")]
    contact: ContactId,
    #[serde(rename = "p")]
    purpose: Purpose,
    #[serde(rename = "x")]
    expires_at: i64,
}

/// Six years, as long as a mail may be kept.
const LIVES: chrono::Duration = chrono::Duration::days(6 * 365 + 2);

/// What the statement is sealed for, so that it opens as nothing else.
const SEALED_FOR: &[u8] = b"unsubscribe";

/// The link that withdraws `contact`'s consent for `purpose`, and may do nothing else.
///
/// # Errors
/// When it cannot be written, which does not happen.
pub fn url(tx: &ReadTx<'_>, contact: ContactId, purpose: Purpose) -> Result<String, Error> {
    let statement = Statement { contact, purpose, expires_at: tx.now().plus(LIVES).seconds() };
    let plain = serde_json::to_vec(&statement).map_err(|error| Error::internal(error))?;
    let token = tx.keyring().links.seal(tx.entropy(), SEALED_FOR, &plain);
    Ok(format!("{}/v1/unsubscribe/{token}", tx.identity().public_url))
}

/// What a token says.
///
/// # Errors
/// 404 when it is not one of ours; 410 when it has expired.
fn open(tx: &ReadTx<'_>, token: &str) -> Result<Statement, Error> {
    let plain = tx.keyring().links.open(SEALED_FOR, token).ok_or_else(Error::not_found)?;
    let statement: Statement = serde_json::from_slice(&plain).map_err(|_| Error::not_found())?;
    if statement.expires_at <= tx.now().seconds() {
        return Err(Error::new(Code::Gone, "This link has expired. Use the link in a newer email."));
    }
    Ok(statement)
}

/// What the link is about. Changes nothing.
///
/// # Errors
/// 404 and 410.
pub(super) fn show(tx: &mut ReadTx<'_>, token: &str) -> Result<Subscription, Error> {
    let Statement { contact, purpose, .. } = open(tx, token)?;
    let known = contacts::facts(tx, contact)?.ok_or_else(Error::not_found)?;
    let contact = known.merged_into.unwrap_or(contact);
    let now = tx.now();
    let change = notices::store::material_changes(tx, now)?.of(purpose);
    let row = store::of(tx, contact, purpose)?;
    let state = row.map(|row| Ok::<_, Error>(consent::state_at(&row.projection()?, change, now))).transpose()?;
    tx.look(Entry::new(Action::UnsubscribeShow).contact(contact).with("purpose", purpose.as_str()));
    Ok(Subscription { purpose, state })
}

/// Withdraws. What is withdrawn already stays so, without another decision.
///
/// # Errors
/// 404 and 410; then 422 for a body that asks for something else.
pub(super) fn withdraw(
    mut tx: WriteTx<'_>,
    token: &str,
    body: Unjudged<OneClick>,
) -> Result<Recorded<Subscription>, Error> {
    let Statement { contact, purpose, .. } = open(&tx, token)?;
    let known = store::facts(&mut tx, contact, purpose)?.ok_or_else(Error::not_found)?;
    let OneClick = body.judge()?;
    let done = Subscription { purpose, state: Some(State::Withdrawn) };
    if known.facts.current.as_ref().is_some_and(|current| current.state == State::Withdrawn) {
        return tx.unchanged(None, done);
    }
    let now = tx.now();
    let notices = notices::store::published(&mut tx)?;
    let notice_version = notices.must_be_in_force(now)?.version;
    let lawful = consent::withdraw(Method::Email, now, notice_version);
    let origin = Origin::new("link:unsubscribe");
    let person = known.contact.id;
    let decided = store::Decided { purpose, known, lawful, evidence: Evidence::none(), origin };
    store::append(&mut tx, decided, &notices)?;
    tx.record(Entry::new(Action::UnsubscribeUse).contact(person).with("purpose", purpose.as_str()), done)
}
