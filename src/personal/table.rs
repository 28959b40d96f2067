//! Tables, and how sensitive each of their columns is.

/// How sensitive a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A person's particulars: sealed, by default under the person's own key.
    Sealed,
    /// A keyed hash of a person's particulars.
    BlindIndex,
    /// Identifies a person or an actor without revealing who it is.
    Pseudonymous,
    /// No personal data.
    Plain,
}

/// A table and the class of each of its columns.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// The table's name, with `vault.` before those of the vault.
    pub name: &'static str,
    /// The table's use, for `docs/PRIVACY.md`.
    pub meaning: &'static str,
    /// The columns.
    pub columns: &'static [(&'static str, Class)],
}
