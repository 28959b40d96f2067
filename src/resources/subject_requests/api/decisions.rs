//! The handlers that end a request.

use super::super::commands::{CloseDuplicate, CompleteRequest, LapseRequest, RefuseRequest};
use super::super::model::SubjectRequest;
use super::super::store::{self, rights};
use crate::domain::{Error, SubjectRequestId};
use crate::platform::access::Access;
use crate::platform::auth::SubjectRequestsDecide;
use crate::platform::http::{ById, Done, Found, Valid};

/// Refuse a request
///
/// The letter gives the reasons, and tells the requester how to complain and go to court (UK GDPR
/// Article 12(4)).
#[utoipa::path(post, path = "/v1/subject-requests/{id}/refusal")]
pub async fn refuse(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<RefuseRequest>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::refuse(tx, id, asked)).await
}

/// Close a request whose proof, fee or clarification did not come
#[utoipa::path(post, path = "/v1/subject-requests/{id}/lapse")]
pub async fn lapse(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<LapseRequest>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::lapse(tx, id, asked)).await
}

/// Close a request that repeats another
#[utoipa::path(post, path = "/v1/subject-requests/{id}/duplicate")]
pub async fn close_duplicate(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<CloseDuplicate>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::close_duplicate(tx, id, &asked)).await
}

/// Record that a request was carried out
///
/// Use this for a right that the service does not carry out by itself. The requester's identity must be
/// known or proven. After a rectification, a restriction or an erasure, the request waits for the
/// recipients of the data (UK GDPR Article 19).
#[utoipa::path(post, path = "/v1/subject-requests/{id}/completion")]
pub async fn complete(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<CompleteRequest>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| rights::complete(tx, id, asked.outcome)).await
}
