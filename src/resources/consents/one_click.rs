//! The body that a mail program sends to unsubscribe with one click (RFC 8058 section 3.2).

use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{ContentBuilder, ObjectBuilder, RefOr, Required};

use crate::domain::{Code, Error, Fault};
use crate::platform::http::{Judge, Op, media_type};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const NAME: &str = "List-Unsubscribe";
const VALUE: &str = "One-Click";

/// No body, or a form that says `List-Unsubscribe=One-Click` and nothing else.
pub(super) struct OneClick;

impl Judge for OneClick {
    fn judge(content_type: &str, body: &[u8]) -> Result<Self, Error> {
        let fits = match media_type(content_type).as_str() {
            _ if body.is_empty() => true,
            FORM => is_form(body),
            MULTIPART => boundary(content_type).is_some_and(|boundary| is_multipart(body, boundary)),
            _ => false,
        };
        if fits {
            return Ok(Self);
        }
        let detail = "must be empty, or a form with List-Unsubscribe=One-Click alone";
        Err(Error::invalid(vec![Fault::new("", "one_click", detail)]))
    }

    fn describe(op: &mut Op<'_>) {
        let value = ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).enum_values(Some([VALUE])).build();
        let form = || {
            let form = ObjectBuilder::new().property(NAME, value.clone()).required(NAME);
            form.additional_properties(Some(AdditionalProperties::FreeForm(false))).build()
        };
        let content = |media_type: &str, body: RequestBodyBuilder| {
            body.content(media_type, ContentBuilder::new().schema(Some(form())).build())
        };
        let body = RequestBodyBuilder::new().required(Some(Required::False));
        let body = content(MULTIPART, content(FORM, body));
        op.operation.request_body = Some(RefOr::T(body.build()));
        for code in [Code::RequestTimeout, Code::TooLarge, Code::Invalid] {
            op.code(code);
        }
    }
}

fn is_form(body: &[u8]) -> bool {
    form_urlencoded::parse(body).eq([(NAME.into(), VALUE.into())])
}

fn boundary(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.trim().split_once('='));
    let mut boundaries = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    boundaries.next().map(|(_, value)| value.trim_matches('"')).filter(|value| !value.is_empty())
}

/// Whether the body is one part of that name and value (RFC 7578).
fn is_multipart(body: &[u8], boundary: &str) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let (opening, closing) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}--"));
    let Some(part) = text.strip_prefix(&opening) else { return false };
    let Some((part, after)) = part.split_once(&closing) else { return false };
    let Some((head, value)) = part.split_once("\r\n\r\n") else { return false };
    let named = head.lines().filter_map(|line| line.split_once(':')).any(|(header, value)| {
        header.eq_ignore_ascii_case("content-disposition")
            && value.split(';').any(|parameter| parameter.trim() == format!("name=\"{NAME}\""))
    });
    named && value == VALUE && after.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_one_click_and_nothing_else() {
        assert!(is_form(b"List-Unsubscribe=One-Click"));
        for bad in [&b"List-Unsubscribe=Two"[..], b"List-Unsubscribe=One-Click&purpose=x", b"{}", b"One-Click"] {
            assert!(!is_form(bad));
        }
    }

    #[test]
    fn a_multipart_form_says_the_same() {
        let part = "Content-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click";
        let body = format!("--x y\r\n{part}\r\n--x y--\r\n");
        assert_eq!(boundary("multipart/form-data; boundary=\"x y\""), Some("x y"));
        assert!(is_multipart(body.as_bytes(), "x y"));
        let two = format!("--x\r\n{part}\r\n--x\r\n{part}\r\n--x--\r\n");
        assert!(!is_multipart(two.as_bytes(), "x"));
        assert!(!is_multipart(body.replace("One-Click", "Click").as_bytes(), "x y"));
    }
}
