//! What a person is sent of everything that is held about them (UK GDPR Articles 15 and 20).
//!
//! Invariants: every table of every room that holds personal data answers, or nothing is built; what is held of others,
//! those who work here included, is not in it; it is sealed under the person's own key, can be had for thirty days, and
//! each time that it is had is written down. Where there is too much for one transaction, a job builds it, part by part.

pub(super) mod api;
mod contents;
pub mod delivery;
pub mod html;
pub mod model;
pub(super) mod opening;
mod recipients;
pub mod redactions;
pub mod release;
mod search;
mod search_words;
pub mod store;
mod vcard;
mod words;
