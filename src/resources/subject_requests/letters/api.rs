//! A letter on paper: as text, or as a page to be printed.

use actix_web::http::header;

use super::super::content_policy::POLICY;
use crate::domain::{Controller, Error};
use crate::platform::http::{Answer, Incoming, MediaType, Op, Reply, Take, Text};
use crate::platform::mail::Words;

const HTML: &str = "text/html";

/// In which form a letter is wanted, as `Accept` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Html,
}

impl Take for Form {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let preferred = incoming.preferred("text/plain", &[HTML]);
        Ok(if preferred == HTML { Self::Html } else { Self::Text })
    }

    fn describe(_: &mut Op<'_>) {}
}

/// The media type of a letter as text.
struct PlainText;

impl MediaType for PlainText {
    const NAME: &'static str = "text/plain; charset=utf-8";
}

/// A letter in the form that it is wanted in.
pub struct Sheet(Answer);

impl Sheet {
    /// A letter of the controller.
    ///
    /// # Errors
    /// When it cannot be written, which none of ours is.
    pub(super) fn of(words: &Words, controller: &Controller, form: Form) -> Result<Self, Error> {
        let answer = match form {
            Form::Text => Text::<PlainText>::new(words.text(controller)?).into_answer(),
            Form::Html => {
                let page = Answer::bytes(200, "text/html; charset=utf-8", words.html(controller)?);
                page.header(header::CONTENT_SECURITY_POLICY, POLICY)
            }
        };
        Ok(Self(answer.by_accept()))
    }
}

impl Reply for Sheet {
    fn into_answer(self) -> Answer {
        self.0
    }

    fn describe(op: &mut Op<'_>) {
        Text::<PlainText>::describe(op);
        op.also_answers(200, HTML);
    }
}
