//! Serving: rooms and their routes, each request from the edge to its response, and once for an idempotency key.

mod edge;
mod near_path;
mod once;
mod operation;
mod replaying;
mod room;
mod routes;
mod run;

pub(crate) use edge::{identify, pass};
pub use room::{Arguments, Listing as OperationListing, Room};
pub use routes::{Routes, install, install_page, not_found};
