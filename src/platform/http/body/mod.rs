//! Bodies: read strictly, checked against the schema that the document publishes, then parsed.
//!
//! 1. `json`: is it JSON at all (400), without duplicate members or endless nesting.
//! 2. `bounds` and `shape`: does it fit the schema (422), all faults at once.
//! 3. serde: into the type, whose parts parse themselves.
//! 4. `validator`: the rules across members.

mod bounds;
mod form;
mod json;
mod patch;
mod patterns;
mod shape;
mod unjudged;
mod valid;

pub use form::FormOrJson;
pub use patch::{Change, Patch};
pub use unjudged::{Judge, Unjudged};
pub use valid::{Command, MayBeEmpty, Valid, WithoutBody, parse as parse_body, parse_value};
