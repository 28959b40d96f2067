//! Pages for a browser, where an operation has them besides its JSON: what all have in common, and the headers that
//! keep an address secret whose last part is the permission.

mod problem;

use std::sync::{Arc, LazyLock};

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName};
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Answer, JSON};
use super::describe::Op;
use super::incoming::{Incoming, Take};
use super::installed::identity_of;
use super::negotiation::{self, HTML};
use super::replay::{Replay, Replayable};
use super::reply::Reply;
use crate::domain::{Controller, Error, Identity, Telephone};

pub use problem::answer as page_problem;

const HTML_UTF8: &str = "text/html; charset=utf-8";

/// The style of every page: the one thing besides its text that a page has.
const STYLE: &str = include_str!("../../../../templates/pages/style.css");

/// Nothing is loaded from anywhere, and nothing runs; the style is the one that we wrote; forms come back to us alone.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// What every page has in common, for its template.
pub struct Frame(Arc<Identity>);

impl Frame {
    /// Who is responsible for the data.
    pub fn controller(&self) -> &Controller {
        &self.0.controller
    }

    /// Its telephone number, as people write it.
    pub fn telephone(&self) -> String {
        let given = &self.0.controller.telephone;
        Telephone::parse(given).map_or_else(|_| given.clone(), |number| number.as_written())
    }

    /// The style.
    pub fn style(&self) -> &'static str {
        STYLE
    }
}

/// Returns whether `Accept` prefers a page. If it ranks both alike, or names neither, the caller gets
/// JSON.
fn prefers_page(request: &HttpRequest) -> bool {
    negotiation::preferred(request, (JSON, &[HTML])) == HTML
}

/// Whether JSON is wanted, or a page.
pub struct PageOrJson(Option<Frame>);

impl Take for PageOrJson {
    const SHOWS_PAGES: bool = true;

    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let wanted = incoming.prefers(HTML, JSON);
        Ok(Self(identity_of(&incoming.request).filter(|_| wanted).map(Frame)))
    }

    fn describe(_: &mut Op<'_>) {}
}

/// Draws a page of a value.
type Draw<T> = Box<dyn FnOnce(&T, &Frame) -> askama::Result<String> + Send>;

/// A value as JSON or as a page, whichever is wanted. `STATUS` is 200, or 202 for what has yet to come into effect.
pub struct Shown<T, const STATUS: u16 = 200> {
    value: T,
    page: Option<(Frame, Draw<T>)>,
}

impl PageOrJson {
    /// Whether a page is wanted.
    pub fn is_page(&self) -> bool {
        self.0.is_some()
    }

    /// The value as it is wanted; `draw` makes the page.
    pub fn show<T, const STATUS: u16>(
        self,
        value: T,
        draw: impl FnOnce(&T, &Frame) -> askama::Result<String> + Send + 'static,
    ) -> Shown<T, STATUS> {
        let draw: Draw<T> = Box::new(draw);
        Shown { value, page: self.0.map(|frame| (frame, draw)) }
    }
}

impl<T: Serialize + ToSchema + Send + 'static, const STATUS: u16> Reply for Shown<T, STATUS> {
    fn into_answer(self) -> Answer {
        let Some((frame, draw)) = self.page else { return Answer::json(STATUS, &self.value) };
        match draw(&self.value, &frame) {
            Ok(text) => Answer::bytes(STATUS, HTML_UTF8, text),
            Err(error) => super::problem::answer(&Error::internal(format_args!("a page: {error}")), ""),
        }
    }

    fn describe(op: &mut Op<'_>) {
        let text = match STATUS {
            202 => "Accepted, and not in effect yet.",
            _ => "The result.",
        };
        op.answers::<T>(STATUS, text, JSON);
    }
}

/// Operations behind capability links take no idempotency key.
impl<T: Serialize + ToSchema + Send + 'static, const STATUS: u16> Replayable for Shown<T, STATUS> {
    fn replay(&self) -> Replay {
        Replay::Nothing
    }
}

/// The answer of an operation that has pages, with what must be said of all its answers: the address is a secret, and
/// what is there depends on `Accept`.
pub fn guarded(answer: Answer) -> Answer {
    let is_page = answer.get(&header::CONTENT_TYPE) == Some(HTML_UTF8);
    let varies = answer.get(&header::VARY).is_some();
    let answer = if varies { answer } else { answer.header(header::VARY, "Accept") };
    let answer = answer
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(HeaderName::from_static("x-robots-tag"), "noindex");
    // A page that is a document of its own says what it may load.
    let is_page = is_page && answer.get(&header::CONTENT_SECURITY_POLICY).is_none();
    if is_page { answer.header(header::CONTENT_SECURITY_POLICY, POLICY.as_str()) } else { answer }
}
