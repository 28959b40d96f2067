//! What recipients must do because a person's data was corrected, restricted or erased here (UK GDPR Article 19), and
//! their answers.
//!
//! Invariants: the recipient learns ids and the required action, never a name; the last obligation that is settled completes the
//! request, once. The tables are in `disclosures::obligations`.

mod api;
mod deadlines;
mod letters;
mod personal;
mod settling;

pub use deadlines::deadlines;
pub use letters::LETTERS;
pub use personal::ObligationData;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("obligations", "What recipients must do because a person's data was corrected, restricted or erased.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_read, api::read)
        .serve(api::__path_acknowledge, api::acknowledge)
        .problems(&[Code::IllegalTransition])
        .serve(api::__path_close, api::close)
        .problems(&[Code::IllegalTransition])
}
