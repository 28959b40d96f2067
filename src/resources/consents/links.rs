//! The links that a person follows without a login. `GET` shows and never changes.

use super::model::{Confirmation, Subscription};
use super::one_click::OneClick;
use super::{confirmation, pages, unsubscribe as subscription};
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::LinkHolder;
use crate::platform::http::{ByToken, Done, PageOrJson, Shown, Unjudged, WithoutBody};
use crate::platform::transaction::WriteTx;

/// Read a confirmation link
///
/// Shows the consent to be confirmed, and changes nothing.
#[utoipa::path(get, path = "/v1/confirmations/{token}")]
pub(super) async fn show_confirmation(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    ByToken(token): ByToken,
) -> Result<Shown<Confirmation>, Error> {
    let asked = access.read(move |tx| confirmation::show(tx, &token)).await?;
    Ok(wanted.show(asked, pages::confirm))
}

/// Confirm a consent
///
/// The owner of the mailbox confirms the consent. The link works once.
#[utoipa::path(post, path = "/v1/confirmations/{token}")]
pub(super) async fn confirm(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    body: Unjudged<WithoutBody>,
    ByToken(token): ByToken,
) -> Result<Done<Shown<Confirmation>>, Error> {
    let confirm = move |tx: WriteTx<'_>| {
        confirmation::confirm(tx, &token, body).map(|done| done.map(|it| wanted.show(it, pages::confirmed)))
    };
    access.write(confirm).await
}

/// Read an unsubscribe link
///
/// Shows the purpose and the present state. It changes nothing, because mail scanners follow links.
#[utoipa::path(get, path = "/v1/unsubscribe/{token}")]
pub(super) async fn show_subscription(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    ByToken(token): ByToken,
) -> Result<Shown<Subscription>, Error> {
    let asked = access.read(move |tx| subscription::show(tx, &token)).await?;
    Ok(wanted.show(asked, pages::unsubscribe))
}

/// Unsubscribe with one click
///
/// Withdraws the consent for the link's purpose and no other (RFC 8058). You can repeat it as often as
/// you like.
#[utoipa::path(post, path = "/v1/unsubscribe/{token}")]
pub(super) async fn unsubscribe(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    body: Unjudged<OneClick>,
    ByToken(token): ByToken,
) -> Result<Done<Shown<Subscription>>, Error> {
    let withdraw = move |tx: WriteTx<'_>| {
        subscription::withdraw(tx, &token, body).map(|done| done.map(|it| wanted.show(it, pages::unsubscribed)))
    };
    access.write(withdraw).await
}
