//! A server of HTTP/1.1 whose connections have a write deadline. `actix_web::HttpServer` gives no way to put a stream of
//! our own beneath it, so that its few lines of assembly stand here.

use std::future::ready;
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_http::{HttpService, Request, Response};
use actix_server::{Server, ServerBuilder};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, fn_service};
use actix_web::body::MessageBody;
use actix_web::dev::AppConfig;
use actix_web::rt::net::TcpStream;

use super::expecting::{Application, answering, expecting};
use crate::platform::http::WriteDeadline;
use crate::platform::supervision::Restarts;

/// How long the rest of an unread body is read and thrown away, so that the caller receives the answer and no reset.
const LINGER: Duration = Duration::from_secs(1);

/// How long connections may take.
#[derive(Clone)]
pub(super) struct Deadlines {
    /// For the head of a request.
    pub(super) head: Duration,
    /// For the progress of an answer.
    pub(super) write: WriteDeadline,
}

/// Serves the applications that `make` makes, one for each worker.
pub(super) fn serve<F, I, S, B>(
    builder: ServerBuilder,
    listener: TcpListener,
    deadlines: Deadlines,
    make: F,
) -> io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let stopping = builder.graceful_shutdown_signal();
    let factory = move || {
        let (stopping, Deadlines { head, write }) = (stopping.clone(), deadlines.clone());
        let application = Application::default();
        let http = HttpService::build()
            .client_request_timeout(head)
            .client_disconnect_timeout(LINGER)
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .expect(expecting(application.clone()))
            .h1(answering(make().into_factory(), application));
        fn_service(move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            ready(Ok((write.over(stream), peer)))
        })
        .and_then(http)
    };
    Ok(builder.listen("http", listener, factory)?.run())
}

/// Serves from a listener for as long as the process runs. actix replaces a worker thread that dies when the next connection
/// comes. When the server itself ends, `serve` starts another one. Callers that connect in between wait in the system's queue.
pub(super) async fn keep_serving(
    task: &'static str,
    listener: TcpListener,
    serve: impl Fn(TcpListener) -> io::Result<Server>,
) {
    let mut restarts = Restarts::of(task);
    let serve_once = async || {
        let ended = match listener.try_clone().and_then(&serve) {
            Ok(server) => server.await,
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::error!(task, %error, "a server ended");
        }
    };
    loop {
        restarts.has_ended(serve_once()).await;
    }
}

#[cfg(test)]
mod tests;
