//! The law, as pure functions over facts: no IO, no clock of its own. It reads like the regulation
//! and cites it.

pub mod consent;
pub mod retention;

/// Something that the law allowed. Only `policy` can make one, and nobody can change what is inside,
/// so that a store that takes one cannot be given anything else.
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
