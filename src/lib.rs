//! The service that keeps the promises of a public privacy notice.

pub mod domain;
pub mod platform;
