//! `iewm` keeps the promises of a public privacy notice: contacts, consents, the notice itself, and who
//! looked at what.
//!
//! The map of the crate, from the ground up: `domain` is the vocabulary, `policy` the law, `platform` the
//! machinery; the rooms of `resources` stand on them, one for each noun; `inventory` lists what must not
//! be forgotten; `jobs` works in the background; `app` assembles. `docs/ARCHITECTURE.md` walks a request through it.

pub mod app;
pub mod config;
pub mod domain;
pub mod inventory;
pub mod jobs;
pub mod personal;
pub mod platform;
pub mod policy;
pub mod resources;
pub mod server;
mod system;
