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

/// Rectify a person's data
///
/// Corrects the contact as the person asked, even if it is restricted, and completes the request.
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
/// From now on the service stores the data and does not use it. Completes the request.
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
/// Use this on the completed request that led to the restriction, after telling the person that the
/// restriction ends.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/restriction/lift")]
pub async fn lift(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<LiftRestriction>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::lift(tx, id, asked.notified_on)).await
}

/// Carry out an objection
///
/// Stops direct marketing at once, for the named purposes or for all. Only the owner of the mailbox can
/// lift the objection.
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
/// Lists the data to be erased, anonymised, kept and withheld, with grounds and last days. Another
/// person executes exactly this plan, by its hash. A new plan replaces the last one.
///
/// `records` lists the records that you can withhold. Name them in `withhold`, with a ground of Article
/// 17(3) and words for the person. `matches` lists complaints and requests that name no contact, and
/// may be about the person or about another. In `matches`, say of each whether it is about the
/// `same_person`, which erases it too, about `another_person`, or that you are `unsure`. The service
/// then keeps and restricts it, and the letter says so. A plan with an unanswered match cannot be
/// executed.
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
/// Executes exactly the plan that another person proposed, and completes the request. If records are
/// withheld, the request is completed in part, and the service restricts those records. A match that is about the
/// `same_person` names the person's contact from then on.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/execution")]
pub async fn execute(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<ExecuteErasure>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| erasing::execute(tx, id, &asked.plan_sha256)).await
}
