//! An e-mail address in one normal form, so that one mailbox is one text however a caller writes it.
//!
//! An address is an addr-spec alone (RFC 5321), without a display name or a comment. Its local part is in Unicode
//! Normalization Form C, its domain is the A-label form that UTS 46 (non-transitional) makes of it. People are shown the
//! U-label.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::FromKept;
use super::invisible::{is_invisible, visible};

mod mail_domain;

const FORM: &str = "must be a single e-mail address such as ada@example.org, without a display name, at most 254 characters (64 before the @)";
const INVISIBLE: &str = "must not contain invisible characters such as a zero-width space or a soft hyphen; type the address again \
                         instead of pasting it";
const DOMAIN: &str = "must end in a valid domain, such as example.org: letters, digits and hyphens between dots, \
                      without an underscore, a path or a port, and not the numbers of an IP address";

/// An e-mail address. At most 254 characters, with at most 64 before the `@` (RFC 5321 section
/// 4.5.3.1). The domain may be internationalised, in either form, such as `bücher.example` or
/// `xn--bcher-kva.example`; the service shows `bücher.example`. The service keeps the part before the
/// `@` as written, and ignores case when it compares two addresses.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, format = Email, min_length = 3, max_length = 254, example = "ada.lovelace@example.org")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses an address, and brings it into its normal form.
    ///
    /// # Errors
    /// A text that says what must change.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.chars().any(is_invisible) {
            return Err(INVISIBLE);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(FORM)?;
        let local = composed(local);
        if !is_local_part(&local) {
            return Err(FORM);
        }
        let domain = mail_domain::ascii(domain).ok_or(DOMAIN)?;
        let length = local.len() + 1 + domain.len();
        if length > 254 { Err(FORM) } else { Ok(Self(format!("{local}@{domain}"))) }
    }

    /// Returns the address as mail is sent to it: the domain as A-labels.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the address as people are shown it: the domain as U-labels.
    pub fn shown(&self) -> Cow<'_, str> {
        let Some((local, domain)) = self.0.rsplit_once('@') else { return (&self.0).into() };
        match mail_domain::unicode(domain) {
            Cow::Borrowed(_) => (&self.0).into(),
            Cow::Owned(domain) => format!("{local}@{domain}").into(),
        }
    }

    /// Returns the form in which two addresses are the same mailbox for us: the normal form in lower case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

/// Returns a text in Normalization Form C.
fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() }
}

/// Returns whether a text is a local part that need not be quoted (RFC 5321 section 4.1.2, RFC 6531 section 3.3).
fn is_local_part(text: &str) -> bool {
    text.len() <= 64 && !text.contains('"') && email_address::EmailAddress::is_valid_local_part(text)
}

impl FromKept for EmailAddress {
    /// Earlier releases kept other forms: these are brought into the normal form. An address that is refused today stays as it
    /// is.
    fn from_kept(address: String) -> Self {
        if address.is_ascii() {
            return Self(address);
        }
        let address = visible(&address);
        let Some((local, domain)) = address.rsplit_once('@') else { return Self(address) };
        let domain = mail_domain::ascii(domain).unwrap_or_else(|| domain.to_lowercase().into());
        Self(format!("{}@{domain}", composed(local)))
    }
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

impl Serialize for EmailAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests;
