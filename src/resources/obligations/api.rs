//! The handlers.

use super::settling;
use crate::domain::{Error, ObligationId};
use crate::platform::access::Access;
use crate::platform::auth::{ObligationsAcknowledge, ObligationsClose, ObligationsRead};
use crate::platform::http::{ById, Done, Found, Listed, Listing, Valid};
use crate::resources::disclosures::obligations::model::{
    AcknowledgeObligation, CloseObligation, Obligation, ObligationFilter,
};
use crate::resources::disclosures::obligations::store;

/// List obligations
///
/// Newest first. A contractor sees its own obligations alone.
#[utoipa::path(get, path = "/v1/obligations")]
pub(super) async fn list(
    access: Access<ObligationsRead>,
    asked: Listing<ObligationFilter, ObligationId>,
) -> Result<Listed<Obligation>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Read an obligation
#[utoipa::path(get, path = "/v1/obligations/{id}")]
pub(super) async fn read(
    access: Access<ObligationsRead>,
    ById(id): ById<ObligationId>,
) -> Result<Found<Obligation>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Acknowledge an obligation
///
/// Records what the recipient did with the data. A contractor acknowledges its own obligations. Staff and
/// the council record what a recipient without a token has told them. The last acknowledgement completes
/// the person's request.
#[utoipa::path(post, path = "/v1/obligations/{id}/acknowledgement")]
pub(super) async fn acknowledge(
    access: Access<ObligationsAcknowledge>,
    Valid(asked): Valid<AcknowledgeObligation>,
    ById(id): ById<ObligationId>,
) -> Result<Done<Found<Obligation>>, Error> {
    access.change(move |tx| settling::acknowledge(tx, id, &asked)).await
}

/// Close an obligation
///
/// Closes an obligation without the recipient's act, because it is impossible to tell the recipient, or
/// would take a disproportionate effort (UK GDPR Article 19).
#[utoipa::path(post, path = "/v1/obligations/{id}/closure")]
pub(super) async fn close(
    access: Access<ObligationsClose>,
    Valid(asked): Valid<CloseObligation>,
    ById(id): ById<ObligationId>,
) -> Result<Done<Found<Obligation>>, Error> {
    access.change(move |tx| settling::close(tx, id, &asked)).await
}
