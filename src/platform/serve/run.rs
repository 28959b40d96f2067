//! An operation as the routes run it.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;

use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::Public;
use crate::platform::http::{Answer, PathValues};

/// What answers a request.
pub(super) type Run = Arc<dyn Fn(HttpRequest, Payload) -> LocalBoxFuture<'static, HttpResponse> + Send + Sync>;

/// Reads a resource again for a caller, at a path of these values. The request is that of the write which is replayed.
pub(super) type ReadAgain = Arc<
    dyn Fn(Access<Public>, HttpRequest, PathValues) -> LocalBoxFuture<'static, Result<Answer, Error>> + Send + Sync,
>;

/// An operation as it is served.
#[derive(Clone)]
pub(super) struct Operation {
    /// Its method.
    pub(super) method: Method,
    /// Answers a request.
    pub(super) run: Run,
    /// Reads its resource for a replay; `None` of what is no `GET`.
    pub(super) read_again: Option<ReadAgain>,
}
