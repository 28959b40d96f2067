//! `serve`, `migrate`, `check-config`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use iewm::app;
use iewm::config::Config;
use iewm::domain::Clock;
use iewm::platform::access::AppState;
use iewm::platform::auth::Tokens;
use iewm::platform::queue::{Jobs, Runner};
use iewm::platform::telemetry::start_logging;
use iewm::platform::vault::{MasterKeys, SystemEntropy};
use iewm::server;

/// Serves until the stop signal.
pub(super) fn serve(config: &Config) -> Result<(), String> {
    check(config)?;
    let _log = start_logging(config.log.format, &config.log.filter)?;
    run(config, async |_, _| Ok(()))
}

/// Assembles the service, does `first` with it and the address that it listens at, and serves.
pub(super) fn run(
    config: &Config,
    first: impl AsyncFnOnce(&AppState, SocketAddr) -> Result<(), String>,
) -> Result<(), String> {
    let fault = |error: app::StartError| error.to_string();
    let _serving = app::claim(config).map_err(fault)?;
    block_on(async {
        let state = app::build(config, Clock::system(), Arc::new(SystemEntropy)).await.map_err(fault)?;
        let running = server::start(config, &state).map_err(fault)?;
        // The signal handlers run before the service announces itself, so that an immediate stop signal is
        // handled.
        let api = actix_web::rt::spawn(running.api);
        if let Some(metrics) = running.metrics {
            actix_web::rt::spawn(metrics);
        }
        let jobs = Jobs::start(&Runner::of(&state), app::jobs(config, &state).map_err(fault)?);
        tokio::task::yield_now().await;
        first(&state, running.address).await?;
        let metrics = running.metrics_address.map(|address| address.to_string());
        tracing::info!(address = %running.address, metrics, "listening");
        let stopped = match api.await {
            Ok(stopped) => stopped.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        // The jobs stop after the last request, and before the accesses are recorded.
        jobs.stop(Duration::from_secs(config.server.shutdown_seconds)).await;
        stopped?;
        let recorded = tokio::time::timeout(Duration::from_secs(server::RECORDING_SECONDS), state.record_all());
        recorded
            .await
            .map_err(|_| "the database does not answer: accesses to personal data were not recorded".to_owned())?;
        tracing::info!("stopped");
        Ok(())
    })
}

/// Waits for a future on a runtime of its own.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(future)
}

/// Applies pending migrations. It says nothing, unless it waits for another process that migrates.
pub(super) fn migrate(config: &Config) -> Result<(), String> {
    let _log = start_logging(config.log.format, "iewm::platform::db::migration_lock=warn")?;
    actix_web::rt::System::new().block_on(async {
        let state = app::build(config, Clock::system(), Arc::new(SystemEntropy)).await;
        state.map(|_| ()).map_err(|error| error.to_string())
    })
}

/// Checks the configuration, and says of each issuer whether its published keys can be had from here. That they
/// cannot is no fault of the configuration, and keeps `serve` from nothing.
pub(super) fn check_config(config: &Config) -> Result<(), String> {
    let tokens = check(config)?;
    block_on(async {
        for (issuer, why) in tokens.without_keys(Clock::system().now()).await {
            super::note(&format!(
                "Note: the keys of {issuer} cannot be fetched from here now: {why}. Its tokens would be refused."
            ));
        }
    });
    Ok(())
}

/// Checks what can be checked without the database and without a connection.
fn check(config: &Config) -> Result<Tokens, String> {
    MasterKeys::read(&config.vault.master_key_file).map_err(|error| format!("vault.master_key_file: {error}"))?;
    if config.issuers()?.is_empty() {
        return Err("auth.issuer is empty, so every token would be refused. Name an issuer, its audience and its jwks"
            .to_owned());
    }
    app::tokens(config).map_err(|error| error.to_string())
}
