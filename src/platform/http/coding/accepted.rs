//! `Accept-Encoding` (RFC 9110 section 12.5.3).

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_ENCODING, AcceptEncoding, Encoding, Header, Preference, Quality};

use super::Coding;

/// What a caller's `Accept-Encoding` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    /// The preferred coding; `None` for a body as it is.
    pub(super) coding: Option<Coding>,
    /// Whether the caller also takes a body as it is.
    pub(super) identity: bool,
}

/// The weight of a coding.
struct Weight {
    quality: Quality,
    /// Whether the header has the coding's name, and not `*` alone.
    named: bool,
}

/// Returns the coding with the highest weight. Among equal weights `zstd` comes before `gzip`, and both before a body as it is.
/// `*` alone asks for `gzip`, which every decoder has. A header that refuses every form is ignored, as RFC 9110 allows: a 406
/// after a write would hide that the write is done.
pub(super) fn of(request: &HttpRequest) -> Accepted {
    const AS_IT_IS: Accepted = Accepted { coding: None, identity: true };
    if !request.headers().contains_key(ACCEPT_ENCODING) {
        return AS_IT_IS;
    }
    let Ok(header) = AcceptEncoding::parse(request) else { return AS_IT_IS };
    let candidates = [Coding::Zstd, Coding::Gzip].into_iter().filter_map(|coding| {
        let Weight { quality, named } = weight(&header, coding.name())?;
        let rank = match coding {
            Coding::Zstd if named => 3,
            Coding::Gzip => 2,
            Coding::Zstd => 1,
        };
        (quality > Quality::ZERO).then_some((quality, rank, coding))
    });
    let best = candidates.max_by_key(|(quality, rank, _)| (*quality, *rank));
    let identity = weight(&header, "identity").map(|weight| weight.quality);
    let coding = best.filter(|(quality, ..)| identity.is_none_or(|identity| *quality >= identity));
    Accepted { coding: coding.map(|(.., coding)| coding), identity: identity != Some(Quality::ZERO) }
}

/// Returns the weight of a coding; `*` stands for every coding that the header does not name.
fn weight(header: &AcceptEncoding, name: &str) -> Option<Weight> {
    let named = header.iter().find(|it| matches!(&it.item, Preference::Specific(known) if is(known, name)));
    let any = || header.iter().find(|it| it.item == Preference::Any);
    match named {
        Some(it) => Some(Weight { quality: it.quality, named: true }),
        None => any().map(|it| Weight { quality: it.quality, named: false }),
    }
}

/// Compares names without letter case. `x-gzip` is `gzip` (RFC 9110 section 8.4.1.3).
fn is(known: &Encoding, name: &str) -> bool {
    let known = known.to_string();
    known.eq_ignore_ascii_case(name) || (name == "gzip" && known.eq_ignore_ascii_case("x-gzip"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn accepted(header: &str) -> Accepted {
        of(&TestRequest::default().insert_header((ACCEPT_ENCODING, header)).to_http_request())
    }

    #[test]
    fn the_highest_weight_is_chosen() {
        let (gzip, zstd) = (Some(Coding::Gzip), Some(Coding::Zstd));
        for (header, coding) in [
            ("gzip", gzip),
            ("GZIP", gzip),
            ("x-gzip", gzip),
            ("zstd", zstd),
            ("gzip, deflate, br, zstd", zstd),
            ("gzip, deflate", gzip),
            ("gzip;q=1.0, zstd;q=0.5", gzip),
            ("zstd;q=0, gzip;q=0.001", gzip),
            ("gzip;q=0.5, identity;q=0.4", gzip),
            ("gzip;q=0.5, identity", None),
            ("gzip, identity", gzip),
            ("*", gzip),
            ("*;q=0.5, identity", None),
            ("zstd;q=0.5, *;q=0.9", gzip),
            ("gzip;q=0, *", zstd),
            ("gzip;q=0", None),
            ("*;q=0", None),
            ("br, deflate", None),
            ("identity", None),
            ("", None),
            ("nonsense;;q=7", None),
        ] {
            assert_eq!(accepted(header).coding, coding, "{header}");
        }
        let two_lines = TestRequest::default().append_header((ACCEPT_ENCODING, "br"));
        let two_lines = two_lines.append_header((ACCEPT_ENCODING, "gzip"));
        assert_eq!(of(&two_lines.to_http_request()).coding, gzip);
        assert_eq!(of(&TestRequest::default().to_http_request()), Accepted { coding: None, identity: true });
    }

    #[test]
    fn a_body_as_it_is_can_be_refused() {
        for header in ["gzip, identity;q=0", "*;q=0", "identity;q=0", "zstd, *;q=0"] {
            assert!(!accepted(header).identity, "{header}");
        }
        for header in ["gzip", "*", "identity;q=0.1, *;q=0", "", "br"] {
            assert!(accepted(header).identity, "{header}");
        }
    }
}
