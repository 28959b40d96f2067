//! What every request passes: its id, `HEAD` answered as `GET` without a body, one log line.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error as FrameworkError, HttpMessage};
use futures_util::Stream;

use crate::domain::{Clock, IdMint};
use crate::platform::http::cors::with_problem;
use crate::platform::http::{RequestId, in_pieces, pattern, request_id};
use crate::platform::telemetry::Metrics;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A method by its name, or `other`: a caller can make up as many as it likes, and with any text.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// The body of a request.
struct Body(Rc<RefCell<Payload>>);

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(context)
    }
}

/// The body of a response, which keeps that of its request alive until it is sent.
struct Behind {
    sent: BoxBody,
    _received: Body,
}

impl MessageBody for Behind {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.sent.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.sent).poll_next(context)
    }
}

/// Shares the body between its reader and the response. The framework would read on forever if a
/// chunked body lost its reader. While there is a reader, the framework closes the connection after the
/// response instead.
fn shared_body(request: &mut ServiceRequest) -> Option<Body> {
    let payload = request.take_payload();
    if matches!(payload, Payload::None) {
        return None;
    }
    let shared = Rc::new(RefCell::new(payload));
    request.set_payload(Payload::Stream { payload: Box::pin(Body(shared.clone())) });
    Some(Body(shared))
}

/// The outermost middleware of a port that is not counted: the request gets its id, and `HEAD` is answered as `GET`.
pub(crate) async fn identify<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
    mint: IdMint,
    clock: Clock,
) -> Result<ServiceResponse, FrameworkError> {
    let mut given = request.headers().get_all(&X_REQUEST_ID).map(|value| value.to_str().unwrap_or_default());
    let id = match (given.next(), given.next()) {
        (Some(id), None) if (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()) => {
            id.to_owned()
        }
        _ => mint.uuid(clock.now()).to_string(),
    };
    request.extensions_mut().insert(RequestId(id.clone()));
    let body = shared_body(&mut request);
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let response = with_problem(next.call(request).await?.map_into_boxed_body());
    let mut response = response.map_body(|_, body| in_pieces(body));
    if let Some(received) = body {
        response = response.map_body(|_, sent| BoxBody::new(Behind { sent, _received: received }));
    }
    if let Ok(value) = HeaderValue::try_from(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    Ok(response)
}

/// The outermost middleware of the API: the same, counted and logged.
pub(crate) async fn pass<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    mint: IdMint,
    clock: Clock,
    metrics: Metrics,
) -> Result<ServiceResponse, FrameworkError> {
    let started = std::time::Instant::now();
    let method = request.method().clone();
    let response = identify(request, next, mint, clock).await?;
    let id = request_id(response.request());
    let pattern = pattern(response.request()).unwrap_or_else(|| "(none)".into());
    let (status, took) = (response.status().as_u16(), started.elapsed());
    let method = known(&method);
    metrics.answered(method, &pattern, status, took);
    tracing::info!(request_id = %id, method, route = %pattern, status, micros = took.as_micros(), "answered");
    Ok(response)
}
