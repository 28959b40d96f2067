//! HTTP: requests taken apart, answers put together, problems, and the description of both.

pub mod answer;
mod body;
mod budget;
mod checking;
mod coding;
mod connection;
pub mod cors;
pub mod csv;
mod describe;
mod disclosed;
mod done;
mod entity_tag;
mod idempotency_key;
mod incoming;
mod installed;
mod json;
mod listing;
mod matched;
pub mod ndjson;
mod negotiation;
mod not_modified;
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
mod request_id;

pub use answer::Answer;
pub use body::{
    Change, Command, FormOrJson, Judge, MayBeEmpty, Patch, Unjudged, Valid, WithoutBody, parse_body, parse_value,
};
pub use budget::Budget;
pub use coding::FixedBody;
pub(in crate::platform) use coding::{choose as choose_coding, encode};
pub(crate) use connection::WriteDeadline;
pub use describe::Op;
pub use disclosed::{DISCLOSURE_BATCH, DisclosedList, describe_batch_header};
pub use done::Done;
pub(in crate::platform) use idempotency_key::describe_key;
pub(in crate::platform) use incoming::{BODY_LIMIT, Body, PUBLIC_BODY_LIMIT};
pub use incoming::{Incoming, Take, media_type};
pub(in crate::platform) use installed::install;
pub use listing::{Listed, Listing, NoFilter, Pager};
pub(in crate::platform) use matched::{Matched, PathValues, operation, pattern};
pub(in crate::platform) use not_modified::unless_known;
pub(in crate::platform) use outgoing::{in_pieces, reserve};
pub use page::{Frame, PageOrJson, Shown};
pub(in crate::platform) use page::{guarded, page_problem};
pub(in crate::platform) use panics::{caught, log_cause};
pub use path::{ById, ByPart, ByToken, ByVersion, ByWord, PathWord};
pub use precondition::IfMatch;
pub(in crate::platform) use problem::problem_for;
pub use problem::{PROBLEM_JSON, Problem, answer as problem_answer};
pub(in crate::platform) use query::NoQuery;
pub use query::Query;
pub use receiving::Receiving;
pub use replay::{Replay, Replayable};
pub use reply::{
    Accepted, Begun, Created, Either, Found, MediaType, NoContent, Noted, Outcome, Plain, Reply, Resource, Text,
};
pub(in crate::platform) use request_id::RequestId;
pub use request_id::request_id;
