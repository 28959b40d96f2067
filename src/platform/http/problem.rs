//! Problem documents (RFC 9457): the one place where an [`Error`] becomes something that is sent.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName};
use serde::Serialize;

use super::answer::Answer;
use super::request_id::request_id;
use crate::domain::{Code, ContactId, Error, Fault, LISTED_FAULTS, LegalHoldId, cut};

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The largest problem, in bytes. A problem that would be larger lists fewer faults and counts more.
const LARGEST: usize = 64 * 1024;
/// The longest `detail`, in characters. Ours are shorter; the bound is for those that a library writes.
const LONGEST_DETAIL: usize = 1_000;

/// A problem document (RFC 9457). Every response with a status of 400 or above is one.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// The address of a page about this kind of problem, relative to the service.
    #[schema(format = "uri-reference", example = "/problems/invalid")]
    pub r#type: String,
    /// The stable code of this kind of problem.
    #[schema(example = "invalid")]
    pub code: &'static str,
    /// The kind of problem, in a few words; the same in every occurrence.
    #[schema(example = "The request breaks a rule")]
    pub title: &'static str,
    /// The HTTP status code.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What went wrong this time, and what to change.
    #[schema(example = "You must change one thing in the request; see errors.")]
    pub detail: String,
    /// The id of the request. Quote it when you ask for help.
    #[schema(example = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901")]
    pub instance: String,
    /// The faults found in the request, each with a pointer to the faulty member: all faults, or the first
    /// 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 100)]
    pub errors: Vec<Fault>,
    /// The number of faults that `errors` does not list; absent where it lists them all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, example = 409_900)]
    pub more: Option<usize>,
    /// The permission that the operation needs. None of the token's roles has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "contacts:update", nullable = false)]
    pub permission: Option<&'static str>,
    /// The article or regulation that decided the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "UK GDPR Article 7(3)", nullable = false)]
    pub article: Option<&'static str>,
    /// The states that the resource can move to from its present state; empty if its state is final.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub allowed_transitions: Option<Vec<&'static str>>,
    /// The status of the agreement, which is why it allows nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "suspended", nullable = false)]
    pub agreement_status: Option<&'static str>,
    /// The existing contact that the request conflicts with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// The contact that now holds the data of this one, after a merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub merged_into: Option<ContactId>,
    /// The legal holds that keep the data, for a caller with `holds:read`: the first 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 100)]
    pub hold_ids: Option<Vec<LegalHoldId>>,
}

/// The problem that `error` is, in at most [`LARGEST`] bytes.
fn body(error: &Error, instance: &str) -> Vec<u8> {
    let (entry, particulars) = (error.code().entry(), error.particulars());
    let mut listed = LISTED_FAULTS;
    loop {
        let faults = particulars.faults.clone().at_most(listed);
        let problem = Problem {
            r#type: format!("/problems/{}", entry.name),
            code: entry.name,
            title: entry.title,
            status: entry.status,
            detail: cut(error.detail(), LONGEST_DETAIL).into_owned(),
            instance: instance.to_owned(),
            errors: faults.listed().to_vec(),
            more: Some(faults.more()).filter(|more| *more > 0),
            permission: particulars.permission,
            article: particulars.article,
            allowed_transitions: particulars.allowed_transitions.clone(),
            agreement_status: particulars.agreement_status,
            contact_id: particulars.contact_id,
            merged_into: particulars.merged_into,
            hold_ids: particulars.hold_ids.clone(),
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        if body.len() <= LARGEST || listed == 0 {
            return body;
        }
        listed /= 2;
    }
}

/// The problem that `error` is, for this request.
pub fn problem_for(error: &Error, request: &HttpRequest) -> Answer {
    answer(error, &request_id(request))
}

/// The answer that tells `error` to the caller of the request `instance`.
pub fn answer(error: &Error, instance: &str) -> Answer {
    let (entry, more) = (error.code().entry(), error.particulars());
    let mut answer = Answer::bytes(entry.status, PROBLEM_JSON, body(error, instance));
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::answer::Payload;
    use super::*;
    use crate::domain::Faults;

    fn told(error: &Error) -> (usize, Value) {
        let Payload::Whole(body) = answer(error, "01937a5e-8f00-7c3a-9d55-3f2a60b1c901").payload else {
            panic!("a stream")
        };
        (body.len(), serde_json::from_slice(&body).unwrap())
    }

    /// A fault whose pointer takes as many bytes as one can: each character is escaped with six.
    fn largest(at: usize) -> Fault {
        Fault::new(format!("/{at}{}", "\u{1}".repeat(500)), "unknown", "is not a member of this operation")
    }

    #[test]
    fn a_problem_counts_the_faults_that_it_does_not_list() {
        let faults: Faults = (0..510_000).map(|at| Fault::new(format!("/{at}"), "type", "must be a number")).collect();
        let (size, problem) = told(&Error::invalid(faults));
        assert_eq!((problem["errors"].as_array().unwrap().len(), &problem["more"]), (100, &Value::from(509_900)));
        assert!(size < 16 * 1024, "{size}");
        let (_, problem) = told(&Error::invalid(vec![Fault::unknown_reference("/contact_id")]));
        assert!(problem.get("more").is_none(), "{problem}");
    }

    #[test]
    fn a_problem_is_never_larger_than_64_kib() {
        let (size, problem) = told(&Error::invalid((0..1_000).map(largest).collect::<Faults>()));
        let listed = problem["errors"].as_array().unwrap().len();
        assert!(size <= LARGEST && listed >= 10, "{size} bytes list {listed}");
        assert_eq!(problem["more"], 1_000 - listed);

        let states = vec!["proposed"; 200];
        let long = Error::new(Code::Conflict, "\u{1}".repeat(1_000_000)).with(|p| {
            p.faults = (0..1_000).map(largest).collect();
            p.allowed_transitions = Some(states);
        });
        let (size, problem) = told(&long);
        assert!(size <= LARGEST, "{size}");
        assert_eq!(problem["detail"].as_str().unwrap().chars().count(), LONGEST_DETAIL + 1);
    }
}
