//! How a room serves its handlers. Route and description are registered in one act, so that they
//! cannot part; a handler whose first argument is not an [`Access`] does not compile.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{Handler, HttpMessage, HttpRequest, HttpResponse};
use matchit::InsertError;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterIn};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{OpenApi, RefOr, Schema};

use super::once::once;
use super::routes::Routes;
use super::run::{self, ReadAgain, Run};
use crate::domain::{Code, Error};
use crate::platform::access::Access;
use crate::platform::auth::{PERMISSIONS, Permission};
use crate::platform::http::{
    Answer, BODY_LIMIT, Incoming, NoQuery, Op, Outcome, PUBLIC_BODY_LIMIT, Take, caught, describe_key, guarded,
    log_cause, page_problem, problem_for, request_id, reserve,
};
use crate::platform::rate::Left;

/// A handler's arguments: `Access<P>` first, then what it takes from the request, in the order in
/// which it is judged.
#[diagnostic::on_unimplemented(
    message = "this handler has no right to run: its first argument must be an `Access<P>`, the others `Take`"
)]
pub trait Arguments: Sized + 'static {
    /// The permission that the handler runs under.
    type Permission: Permission;

    /// How many bytes the body of the operation may have.
    const BODY_LIMIT: usize;

    /// The permission that a form of the operation needs besides the operation's own.
    const FORM_NEEDS: Option<&'static str>;

    /// Whether the operation has pages for a browser besides its JSON.
    const SHOWS_PAGES: bool;

    /// Takes the rest from the request.
    ///
    /// # Errors
    /// The first problem met.
    fn take(access: Access<Self::Permission>, incoming: &mut Incoming) -> impl Future<Output = Result<Self, Error>>;

    /// Adds to the description of the operation.
    fn describe(op: &mut Op<'_>);
}

macro_rules! arguments {
    ($($name:ident)*) => {
        impl<P: Permission, $($name: Take + 'static),*> Arguments for (Access<P>, $($name,)*) {
            type Permission = P;

            const BODY_LIMIT: usize = {
                let own: Option<usize> = None;
                $(let own = if $name::BODY_LIMIT.is_some() { $name::BODY_LIMIT } else { own };)*
                match own {
                    Some(own) => own,
                    None if P::PUBLIC => PUBLIC_BODY_LIMIT,
                    None => BODY_LIMIT,
                }
            };

            const FORM_NEEDS: Option<&'static str> = {
                let needed = None;
                $(let needed = if $name::FORM_NEEDS.is_some() { $name::FORM_NEEDS } else { needed };)*
                needed
            };

            const SHOWS_PAGES: bool = false $(|| $name::SHOWS_PAGES)*;

            async fn take(access: Access<P>, _incoming: &mut Incoming) -> Result<Self, Error> {
                // A tuple's parts are evaluated in order.
                Ok((access, $($name::take(_incoming).await?,)*))
            }

            fn describe(op: &mut Op<'_>) {
                Access::<P>::describe(op);
                $($name::describe(op);)*
            }
        }
    };
}
arguments!();
arguments!(A);
arguments!(A B);
arguments!(A B C);
arguments!(A B C D);

struct Served {
    path: String,
    method: HttpMethod,
    operation: Operation,
    run: Run,
    read_again: Option<ReadAgain>,
    permission: Option<&'static str>,
    form_needs: Option<&'static str>,
    shows_pages: bool,
}

/// One room's operations.
pub struct Room {
    tag: &'static str,
    about: &'static str,
    served: Vec<Served>,
    schemas: BTreeMap<String, RefOr<Schema>>,
}

/// An operation as the tests of roles see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listing {
    /// The method.
    pub method: String,
    /// The path with its parameters' names.
    pub path: String,
    /// The permission; `None` for a public operation.
    pub permission: Option<&'static str>,
    /// The permission that another form of its answer needs besides.
    pub form_needs: Option<&'static str>,
}

impl Room {
    /// A room whose operations are grouped under `tag`, described as `about`; their ids begin with the tag.
    pub fn new(tag: &'static str, about: &'static str) -> Self {
        Self { tag, about, served: Vec::new(), schemas: BTreeMap::new() }
    }

    /// Adds to the description of the operation served last the problems that are its own: those that
    /// its arguments and its answer do not bring along.
    #[must_use]
    pub fn problems(mut self, codes: &[Code]) -> Self {
        if let Some(served) = self.served.last_mut() {
            let mut op = Op { operation: &mut served.operation, schemas: &mut self.schemas };
            for &code in codes {
                op.code(code);
            }
        }
        self
    }

    /// Adds `key_missing` to the operations served so far whose path begins with one of `paths`, but to no deletion: an
    /// erasure needs no key.
    #[must_use]
    pub fn unseals(mut self, paths: &[&str]) -> Self {
        for served in &mut self.served {
            let unseals = paths.iter().any(|path| served.path.starts_with(path));
            if unseals && served.method != HttpMethod::Delete {
                Op { operation: &mut served.operation, schemas: &mut self.schemas }.code(Code::KeyMissing);
            }
        }
        self
    }

    /// Serves `handler` as its `#[utoipa::path]` says. Everything else in the description comes from
    /// the types of the handler's arguments and answer.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the documentation is a marker: its type is what counts")]
    pub fn serve<D, H, A>(mut self, _documentation: D, handler: H) -> Self
    where
        D: utoipa::Path,
        H: Handler<A> + Send + Sync,
        A: Arguments,
        H::Output: Outcome + 'static,
    {
        let (path, mut operation) = (D::path(), D::operation());
        operation.tags = Some(vec![self.tag.to_owned()]);
        operation.operation_id = operation.operation_id.map(|id| format!("{}_{id}", self.tag));
        let permission = (!A::Permission::PUBLIC).then_some(A::Permission::NAME);
        for method in D::methods() {
            let mut operation = operation.clone();
            let mut op = Op { operation: &mut operation, schemas: &mut self.schemas };
            A::describe(&mut op);
            op.body_limit(A::BODY_LIMIT);
            <H::Output as Outcome>::describe(&mut op);
            if method == HttpMethod::Post && !A::Permission::PUBLIC {
                describe_key(&mut op, A::Permission::WRITES);
            }
            op.code(Code::InvalidQuery);
            op.code(Code::RateLimited);
            let reads = PERMISSIONS.iter().any(|row| row.name == A::Permission::NAME && !row.writes);
            if !A::Permission::PUBLIC && (reads || method == HttpMethod::Get) {
                op.code(Code::ReadingTooMuch);
            }
            op.code(Code::Unavailable);
            let takes_query = operation
                .parameters
                .iter()
                .flatten()
                .any(|parameter| matches!(parameter, RefOr::T(known) if known.parameter_in == ParameterIn::Query));
            let read_again = (method == HttpMethod::Get).then(|| reader::<H, A>(handler.clone(), takes_query));
            let handler = handler.clone();
            let run: Run =
                Arc::new(move |request, payload| Box::pin(run::<H, A>(handler.clone(), request, payload, takes_query)));
            self.served.push(Served {
                path: path.clone(),
                method,
                operation,
                run,
                read_again,
                permission,
                form_needs: A::FORM_NEEDS,
                shows_pages: A::SHOWS_PAGES,
            });
        }
        self
    }

    /// The room's operations and their permissions.
    pub fn listing(&self) -> Vec<Listing> {
        let list = self.served.iter().map(|served| Listing {
            method: framework(&served.method).to_string(),
            path: served.path.clone(),
            permission: served.permission,
            form_needs: served.form_needs,
        });
        list.collect()
    }

    /// The operations by their paths, as they are served.
    fn routes(self) -> impl Iterator<Item = (String, run::Operation)> {
        self.served.into_iter().map(|Served { path, method, run, read_again, .. }| {
            (path, run::Operation { method: framework(&method), run, read_again })
        })
    }

    /// Adds the room's operations to the document.
    pub fn describe(mut self, document: &mut OpenApi) {
        let tag = TagBuilder::new().name(self.tag).description(Some(self.about)).build();
        document.tags.get_or_insert_default().push(tag);
        for Served { path, method, mut operation, shows_pages, .. } in self.served {
            if shows_pages {
                Op { operation: &mut operation, schemas: &mut self.schemas }.as_pages_too();
            }
            document.paths.add_path_operation(path, vec![method], operation);
        }
        document.components.get_or_insert_default().schemas.extend(self.schemas);
    }
}

impl Routes {
    /// The routes of rooms.
    ///
    /// # Errors
    /// When two paths differ in nothing but the names of their parameters.
    pub fn new(rooms: Vec<Room>) -> Result<Self, InsertError> {
        Self::of(rooms.into_iter().flat_map(Room::routes))
    }
}

/// One request, from the judgement of its token to its response.
async fn run<H, A>(handler: H, request: HttpRequest, payload: Payload, takes_query: bool) -> HttpResponse
where
    H: Handler<A>,
    A: Arguments,
    H::Output: Outcome,
{
    let settled = settle::<H, A>(handler, &request, payload, takes_query);
    let answer = survive(settled, &request, A::SHOWS_PAGES).await;
    let answer = if A::SHOWS_PAGES { guarded(answer) } else { answer };
    let is_read = request.method() == Method::GET || !A::Permission::WRITES;
    let (answer, held) = reserve(answer, &request, is_read);
    answer.into_response(&request, !A::Permission::PUBLIC, held)
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

async fn settle<H, A>(handler: H, request: &HttpRequest, payload: Payload, takes_query: bool) -> Result<Answer, Error>
where
    H: Handler<A>,
    A: Arguments,
    H::Output: Outcome,
{
    let access = Access::<A::Permission>::judge(request).await?;
    if let Some(left) = access.rate_left() {
        request.extensions_mut().insert(left.clone());
    }
    let incoming = access.incoming(request.clone(), payload, A::BODY_LIMIT);
    let carry_out = async move |access, incoming| carry_out::<H, A>(&handler, access, incoming, takes_query).await;
    if request.method() == Method::POST && !A::Permission::PUBLIC {
        once(access, incoming, carry_out).await
    } else {
        carry_out(access, incoming).await
    }
}

/// Takes the handler's arguments from a request, and calls it.
async fn carry_out<H, A>(
    handler: &H,
    access: Access<A::Permission>,
    mut incoming: Incoming,
    takes_query: bool,
) -> Result<Answer, Error>
where
    H: Handler<A>,
    A: Arguments,
    H::Output: Outcome,
{
    let caller = access.again();
    let taken = async {
        if !takes_query {
            NoQuery::check(incoming.query_string())?;
        }
        A::take(access, &mut incoming).await
    };
    let carried_out = match taken.await {
        Ok(arguments) => handler.call(arguments).await.settle(),
        Err(error) if error.code() == Code::NotFound => Err(caller.again().admitted().await.err().unwrap_or(error)),
        Err(error) => Err(error),
    };
    if let Err(error) = &carried_out {
        caller.note_refusal(&incoming.request, error);
    }
    carried_out
}

/// How `handler` reads its resource for the replay of a write: under the permission that a `GET` needs.
fn reader<H, A>(handler: H, takes_query: bool) -> ReadAgain
where
    H: Handler<A> + Send + Sync,
    A: Arguments,
    H::Output: Outcome,
{
    Arc::new(move |access, request, values| {
        let handler = handler.clone();
        Box::pin(async move {
            let access = access.narrow::<A::Permission>()?;
            let incoming =
                Incoming { read_again: Some(values), ..access.incoming(request, Payload::None, A::BODY_LIMIT) };
            carry_out::<H, A>(&handler, access, incoming, takes_query).await
        })
    })
}

fn framework(method: &HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    }
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
