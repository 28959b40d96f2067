//! Whether a page is preferred to JSON (RFC 9110 section 12.5.1).

use actix_web::HttpRequest;
use actix_web::http::header::{Accept, Header, Quality};
use actix_web::mime::{self, Mime};

/// Whether `Accept` prefers a page. Whoever names both alike, or neither, gets JSON.
pub(super) fn prefers_page(request: &HttpRequest) -> bool {
    Accept::parse(request)
        .is_ok_and(|accept| quality(&accept, &mime::TEXT_HTML) > quality(&accept, &mime::APPLICATION_JSON))
}

/// How welcome a media type is: what the most specific range says that it falls under.
fn quality(accept: &Accept, offered: &Mime) -> Quality {
    let specificity = |range: &Mime| match (range.type_(), range.subtype()) {
        (mime::STAR, mime::STAR) => Some(0),
        (kind, mime::STAR) if kind == offered.type_() => Some(1),
        _ if range.essence_str() == offered.essence_str() => Some(2),
        _ => None,
    };
    let ranges = accept.iter().filter_map(|range| Some((specificity(&range.item)?, range.quality)));
    ranges.max_by_key(|(specificity, _)| *specificity).map_or(Quality::ZERO, |(_, quality)| quality)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::ACCEPT;
    use actix_web::test::TestRequest;

    use super::*;

    fn page(accept: &str) -> bool {
        prefers_page(&TestRequest::default().insert_header((ACCEPT, accept)).to_http_request())
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
        assert!(!prefers_page(&TestRequest::default().to_http_request()));
    }

    #[test]
    fn the_most_specific_range_counts() {
        assert!(!page("text/html;q=0.1, */*;q=0.5"));
        assert!(page("text/html;q=0.5, application/*;q=0.1, */*"));
    }
}
