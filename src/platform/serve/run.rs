//! An operation as the routes run it: from the judgement of the token to the response.
//!
//! Every request takes this path. What differs between two operations is an [`Operation`]'s values and one boxed closure, so
//! that the compiler makes one copy of the path for all of them.

use std::future::Future;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;

use super::once::once;
use crate::domain::{Code, Error};
use crate::platform::access::{Access, Judged};
use crate::platform::auth::Terms;
use crate::platform::http::{
    Answer, Incoming, NoQuery, PathValues, caught, guarded, log_cause, page_problem, problem_for, request_id, reserve,
};
use crate::platform::rate::Left;

/// Why a handler was not called.
pub(super) struct NotTaken(pub(super) Error);

/// Takes a handler's arguments from a request and calls the handler.
pub(super) type Call = Arc<
    dyn Fn(Access<Judged>, Incoming) -> LocalBoxFuture<'static, Result<Result<Answer, Error>, NotTaken>> + Send + Sync,
>;

/// An operation as it is served.
#[derive(Clone)]
pub(super) struct Operation {
    /// Its method.
    pub(super) method: Method,
    /// The permission that it runs under.
    pub(super) terms: Terms,
    /// How many bytes its body may have.
    pub(super) body_limit: usize,
    /// Whether it has query parameters.
    pub(super) takes_query: bool,
    /// Whether it has pages for a browser besides its JSON.
    pub(super) shows_pages: bool,
    /// Its handler.
    pub(super) call: Call,
}

impl Operation {
    /// Answers a request.
    pub(super) async fn run(self, request: HttpRequest, payload: Payload) -> HttpResponse {
        let answer = survive(self.settle(&request, payload), &request, self.shows_pages).await;
        let answer = if self.shows_pages { guarded(answer) } else { answer };
        let is_read = request.method() == Method::GET || !self.terms.writes;
        let (answer, held) = reserve(answer, &request, is_read);
        answer.into_response(&request, !self.terms.public, held)
    }

    async fn settle(&self, request: &HttpRequest, payload: Payload) -> Result<Answer, Error> {
        let access = Access::judge(request, &self.terms).await?;
        if let Some(left) = access.rate_left() {
            request.extensions_mut().insert(left.clone());
        }
        let incoming = access.incoming(request.clone(), payload, self.body_limit);
        if request.method() == Method::POST && !self.terms.public {
            once(access, incoming, self).await
        } else {
            self.carry_out(access, incoming).await
        }
    }

    /// Takes the handler's arguments from a request, and calls it.
    ///
    /// # Errors
    /// What the request is refused for, or what the handler fails with.
    pub(super) async fn carry_out(&self, access: Access<Judged>, incoming: Incoming) -> Result<Answer, Error> {
        let (caller, request) = (access.again(), incoming.request.clone());
        let called = if self.takes_query { Ok(()) } else { NoQuery::check(incoming.query_string()) };
        let called = match called {
            Ok(()) => (self.call)(access, incoming).await,
            Err(error) => Err(NotTaken(error)),
        };
        let carried_out = match called {
            Ok(answer) => answer,
            Err(NotTaken(error)) if error.code() == Code::NotFound => {
                Err(caller.again().admitted().await.err().unwrap_or(error))
            }
            Err(NotTaken(error)) => Err(error),
        };
        if let Err(error) = &carried_out {
            caller.note_refusal(&self.terms, &request, error);
        }
        carried_out
    }

    /// Reads the operation's resource for a caller, at a path of these values, for the replay of the write `request`: under the
    /// permission that a `GET` needs.
    ///
    /// # Errors
    /// The problem that the `GET` is answered with.
    pub(super) async fn read_again(
        &self,
        access: Access<Judged>,
        request: HttpRequest,
        values: PathValues,
    ) -> Result<Answer, Error> {
        let access = access.narrowed(&self.terms)?;
        let incoming =
            Incoming { read_again: Some(values), ..access.incoming(request, Payload::None, self.body_limit) };
        self.carry_out(access, incoming).await
    }
}

/// The answer of a request that is carried out, a problem if that fails or panics.
async fn survive(
    carried_out: impl Future<Output = Result<Answer, Error>>,
    request: &HttpRequest,
    shows_pages: bool,
) -> Answer {
    let answer = caught(carried_out).await.flatten();
    let mut answer = answer.unwrap_or_else(|error| {
        log_cause(&error, &request_id(request));
        if shows_pages { page_problem(&error, request) } else { problem_for(&error, request) }
    });
    if let Some(left) = request.extensions().get::<Left>() {
        answer.headers.extend(left.headers());
    }
    answer
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[actix_web::test]
    async fn a_panic_in_a_handler_is_a_problem_and_tells_nothing_of_itself() {
        let request = TestRequest::default().to_http_request();
        let answer = survive(async { panic!("Ada Lovelace") }, &request, false).await;
        assert_eq!(answer.status, 500);
        let crate::platform::http::answer::Payload::Whole(body) = answer.payload else { panic!("a stream") };
        let text = String::from_utf8(body).unwrap();
        assert!(text.contains(r#""code":"internal""#) && !text.contains("Ada"), "{text}");
    }
}
