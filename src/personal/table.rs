//! Tables, and how sensitive each of their columns is.

/// How sensitive a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A person's particulars: sealed, under their own key unless said otherwise.
    Sealed,
    /// A keyed hash of a person's particulars.
    BlindIndex,
    /// Names a person or an actor without telling who it is.
    Pseudonymous,
    /// Nothing of a person.
    Plain,
}

/// A table and the class of each of its columns.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name, with `vault.` before those of the vault.
    pub name: &'static str,
    /// What it is for, for `docs/PRIVACY.md`.
    pub meaning: &'static str,
    /// Its columns.
    pub columns: &'static [(&'static str, Class)],
}
