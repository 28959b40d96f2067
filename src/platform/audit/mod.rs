//! The audit: who did what, when, in which role, to which record (UK GDPR Articles 5(2) and 24).
//! Entries hold ids and commitments, never values. An act's entry is written in the act's own
//! transaction; accesses are written in batches, at least every 250 ms.

mod action;
mod actions;
pub mod cards;
mod changed;
mod entry;
mod looks;
mod refusals;
pub(in crate::platform) mod store;

pub use action::{ActionKind, ActionRow, ChangeType, SubjectKind};
pub use actions::Action;
pub use changed::{Before, Changed};
pub use entry::{Entry, EntryRow, Outcome};
pub use looks::Looks;
pub(in crate::platform) use looks::Marks;
pub use refusals::{Refusals, RefusedRequest};
pub(in crate::platform) use store::newest_entry;
pub use store::{
    About, EntryAbout, Record, are_more_about, audit_entries, audit_subjects, count_about, newest, page_about,
};
pub(crate) use store::{about_record, each_about};
