//! The handlers of packages.

use actix_web::http::header;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::content_policy::POLICY;
use super::super::model::{Right, SubjectRequest};
use super::delivery::{ChangeDelivery, PackageDelivery};
use super::model::{BuildPackage, Package, PackageProgress};
use super::redactions::{NewRedactions, Redacted, Redaction};
use super::release::ReleasePackage;
use super::{html, store, vcard};
use crate::domain::{Cards, Error, RedactionId, SubjectRequestId};
use crate::personal::cards;
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
    /// Writes a package; `cards` tell how long each table is kept.
    pub fn written(package: Package, form: Form, cards: Cards) -> Result<Self, Error> {
        let answer = match form {
            Form::Html => {
                let answer = Answer::bytes(200, "text/html; charset=utf-8", html::page(&package, cards)?);
                answer.header(header::CONTENT_SECURITY_POLICY, POLICY)
            }
            Form::Vcard if package.kind == Right::Portability => {
                Answer::bytes(200, "text/vcard; charset=utf-8", vcard::written(&package))
            }
            Form::Vcard | Form::Json => Plain(package).into_answer(),
        };
        Ok(Self(answer.by_accept()))
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
    /// Whether to read the draft, before it is released.
    #[serde(default)]
    #[schema(default = false)]
    draft: bool,
}

/// Build the package of a request
///
/// Use this for access and portability. The package holds everything that the service holds about the
/// contact, in every table. It adds the information that the law requires with a copy, including how
/// the service searched. It begins as a draft, which `GET .../package?draft=true` shows. Read the
/// draft, leave out with `POST .../package/redactions` what the person may not have, and give it with
/// `POST .../package/release`, which completes the request. The requester's identity must be known or
/// proven, and the request must be matched to a contact.
///
/// The draft lists in `search.matches` the records that may be about the person or about another. Answer
/// each with `matches`: the service then builds the draft again. `same_person` adds the record to the
/// package, `another_person` leaves it out, and `unsure` leaves it out and tells the person so. If another
/// contact is the same person, let staff merge it.
///
/// The draft holds the data as of the time when it was built, and the release gives exactly that. If
/// the data has changed since, send `rebuild`. Without it, an existing draft stays, and `explanation`
/// replaces the earlier one. The service deletes a draft that is not released within thirty days.
///
/// A large package takes a while: the response is then 202, and `GET .../package/progress` shows the
/// progress. The service deletes the draft if the request is decided otherwise, is matched to another
/// contact, or its contact is merged into another.
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

/// Read the package of a request
///
/// As JSON; as a page to read and print, with `Accept: text/html`; for portability also as a vCard,
/// with `Accept: text/vcard`. The package is available for thirty days after its release; before that,
/// 404. With `draft=true` you read the draft, as the person would get it. Send its `ETag` as `If-Match`
/// with the release. The audit records each read.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/package")]
pub async fn read_package(
    access: Access<SubjectRequestsDecide>,
    form: Form,
    Query(asked): Query<PackageQuery>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Sent, Error> {
    // It is written where it is read, on a lane: a large one would hold up the other requests of a worker.
    let read = move |tx: &mut ReadTx<'_>| {
        let cards = cards(tx)?;
        if !asked.draft {
            return Sent::written(store::read(tx, id)?, form, cards);
        }
        let (draft, version) = store::read_draft(tx, id)?;
        let Sent(answer) = Sent::written(draft, form, cards)?;
        Ok(Sent(answer.header(header::ETAG, format!("\"{version}\""))))
    };
    access.read(read).await
}

/// Leave something out of a draft
///
/// Use this, for instance, for data about another person (UK GDPR Article 15(4)). Each pointer names a
/// member of the draft's machine form (`GET .../package?draft=true` as JSON). A text replaces the
/// member at once, in every form. The package tells the person that something was left out, and why.
/// The request keeps the removed data, for the people who decide it alone. The service makes all of the
/// redactions, or none. 422 names each pointer that leads nowhere, that leads to information which the
/// law requires with every copy, or that was left out already. To undo redactions, build the draft
/// again.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/package/redactions")]
pub async fn withhold(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<NewRedactions>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Noted<Redacted>>, Error> {
    access.write(move |tx| store::withhold(tx, id, asked).map(|recorded| recorded.map(Noted))).await
}

/// List the redactions of a package
///
/// Newest first, with the removed data, for as long as the request is kept. The audit records each
/// read.
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
/// Gives the draft to the person, without its list of possible matches, by the way in `delivery`, and completes the request. The
/// request is `partially_completed` if something was left out of the package, or if `refusal` refuses a
/// part of the request. The release is refused with 409 `matches_unanswered` until each possible match has
/// an answer. Send the draft's `ETag` as `If-Match`: 412 means that the request has changed
/// since you read the draft. With `handed_over`, release the package when you hand it over, because the
/// history keeps the time and your name. `GET .../package/delivery` shows the delivery.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/package/release")]
pub async fn release_package(
    access: Access<SubjectRequestsDecide>,
    MayBeEmpty(asked): MayBeEmpty<ReleasePackage>,
    reviewed: Option<IfMatch>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::release(tx, id, reviewed.as_ref(), asked)).await
}

/// Read the progress of a package
///
/// Shows how much of a large package is built. The response holds no personal data, so the audit does
/// not record it.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/package/progress")]
pub async fn package_progress(
    access: Access<SubjectRequestsDecide>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Plain<PackageProgress>, Error> {
    access.read(move |tx| store::progress(tx, id)).await.map(Plain)
}

/// Read the delivery of a package
///
/// Shows how, when and by whom the package was released, whether the mailbox took the link, and when the person
/// opened it by a link. The response holds no data about the person.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/package/delivery")]
pub async fn package_delivery(
    access: Access<SubjectRequestsRead>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Plain<PackageDelivery>, Error> {
    access.read(move |tx| store::delivered(tx, id)).await.map(Plain)
}

/// Change the delivery of a package
///
/// Use this after the release, when the link does not reach the person or the person asks for another way.
/// `GET /v1/deadlines` lists the packages whose link could not be mailed. The package stays the same. `post` needs a `postal_address`, unless one was given before; print the sheet at `GET .../letters/package`. After a
/// change from `link`, the mailed links open nothing. `link` mails a link again. With `handed_over`, send this when you hand
/// it over, because the time and your name are kept. It answers 410 after the package was deleted.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/package/delivery", operation_id = "change_package_delivery")]
pub async fn change_delivery(
    access: Access<SubjectRequestsDecide>,
    Valid(asked): Valid<ChangeDelivery>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::redeliver(tx, id, asked)).await
}
