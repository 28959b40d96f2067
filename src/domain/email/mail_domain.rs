//! The domain of an e-mail address (UTS 46, RFC 5890).

use std::borrow::Cow;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// Letters, digits and hyphens alone (STD 3), so that an underscore, a slash or a colon is refused.
const CHARACTERS: AsciiDenyList = AsciiDenyList::STD3;
/// No label begins or ends with a hyphen. Two hyphens in the third and fourth place exist in registered names.
const HYPHENS: Hyphens = Hyphens::CheckFirstLast;

/// Returns a domain as its A-labels, in lower case; `None` for a text that cannot be the domain of a mailbox. Copies nothing
/// where the text is in that form already, as most are.
pub(super) fn ascii(text: &str) -> Option<Cow<'_, str>> {
    let domain = Uts46::new().to_ascii(text.as_bytes(), CHARACTERS, HYPHENS, DnsLength::Verify).ok()?;
    let (_, top) = domain.rsplit_once('.')?;
    is_top_level(top).then_some(domain)
}

/// Returns whether a label can be a top-level domain: two letters or more, or an A-label (RFC 1123 section 2.1, and section
/// 2.2.1.3.2 of ICANN's Applicant Guidebook). The last number of an IP address is neither.
fn is_top_level(label: &str) -> bool {
    label.starts_with("xn--") || (label.len() >= 2 && label.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Returns a domain with its A-labels as U-labels; unchanged where it has none, or none that can be shown.
pub(super) fn unicode(domain: &str) -> Cow<'_, str> {
    if !domain.contains("xn--") {
        return domain.into();
    }
    let (shown, valid) = Uts46::new().to_unicode(domain.as_bytes(), CHARACTERS, HYPHENS);
    if valid.is_ok() { shown } else { domain.into() }
}
