//! `Patch<T>`: a JSON merge patch (RFC 7396), and its effect on one member.

use serde::{Deserialize, Deserializer};
use validator::{Validate, ValidationErrors};

use super::valid::{Command, described, taken};
use crate::domain::Error;
use crate::platform::http::describe::Op;
use crate::platform::http::incoming::{Incoming, Take};

const MERGE_PATCH: &str = "application/merge-patch+json";

/// A merge patch, checked and parsed. `T`'s members are optional; removable ones are [`Change`]s and
/// nullable.
#[derive(Debug)]
pub struct Patch<T>(pub T);

impl<T: Command> Take for Patch<T> {
    const BODY_LIMIT: Option<usize> = T::BODY_LIMIT;

    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        taken(incoming, MERGE_PATCH).await.map(Self)
    }

    fn describe(op: &mut Op<'_>) {
        described::<T>(op, MERGE_PATCH);
    }
}

/// The effect of a patch on an optional member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// The patch does not name it.
    #[default]
    Keep,
    /// The patch has `null`: remove the member.
    Clear,
    /// The patch has this value.
    Set(T),
}

impl<T: Validate> Validate for Change<T> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        match self {
            Self::Set(value) => value.validate(),
            Self::Keep | Self::Clear => Ok(()),
        }
    }
}

impl<T> Change<T> {
    /// The member after the patch.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}
