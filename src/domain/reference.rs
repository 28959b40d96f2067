//! The numbers that people quote.

use serde::{Deserialize, Serialize};

/// A reference number for letters and telephone calls: two letters, a year, and a number of six digits
/// or more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String")]
#[schema(
    as = ReferenceNumber,
    value_type = String,
    max_length = 18,
    pattern = "^[A-Z]{2}-[0-9]{4}-[0-9]{6,10}$",
    example = "DC-2026-000001"
)]
pub struct Reference(String);

impl Reference {
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reference {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = text.split('-');
        let fits = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(series), Some(year), Some(number), None) => {
                series.len() == 2
                    && series.bytes().all(|byte| byte.is_ascii_uppercase())
                    && (year.len() == 4 && digits(year))
                    && ((6..=10).contains(&number.len()) && digits(number))
            }
            _ => false,
        };
        fits.then_some(Self(text)).ok_or(
            "must be a reference number: two capital letters, a year and six to ten digits, as in SR-2026-000001 for a request, \
             DC-2026-000001 for a complaint and PB-2026-000001 for a breach",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_letters_a_year_and_a_number() {
        for good in ["DC-2026-000001", "PB-2027-1000000"] {
            assert_eq!(Reference::try_from(good.to_owned()).unwrap().as_str(), good);
        }
        for bad in
            ["", "DC-2026-1", "dc-2026-000001", "DC-2026-000001-", "DC-26-000001", "DCX-2026-000001", "DC-2026-00000\0"]
        {
            assert!(Reference::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
