//! The handlers.

use super::model::{AskForLink, ConfirmationRequired, Decide, Preferences};
use super::{asking, choices, pages};
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::{ConsentsRecord, LinkHolder};
use crate::platform::http::{Accepted, ByToken, Done, Either, FormOrJson, PageOrJson, Shown, Unjudged, Valid};
use crate::platform::transaction::WriteTx;

/// Mail a person the link to their preferences
///
/// The response is the same for known and unknown addresses, so only the owner of the mailbox learns
/// the difference. The service sends at most one mail an hour.
#[utoipa::path(post, path = "/v1/preference-links")]
pub(super) async fn ask(
    access: Access<ConsentsRecord>,
    Valid(asked): Valid<AskForLink>,
) -> Result<Done<Accepted>, Error> {
    access.write(move |tx| asking::ask(tx, &asked.email)).await
}

/// Read the preferences of a mailbox
///
/// Shows every purpose that rests on consent, and its present state. It changes nothing, because mail
/// scanners follow links.
#[utoipa::path(get, path = "/v1/preferences/{token}")]
pub(super) async fn show(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    ByToken(token): ByToken,
) -> Result<Shown<Preferences>, Error> {
    let found = access.read(move |tx| choices::show(tx, &token)).await?;
    Ok(wanted.show(found, pages::choices))
}

/// Change the preferences of a mailbox
///
/// Name a purpose, or a kind of recipient. A withdrawal and a refusal take effect at once. A yes answers
/// 202: the service mails a link to confirm it, and the yes waits for that confirmation. A repeat of the present state answers 200 and changes
/// nothing.
#[utoipa::path(post, path = "/v1/preferences/{token}")]
pub(super) async fn decide(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    body: Unjudged<FormOrJson<Decide>>,
    ByToken(token): ByToken,
) -> Result<Done<Either<Shown<Preferences>, Shown<ConfirmationRequired, 202>>>, Error> {
    let decide = move |tx: WriteTx<'_>| {
        choices::decide(tx, &token, body).map(|done| done.map(|(about, it)| pages::decided(wanted, about, it)))
    };
    access.write(decide).await
}
