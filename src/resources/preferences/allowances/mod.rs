//! A person who refused to share their data with a kind of recipient, and allows it again by the link to their preferences. A link
//! can be passed on, so the refusal stands until the mailbox confirms.

pub(super) mod api;
mod letter;
pub(super) mod links;
pub(super) mod model;
mod page;
pub(super) mod store;

pub(super) use letter::AllowanceLetter;
