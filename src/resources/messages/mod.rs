//! Messages that the service sends by mail, as staff see them: what became of each, never to which address or with what
//! words. The dead ones can be tried again.

mod api;
mod model;
mod personal;
mod store;

pub use personal::MessageData;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("messages", "Mail messages and their delivery.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_read, api::read)
        .serve(api::__path_retry, api::retry)
        .problems(&[Code::IllegalTransition])
}
