//! What anyone may read about the service itself: its health, its document, the pages of its problems,
//! its public keys, and how to report a weakness.

mod api;
mod docs;
mod pages;

pub use docs::install as install_docs;

use crate::platform::serve::Room;

/// The operations.
pub fn routes() -> Room {
    Room::new("service", "The service itself: health, public keys, and pages about problems.")
        .serve(api::__path_live, api::live)
        .serve(api::__path_ready, api::ready)
        .serve(api::__path_problem, api::problem)
        .serve(api::__path_jwks, api::jwks)
        .serve(api::__path_security_txt, api::security_txt)
}
