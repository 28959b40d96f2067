//! Entity tags as `If-Match` and `If-None-Match` list them (RFC 9110 sections 8.8.3 and 13.1).

use std::fmt;

/// What such a header names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EntityTags<'a> {
    /// `*`: whatever is there.
    Any,
    /// These.
    Listed(Vec<EntityTag<'a>>),
}

/// One entity tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntityTag<'a> {
    /// Whether it is marked `W/`.
    pub(super) weak: bool,
    /// The text between the quotes.
    pub(super) opaque: &'a str,
}

impl fmt::Display for EntityTag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weak = if self.weak { "W/" } else { "" };
        write!(f, "{weak}\"{}\"", self.opaque)
    }
}

impl<'a> EntityTags<'a> {
    /// Parses a header's value; `None` when it is of another form. A comma within the quotes belongs to the tag.
    pub(super) fn parse(value: &'a str) -> Option<Self> {
        let mut rest = value.trim_matches([' ', '\t']);
        if rest == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        loop {
            let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |rest| (true, rest));
            let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
            if opaque.contains(|c: char| c.is_whitespace() && c != ' ') {
                return None;
            }
            tags.push(EntityTag { weak, opaque });
            rest = after.trim_start_matches([' ', '\t']);
            if rest.is_empty() {
                return Some(Self::Listed(tags));
            }
            rest = rest.strip_prefix(',')?.trim_start_matches([' ', '\t']);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_taken_apart_outside_the_quotes() {
        let tag = |weak, opaque| EntityTag { weak, opaque };
        let parsed = |value| match EntityTags::parse(value) {
            Some(EntityTags::Listed(tags)) => tags,
            other => panic!("{other:?}"),
        };
        assert_eq!(parsed(r#""1""#), [tag(false, "1")]);
        assert_eq!(parsed("W/\"1\" ,\t\"2-a\""), [tag(true, "1"), tag(false, "2-a")]);
        assert_eq!(parsed(r#""a, b", """#), [tag(false, "a, b"), tag(false, "")]);
        assert_eq!(EntityTags::parse(" * "), Some(EntityTags::Any));
    }

    #[test]
    fn what_is_no_list_of_tags_is_not_read_as_one() {
        for value in ["", "1", "\"1", "1\"", r#""1" "2""#, r#""1","#, r#"*, "1""#, r#"w/"1""#, "'1'"] {
            assert_eq!(EntityTags::parse(value), None, "{value}");
        }
    }
}
