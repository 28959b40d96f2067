//! An operation as it is served. What differs between two operations is an [`Operation`]'s values and one boxed closure, so that
//! the compiler makes one copy of a request's path for all of them.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::Method;
use futures_util::future::LocalBoxFuture;

use crate::domain::{Code, Error};
use crate::platform::access::{Access, Judged};
use crate::platform::auth::Terms;
use crate::platform::http::{Answer, Incoming, NoQuery, PathValues};

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
    /// The media types of its body, if it needs one.
    pub(super) body_types: Arc<[String]>,
    /// Whether it has query parameters.
    pub(super) takes_query: bool,
    /// Whether it has pages for a browser besides its JSON.
    pub(super) shows_pages: bool,
    /// Its handler.
    pub(super) call: Call,
}

impl Operation {
    /// Returns whether responses may be compressed. Those behind a capability link are not, because they have the link's secret
    /// beside texts that others may have written (BREACH).
    pub(super) fn is_compressed(&self) -> bool {
        !self.shows_pages
    }

    /// Checks the media type of a body that the operation needs, from the head alone.
    ///
    /// # Errors
    /// 415.
    pub(super) fn check_media_type(&self, incoming: &Incoming) -> Result<(), Error> {
        let expected: Vec<&str> = self.body_types.iter().map(String::as_str).collect();
        if expected.is_empty() { Ok(()) } else { incoming.expect_one_of(&expected).map(|_| ()) }
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
