//! The links that a person follows without a login. `GET` shows and never changes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::confirmation;
use super::model::Confirmation;
use crate::domain::{ContactId, Error, Instant, Purpose};
use crate::platform::auth::{Access, LinkHolder};
use crate::platform::doors::ReadTx;
use crate::platform::http::{ByToken, Done, Plain, WithoutBody};

/// What an unsubscribe link says: nothing is stored for it, so that every mail can carry a fresh one.
#[derive(Serialize, Deserialize)]
struct Unsubscribe {
    #[serde(rename = "c")]
    contact: ContactId,
    #[serde(rename = "p")]
    purpose: Purpose,
    #[serde(rename = "x")]
    expires_at: i64,
}

/// Six years, as long as a mail may be kept.
const UNSUBSCRIBE_LIVES: chrono::Duration = chrono::Duration::days(6 * 365 + 2);

/// The link that withdraws `contact`'s consent for `purpose`, and may do nothing else.
///
/// # Errors
/// When it cannot be written, which does not happen.
pub(super) fn unsubscribe_url(tx: &ReadTx<'_>, contact: ContactId, purpose: Purpose) -> Result<String, Error> {
    let expires_at: Instant = tx.now().plus(UNSUBSCRIBE_LIVES);
    let statement = Unsubscribe { contact, purpose, expires_at: expires_at.seconds() };
    let plain = serde_json::to_vec(&statement).map_err(Error::internal)?;
    let token = tx.keyring().links.seal(tx.entropy(), b"unsubscribe", &plain);
    debug_assert!(URL_SAFE_NO_PAD.decode(&token).is_ok());
    Ok(format!("{}/v1/unsubscribe/{token}", tx.identity().public_url))
}

/// What a confirmation link asks
///
/// Shows what would be confirmed, and changes nothing.
#[utoipa::path(get, path = "/v1/confirmations/{token}")]
pub(super) async fn show_confirmation(
    access: Access<LinkHolder>,
    ByToken(token): ByToken,
) -> Result<Plain<Confirmation>, Error> {
    access.read(move |tx| confirmation::show(tx, &token)).await.map(Plain)
}

/// Confirm a consent
///
/// The mailbox itself says yes. The link can be used once.
#[utoipa::path(post, path = "/v1/confirmations/{token}")]
pub(super) async fn confirm(
    access: Access<LinkHolder>,
    _: WithoutBody,
    ByToken(token): ByToken,
) -> Result<Done<Plain<Confirmation>>, Error> {
    access.write(move |tx| confirmation::confirm(tx, &token).map(|done| done.map(Plain))).await
}
