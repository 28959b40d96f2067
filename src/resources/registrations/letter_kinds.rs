//! The kinds of letters about registrations, as the outbox names them.

/// A place is theirs.
pub(super) const CONFIRMED: &str = "registration_confirmed";
/// They wait for a place.
pub(super) const WAITLISTED: &str = "registration_waitlisted";
/// A place is held for them until they answer.
pub(super) const OFFERED: &str = "registration_offered";
/// They waited, and have a place now.
pub(super) const PROMOTED: &str = "registration_promoted";
/// The event will not take place.
pub(super) const EVENT_CANCELLED: &str = "event_cancelled";
