//! The links that a person follows without a login. `GET` shows and never changes.

use super::model::{Confirmation, Subscription};
use super::one_click::OneClick;
use super::{confirmation, unsubscribe as subscription};
use crate::domain::Error;
use crate::platform::auth::{Access, LinkHolder};
use crate::platform::http::{ByToken, Done, Plain, WithoutBody};

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

/// What an unsubscribe link is about
///
/// Shows the purpose and what holds now, and changes nothing: mail scanners follow links.
#[utoipa::path(get, path = "/v1/unsubscribe/{token}")]
pub(super) async fn show_subscription(
    access: Access<LinkHolder>,
    ByToken(token): ByToken,
) -> Result<Plain<Subscription>, Error> {
    access.read(move |tx| subscription::show(tx, &token)).await.map(Plain)
}

/// Unsubscribe with one click
///
/// Withdraws the consent for the link's purpose and no other (RFC 8058). As often as you like.
#[utoipa::path(post, path = "/v1/unsubscribe/{token}")]
pub(super) async fn unsubscribe(
    access: Access<LinkHolder>,
    _: OneClick,
    ByToken(token): ByToken,
) -> Result<Done<Plain<Subscription>>, Error> {
    access.write(move |tx| subscription::withdraw(tx, &token).map(|done| done.map(Plain))).await
}
