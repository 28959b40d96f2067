//! How the answer of a write is given again for its idempotency key, decided by the answer's type.

use serde::Serialize;
use utoipa::ToSchema;

use super::reply::{Accepted, Begun, Created, Either, Found, NoContent, Noted, Plain, Reply, Resource};
use crate::domain::IdsAlone;

/// How an answer is given again.
#[derive(Debug)]
pub enum Replay {
    /// The resource at this path is read again, as its caller may see it then.
    Resource {
        /// The status of the first answer.
        status: u16,
        /// The path that a `GET` reads the resource at.
        path: String,
    },
    /// This status, which says everything.
    Status(u16),
    /// The same body, which holds ids, codes, numbers and dates alone.
    Body,
    /// Nothing of the body is kept, so that it cannot be given again.
    Nothing,
}

/// An answer of a write. Its type decides what is kept of it for an idempotency key.
///
/// An answer of free text has no implementation, since nothing says whose data the text is:
///
/// ```compile_fail,E0277
/// use iewm::platform::http::{Plain, Replayable};
///
/// fn keep(_: &impl Replayable) {}
/// keep(&Plain(String::from("Ada Lovelace")));
/// ```
pub trait Replayable: Reply {
    /// Whether a body is kept, which can make room for newer ones within the 24 hours.
    const CAN_BE_LOST: bool = false;

    /// Returns how this answer is given again.
    fn replay(&self) -> Replay;
}

/// What is kept of a value that has no address of its own.
fn body(value: &impl IdsAlone) -> Replay {
    if value.holds_ids_alone() { Replay::Body } else { Replay::Nothing }
}

impl<T: Resource> Replayable for Found<T> {
    fn replay(&self) -> Replay {
        Replay::Resource { status: 200, path: self.0.location() }
    }
}

impl<T: Resource> Replayable for Created<T> {
    fn replay(&self) -> Replay {
        Replay::Resource { status: 201, path: self.0.location() }
    }
}

impl<T: IdsAlone + Serialize + ToSchema + Send + 'static> Replayable for Noted<T> {
    const CAN_BE_LOST: bool = true;

    fn replay(&self) -> Replay {
        body(&self.0)
    }
}

impl<T: IdsAlone + Serialize + ToSchema + Send + 'static> Replayable for Plain<T> {
    const CAN_BE_LOST: bool = true;

    fn replay(&self) -> Replay {
        body(&self.0)
    }
}

impl<T: IdsAlone + Serialize + ToSchema + Send + 'static> Replayable for Begun<T> {
    const CAN_BE_LOST: bool = true;

    fn replay(&self) -> Replay {
        body(&self.state)
    }
}

impl Replayable for NoContent {
    fn replay(&self) -> Replay {
        Replay::Status(204)
    }
}

impl Replayable for Accepted {
    fn replay(&self) -> Replay {
        Replay::Status(202)
    }
}

impl<A: Replayable, B: Replayable> Replayable for Either<A, B> {
    const CAN_BE_LOST: bool = A::CAN_BE_LOST || B::CAN_BE_LOST;

    fn replay(&self) -> Replay {
        match self {
            Self::One(answer) => answer.replay(),
            Self::Other(answer) => answer.replay(),
        }
    }
}
