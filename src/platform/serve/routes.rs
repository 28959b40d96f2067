//! Which handler answers which request: one tree of paths, made once and asked by every worker.
//!
//! The framework's own resources are a list of regular expressions, which each worker compiles for itself and tries one
//! after the other. A tree is asked once, however many paths there are; what is plain goes before what is a parameter.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpMessage, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use matchit::{InsertError, Router};

use super::near_path::nearest_path;
use super::operation::Operation;
use crate::domain::{Code, Error};
use crate::platform::access::{Access, Judged};
use crate::platform::http::{Answer, Matched, PathValues, caught, log_cause, problem_for, request_id};

/// The operations of all rooms, by path.
pub struct Routes {
    router: Router<Resource>,
    /// The paths of all operations, in order.
    patterns: Vec<Arc<str>>,
}

/// What is served at a path.
struct Resource {
    pattern: Arc<str>,
    operations: Vec<Operation>,
}

impl Routes {
    /// The routes of operations, each with its path.
    pub(super) fn of(operations: impl Iterator<Item = (String, Operation)>) -> Result<Self, InsertError> {
        let mut paths: BTreeMap<String, Vec<Operation>> = BTreeMap::new();
        for (path, operation) in operations {
            paths.entry(path).or_default().push(operation);
        }
        let (mut router, mut patterns) = (Router::new(), Vec::new());
        for (path, operations) in paths {
            let pattern: Arc<str> = path.as_str().into();
            patterns.push(pattern.clone());
            router.insert(path, Resource { pattern, operations })?;
        }
        Ok(Self { router, patterns })
    }

    fn answer(&self, request: HttpRequest, payload: Payload) -> LocalBoxFuture<'static, HttpResponse> {
        let Ok(found) = self.router.at(request.match_info().unprocessed()) else {
            let nearest = nearest_path(request.path(), self.patterns.iter().map(AsRef::as_ref));
            return Box::pin(ready(no_operation(&request, nearest)));
        };
        let Resource { pattern, operations } = found.value;
        let values = PathValues::of(&found.params);
        request.extensions_mut().insert(Matched { pattern: pattern.clone(), values });
        if let Some(operation) = operations.iter().find(|operation| operation.method == request.method()) {
            return Box::pin(operation.clone().run(request, payload));
        }
        Box::pin(ready(not_allowed(operations.iter().map(|operation| operation.method.as_str()), &request)))
    }

    /// The operation that reads the resource at a path; `None` when no operation reads there.
    fn reader(&self, path: &str) -> Option<(&Operation, PathValues)> {
        let found = self.router.at(path).ok()?;
        let reads = found.value.operations.iter().find(|operation| operation.method == Method::GET)?;
        Some((reads, PathValues::of(&found.params)))
    }
}

/// Has every request answered by the routes that nothing installed before takes.
pub fn install(routes: &Arc<Routes>, config: &mut ServiceConfig) {
    config.app_data(routes.clone());
    let routes = routes.clone();
    let answer = move |request: HttpRequest, payload: web::Payload| routes.answer(request, payload.into_inner());
    config.default_service(web::to(answer));
}

/// Reads the resource at `path` for a caller, as a `GET` of that path does, while `request` is answered.
///
/// # Errors
/// The problem that the `GET` is answered with.
pub(super) async fn read_again(request: &HttpRequest, access: Access<Judged>, path: &str) -> Result<Answer, Error> {
    let reader = request.app_data::<Arc<Routes>>().and_then(|routes| routes.reader(path));
    let Some((operation, values)) = reader else {
        return Err(Error::internal("no operation reads the resource of a kept answer"));
    };
    operation.read_again(access, request.clone(), values).await
}

/// Serves `GET` of `path` by `handler` outside the rooms. Other methods and a panic are answered as in the rooms.
pub fn install_page<A: FromRequest + 'static>(
    path: &str,
    handler: impl Handler<A, Output = HttpResponse>,
    config: &mut ServiceConfig,
) {
    let others = |request: HttpRequest| ready(not_allowed(std::iter::once("GET"), &request));
    let page = move |request: HttpRequest, arguments: A| {
        let handler = handler.clone();
        async move {
            let page = caught(async move { handler.call(arguments).await });
            page.await.unwrap_or_else(|error| failed(&error, &request))
        }
    };
    config.service(web::resource(path).route(web::get().to(page)).default_service(web::to(others)));
}

/// The answer of a page that failed.
fn failed(error: &Error, request: &HttpRequest) -> HttpResponse {
    log_cause(error, &request_id(request));
    problem_for(error, request).into_response(request, false, None)
}

/// The answer to a request for a path that no operation has.
pub fn not_found(request: &HttpRequest) -> HttpResponse {
    no_operation(request, None)
}

/// The answer to a request for a path that no operation has, with the path that the caller most likely meant.
fn no_operation(request: &HttpRequest, nearest: Option<&str>) -> HttpResponse {
    let nearest = nearest.map(|path| format!(" The nearest path is {path}.")).unwrap_or_default();
    let detail = format!("No operation has this path.{nearest} The API document, /openapi.json, lists all paths.");
    problem_for(&Error::new(Code::NotFound, detail), request).into_response(request, false, None)
}

/// The answer to a method that what is there does not know: 405 with `Allow`.
fn not_allowed<'a>(methods: impl Iterator<Item = &'a str>, request: &HttpRequest) -> HttpResponse {
    let mut methods: Vec<&str> = methods.collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    let allow = methods.join(", ");
    let error = Error::new(Code::MethodNotAllowed, format!("This address supports {allow}."));
    problem_for(&error.with(|problem| problem.allow = Some(allow)), request).into_response(request, false, None)
}
