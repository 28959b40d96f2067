//! Problem documents (RFC 9457): the one place where an [`Error`] becomes something that is sent.

use actix_web::http::header::{self, HeaderName};
use serde::Serialize;

use super::answer::Answer;
use crate::domain::{Code, ContactId, Error, Fault};

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem document (RFC 9457). Every answer of 400 and above is one.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// The address of a page about this kind of problem, relative to the service.
    #[schema(format = "uri-reference", example = "/problems/invalid")]
    pub r#type: String,
    /// The stable code of this kind of problem.
    #[schema(example = "invalid")]
    pub code: &'static str,
    /// What kind of problem it is; the same in every occurrence.
    #[schema(example = "The request breaks a rule")]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time and what to change.
    #[schema(example = "One thing in the request must be changed; see errors.")]
    pub detail: String,
    /// The id of the request that met the problem: quote it when asking for help.
    #[schema(example = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901")]
    pub instance: String,
    /// Every fault found in the request, each with a pointer to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<Fault>,
    /// The permission that none of the token's roles has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "contacts:update", nullable = false)]
    pub permission: Option<&'static str>,
    /// The article or regulation that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "UK GDPR Article 7(3)", nullable = false)]
    pub article: Option<&'static str>,
    /// The states that the resource can go to from where it is; empty when its state is final.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub allowed_transitions: Option<Vec<&'static str>>,
    /// The contact that is there already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// The contact that this one was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub merged_into: Option<ContactId>,
}

/// The answer that tells `error` to the caller of the request `instance`.
pub fn answer(error: &Error, instance: &str) -> Answer {
    let (entry, more) = (error.code().entry(), error.particulars());
    let body = Problem {
        r#type: format!("/problems/{}", entry.name),
        code: entry.name,
        title: entry.title,
        status: entry.status,
        detail: error.detail().to_owned(),
        instance: instance.to_owned(),
        errors: more.faults.clone(),
        permission: more.permission,
        article: more.article,
        allowed_transitions: more.allowed_transitions.clone(),
        contact_id: more.contact_id,
        merged_into: more.merged_into,
    };
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let mut answer = Answer::bytes(entry.status, PROBLEM_JSON, body);
    match error.code() {
        Code::Unauthenticated => {
            answer = answer.header(header::WWW_AUTHENTICATE, r#"Bearer realm="iewm""#);
        }
        Code::InvalidToken => {
            answer = answer.header(header::WWW_AUTHENTICATE, r#"Bearer realm="iewm", error="invalid_token""#);
        }
        _ => {}
    }
    if let Some(seconds) = more.retry_after {
        answer = answer.header(header::RETRY_AFTER, seconds.to_string());
    }
    for (name, value) in &more.headers {
        if let Ok(name) = HeaderName::try_from(name) {
            answer = answer.header(name, value.clone());
        }
    }
    match (&more.allow, entry.status) {
        (Some(allow), 405) => answer.header(header::ALLOW, allow.clone()),
        (Some(types), 415) if types.contains("merge-patch") => {
            answer.header(HeaderName::from_static("accept-patch"), types.clone())
        }
        (Some(types), 415) => answer.header(HeaderName::from_static("accept-post"), types.clone()),
        _ => answer,
    }
}
