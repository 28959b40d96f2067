//! Requests as a story makes them, and answers as it reads them.

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

/// A request being put together.
pub(crate) struct Request(reqwest::RequestBuilder);

impl Request {
    pub(super) fn new(builder: reqwest::RequestBuilder) -> Self {
        Self(builder)
    }

    /// With a bearer token.
    pub(crate) fn token(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// With a header.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// With `If-Match`.
    pub(crate) fn if_match(self, etag: &str) -> Self {
        self.header("If-Match", etag)
    }

    /// With a JSON body.
    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With a merge patch.
    pub(crate) fn merge_patch(self, body: &Value) -> Self {
        self.body("application/merge-patch+json", body.to_string())
    }

    /// With a body of a media type.
    pub(crate) fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.header(CONTENT_TYPE, media_type).body(body.into()))
    }

    /// Sends it.
    pub(crate) async fn send(self) -> Answer {
        self.try_send().await.expect("an answer")
    }

    /// Sends it to a server that may not answer.
    pub(crate) async fn try_send(self) -> Result<Answer, reqwest::Error> {
        let response = self.0.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, body: response.bytes().await?.to_vec() })
    }

    /// Sends it, and returns the body in the pieces in which it was sent.
    pub(crate) async fn pieces(self) -> Vec<Vec<u8>> {
        let mut response = self.0.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        let mut pieces = Vec::new();
        while let Some(piece) = response.chunk().await.expect("a whole body") {
            pieces.push(piece.to_vec());
        }
        pieces
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body, byte for byte.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value, empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// All headers, by name.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (String, String)> {
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        self.headers.iter().map(move |(name, value)| (name.to_string(), text(value)))
    }

    /// The entity tag.
    pub(crate) fn etag(&self) -> String {
        self.header("etag")
    }

    /// The same answer, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The same answer, if it is this problem.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status, "{body}");
        assert_eq!(body["type"], format!("/problems/{code}"), "{body}");
        self
    }

    /// The faults of a problem, as `pointer code`, sorted.
    #[track_caller]
    pub(crate) fn faults(&self) -> Vec<String> {
        let body = self.json();
        let faults = body["errors"].as_array().cloned().unwrap_or_default();
        let told = |fault: &Value| {
            format!(
                "{} {}",
                fault["pointer"].as_str().or(fault["parameter"].as_str()).unwrap(),
                fault["code"].as_str().unwrap()
            )
        };
        let mut faults: Vec<String> = faults.iter().map(told).collect();
        faults.sort();
        faults
    }
}
