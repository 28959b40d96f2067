//! An issuer of tokens, as the operator configured it.

use super::{KeySource, Profile};
use crate::domain::Role;

/// An issuer whose tokens are taken.
#[derive(Debug)]
pub struct Issuer {
    /// The operator's name for it, in the log and on the command line.
    pub name: String,
    /// The issuer's name, which its tokens carry as `iss`, letter for letter.
    pub issuer: String,
    /// Our name at this issuer, which its tokens must have in `aud`.
    pub audience: String,
    /// Where the issuer's keys come from.
    pub keys: KeySource,
    /// The roles that this issuer can give.
    pub ceiling: Vec<Role>,
    /// How its tokens are read.
    pub profile: Profile,
}
