//! Machinery. It knows no noun of the business: rooms stand on it, it never calls them.

pub mod access;
pub mod audit;
pub mod auth;
pub mod db;
pub mod http;
pub mod idempotency;
pub mod mail;
pub mod outbox;
pub mod queue;
pub mod rate;
pub mod readiness;
pub mod records_to_index;
pub mod reference;
pub mod serve;
pub mod strict_json;
pub mod supervision;
pub mod telemetry;
pub mod transaction;
pub mod vault;
pub mod working_days;
