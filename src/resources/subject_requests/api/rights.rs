//! The handlers by which rights are carried out.

use super::super::commands::{ExecuteErasure, LiftRestriction, ObjectToMarketing, RectifyContact, RestrictContact};
use super::super::model::SubjectRequest;
use super::super::planning::PlanErasure;
use super::super::store::{erasing, rights as store};
use crate::domain::{Error, SubjectRequestId};
use crate::platform::access::Access;
use crate::platform::auth::SubjectRequestsDecide;
use crate::platform::http::{ById, Done, Found, MayBeEmpty, Plain, Valid};
use crate::resources::contacts::store::erasure::ProposedErasure;

/// Put data right
///
/// Corrects the contact as the person has asked, restricted or not, and completes the request.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/rectification")]
pub async fn rectify(
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
pub async fn restrict(
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
pub async fn lift(
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
pub async fn object(
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
///
/// `records` lists what can be withheld: name it in `withhold`, with a ground of Article 17(3) and words for the person.
/// `matches` lists complaints and requests that name no contact, and may be about the person or about another. Say of each
/// in `matches` whether it is about the `same_person`, which erases it too, `another_person`, or that you are `unsure`: then
/// it is kept and restricted, and the letter says so. A plan with a match that has no answer cannot be executed.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/erasure-plan")]
pub async fn plan(
    access: Access<SubjectRequestsDecide>,
    MayBeEmpty(asked): MayBeEmpty<PlanErasure>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Plain<ProposedErasure>>, Error> {
    access.write(move |tx| Ok(erasing::plan(tx, id, asked)?.map(Plain))).await
}

/// Execute an erasure
///
/// Exactly as another person has planned it. Completes the request, in part where something is withheld; the rest is
/// restricted then.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/execution")]
pub async fn execute(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<ExecuteErasure>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| erasing::execute(tx, id, &asked.plan_sha256)).await
}
