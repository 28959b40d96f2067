//! Personal data: what a room that holds some must be able to say and do, so that nothing about a person is forgotten. The
//! rooms implement [`Holder`], and `inventory` lists them.

mod erasing;
mod export;
mod holder;
pub mod holds;
mod person;

pub use erasing::{Erasing, Merging};
pub use export::{Held, SearchTerm};
pub use holder::{AddressChange, Holder, Holders, cards, holders};
pub use person::{Person, ids_of, possible_matches};
