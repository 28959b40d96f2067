//! Refusals: a person does not want their data shared with a kind of recipient (UK GDPR Article 21, by the notice's promise). The
//! table is in `contacts::sharing_refusals`.
//!
//! Invariants: a refusal is in force from its moment, and recalls the live disclosures to organisations of the kind in the same
//! transaction; lifting it revives none. It binds neither a disclosure that the law requires, nor the council's own use of the
//! data, under the role `council`.

mod api;
pub mod store;

use crate::domain::Code;
use crate::platform::serve::Room;

/// Adds the operations to the room's.
pub(super) fn serve(room: Room) -> Room {
    room.serve(api::__path_list, api::list)
        .problems(&[Code::Erased, Code::Merged])
        .serve(api::__path_refuse_sharing, api::refuse_sharing)
        .problems(&[Code::Erased, Code::Merged])
        .serve(api::__path_allow_sharing, api::allow_sharing)
        .problems(&[Code::Erased, Code::Merged, Code::Restricted])
}
