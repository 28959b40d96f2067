//! The handlers.

use super::model::{AssessBreach, Breach, BreachFilter, BreachStep, CloseBreach, NotifyBreach, ReportBreach};
use super::store::{self, steps};
use crate::domain::{BreachId, BreachStepId, Error};
use crate::platform::access::Access;
use crate::platform::auth::{BreachesManage, BreachesReport};
use crate::platform::http::{ById, Created, Done, Found, Listed, Listing, NoFilter, Valid};

/// List breaches
///
/// Newest first. A contractor sees its own reports alone.
#[utoipa::path(get, path = "/v1/breaches")]
pub(super) async fn list(
    access: Access<BreachesReport>,
    asked: Listing<BreachFilter, BreachId>,
) -> Result<Listed<Breach>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Report a breach
///
/// Report a breach at once with the facts that you know; you can add the rest later. Name no person.
/// The response says when the Information Commission must be notified: within 72 hours after the breach
/// became known (UK GDPR Article 33(1)). A contractor reports without undue delay (Article 33(2)), for
/// its own organisation, and quotes the breach by its `id`.
#[utoipa::path(post, path = "/v1/breaches")]
pub(super) async fn report(
    access: Access<BreachesReport>,
    Valid(asked): Valid<ReportBreach>,
) -> Result<Done<Created<Breach>>, Error> {
    access.create(move |tx| steps::report(tx, asked)).await
}

/// Read a breach
///
/// A contractor reads the reports of its own organisation, without the council's assessment and without
/// the reference number.
#[utoipa::path(get, path = "/v1/breaches/{id}")]
pub(super) async fn read(access: Access<BreachesReport>, ById(id): ById<BreachId>) -> Result<Found<Breach>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// List the steps of a breach
///
/// Newest first: each act and its author, including every notification.
#[utoipa::path(get, path = "/v1/breaches/{id}/history")]
pub(super) async fn history(
    access: Access<BreachesManage>,
    asked: Listing<NoFilter, BreachStepId>,
    ById(id): ById<BreachId>,
) -> Result<Listed<BreachStep>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::history(tx, id, after, limit)).await?;
    Ok(page.turn(found))
}

/// Assess a breach
///
/// Records how likely the breach is to result in a risk, and so who must be notified. The council must
/// notify the Information Commission unless the risk is unlikely (UK GDPR Article 33(1)).
#[utoipa::path(post, path = "/v1/breaches/{id}/assessment")]
pub(super) async fn assess(
    access: Access<BreachesManage>,
    Valid(asked): Valid<AssessBreach>,
    ById(id): ById<BreachId>,
) -> Result<Done<Found<Breach>>, Error> {
    access.change(move |tx| steps::assess(tx, id, asked)).await
}

/// Record a notification of a breach
///
/// Records that the council notified the Information Commission, first or in a further phase (UK GDPR
/// Article 33(4)). After the 72 hours, give the reasons for the delay.
#[utoipa::path(post, path = "/v1/breaches/{id}/notification")]
pub(super) async fn notify(
    access: Access<BreachesManage>,
    Valid(asked): Valid<NotifyBreach>,
    ById(id): ById<BreachId>,
) -> Result<Done<Found<Breach>>, Error> {
    access.change(move |tx| steps::notify(tx, id, asked)).await
}

/// Close a breach
///
/// Final. The breach stays in the register.
#[utoipa::path(post, path = "/v1/breaches/{id}/closure")]
pub(super) async fn close(
    access: Access<BreachesManage>,
    Valid(asked): Valid<CloseBreach>,
    ById(id): ById<BreachId>,
) -> Result<Done<Found<Breach>>, Error> {
    access.change(move |tx| steps::close(tx, id, asked)).await
}
