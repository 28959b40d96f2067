//! `If-Match`: which version of a resource a change was made to (RFC 9110 section 13.1.1, RFC 6585).

use actix_web::http::header;
use utoipa::PartialSchema;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};

use super::describe::Op;
use super::entity_tag::EntityTags;
use super::incoming::{Incoming, Take};
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
                "It has changed since the version that If-Match names; read it again and send its new ETag.",
            )),
        }
    }

    fn parse(value: &str) -> Result<Self, Error> {
        match EntityTags::parse(value) {
            Some(EntityTags::Any) => Ok(Self::Any),
            // A weak tag never matches here: RFC 9110 section 13.1.1 compares strongly.
            Some(EntityTags::Listed(tags)) => Ok(Self::Versions(
                tags.iter().filter(|tag| !tag.weak).filter_map(|tag| version_of(tag.opaque)).collect(),
            )),
            None => Err(Error::new(
                Code::InvalidHeader,
                "If-Match must hold entity tags as ETag gave them, in double quotes.",
            )),
        }
    }
}

/// The version part of a tag of ours, written as we write it.
fn version_of(opaque: &str) -> Option<i32> {
    let written = opaque.split('-').next()?;
    written.parse().ok().filter(|version: &i32| version.to_string() == written)
}

impl Take for IfMatch {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let mut values = incoming.request.headers().get_all(header::IF_MATCH).filter_map(|value| value.to_str().ok());
        match (values.next(), values.next()) {
            (Some(value), None) => Self::parse(value),
            (Some(_), Some(_)) => Err(Error::new(Code::InvalidHeader, "If-Match must be sent once.")),
            (None, _) => {
                Err(Error::new(Code::PreconditionRequired, "Send the ETag of the version that you change as If-Match."))
            }
        }
    }

    fn describe(op: &mut Op<'_>) {
        let parameter = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some("The `ETag` of the version that is changed."))
            .schema(Some(String::schema()))
            .example(Some(serde_json::json!("\"3\"")));
        op.parameter(parameter.build());
        for code in [Code::InvalidHeader, Code::StaleVersion, Code::PreconditionRequired] {
            op.code(code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_part_is_compared() {
        let given = IfMatch::parse(r#""3-1f2e""#).unwrap();
        assert!(given.check(3).is_ok());
        assert_eq!(given.check(4).unwrap_err().code(), Code::StaleVersion);
        assert!(IfMatch::parse(r#""2", "3""#).unwrap().check(3).is_ok());
        assert!(IfMatch::parse("*").unwrap().check(9).is_ok());
    }

    #[test]
    fn weak_and_foreign_tags_do_not_match() {
        for tag in [r#"W/"3""#, r#""abc""#, r#""""#, r#""+3""#, r#""03""#] {
            assert_eq!(IfMatch::parse(tag).unwrap().check(3).unwrap_err().code(), Code::StaleVersion, "{tag}");
        }
        assert_eq!(IfMatch::parse("3").unwrap_err().code(), Code::InvalidHeader);
    }
}
