//! `If-Match`: which version of a resource a change was made to (RFC 9110 section 13.1.1, RFC 6585).

use actix_web::http::header;
use utoipa::PartialSchema;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};

use super::describe::Op;
use super::entity_tag::EntityTags;
use super::incoming::{Incoming, Take};
use super::own_tag;
use crate::domain::{Code, Error};

/// The versions that a change accepts, as its `If-Match` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever is there.
    Any,
    /// One of these; none of them when no tag was one of ours.
    Versions(Vec<i32>),
}

impl IfMatch {
    /// Accepts the version that is there, or not.
    ///
    /// # Errors
    /// 412 when it is none of those named.
    pub fn check(&self, version: i32) -> Result<(), Error> {
        match self {
            Self::Any => Ok(()),
            Self::Versions(versions) if versions.contains(&version) => Ok(()),
            Self::Versions(_) => Err(Error::new(
                Code::StaleVersion,
                "The resource has changed since the version that If-Match names. Read it again and send its new ETag.",
            )),
        }
    }

    fn parse(value: &str) -> Result<Self, Error> {
        match EntityTags::parse(value) {
            Some(EntityTags::Any) => Ok(Self::Any),
            // RFC 9110 section 13.1.1 demands a strong comparison. The version in a tag of ours is that comparison, and a tag
            // that a proxy has marked as weak still holds it (decision 30).
            Some(EntityTags::Listed(tags)) => {
                Ok(Self::Versions(tags.iter().filter_map(|tag| own_tag::version(tag.opaque)).collect()))
            }
            None => Err(Error::new(
                Code::InvalidHeader,
                "If-Match must have entity tags exactly as ETag gave them, in double quotes.",
            )),
        }
    }
}

impl Take for IfMatch {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let required = "Send the ETag of the version that you change as If-Match.";
        sent(incoming)?.ok_or_else(|| Error::new(Code::PreconditionRequired, required))
    }

    fn describe(op: &mut Op<'_>) {
        described(op, Required::True);
        op.code(Code::PreconditionRequired);
    }
}

/// A precondition that a caller may leave out.
impl Take for Option<IfMatch> {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        sent(incoming)
    }

    fn describe(op: &mut Op<'_>) {
        described(op, Required::False);
    }
}

/// The `If-Match` that was sent, if any.
fn sent(incoming: &Incoming) -> Result<Option<IfMatch>, Error> {
    let mut values = incoming.request.headers().get_all(header::IF_MATCH).filter_map(|value| value.to_str().ok());
    match (values.next(), values.next()) {
        (Some(value), None) => IfMatch::parse(value).map(Some),
        (Some(_), Some(_)) => Err(Error::new(Code::InvalidHeader, "If-Match must be sent once.")),
        (None, _) => Ok(None),
    }
}

fn described(op: &mut Op<'_>, required: Required) {
    let parameter = ParameterBuilder::new()
        .name("If-Match")
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some("The `ETag` of the version that is changed."))
        .schema(Some(String::schema()))
        .example(Some(serde_json::json!("\"3\"")));
    op.parameter(parameter.build());
    for code in [Code::InvalidHeader, Code::StaleVersion] {
        op.code(code);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_part_is_compared() {
        let given = IfMatch::parse(r#""3-0123456789abcdef""#).unwrap();
        assert!(given.check(3).is_ok());
        assert_eq!(given.check(4).unwrap_err().code(), Code::StaleVersion);
        assert!(IfMatch::parse(r#""2", "3""#).unwrap().check(3).is_ok());
        assert!(IfMatch::parse("*").unwrap().check(9).is_ok());
    }

    #[test]
    fn a_tag_that_a_proxy_has_changed_names_its_version() {
        for tag in [r#"W/"3""#, r#""3-gzip""#, r#"W/"3-0123456789abcdef""#, r#""3-0123456789abcdef-br""#] {
            assert!(IfMatch::parse(tag).unwrap().check(3).is_ok(), "{tag}");
        }
    }

    #[test]
    fn foreign_tags_do_not_match() {
        for tag in [r#"W/"2""#, r#""abc""#, r#""""#, r#""+3""#, r#""03""#, r#""3-abc""#] {
            assert_eq!(IfMatch::parse(tag).unwrap().check(3).unwrap_err().code(), Code::StaleVersion, "{tag}");
        }
        assert_eq!(IfMatch::parse("3").unwrap_err().code(), Code::InvalidHeader);
    }
}
