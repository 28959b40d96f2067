//! The `Authorization` header's value under the Bearer scheme (RFC 6750 section 2.1).

/// The token in a value such as `Bearer eyJ...`, or `None` if the scheme is another one or the value
/// does not have the form: the scheme in any case, one space, and a `b64token`.
pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let body = token.trim_end_matches('=');
    let formed = !body.is_empty()
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/'));
    (scheme.eq_ignore_ascii_case("bearer") && formed).then_some(token)
}

/// Returns what is missing from a value that has no token, or has one without its scheme, and what to send; `None` for
/// a value with a scheme and something after it.
pub fn missing_part(value: &str) -> Option<&'static str> {
    if value.contains(' ') {
        None
    } else if value.is_empty() || value.eq_ignore_ascii_case("bearer") {
        Some("The Authorization header has no token. Send Authorization: Bearer <token>.")
    } else {
        Some(
            "The Authorization header has no scheme before the token. Send the word Bearer, a space and the token: \
             Authorization: Bearer <token>.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_scheme_or_token_has_a_missing_part() {
        for (value, missing) in
            [("eyJ.a.b", "no scheme"), ("Bearer", "no token"), ("bearer", "no token"), ("", "no token")]
        {
            assert!(missing_part(value).is_some_and(|said| said.contains(missing)), "{value:?}");
        }
        for value in ["Bearer a.b.c", "Basic YTpi", "Bearer a, Bearer b"] {
            assert_eq!(missing_part(value), None, "{value:?}");
        }
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        for value in ["Bearer a.b-c_d", "bearer a.b-c_d", "BEARER a.b-c_d"] {
            assert_eq!(bearer(value), Some("a.b-c_d"));
        }
        assert_eq!(bearer("Bearer abc=="), Some("abc=="));
    }

    #[test]
    fn another_form_is_no_bearer_token() {
        let others = [
            "",
            "Bearer",
            "Bearer ",
            "Bearer  a",
            "Bearer\ta",
            " Bearer a",
            "Bearer a ",
            "Bearer a b",
            "Bearer a,b",
            "Bearer a=b",
            "Bearer ==",
            "Bearer é",
            "Basic YTpi",
            "BearerToken a",
            "a.b.c",
            "Bearer a, Bearer b",
        ];
        for value in others {
            assert_eq!(bearer(value), None, "{value:?}");
        }
    }
}
