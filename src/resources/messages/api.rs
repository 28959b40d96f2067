//! The handlers.

use super::model::{Message, MessageFilter};
use super::store;
use crate::domain::{Error, MessageId};
use crate::platform::access::Access;
use crate::platform::auth::{MessagesRead, MessagesRetry};
use crate::platform::http::{ById, Done, Found, Listed, Listing, WithoutBody};

/// List messages
///
/// Newest first. The service deletes a message thirty days after its delivery was settled.
#[utoipa::path(get, path = "/v1/messages")]
pub(super) async fn list(
    access: Access<MessagesRead>,
    asked: Listing<MessageFilter, MessageId>,
) -> Result<Listed<Message>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Read a message
///
/// Shows the delivery of the message, but neither its address nor its text.
#[utoipa::path(get, path = "/v1/messages/{id}")]
pub(super) async fn read(access: Access<MessagesRead>, ById(id): ById<MessageId>) -> Result<Found<Message>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Try a message again
///
/// Retries a message that is dead, or that waits for its next attempt, as if it were new. The service
/// composes it again, so that it goes to the contact's present address. It drops the message if the
/// reason for it has gone.
#[utoipa::path(post, path = "/v1/messages/{id}/retry")]
pub(super) async fn retry(
    access: Access<MessagesRetry>,
    _: WithoutBody,
    ById(id): ById<MessageId>,
) -> Result<Done<Found<Message>>, Error> {
    access.change(move |tx| store::retry(tx, id)).await
}
