//! The handlers by which rights are carried out.

use super::commands::{ExecuteErasure, LiftRestriction, ObjectToMarketing, RectifyContact, RestrictContact};
use super::model::SubjectRequest;
use super::store::rights as store;
use crate::domain::{Error, SubjectRequestId};
use crate::platform::auth::{Access, SubjectRequestsDecide};
use crate::platform::http::{ById, Done, Found, MayBeEmpty, Plain, Valid, WithoutBody};
use crate::resources::contacts::store::erasure::ProposedErasure;

/// Put data right
///
/// Corrects the contact as the person has asked, restricted or not, and completes the request.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/rectification")]
pub(super) async fn rectify(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<RectifyContact>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::rectify(tx, id, asked.patch)).await
}

/// Restrict a person's data
///
/// From now on it is stored and used nowhere; completes the request.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/restriction")]
pub(super) async fn restrict(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<RestrictContact>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::restrict(tx, id, asked.ground)).await
}

/// Lift a restriction
///
/// Of the completed request that brought it about, once the person has been told that it ends.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/restriction/lift")]
pub(super) async fn lift(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<LiftRestriction>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::lift(tx, id, asked.notified_on)).await
}

/// Carry an objection out
///
/// To direct marketing, for the purposes named or for all: at once, and lifted by nobody but the mailbox itself.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/objection")]
pub(super) async fn object(
    access: Access<SubjectRequestsDecide>,
    MayBeEmpty(asked): MayBeEmpty<ObjectToMarketing>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::object(tx, id, asked.purposes.as_deref())).await
}

/// Plan an erasure
///
/// What will be erased, anonymised, kept and withheld, on which grounds and until when. Another person executes exactly
/// this plan, by its hash; a new plan takes the place of the last.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/erasure-plan")]
pub(super) async fn plan(
    access: Access<SubjectRequestsDecide>,
    _: WithoutBody,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Plain<ProposedErasure>>, Error> {
    access.write(move |tx| Ok(store::plan(tx, id)?.map(Plain))).await
}

/// Execute an erasure
///
/// Exactly as another person has planned it. Completes the request, in part where something is withheld; the rest is
/// restricted then.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/execution")]
pub(super) async fn execute(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<ExecuteErasure>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::execute(tx, id, &asked.plan_sha256)).await
}
