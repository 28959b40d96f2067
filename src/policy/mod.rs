//! The law, as pure functions over facts: no IO, no clock of its own. It reads like the regulation
//! and cites it.

pub mod agreements;
pub mod assignments;
pub mod breach_clock;
pub mod breaches;
pub mod check_ins;
pub mod clock;
pub mod complaint_clock;
pub mod complaints;
pub mod consent;
pub mod contactability;
pub mod deadlines;
pub mod erasure;
pub mod events;
pub mod former_addresses;
pub mod holds;
pub mod matching;
pub mod months;
pub mod obligations;
pub mod registrations;
pub mod restriction;
pub mod retention;
pub mod rights;
pub mod sharing;
pub mod statistics;
pub mod subject_requests;
pub mod transfers;
pub mod two_people;
pub mod withholding;

/// An act that the law allows. Only `policy` can make one, and its content cannot change, so a store
/// that takes one cannot get anything else.
///
/// ```
/// use iewm::domain::{Instant, london_date};
/// use iewm::policy::consent::{Method, withdraw};
///
/// let at = Instant::parse("2026-11-24T09:30:00Z").unwrap();
/// let lawful = withdraw(Method::Telephone, at, london_date(at));
/// assert_eq!(lawful.occurred_at, at);
/// ```
///
/// The holder of a decision cannot make the ruling:
///
/// ```compile_fail,E0624
/// use iewm::policy::{Lawful, consent::Decision};
///
/// fn rule(decision: Decision) -> Lawful<Decision> {
///     Lawful::ruled(decision)
/// }
/// ```
///
/// ```compile_fail,E0423
/// use iewm::policy::{Lawful, consent::Decision};
///
/// fn rule(decision: Decision) -> Lawful<Decision> {
///     Lawful(decision)
/// }
/// ```
///
/// Nor change one that was ruled on:
///
/// ```compile_fail,E0594
/// use iewm::domain::Instant;
/// use iewm::policy::{Lawful, consent::Decision};
///
/// fn antedate(mut lawful: Lawful<Decision>, at: Instant) -> Lawful<Decision> {
///     lawful.occurred_at = at;
///     lawful
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lawful<T>(T);

impl<T> Lawful<T> {
    /// The ruling. Private to `policy` and its children.
    fn ruled(deed: T) -> Self {
        Self(deed)
    }

    /// What was allowed.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Lawful<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
