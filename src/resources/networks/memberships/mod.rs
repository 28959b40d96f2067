//! Memberships of networks, and the directories made of them.
//!
//! Invariants: a contact has one live membership for each network and role, held by the database; an ended membership keeps its
//! history; the words of a membership are sealed under the person's own key.

pub(super) mod api;
mod directory;
pub mod model;
mod particulars;
pub(super) mod store;
