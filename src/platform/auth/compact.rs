//! The compact form of a signed token (RFC 7515 section 7.1): three parts in base64url.
//!
//! One token has one spelling here: no padding, no stray bits, nothing around it. Otherwise the same
//! token could pass under many names.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Flaw;

/// The longest token that is looked at, in bytes.
pub(super) const LONGEST: usize = 8 * 1024;

/// A token taken apart, not yet believed.
pub(super) struct Compact<'a> {
    /// What the signature is over: the first two parts as they were sent.
    pub(super) signed: &'a str,
    /// The signature as it was sent.
    pub(super) signature: &'a str,
    /// The header's bytes.
    pub(super) header: Vec<u8>,
    /// The payload's bytes.
    pub(super) payload: Vec<u8>,
}

/// Takes `token` apart.
///
/// # Errors
/// The token is too long, has not exactly three parts, or a part is empty or not canonical base64url.
pub(super) fn split(token: &str) -> Result<Compact<'_>, Flaw> {
    if token.len() > LONGEST {
        return Err(Flaw::Malformed("too long"));
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Flaw::Malformed("not three parts"))?;
    let (header, payload) = signed.split_once('.').ok_or(Flaw::Malformed("not three parts"))?;
    // A further dot in `payload` is outside the alphabet and so refused there.
    let part = |text| match URL_SAFE_NO_PAD.decode(text) {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        _ => Err(Flaw::Malformed("not canonical base64url")),
    };
    part(signature)?;
    Ok(Compact { signed, signature, header: part(header)?, payload: part(payload)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_one_spelling() {
        let parts = split("e30.e30.YQ").unwrap();
        assert_eq!((parts.signed, parts.signature, parts.header.as_slice()), ("e30.e30", "YQ", b"{}".as_slice()));
        let others = [
            "",
            ".",
            "..",
            "e30",
            "e30.e30",
            "e30.e30.",
            ".e30.YQ",
            "e30..YQ",
            "e30.e30.YQ.YQ",
            "e30.e30.YQ.",
            ".e30.e30.YQ",
            "e30.e30.YR",
            "e30.e30.YQ=",
            "e30.e30.YQ==",
            "e30=.e30.YQ",
            "e30.e3+.YQ",
            "e30.e3/.YQ",
            "e30.e30.YQ ",
            " e30.e30.YQ",
            "e30.e30.YQ\n",
            "e30.e3 0.YQ",
            "e30.e30.Y",
        ];
        for token in others {
            assert!(split(token).is_err(), "{token:?}");
        }
    }

    #[test]
    fn the_longest_token_is_eight_kibibytes() {
        let filled = |length: usize| format!("e30.{}.YWI", "A".repeat(length - 8));
        assert!(split(&filled(LONGEST)).is_ok());
        assert!(split(&filled(LONGEST + 1)).is_err_and(|flaw| flaw == Flaw::Malformed("too long")));
    }
}
