//! The edge: requests taken apart, answers put together, and routes that describe themselves.

pub mod answer;
mod body;
mod budget;
mod checking;
mod connection;
pub mod cors;
pub mod csv;
mod describe;
mod edge;
mod entity_tag;
mod idempotency_key;
mod incoming;
mod listing;
pub mod ndjson;
mod negotiation;
mod outgoing;
mod own_tag;
mod page;
mod panics;
mod path;
mod precondition;
mod problem;
mod query;
mod receiving;
mod replay;
mod reply;
mod room;
mod routes;

pub use answer::Answer;
pub use body::{
    Change, Command, FormOrJson, Judge, MayBeEmpty, Patch, Unjudged, Valid, WithoutBody, parse_body, parse_value,
};
pub use budget::Budget;
pub(crate) use connection::WriteDeadline;
pub use describe::Op;
pub use edge::request_id;
pub(crate) use edge::{identify, pass};
pub(in crate::platform) use incoming::Body;
pub use incoming::{Incoming, Take, media_type};
pub use listing::{Listed, Listing, NoFilter, Pager};
pub use page::{Frame, PageOrJson, Shown};
pub use path::{ById, ByPart, ByToken, ByVersion, ByWord, PathWord};
pub use precondition::IfMatch;
pub use problem::{PROBLEM_JSON, Problem, answer as problem_answer};
pub use query::Query;
pub use receiving::Receiving;
pub use replay::{Replay, Replayable};
pub use reply::{
    Accepted, Begun, Created, Done, Either, Found, MediaType, NoContent, Noted, Outcome, Plain, Reply, Resource, Text,
};
pub use room::{Arguments, Listing as OperationListing, Room};
pub use routes::{Routes, install, install_page, not_found};
pub(in crate::platform) use routes::{operation, read_again};
