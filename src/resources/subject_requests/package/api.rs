//! The handlers of packages.

use actix_web::http::header;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::content_policy::POLICY;
use super::super::model::{Right, SubjectRequest};
use super::delivery::PackageDelivery;
use super::model::{BuildPackage, Package, PackageProgress};
use super::redactions::{NewRedactions, Redacted, Redaction};
use super::release::ReleasePackage;
use super::{html, store, vcard};
use crate::domain::{Error, RedactionId, SubjectRequestId};
use crate::platform::access::Access;
use crate::platform::auth::{SubjectRequestsDecide, SubjectRequestsRead};
use crate::platform::http::answer::JSON;
use crate::platform::http::{
    Answer, Begun, ById, Done, Either, Found, IfMatch, Incoming, Listed, Listing, MayBeEmpty, NoFilter, Noted, Op,
    Plain, Query, Reply, Take, Valid,
};
use crate::platform::transaction::ReadTx;

const HTML: &str = "text/html";
const VCARD: &str = "text/vcard";

/// In which form a package is wanted, as `Accept` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Json,
    Html,
    Vcard,
}

impl Take for Form {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        Ok(match incoming.preferred(JSON, &[VCARD, HTML]) {
            VCARD => Self::Vcard,
            HTML => Self::Html,
            _ => Self::Json,
        })
    }

    fn describe(_: &mut Op<'_>) {}
}

/// A package in the form that it is wanted in.
pub struct Sent(Answer);

impl Sent {
    /// Writes a package.
    pub fn written(package: Package, form: Form) -> Result<Self, Error> {
        let answer = match form {
            Form::Html => {
                let answer = Answer::bytes(200, "text/html; charset=utf-8", html::page(&package)?);
                answer.header(header::CONTENT_SECURITY_POLICY, POLICY)
            }
            Form::Vcard if package.kind == Right::Portability => {
                Answer::bytes(200, "text/vcard; charset=utf-8", vcard::written(&package))
            }
            Form::Vcard | Form::Json => Plain(package).into_answer(),
        };
        Ok(Self(answer.header(header::VARY, "Accept")))
    }
}

impl Reply for Sent {
    fn into_answer(self) -> Answer {
        self.0
    }

    fn describe(op: &mut Op<'_>) {
        Plain::<Package>::describe(op);
        op.also_answers(200, HTML);
        op.also_answers(200, VCARD);
    }
}

/// Which form of a package is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageQuery {
    /// Whether the draft is asked for, before it is released.
    #[serde(default)]
    #[schema(default = false)]
    draft: bool,
}

/// Build the package of a request
///
/// For access and portability: everything that is held about the contact, in every table, and the information that the law
/// demands with a copy, including how the service searched. It makes a draft, which `GET .../package?draft=true` shows; read it, leave out with
/// `POST .../package/redactions` what the person may not have, and give it with `POST .../package/release`, which completes the
/// request. It must be known or proven who asked, and which contact it is about.
///
/// The draft holds what was held when it was built, and release gives exactly that. If the data has changed since, send
/// `rebuild`. Without it, a draft that is there stays, and `explanation` takes the place of what was said before. A draft that is
/// not released within thirty days is deleted.
///
/// A large package takes a while: then the answer is 202, and `GET .../package/progress` tells how far it is. If the request is
/// decided otherwise, matched to another contact, or its contact is merged with another, nothing is left of a draft.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/package")]
pub async fn build_package(
    access: Access<SubjectRequestsDecide>,
    MayBeEmpty(asked): MayBeEmpty<BuildPackage>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Either<Found<SubjectRequest>, Begun<PackageProgress>>>, Error> {
    let answer = move |asked| match asked {
        store::Asked::Built(request) => Either::One(Found(*request)),
        store::Asked::Begun(state) => {
            let location = format!("/v1/subject-requests/{id}/package");
            Either::Other(Begun { state, location, look_after: store::LOOK_AFTER })
        }
    };
    access.write(move |tx| store::build(tx, id, asked).map(|recorded| recorded.map(answer))).await
}

/// The package of a request
///
/// As JSON; as a page to be read and printed, with `Accept: text/html`; for portability also as a vCard, with `Accept:
/// text/vcard`. For thirty days after it was released; 404 before. With `draft=true` the draft, as the person would get it; its
/// `ETag` is for the `If-Match` of the release. Each time is written down.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/package")]
pub async fn read_package(
    access: Access<SubjectRequestsDecide>,
    form: Form,
    Query(asked): Query<PackageQuery>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Sent, Error> {
    // It is written where it is read, on a lane: a large one would hold up the other requests of a worker.
    let read = move |tx: &mut ReadTx<'_>| {
        if !asked.draft {
            return Sent::written(store::read(tx, id)?, form);
        }
        let (draft, version) = store::read_draft(tx, id)?;
        let Sent(answer) = Sent::written(draft, form)?;
        Ok(Sent(answer.header(header::ETAG, format!("\"{version}\""))))
    };
    access.read(read).await
}

/// Leave something out of a draft
///
/// What is about another person, for instance (UK GDPR Article 15(4)). Each pointer names a member of the machine form of the
/// draft (`GET .../package?draft=true` as JSON); a text takes its place at once, in every form. The person reads that something
/// was left out, and why. What was left out stays with the request, for those alone who decide. All of the redactions are
/// made, or none: 422 names each pointer that leads nowhere, to what the law demands with every copy, or to what is left out
/// already. To take redactions back, build the draft anew.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/package/redactions")]
pub async fn withhold(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<NewRedactions>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Noted<Redacted>>, Error> {
    access.write(move |tx| store::withhold(tx, id, asked).map(|recorded| recorded.map(Noted))).await
}

/// What was left out of a package
///
/// Newest first, with what stood there, for as long as the request is kept. Each time is written down.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/package/redactions")]
pub async fn list_redactions(
    access: Access<SubjectRequestsDecide>,
    asked: Listing<NoFilter, RedactionId>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Listed<Redaction>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list_redactions(tx, id, after, limit)).await?;
    Ok(page.turn(found))
}

/// Release a package
///
/// Gives the draft to the person, unchanged, in the way that `delivery` says, and completes the request: `partially_completed` where something was left out of the
/// package, or where `refusal` refuses a part of the request with it. With the draft's `ETag` as `If-Match`, 412 if anything was
/// done about the request since you read the draft. With `handed_over`, release it when you hand it over: the history keeps when,
/// and who did. `GET .../package/delivery` shows what became of it.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/package/release")]
pub async fn release_package(
    access: Access<SubjectRequestsDecide>,
    MayBeEmpty(asked): MayBeEmpty<ReleasePackage>,
    reviewed: Option<IfMatch>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::release(tx, id, reviewed.as_ref(), asked)).await
}

/// How far the package of a request is
///
/// How much of a large package is built. The answer holds no personal data, so the audit does not record it.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/package/progress")]
pub async fn package_progress(
    access: Access<SubjectRequestsDecide>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Plain<PackageProgress>, Error> {
    access.read(move |tx| store::progress(tx, id)).await.map(Plain)
}

/// How a package was given to the person
///
/// How, when and by whom it was released, which links were mailed, and when the person opened it by one. It tells nothing of the
/// person.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/package/delivery")]
pub async fn package_delivery(
    access: Access<SubjectRequestsRead>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Plain<PackageDelivery>, Error> {
    access.read(move |tx| store::delivered(tx, id)).await.map(Plain)
}
