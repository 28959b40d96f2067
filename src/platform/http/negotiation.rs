//! In which form an answer is wanted (RFC 9110 section 12.5.1).

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, Accept, Header, HeaderValue, Quality};
use actix_web::mime::{self, Mime};

/// The media type that a browser prefers.
pub(super) const HTML: &str = "text/html";

/// Which of the media types that are offered `Accept` prefers. Among those that are as welcome, and where none is, the
/// first.
pub(super) fn preferred<'a>(request: &HttpRequest, (first, others): (&'a str, &[&'a str])) -> &'a str {
    let sent = request.headers().get(ACCEPT).map(HeaderValue::as_bytes);
    // What most callers send need not be parsed.
    if sent.is_none_or(|sent| sent == first.as_bytes() || sent == b"*/*") {
        return first;
    }
    let Ok(accept) = Accept::parse(request) else { return first };
    let mut best = (first, quality(&accept, first));
    for other in others {
        let quality = quality(&accept, other);
        if quality > best.1 {
            best = (other, quality);
        }
    }
    best.0
}

/// How welcome a media type is: what the most specific range says that it falls under.
fn quality(accept: &Accept, offered: &str) -> Quality {
    let kind = offered.split('/').next().unwrap_or_default();
    let specificity = |range: &Mime| match (range.type_(), range.subtype()) {
        (mime::STAR, mime::STAR) => Some(0),
        (of, mime::STAR) if of == kind => Some(1),
        _ if range.essence_str() == offered => Some(2),
        _ => None,
    };
    let ranges = accept.iter().filter_map(|range| Some((specificity(&range.item)?, range.quality)));
    ranges.max_by_key(|(specificity, _)| *specificity).map_or(Quality::ZERO, |(_, quality)| quality)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const OFFERED: (&str, &[&str]) = ("application/json", &["text/html"]);

    fn page(accept: &str) -> bool {
        let request = TestRequest::default().insert_header((ACCEPT, accept)).to_http_request();
        preferred(&request, OFFERED) == "text/html"
    }

    #[test]
    fn a_browser_gets_a_page() {
        assert!(page("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"));
        assert!(page("text/html"));
        assert!(page("text/*, application/json;q=0.9"));
        assert!(page("TEXT/HTML;level=1"));
    }

    #[test]
    fn everybody_else_gets_json() {
        for accept in [
            "*/*",
            "",
            "application/json",
            "application/json, text/plain, */*",
            "application/json, text/html",
            "text/html, */*",
            "text/html;q=0.5, application/json",
            "text/html;q=0, */*",
            "nonsense;;",
        ] {
            assert!(!page(accept), "{accept}");
        }
        assert_eq!(preferred(&TestRequest::default().to_http_request(), OFFERED), "application/json");
    }

    #[test]
    fn the_best_of_several_is_taken() {
        let chosen = |accept: &str| {
            let request = TestRequest::default().insert_header((ACCEPT, accept)).to_http_request();
            preferred(&request, ("application/json", &["text/vcard", "text/html"])).to_owned()
        };
        assert_eq!(chosen("text/vcard, application/json;q=0.5"), "text/vcard");
        assert_eq!(chosen("text/html, text/vcard;q=0.9"), "text/html");
        assert_eq!(chosen("text/*"), "text/vcard");
        assert_eq!(chosen("image/png"), "application/json");
    }

    #[test]
    fn the_most_specific_range_counts() {
        assert!(!page("text/html;q=0.1, */*;q=0.5"));
        assert!(page("text/html;q=0.5, application/*;q=0.1, */*"));
    }
}
