//! How a room serves its handlers. Route and description are registered in one act, so that they
//! cannot part; a handler whose first argument is not an [`Access`] does not compile.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use actix_web::Handler;
use actix_web::http::Method;
use matchit::InsertError;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterIn};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{OpenApi, RefOr, Required, Schema};

use super::operation::{self, Call, NotTaken};
use super::routes::Routes;
use crate::domain::{Code, Error};
use crate::platform::access::Access;
use crate::platform::auth::{PERMISSIONS, Permission, Terms};
use crate::platform::http::{BODY_LIMIT, Incoming, Op, Outcome, PUBLIC_BODY_LIMIT, Take, describe_key};

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

    /// The permission that a format of the operation needs besides the operation's own.
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

/// What [`Room::serve`] knows of an operation from its types.
struct Registered {
    path: String,
    methods: Vec<HttpMethod>,
    operation: Operation,
    terms: Terms,
    body_limit: usize,
    form_needs: Option<&'static str>,
    shows_pages: bool,
    describe_arguments: fn(&mut Op<'_>),
    describe_answer: fn(&mut Op<'_>),
    call: Call,
}

struct Served {
    path: String,
    method: HttpMethod,
    described: Operation,
    operation: operation::Operation,
    form_needs: Option<&'static str>,
}

impl Served {
    /// The permission; `None` of a public operation.
    fn permission(&self) -> Option<&'static str> {
        (!self.operation.terms.public).then_some(self.operation.terms.name)
    }
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
            let mut op = Op { operation: &mut served.described, schemas: &mut self.schemas };
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
                Op { operation: &mut served.described, schemas: &mut self.schemas }.code(Code::KeyMissing);
            }
        }
        self
    }

    /// Serves `handler` as its `#[utoipa::path]` says. Everything else in the description comes from
    /// the types of the handler's arguments and answer.
    #[must_use]
    pub fn serve<D, H, A>(mut self, _documentation: D, handler: H) -> Self
    where
        D: utoipa::Path,
        H: Handler<A> + Send + Sync,
        A: Arguments,
        H::Output: Outcome + 'static,
    {
        self.register(Registered {
            path: D::path(),
            methods: D::methods(),
            operation: D::operation(),
            terms: Terms::of::<A::Permission>(),
            body_limit: A::BODY_LIMIT,
            form_needs: A::FORM_NEEDS,
            shows_pages: A::SHOWS_PAGES,
            describe_arguments: A::describe,
            describe_answer: <H::Output as Outcome>::describe,
            call: calling::<H, A>(handler),
        });
        self
    }

    fn register(&mut self, registered: Registered) {
        let Registered { path, methods, operation: mut described, terms, body_limit, form_needs, shows_pages, .. } =
            registered;
        described.tags = Some(vec![self.tag.to_owned()]);
        described.operation_id = described.operation_id.map(|id| format!("{}_{id}", self.tag));
        for method in methods {
            let mut described = described.clone();
            let mut op = Op { operation: &mut described, schemas: &mut self.schemas };
            (registered.describe_arguments)(&mut op);
            op.body_limit(body_limit);
            (registered.describe_answer)(&mut op);
            if method == HttpMethod::Post && !terms.public {
                describe_key(&mut op, terms.writes);
            }
            op.code(Code::InvalidQuery);
            op.code(Code::RateLimited);
            let reads = PERMISSIONS.iter().any(|row| row.name == terms.name && !row.writes);
            if !terms.public && (reads || method == HttpMethod::Get) {
                op.code(Code::ReadingTooMuch);
            }
            op.code(Code::Unavailable);
            let takes_query = described
                .parameters
                .iter()
                .flatten()
                .any(|parameter| matches!(parameter, RefOr::T(known) if known.parameter_in == ParameterIn::Query));
            let call = registered.call.clone();
            let operation = operation::Operation {
                method: framework(&method),
                terms,
                body_limit,
                body_types: required_body(&described),
                takes_query,
                shows_pages,
                call,
            };
            self.served.push(Served { path: path.clone(), method, described, operation, form_needs });
        }
    }

    /// The room's operations and their permissions.
    pub fn listing(&self) -> Vec<Listing> {
        let list = self.served.iter().map(|served| Listing {
            method: framework(&served.method).to_string(),
            path: served.path.clone(),
            permission: served.permission(),
            form_needs: served.form_needs,
        });
        list.collect()
    }

    /// The operations by their paths, as they are served.
    fn routes(self) -> impl Iterator<Item = (String, operation::Operation)> {
        self.served.into_iter().map(|Served { path, operation, .. }| (path, operation))
    }

    /// Adds the room's operations to the document.
    pub fn describe(mut self, document: &mut OpenApi) {
        let tag = TagBuilder::new().name(self.tag).description(Some(self.about)).build();
        document.tags.get_or_insert_default().push(tag);
        for Served { path, method, mut described, operation, .. } in self.served {
            if operation.shows_pages {
                Op { operation: &mut described, schemas: &mut self.schemas }.as_pages_too();
            }
            document.paths.add_path_operation(path, vec![method], described);
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

/// Calls `handler` with its arguments taken from a request.
fn calling<H, A>(handler: H) -> Call
where
    H: Handler<A> + Send + Sync,
    A: Arguments,
    H::Output: Outcome,
{
    Arc::new(move |access, mut incoming| {
        let handler = handler.clone();
        Box::pin(async move {
            let arguments = A::take(access.under(), &mut incoming).await.map_err(NotTaken)?;
            Ok(handler.call(arguments).await.settle())
        })
    })
}

/// The media types of the body that an operation needs; none where the body may be missing.
fn required_body(operation: &Operation) -> Arc<[String]> {
    match &operation.request_body {
        Some(RefOr::T(body)) if matches!(body.required, Some(Required::True)) => body.content.keys().cloned().collect(),
        _ => Arc::default(),
    }
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
