//! A telephone number in one normal form: E.164, with the extension kept apart.
//!
//! Numbers are read by libphonenumber's rules and metadata. A number is accepted when its length is possible in its country.
//! It need not be in a range that is assigned, because tables of ranges age, and because numbers for drama and training, such as
//! 07700 900123, are in no such table. Decision 25 has the reasons.

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};
use serde::{Deserialize, Serialize, Serializer};

use super::FromKept;

mod extension;
mod written;

pub use extension::{EXTENSION_FORM, EXTENSION_PATTERN, TelephoneExtension};

const FORM: &str = "must be a possible telephone number, such as +441905765765 or the UK number 01905 765765, \
                    optionally followed by an extension, such as `ext 12`";
const NO_COUNTRY: &str = "must begin with + and a country code, such as +44 or +372, or with 0 if it is a UK number: \
                          without either, the country is unknown";

/// A telephone number. The service keeps it in E.164 (ITU-T): `+`, country code, number, at most 15
/// digits. It reads a number that begins with 0 as a UK number. You may write spaces, dashes, slashes,
/// dots and brackets, a `tel:` URI, and an extension, such as `ext 12` or `;ext=12`. The service
/// refuses digits without `+` and without a leading 0.
#[derive(Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, format = "telephone", min_length = 3, max_length = 60, example = "+441905765765")]
pub struct Telephone(Parts);

#[derive(Clone, PartialEq, Eq)]
struct Parts {
    number: String,
    extension: Option<TelephoneExtension>,
}

impl Telephone {
    /// Parses a number as people write it.
    ///
    /// # Errors
    /// A text that says what must change.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (digits, extension) = written::read(text).ok_or(FORM)?;
        if !digits.starts_with(['+', '0']) {
            return Err(NO_COUNTRY);
        }
        let number = PHONE_NUMBER_UTIL.parse(&digits, Some(Region::GB)).map_err(|_| FORM)?;
        if !is_possible(&number) {
            return Err(FORM);
        }
        Ok(Self(Parts { number: number.format_as(PhoneNumberFormat::E164).into_owned(), extension }))
    }

    /// Returns the number in E.164, without its extension. People are found by this form.
    pub fn as_str(&self) -> &str {
        &self.0.number
    }

    /// Returns the extension.
    pub fn extension(&self) -> Option<&TelephoneExtension> {
        self.0.extension.as_ref()
    }

    /// Returns the number without its extension, and the extension.
    pub fn apart(self) -> (Self, Option<TelephoneExtension>) {
        let Parts { number, extension } = self.0;
        (Self(Parts { number, extension: None }), extension)
    }

    /// Returns the number with another extension or none.
    #[must_use]
    pub fn with_extension(self, extension: Option<TelephoneExtension>) -> Self {
        Self(Parts { extension, ..self.0 })
    }

    /// Returns the number with this extension, unless one was written with it.
    #[must_use]
    pub fn or_extension(self, extension: Option<TelephoneExtension>) -> Self {
        let extension = self.0.extension.clone().or(extension);
        self.with_extension(extension)
    }

    /// Returns a number without its extension, and the extension: that which was written with the number, or else the other one.
    pub fn both_apart(
        number: Option<Self>,
        extension: Option<TelephoneExtension>,
    ) -> (Option<Self>, Option<TelephoneExtension>) {
        let apart = number.map(|number| number.or_extension(extension).apart());
        apart.map_or((None, None), |(number, extension)| (Some(number), extension))
    }

    /// Returns the number as people in the UK write it, such as 01905 765765; a foreign one in groups, with its country code.
    pub fn as_written(&self) -> String {
        let Ok(number) = PHONE_NUMBER_UTIL.parse(&self.0.number, None) else { return self.0.number.clone() };
        let british = number.country_code == UNITED_KINGDOM;
        let format = if british { PhoneNumberFormat::National } else { PhoneNumberFormat::International };
        let written = number.format_as(format).into_owned();
        match &self.0.extension {
            Some(extension) => format!("{written} ext. {}", extension.as_str()),
            None => written,
        }
    }

    /// Returns whether an earlier release may have stored this number for another one: it dropped a zero after the country
    /// code that belongs to the number, as in Gabon and Italy, and accepted what was left if that is a number too.
    pub fn may_lack_a_zero(&self) -> bool {
        let Ok(mut number) = PHONE_NUMBER_UTIL.parse(&self.0.number, None) else { return false };
        if number.italian_leading_zero() {
            return false;
        }
        number.italian_leading_zero = Some(true);
        number.is_valid()
    }
}

/// The country code of the United Kingdom, Guernsey, Jersey and the Isle of Man.
const UNITED_KINGDOM: i32 = 44;

/// Returns whether a number can be dialled from everywhere, judged by its length. A zero before it is part of a number in a few
/// countries alone: there the ranges decide, because elsewhere it is a prefix that was left over.
fn is_possible(number: &PhoneNumber) -> bool {
    let possible = || matches!(number.is_possible_with_reason(), Ok(NumberLengthType::IsPossible));
    (!number.italian_leading_zero() && possible()) || number.is_valid()
}

impl FromKept for Telephone {
    /// The number is not parsed again: that would be most of the time that reading a person takes.
    fn from_kept(text: String) -> Self {
        match text.split_once(EXTENSION) {
            Some((number, extension)) => Self(Parts {
                number: number.to_owned(),
                extension: Some(TelephoneExtension::from_kept(extension.to_owned())),
            }),
            None => Self(Parts { number: text, extension: None }),
        }
    }
}

/// What stands between a number and its extension (RFC 3966).
const EXTENSION: &str = ";ext=";

impl Serialize for Telephone {
    /// As in a `tel:` URI: the extension, if there is one, follows as `;ext=12`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.extension {
            Some(extension) => {
                serializer.collect_str(&format_args!("{}{EXTENSION}{}", self.0.number, extension.as_str()))
            }
            None => serializer.serialize_str(&self.0.number),
        }
    }
}

impl FromStr for Telephone {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Telephone {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl fmt::Debug for Telephone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests;
