//! A telephone number in E.164; a UK national number is accepted and converted.

use std::fmt;
use std::str::FromStr;

use phonenumber::{Mode, country};
use serde::{Deserialize, Serialize};

use super::FromKept;

const FORM: &str = "must be a telephone number that can exist: E.164 such as +441905765765, or a UK national number such as 01905 765765";

/// A telephone number, kept in E.164 (ITU-T): `+`, country code, number, at most 15 digits. A number
/// written without a country code is read as a UK one and converted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = "telephone", min_length = 3, max_length = 40, example = "+441905765765")]
pub struct Telephone(String);

impl Telephone {
    /// Parses a number as a person in the UK writes it.
    ///
    /// # Errors
    /// A text that says what form is expected.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let plausible = text.len() <= 40 && text.chars().all(|c| c.is_ascii_digit() || "+ ().-".contains(c));
        if !plausible {
            return Err(FORM);
        }
        let number = phonenumber::parse(Some(country::GB), text).map_err(|_| FORM)?;
        if !number.is_valid() {
            return Err(FORM);
        }
        Ok(Self(number.format().mode(Mode::E164).to_string()))
    }

    /// The number in E.164.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as people in the UK write it, such as 01905 765765; a foreign one in groups, with its country code.
    pub fn as_written(&self) -> String {
        let Ok(number) = phonenumber::parse(None, &self.0) else { return self.0.clone() };
        let british = number.country().id() == Some(country::GB);
        number.format().mode(if british { Mode::National } else { Mode::International }).to_string()
    }
}

impl FromKept for Telephone {
    fn from_kept(number: String) -> Self {
        Self(number)
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

impl From<Telephone> for String {
    fn from(number: Telephone) -> Self {
        number.0
    }
}

impl fmt::Debug for Telephone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_people_write_it() {
        assert_eq!(Telephone::parse("+441905765765").unwrap().as_written(), "01905 765765");
        assert_eq!(Telephone::parse("+33142685300").unwrap().as_written(), "+33 1 42 68 53 00");
    }

    #[test]
    fn a_national_number_is_converted() {
        for text in ["01905 765765", "(01905) 765-765", "+44 1905 765765", "+441905765765"] {
            assert_eq!(Telephone::parse(text).unwrap().as_str(), "+441905765765", "{text}");
        }
        assert_eq!(Telephone::parse("+33 1 44 55 66 77").unwrap().as_str(), "+33144556677");
    }

    #[test]
    fn an_impossible_number_is_refused() {
        for text in
            ["12345", "+44 0000 000000", "01905 76576", "+999123456789", "0800-FLOWERS", "", "+441905765765;ext=1"]
        {
            assert!(Telephone::parse(text).is_err(), "{text}");
        }
    }
}
