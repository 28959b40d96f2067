//! The handlers of the links by which requesters see the status of their requests.

use super::model::{ActByLink, StatusView};
use super::page::page;
use super::store;
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::LinkHolder;
use crate::platform::http::{ByToken, Done, FormOrJson, PageOrJson, Shown, Unjudged};
use crate::platform::transaction::WriteTx;

/// Read the stage of a request by its link
///
/// For the requester. It changes nothing, because mail scanners follow links.
#[utoipa::path(get, path = "/v1/request-status/{token}", operation_id = "show_status")]
pub async fn show(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    ByToken(token): ByToken,
) -> Result<Shown<StatusView>, Error> {
    let found = access.read(move |tx| store::show(tx, &token)).await?;
    Ok(wanted.show(found, page))
}

/// Act on a request by its link
///
/// You can repeat `withdraw` as often as you like. After the right was carried out or refused, there is
/// nothing to withdraw. `mail_package_link` mails the link to the copy again, to the address of the
/// request, at most once an hour. It answers 410 after the copy can no longer be opened.
#[utoipa::path(post, path = "/v1/request-status/{token}", operation_id = "act_by_link")]
pub async fn act(
    access: Access<LinkHolder>,
    wanted: PageOrJson,
    body: Unjudged<FormOrJson<ActByLink>>,
    ByToken(token): ByToken,
) -> Result<Done<Shown<StatusView>>, Error> {
    let act = move |tx: WriteTx<'_>| store::act(tx, &token, body).map(|done| done.map(|view| wanted.show(view, page)));
    access.write(act).await
}
