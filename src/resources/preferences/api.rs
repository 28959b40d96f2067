//! The handlers.

use super::model::{AskForLink, ConfirmationRequired, Decide, Preferences};
use super::{asking, choices, pages};
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::{ConsentsRecord, LinkHolder};
use crate::platform::http::{Accepted, ByToken, Done, Either, FormOrJson, PageOrJson, Shown, Unjudged, Valid};
use crate::platform::transaction::WriteTx;

/// Mail somebody the link to their preferences
///
/// The answer is the same whether or not the address is known: only its mailbox learns. One mail an hour at most.
#[utoipa::path(post, path = "/v1/preference-links")]
pub(super) async fn ask(
    access: Access<ConsentsRecord>,
    Valid(asked): Valid<AskForLink>,
) -> Result<Done<Accepted>, Error> {
    access.write(move |tx| asking::ask(tx, &asked.email)).await
}

/// What a mailbox has agreed to
///
/// Every purpose that rests on consent, and what holds now. Changes nothing: mail scanners follow links.
#[utoipa::path(get, path = "/v1/preferences/{token}")]
pub(super) async fn show(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    ByToken(token): ByToken,
) -> Result<Shown<Preferences>, Error> {
    let found = access.read(move |tx| choices::show(tx, &token)).await?;
    Ok(wanted.show(found, pages::choices))
}

/// Change what a mailbox has agreed to
///
/// A withdrawal acts at once. A yes is mailed a link that confirms it, and waits for that: 202. What holds already is
/// left as it is: 200.
#[utoipa::path(post, path = "/v1/preferences/{token}")]
pub(super) async fn decide(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    body: Unjudged<FormOrJson<Decide>>,
    ByToken(token): ByToken,
) -> Result<Done<Either<Shown<Preferences>, Shown<ConfirmationRequired, 202>>>, Error> {
    let decide = move |tx: WriteTx<'_>| {
        choices::decide(tx, &token, body).map(|done| done.map(|(purpose, it)| pages::decided(wanted, purpose, it)))
    };
    access.write(decide).await
}
