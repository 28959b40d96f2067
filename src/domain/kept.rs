//! Reading values back that were parsed before they were sealed.
//!
//! What a release accepts changes: a domain is refused today that was accepted before. A value that was sealed then must stay
//! readable, so that unsealing does not parse it again. It also takes no time.

use serde::{Deserialize, Deserializer};

/// A value that can be made of a text that was parsed before it was sealed.
pub trait FromKept: Sized {
    /// Makes the value without checking it again.
    fn from_kept(text: String) -> Self;
}

/// A sealed value as it is read back. `Deserialize` makes it by [`FromKept`].
#[derive(Debug)]
pub struct Kept<T>(pub T);

impl<'de, T: FromKept> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(kept: D) -> Result<Self, D::Error> {
        String::deserialize(kept).map(|text| Self(T::from_kept(text)))
    }
}

/// Reads a sealed member: for `#[serde(deserialize_with = "kept")]`.
///
/// # Errors
/// When it is not a text.
pub fn kept<'de, D: Deserializer<'de>, T: FromKept>(member: D) -> Result<T, D::Error> {
    Kept::deserialize(member).map(|Kept(value)| value)
}

/// Reads a sealed member that can be absent.
///
/// # Errors
/// When it is neither a text nor null.
pub fn kept_if_any<'de, D: Deserializer<'de>, T: FromKept>(member: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<Kept<T>>::deserialize(member)?.map(|Kept(value)| value))
}
