//! `Expect: 100-continue` (RFC 9110 section 10.1.1): the caller sends its body after the service has judged the head.
//!
//! actix calls an *expect service* for such a request, writes `100 Continue` when that service succeeds, and then calls the
//! application. Here the expect service starts the application itself. It succeeds when the application reads the body for the
//! first time, and the application continues from there. If the application responds before (401, 403, 404, 413, 415, 429), the
//! expect service fails with that response, and actix sends it without `100 Continue`.

use std::cell::{Cell, OnceCell};
use std::future::{poll_fn, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::{HttpMessage, Payload, Request, Response};
use actix_service::{Service, ServiceFactory, fn_factory};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::AppConfig;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::future::{Either, LocalBoxFuture};

/// A request that the expect service has started.
type Started<S> = LocalBoxFuture<'static, Result<<S as Service<Request>>::Response, <S as Service<Request>>::Error>>;

/// The application of a worker. actix makes the expect service before it.
pub(super) type Application<S> = Rc<OnceCell<Rc<S>>>;

/// Returns the factory of a worker's expect service, for the application that [`answering`] makes.
pub(super) fn expecting<S, B>(
    application: Application<S>,
) -> impl ServiceFactory<
    Request,
    Config = (),
    Response = Request,
    Error = Response<BoxBody>,
    InitError = (),
    Service = Expecting<S, B>,
    Future: 'static,
> + 'static
where
    S: Service<Request, Error = actix_web::Error> + 'static,
    S::Response: Into<Response<B>> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    fn_factory(move || ready(Ok(Expecting { application: application.clone(), body: PhantomData })))
}

/// Returns the factory of a worker's application for all requests.
pub(super) fn answering<S>(
    factory: S,
    made: Application<S::Service>,
) -> impl ServiceFactory<
    Request,
    Config = (),
    Response = S::Response,
    Error = actix_web::Error,
    InitError = S::InitError,
    Service = Answering<S::Service>,
    Future: 'static,
> + 'static
where
    S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
    S::Response: 'static,
    S::Service: 'static,
{
    fn_factory(move || {
        let (making, made) = (factory.new_service(AppConfig::default()), made.clone());
        async move {
            let service = Rc::new(making.await?);
            Ok(Answering { application: made.get_or_init(|| service).clone() })
        }
    })
}

/// The expect service.
pub(super) struct Expecting<S, B> {
    application: Application<S>,
    body: PhantomData<B>,
}

impl<S, B> Service<Request> for Expecting<S, B>
where
    S: Service<Request, Error = actix_web::Error> + 'static,
    S::Response: Into<Response<B>> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = Request;
    type Error = Response<BoxBody>;
    type Future = LocalBoxFuture<'static, Result<Request, Response<BoxBody>>>;

    actix_service::always_ready!();

    fn call(&self, mut request: Request) -> Self::Future {
        let Some(application) = self.application.get() else { return Box::pin(ready(Ok(request))) };
        let is_read = Rc::new(Cell::new(false));
        let noticed = Noticed { payload: request.take_payload(), is_read: is_read.clone() };
        *request.payload() = Payload::Stream { payload: Box::pin(noticed) };
        let mut started: Started<S> = Box::pin(application.call(request));
        Box::pin(async move {
            let answered = poll_fn(|context| match started.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
                Poll::Pending if is_read.get() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            });
            match answered.await {
                Some(Ok(response)) => Err(response.into().map_into_boxed_body()),
                Some(Err(error)) => Err(error.into()),
                None => {
                    let request = Request::new();
                    request.extensions_mut().insert(started);
                    Ok(request)
                }
            }
        })
    }
}

/// Answers all requests, and continues with those that [`Expecting`] has started.
pub(super) struct Answering<S> {
    application: Rc<S>,
}

impl<S> Service<Request> for Answering<S>
where
    S: Service<Request> + 'static,
    S::Response: 'static,
    S::Error: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<S::Future, Started<S>>;

    actix_service::forward_ready!(application);

    fn call(&self, request: Request) -> Self::Future {
        let started = request.extensions_mut().remove::<Started<S>>();
        match started {
            None => Either::Left(self.application.call(request)),
            Some(started) => Either::Right(started),
        }
    }
}

/// A body that notices its first read.
struct Noticed {
    payload: Payload,
    is_read: Rc<Cell<bool>>,
}

impl Stream for Noticed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.is_read.set(true);
        Pin::new(&mut self.payload).poll_next(context)
    }
}
