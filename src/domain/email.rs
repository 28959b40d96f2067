//! An e-mail address: the addr-spec alone (RFC 5321), no display name, no comment.

use std::fmt;
use std::str::FromStr;

use email_address::Options;
use serde::{Deserialize, Serialize};

const FORM: &str = "must be a single e-mail address such as ada@example.org, without a display name and without invisible \
                    characters such as a zero-width space, at most 254 characters (64 before the @)";

/// An e-mail address, its domain in lower case, its local part as written. At most 254 characters,
/// 64 of them before the `@` (RFC 5321 section 4.5.3.1). Compared without regard to case.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = Email, min_length = 3, max_length = 254, example = "ada.lovelace@example.org")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses an address.
    ///
    /// # Errors
    /// A text that says what form is expected.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.chars().any(is_invisible) {
            return Err(FORM);
        }
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        let parsed = email_address::EmailAddress::parse_with_options(text, options).map_err(|_| FORM)?;
        let (local, domain) = (parsed.local_part(), parsed.domain());
        let plain = local.chars().all(|c| !c.is_control() && !c.is_whitespace() && c != '"');
        if text.len() > 254 || local.len() > 64 || !plain {
            return Err(FORM);
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// An address that was parsed before it was kept where nobody else can write: it is not parsed again.
    pub fn from_kept(address: String) -> Self {
        Self(address)
    }

    /// The address as mail is sent to it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two addresses are the same mailbox for us: all lower case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

/// Whether a character shows nothing, so that two addresses that look alike would differ: format characters (general category
/// Cf) and others that are ignorable by default (Unicode 16, `Default_Ignorable_Code_Point`).
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xAD | 0x34F | 0x600..=0x605 | 0x61C | 0x6DD | 0x70F | 0x890..=0x891 | 0x8E2 | 0x115F..=0x1160
        | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164
        | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x1_10BD | 0x1_10CD | 0x1_3430..=0x1_343F
        | 0x1_BCA0..=0x1_BCA3 | 0x1_D173..=0x1_D17A | 0xE_0000..=0xE_0FFF)
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for EmailAddress {}

impl FromStr for EmailAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_lower_cased_and_the_local_part_kept() {
        assert_eq!(EmailAddress::parse("Ada.Lovelace@Example.ORG").unwrap().as_str(), "Ada.Lovelace@example.org");
        assert_eq!(EmailAddress::parse("ADA@example.org"), EmailAddress::parse("ada@EXAMPLE.org"));
    }

    #[test]
    fn what_is_no_addr_spec_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        for bad in [
            "Ada <ada@example.org>",
            "ada",
            "ada@",
            "@example.org",
            "ada@example",
            "ada@[127.0.0.1]",
            "a da@example.org",
            "ada@example.org\r\nBcc: x@example.org",
            "\"a b\"@example.org",
            "ada@example.org,bob@example.org",
            &long_local,
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_with_an_invisible_character_is_refused() {
        for bad in
            ["\u{200b}guy@example.org", "guy@exam\u{ad}ple.org", "gu\u{2060}y@example.org", "guy\u{feff}@example.org"]
        {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
        assert!(EmailAddress::parse("gü@example.org").is_ok());
    }

    #[test]
    fn debug_does_not_tell_it() {
        assert_eq!(format!("{:?}", EmailAddress::parse("ada@example.org").unwrap()), "[personal]");
    }
}
