//! What the stories share: the two database engines, a service to talk to, and the macro that tells a story on both.

pub(crate) mod agreements;
pub(crate) mod assignments;
pub(crate) mod audited;
pub(crate) mod booking;
pub(crate) mod canonical;
pub(crate) mod choice;
pub(crate) mod client;
pub(crate) mod cluster;
pub(crate) mod database;
pub(crate) mod disclosed;
pub(crate) mod disclosures;
pub(crate) mod engines;
pub(crate) mod holds;
pub(crate) mod https;
pub(crate) mod mail;
#[path = "../../../benches/load/memory.rs"]
pub(crate) mod memory;
pub(crate) mod people;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod served;
pub(crate) mod service;

pub(crate) use engines::{Engine, on_both_engines};
pub(crate) use service::Service;
