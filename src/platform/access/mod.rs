//! Access: the shared state, and the proof that a caller may do what it asks for.

mod admit;
mod batched;
mod batchers;
mod disclosing;
mod erased;
mod issuers;
mod judging;
mod proof;
mod reading;
mod refusal_log;
mod state;
mod writing;

pub use batched::Batched;
pub use proof::Access;
pub(in crate::platform) use proof::Judged;
pub use state::{AppState, Parts, Standing};
