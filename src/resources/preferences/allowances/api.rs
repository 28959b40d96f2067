//! The handlers of the links that allow sharing again.

use super::model::Allowance;
use super::{page, store};
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::LinkHolder;
use crate::platform::http::{ByToken, Done, PageOrJson, Shown, Unjudged, WithoutBody};
use crate::platform::transaction::WriteTx;

/// Read a link that allows sharing again
///
/// Shows the kind of recipient. It changes nothing, because mail scanners follow links.
#[utoipa::path(get, path = "/v1/sharing-confirmations/{token}")]
pub async fn show_sharing_confirmation(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    ByToken(token): ByToken,
) -> Result<Shown<Allowance>, Error> {
    let asked = access.read(move |tx| store::show(tx, &token)).await?;
    Ok(wanted.show(asked, page::confirm))
}

/// Confirm that sharing is allowed again
///
/// The owner of the mailbox confirms it, and the refusal ends. The link works once. Disclosures that the
/// refusal recalled stay recalled.
#[utoipa::path(post, path = "/v1/sharing-confirmations/{token}")]
pub async fn confirm_sharing(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    body: Unjudged<WithoutBody>,
    ByToken(token): ByToken,
) -> Result<Done<Shown<Allowance>>, Error> {
    let confirm = move |tx: WriteTx<'_>| {
        store::confirm(tx, &token, body).map(|done| done.map(|it| wanted.show(it, page::confirmed)))
    };
    access.write(confirm).await
}
