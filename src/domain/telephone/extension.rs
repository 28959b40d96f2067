//! The extension of a telephone number.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a text must match.
pub const EXTENSION_PATTERN: &str = "^[0-9]{1,20}$";
/// What a text that does not match must be.
pub const EXTENSION_FORM: &str = "must be the 1 to 20 digits of an extension, such as 12";
/// The most digits that libphonenumber reads.
const MOST: usize = 20;

/// The extension to dial after a telephone number has answered: 1 to 20 digits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 20, pattern = "^[0-9]{1,20}$", example = "12")]
pub struct TelephoneExtension(String);

impl TelephoneExtension {
    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TelephoneExtension {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = (1..=MOST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Self(text)) } else { Err(EXTENSION_FORM) }
    }
}

impl From<TelephoneExtension> for String {
    fn from(extension: TelephoneExtension) -> Self {
        extension.0
    }
}

impl crate::domain::FromKept for TelephoneExtension {
    fn from_kept(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for TelephoneExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}
