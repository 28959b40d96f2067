//! Batches: what a recipient was shown, one row for each answer, or for each page of a stream.
//!
//! Invariants: an answer that shows people to a contractor has a row in the same transaction; the answer names the row, so that
//! a leaked list leads to its caller and time; a row never changes.

pub mod model;
pub mod store;
