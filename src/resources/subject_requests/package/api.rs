//! The handlers of packages.

use actix_web::http::header;

use super::super::model::{Right, SubjectRequest};
use super::model::{BuildPackage, Package};
use super::{html, store, vcard};
use crate::domain::{Error, SubjectRequestId};
use crate::platform::auth::{Access, SubjectRequestsDecide};
use crate::platform::http::answer::JSON;
use crate::platform::http::{Answer, ById, Done, Found, Incoming, MayBeEmpty, Op, Plain, Reply, Take};

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
        let accept = incoming.header(&header::ACCEPT).unwrap_or_default();
        Ok(match accept {
            accept if accept.contains(JSON) => Self::Json,
            accept if accept.contains(VCARD) => Self::Vcard,
            accept if accept.contains(HTML) => Self::Html,
            _ => Self::Json,
        })
    }

    fn describe(_: &mut Op<'_>) {}
}

/// A package in the form that it is wanted in.
pub(in super::super) struct Sent {
    package: Package,
    page: Option<String>,
    form: Form,
}

impl Reply for Sent {
    fn into_answer(self) -> Answer {
        // Nothing is loaded from anywhere, and nothing runs.
        let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
        let answer = match (self.form, self.page) {
            (Form::Html, Some(page)) => {
                let answer = Answer::bytes(200, "text/html; charset=utf-8", page);
                answer.header(header::CONTENT_SECURITY_POLICY, policy)
            }
            (Form::Vcard, _) if self.package.kind == Right::Portability => {
                Answer::bytes(200, "text/vcard; charset=utf-8", vcard::written(&self.package))
            }
            _ => Plain(self.package).into_answer(),
        };
        answer.header(header::VARY, "Accept")
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
/// told with it. It completes the request. It must be known or proven who asked, and which contact it is about.
#[utoipa::path(post, path = "/v1/subject-requests/{id}/package")]
pub(in super::super) async fn build_package(
    access: Access<SubjectRequestsDecide>,
    MayBeEmpty(asked): MayBeEmpty<BuildPackage>,
    ById(id): ById<SubjectRequestId>,
) -> Result<Done<Found<SubjectRequest>>, Error> {
    access.change(move |tx| store::build(tx, id, asked.explanation)).await
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
    let package = access.read(move |tx| store::read(tx, id)).await?;
    let page = if form == Form::Html { Some(html::page(&package)?) } else { None };
    Ok(Sent { package, page, form })
}
