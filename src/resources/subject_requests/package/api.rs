//! The handlers of packages.

use actix_web::http::header;

use super::super::model::{Right, SubjectRequest};
use super::model::{BuildPackage, Package, PackageProgress};
use super::{html, store, vcard};
use crate::domain::{Error, SubjectRequestId};
use crate::platform::auth::{Access, SubjectRequestsDecide};
use crate::platform::http::answer::JSON;
use crate::platform::http::{Answer, Begun, ById, Done, Either, Found, Incoming, MayBeEmpty, Op, Plain, Reply, Take};

const HTML: &str = "text/html";
const VCARD: &str = "text/vcard";

/// In which form a package is wanted, as `Accept` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Form {
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
pub(in super::super) struct Sent(Answer);

impl Sent {
    /// Writes a package.
    fn written(package: Package, form: Form) -> Result<Self, Error> {
        // Nothing is loaded from anywhere, and nothing runs.
        let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
        let answer = match form {
            Form::Html => {
                let answer = Answer::bytes(200, "text/html; charset=utf-8", html::page(&package)?);
                answer.header(header::CONTENT_SECURITY_POLICY, policy)
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

/// Build the package of a request
///
/// For access and portability: everything that is held about the contact, in every table, and what the person must be
/// told with it, how it was searched for included. It completes the request. It must be known or proven who asked, and
/// which contact it is about.
///
/// A large package takes a while: then the answer is 202, the request stays `in_progress` until the package is there, and
/// `GET .../package/progress` tells how far it is. Asked again meanwhile, nothing is begun anew; what is said then takes the
/// place of what was said before. If the request is decided otherwise, or matched to another contact, the building stops
/// and nothing is left of it.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/package")]
pub(in super::super) async fn build_package(
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
/// text/vcard`. For thirty days after it was built. Each time is written down.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/package")]
pub(in super::super) async fn read_package(
    access: Access<SubjectRequestsDecide>,
    form: Form,
    ById(id): ById<SubjectRequestId>,
) -> Result<Sent, Error> {
    // It is written where it is read, on a lane: a large one would hold up the other requests of a worker.
    access.read(move |tx| Sent::written(store::read(tx, id)?, form)).await
}

/// How far the package of a request is
///
/// For whoever waits for a large one. Tells nothing of anybody, and is not written down.
#[utoipa::path(get, path = "/v1/subject-requests/{id}/package/progress")]
pub(in super::super) async fn package_progress(
    access: Access<SubjectRequestsDecide>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Plain<PackageProgress>, Error> {
    access.read(move |tx| store::progress(tx, id)).await.map(Plain)
}
