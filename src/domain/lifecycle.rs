//! The life of a resource: which state follows which.

use super::Error;

/// A state in the life of a resource.
pub trait Lifecycle: Copy + PartialEq + Into<&'static str> + 'static {
    /// The states that can follow this one; none after a final one.
    fn next(self) -> &'static [Self];

    /// Goes to another state.
    ///
    /// # Errors
    /// 409 `illegal_transition`, with the states that can follow.
    fn go_to(self, next: Self) -> Result<Self, Error> {
        if self.next().contains(&next) { Ok(next) } else { Err(self.stays()) }
    }

    /// The refusal of a transition, with the states that can follow.
    fn stays(self) -> Error {
        Error::illegal_transition(self.into(), self.next().iter().map(|&state| state.into()).collect())
    }
}
