//! The handlers.

use super::model::{
    AcknowledgeComplaint, Complaint, ComplaintFilter, ComplaintStep, GiveOutcome, InvestigateComplaint,
    ReceiveComplaint,
};
use super::store::{self, steps};
use crate::domain::{ComplaintId, ComplaintStepId, Error};
use crate::platform::access::Access;
use crate::platform::auth::{ComplaintsDecide, ComplaintsIntake};
use crate::platform::http::{ById, Created, Done, Found, Listed, Listing, NoFilter, Valid, WithoutBody};

/// List complaints
///
/// Newest first.
#[utoipa::path(get, path = "/v1/complaints")]
pub(super) async fn list(
    access: Access<ComplaintsIntake>,
    asked: Listing<ComplaintFilter, ComplaintId>,
) -> Result<Listed<Complaint>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Record a complaint
///
/// Record every complaint, whichever channel it came by and whichever member of staff received it. The
/// response says when it must be acknowledged.
#[utoipa::path(post, path = "/v1/complaints")]
pub(super) async fn receive(
    access: Access<ComplaintsIntake>,
    Valid(asked): Valid<ReceiveComplaint>,
) -> Result<Done<Created<Complaint>>, Error> {
    access.create(move |tx| steps::receive(tx, asked)).await
}

/// Read a complaint
#[utoipa::path(get, path = "/v1/complaints/{id}")]
pub(super) async fn read(
    access: Access<ComplaintsIntake>,
    ById(id): ById<ComplaintId>,
) -> Result<Found<Complaint>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// List the steps of a complaint
///
/// Newest first: each act and its author.
#[utoipa::path(get, path = "/v1/complaints/{id}/history")]
pub(super) async fn history(
    access: Access<ComplaintsIntake>,
    asked: Listing<NoFilter, ComplaintStepId>,
    ById(id): ById<ComplaintId>,
) -> Result<Listed<ComplaintStep>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::history(tx, id, after, limit)).await?;
    Ok(page.turn(found))
}

/// Acknowledge a complaint
///
/// The service mails the acknowledgement at once if the complainant has an e-mail address. Otherwise
/// the caller must tell the complainant.
#[utoipa::path(post, path = "/v1/complaints/{id}/acknowledgement")]
pub(super) async fn acknowledge(
    access: Access<ComplaintsIntake>,
    Valid(asked): Valid<AcknowledgeComplaint>,
    ById(id): ById<ComplaintId>,
) -> Result<Done<Found<Complaint>>, Error> {
    access.change(move |tx| steps::acknowledge(tx, id, &asked)).await
}

/// Start the investigation of a complaint
///
/// You may start before the acknowledgement. The acknowledgement stays due, unless you give the outcome
/// within its time.
#[utoipa::path(post, path = "/v1/complaints/{id}/investigation")]
pub(super) async fn investigate(
    access: Access<ComplaintsIntake>,
    Valid(asked): Valid<InvestigateComplaint>,
    ById(id): ById<ComplaintId>,
) -> Result<Done<Found<Complaint>>, Error> {
    access.change(move |tx| steps::investigate(tx, id, asked)).await
}

/// Record the outcome of a complaint
///
/// Final. The service mails the outcome at once if the complainant has an e-mail address. The letter
/// names the further routes: the Information Commission, and a court.
#[utoipa::path(post, path = "/v1/complaints/{id}/outcome")]
pub(super) async fn give_outcome(
    access: Access<ComplaintsDecide>,
    Valid(asked): Valid<GiveOutcome>,
    ById(id): ById<ComplaintId>,
) -> Result<Done<Found<Complaint>>, Error> {
    access.change(move |tx| steps::give_outcome(tx, id, asked)).await
}

/// Record that a complaint is withdrawn
///
/// Use this when the complainant withdraws the complaint. Final.
#[utoipa::path(post, path = "/v1/complaints/{id}/withdrawal")]
pub(super) async fn withdraw(
    access: Access<ComplaintsIntake>,
    _: WithoutBody,
    ById(id): ById<ComplaintId>,
) -> Result<Done<Found<Complaint>>, Error> {
    access.change(move |tx| steps::withdraw(tx, id)).await
}
