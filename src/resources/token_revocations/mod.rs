//! Revoking tokens: in force before the answer, and after a restart. There is no list to read.

mod api;
mod model;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("token_revocations", "Revocation of tokens before they expire.")
        .serve(api::__path_revoke, api::revoke)
        .problems(&[Code::UnknownIssuer])
}
