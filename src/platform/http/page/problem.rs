//! A problem as a page for a person who followed a link.

use actix_web::HttpRequest;
use actix_web::http::header;
use askama::Template;

use super::super::answer::{Answer, Payload};
use super::super::installed::identity_of;
use super::super::problem::problem_for;
use super::super::request_id::request_id;
use super::{Frame, HTML_UTF8, prefers_page};
use crate::domain::{Code, Error};

#[derive(Template)]
#[template(path = "pages/problem.html")]
struct ProblemPage<'a> {
    frame: &'a Frame,
    title: &'static str,
    what: &'a str,
    now: &'static str,
    request: &'a str,
}

/// The problem that `error` is, as a page if one is wanted. Status and headers are the same.
pub fn answer(error: &Error, request: &HttpRequest) -> Answer {
    let mut answer = problem_for(error, request);
    let Some(frame) = identity_of(request).filter(|_| prefers_page(request)).map(Frame) else {
        return answer;
    };
    let (title, what, now) = words(error);
    let page = ProblemPage { frame: &frame, title, what, now, request: &request_id(request) };
    if let Ok(text) = page.render() {
        answer.headers.retain(|(name, _)| *name != header::CONTENT_TYPE);
        answer.headers.push((header::CONTENT_TYPE, HTML_UTF8.to_owned()));
        answer.payload = Payload::Whole(text.into_bytes());
    }
    answer
}

/// What it is called, what happened, and what to do now.
fn words(error: &Error) -> (&'static str, &str, &'static str) {
    match error.code() {
        Code::NotFound => (
            "We cannot find this page",
            "The link is not complete, or it is not ours. Nothing has changed.",
            "If you copied it from an email, check that you copied all of it. It may be on two lines.",
        ),
        Code::Gone | Code::Erased | Code::Merged => (
            "This link no longer works",
            error.detail(),
            "Nothing has changed, and your earlier choices still apply. If you still need this page, use the link in \
             our newest email to you, or call us.",
        ),
        Code::Restricted => (
            "We cannot do this just now",
            "Your data is restricted: we keep it but do not use it. Nothing has changed.",
            "You can say no at any time. You can say yes again after the restriction ends.",
        ),
        Code::RateLimited => (
            "Wait a moment",
            "We have had too many requests from your network in a short time. Nothing has changed.",
            "Wait a minute, then load the page again.",
        ),
        Code::Internal | Code::Unavailable => (
            "Sorry, there is a problem with the service",
            "This is our fault. Nothing has changed.",
            "Try again in a few minutes.",
        ),
        Code::KeyMissing => (
            "Sorry, we cannot open your data",
            "This is our fault. Nothing has changed.",
            "Write to us, and we will do what you want. The link at the end of our emails still stops them.",
        ),
        Code::OutcomeUnknown => (
            "Sorry, we do not know if this worked",
            "This is our fault: our database did not reply.",
            "Open the link in the email again. It shows your choices now, and you can choose again.",
        ),
        _ => (
            "Sorry, we did not understand that",
            "Your browser sent something that this page does not expect. Nothing has changed.",
            "Go back to the link in the email, and use the buttons on its page.",
        ),
    }
}
