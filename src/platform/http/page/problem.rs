//! A problem as a person is told it who followed a link.

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
            "The link is not complete, or it is not one of ours. Nothing has changed.",
            "If you copied it from a mail, please make sure that you have all of it: it may stand on two lines.",
        ),
        Code::Gone | Code::Erased | Code::Merged => (
            "This link no longer works",
            error.detail(),
            "Nothing has changed just now, and what you chose before still holds. If you still need this page, use the link in our newest mail to you, or call us.",
        ),
        Code::WrongReference => (
            "This is not your reference number",
            "The number is not that of the request which this link is about. Nothing was opened.",
            "Please go back and enter it again. It begins with SR, and is in our letters to you. After a few wrong numbers the link no longer works.",
        ),
        Code::Restricted => (
            "We cannot do this just now",
            "Your data is restricted: we keep it and do not use it. Nothing has changed.",
            "You can say no to anything at any time. You can say yes again once the restriction has ended.",
        ),
        Code::RateLimited => (
            "Please wait a moment",
            "We have had too many requests from your network in a short time. Nothing has changed.",
            "Please wait a minute, then load the page again.",
        ),
        Code::Internal | Code::Unavailable => (
            "Sorry, this does not work just now",
            "The fault is ours. Nothing has changed.",
            "Please try again in a few minutes.",
        ),
        Code::KeyMissing => (
            "Sorry, we cannot open your data just now",
            "The fault is ours. Nothing has changed.",
            "Please write to us, and we will do what you want. The link at the foot of our mails still stops them.",
        ),
        Code::OutcomeUnknown => (
            "Sorry, we cannot tell whether this worked",
            "The fault is ours: the answer of our database was lost.",
            "Please open the link in the mail again: it shows what stands now, and you can choose again.",
        ),
        _ => (
            "Sorry, we did not understand that",
            "What your browser sent is not what this page asks. Nothing has changed.",
            "Please go back to the link in the mail, and use the buttons on its page.",
        ),
    }
}
