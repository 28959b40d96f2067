//! The form of the entity tags that this service makes: `"<version>"` or `"<version>-<digest>"`, and with a third part for a
//! compressed body: `"<version>--<coding>"` or `"<version>-<digest>-<coding>"`. A compressing proxy changes a tag: Apache httpd and
//! Caddy append the coding within the quotes (`"4-gzip"`); nginx, `HAProxy` and Varnish mark the tag as weak (decision 30).

/// The content codings (RFC 9110 section 8.4.1) whose names a proxy appends to a tag.
const CODINGS: [&str; 4] = ["gzip", "br", "zstd", "deflate"];

/// How many hexadecimal digits a digest has: more than any coding's name, and never one.
pub(super) const DIGEST_DIGITS: usize = 16;

/// The version that a tag of ours names; `None` of a tag of another form.
pub(super) fn version(opaque: &str) -> Option<i32> {
    let own = without_coding(opaque);
    let written = match own.split_once('-') {
        Some((version, digest)) if is_digest(digest) => version,
        Some(_) => return None,
        None => own,
    };
    written.parse().ok().filter(|version: &i32| version.to_string() == written)
}

/// A tag without its coding, which this service or a proxy appended.
pub(super) fn without_coding(opaque: &str) -> &str {
    let without = |coding| opaque.strip_suffix(coding)?.strip_suffix('-');
    let without = CODINGS.into_iter().find_map(without);
    // Between a version and our coding is the empty place of the digest.
    without.map_or(opaque, |tag| tag.strip_suffix('-').unwrap_or(tag))
}

/// The tag in quotes of the same resource in a coding.
pub(super) fn with_coding(etag: &str, coding: &str) -> String {
    let opaque = etag.strip_suffix('"').unwrap_or(etag);
    let digest = if opaque.contains('-') { "" } else { "-" };
    format!("{opaque}{digest}-{coding}\"")
}

fn is_digest(text: &str) -> bool {
    text.len() == DIGEST_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_ours_names_its_version_with_or_without_a_coding() {
        for tag in
            ["4", "4-gzip", "4-br", "4-zstd", "4--gzip", "4--zstd", "4-0123456789abcdef", "4-0123456789abcdef-gzip"]
        {
            assert_eq!(version(tag), Some(4), "{tag}");
        }
    }

    #[test]
    fn a_coding_is_the_third_part() {
        for (tag, coded) in [("\"4\"", "\"4--gzip\""), ("\"4-0123456789abcdef\"", "\"4-0123456789abcdef-gzip\"")] {
            assert_eq!(with_coding(tag, "gzip"), coded);
            assert_eq!(without_coding(coded.trim_matches('"')), tag.trim_matches('"'));
        }
    }

    #[test]
    fn a_tag_of_another_form_names_none() {
        for tag in [
            "",
            "abc",
            "+4",
            "04",
            "4x",
            "4-",
            "4-abc",
            "4-gzip-gzip",
            "4--",
            "4---gzip",
            "4-0123456789ABCDEF",
            "4-0123456789ab",
            "-4",
        ] {
            assert_eq!(version(tag), None, "{tag}");
        }
    }
}
