//! The two listeners: the API, and the metrics on a port of their own.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_cors::Cors;
use actix_server::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;

use crate::app::{self, StartError};
use crate::config::Config;
use crate::domain::{Telephone, london_date};
use crate::platform::access::AppState;
use crate::platform::http::WriteDeadline;
use crate::platform::http::cors::{EXPOSED, HEADERS, METHODS};
use crate::platform::serve::{identify, install_page, not_found, pass};
use crate::platform::telemetry::Metrics;

mod expecting;
mod serving;

use self::serving::{Deadlines, keep_serving, serve};

/// How much of the time for stopping is kept for what is still to be recorded, in seconds.
pub const RECORDING_SECONDS: u64 = 2;

/// A service that listens. Its futures must be awaited for it to answer.
pub struct Running {
    /// Where the API listens.
    pub address: SocketAddr,
    /// Where the metrics listen.
    pub metrics_address: Option<SocketAddr>,
    /// The API's server.
    pub api: Server,
    /// The metrics' server, which starts again when it ends.
    pub metrics: Option<LocalBoxFuture<'static, ()>>,
}

impl Running {
    /// What stops it.
    pub fn handle(&self) -> ServerHandle {
        self.api.handle()
    }
}

fn listen(address: SocketAddr, what: &str) -> Result<(TcpListener, SocketAddr), StartError> {
    let fault = |error: std::io::Error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => ": another program uses that address. Stop it, or choose another address",
            _ => "",
        };
        StartError(format!("{what} {address}: {error}{hint}"))
    };
    let listener = TcpListener::bind(address).map_err(fault)?;
    let bound = listener.local_addr().map_err(fault)?;
    Ok((listener, bound))
}

/// Which pages may call the API from a browser: those of the listed origins, none by default.
fn cors(origins: &[String]) -> Cors {
    let allowed = origins.iter().fold(Cors::default(), |cors, origin| cors.allowed_origin(origin));
    allowed
        .allowed_methods(METHODS)
        .allowed_headers(HEADERS)
        .expose_headers(EXPOSED)
        .block_on_origin_mismatch(false)
        .max_age(3600)
}

/// The tables of telephone numbers are read when the first number is: now, beside the start, so that no request
/// waits for them.
fn load_telephone_tables() {
    let load = || drop(Telephone::parse("01905 765765"));
    if let Err(error) = std::thread::Builder::new().name("telephone-tables".to_owned()).spawn(load) {
        tracing::debug!(%error, "the tables of telephone numbers will be read later");
    }
}

/// What the port of the metrics serves: them, and problems for everything else.
fn metrics_port(state: AppState, metrics: Metrics, config: &mut ServiceConfig) {
    let text = move || {
        let (state, metrics) = (state.clone(), metrics.clone());
        async move {
            let deadlines = app::deadline_counts(&state).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the metrics omit the deadlines");
                Vec::new()
            });
            let days_left = state.calendar().days_left_from(london_date(state.clock().now()));
            metrics.rows_without_keys(state.rows_without_keys());
            metrics.commits(state.commits());
            metrics.clock_is_ahead(state.clock_difference());
            let text = metrics.text(state.waiting(), &deadlines, days_left);
            HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text)
        }
    };
    install_page("/metrics", text, config);
    config.default_service(web::to(async |request: HttpRequest| not_found(&request)));
}

/// Begins to listen, and to fetch the issuers' keys. Must be called on a tokio runtime.
///
/// # Errors
/// [`StartError`] when an address cannot be had.
pub fn start(config: &Config, state: &AppState) -> Result<Running, StartError> {
    let fault = |error: std::io::Error| StartError(error.to_string());
    let (listener, address) = listen(config.server.listen, "server.listen")?;
    let metrics = state.metrics().clone();
    let configure = app::configure(state)?;
    let (mint, clock, counted) = (state.mint().clone(), state.clock().clone(), metrics.clone());
    state.keep_keys();
    load_telephone_tables();
    let origins = config.cors_origins().map_err(StartError)?;
    let deadlines = Deadlines {
        head: Duration::from_secs(config.limits.head_seconds),
        write: WriteDeadline::new(
            Duration::from_secs(config.limits.write_stall_seconds),
            state.sending().clone(),
            metrics.unread(),
        ),
    };
    let builder = Server::build()
        .workers(config.server.worker_threads())
        .shutdown_timeout(config.server.shutdown_seconds.saturating_sub(RECORDING_SECONDS).max(1));
    let api = serve(builder, listener, deadlines.clone(), move || {
        let (mint, clock, counted) = (mint.clone(), clock.clone(), counted.clone());
        App::new()
            .wrap(cors(&origins))
            .wrap(from_fn(move |request, next| pass(request, next, mint.clone(), clock.clone(), counted.clone())))
            .configure(configure.clone())
    })
    .map_err(fault)?;
    let (metrics_address, metrics) = match config.metrics_listen().map_err(StartError)? {
        None => (None, None),
        Some(wanted) => {
            let (listener, bound) = listen(wanted, "server.metrics_listen")?;
            let state = state.clone();
            let make = move || {
                let (mint, clock) = (state.mint().clone(), state.clock().clone());
                let (state, metrics) = (state.clone(), metrics.clone());
                App::new()
                    .wrap(from_fn(move |request, next| identify(request, next, mint.clone(), clock.clone())))
                    .configure(move |config| metrics_port(state, metrics, config))
            };
            let start = move |listener| {
                serve(Server::build().workers(1).disable_signals(), listener, deadlines.clone(), make.clone())
            };
            let server: LocalBoxFuture<'static, ()> = Box::pin(keep_serving("metrics-listener", listener, start));
            (Some(bound), Some(server))
        }
    };
    Ok(Running { address, metrics_address, api, metrics })
}
