//! How a released package reaches the person, and how far it has come.

use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{Instant, prose_type, words};
use crate::platform::http::Command;
use crate::resources::contacts::model::NothingElse;

/// How many times a package can be opened by its links.
pub const MOST_DOWNLOADS: usize = 5;

/// How many wrong reference numbers can be tried with a link.
pub const MOST_WRONG: i32 = 5;

prose_type! {
    /// The address of a letter, line by line: at most 500 characters. Sealed at rest, and deleted with the
    /// package.
    PostalAddress, 500, "1 Dorset Street\nLondon W1U 4EG"
}

/// How the person gets the package.
#[apply(words!)]
#[schema(as = PackageDeliveryMethod)]
pub enum Delivery {
    /// By a link that is mailed to the requester's address, which asks for the reference number.
    Link,
    /// By post: the council prints it.
    Post,
    /// From hand to hand: the release says when, and by whom.
    HandedOver,
}

/// A link that was mailed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MailedLink {
    /// When the link was mailed.
    pub mailed_at: Instant,
    /// Until when it can be used.
    pub expires_at: Instant,
    /// The number of wrong reference numbers tried with the link. After five it no longer works.
    #[schema(example = 0, minimum = 0)]
    pub wrong_references: i32,
}

/// The delivery of a package to the person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PackageDelivery {
    /// How the person got the package; null for a package that was given before the service recorded it.
    #[schema(required)]
    pub delivery: Option<Delivery>,
    /// When the package was released; with `handed_over`, when it was handed over.
    pub released_at: Instant,
    /// The subject of the token that released it; null for a package that was given before the service
    /// recorded it.
    #[schema(required, example = "council-1")]
    pub released_by: Option<String>,
    /// When the service deletes the package.
    pub expires_at: Instant,
    /// The links that were mailed, oldest first.
    pub links: Vec<MailedLink>,
    /// The times at which the person opened the package by a link, oldest first.
    pub downloads: Vec<Instant>,
    /// The number of times that the person can still open it.
    #[schema(example = 4, minimum = 0, maximum = 5)]
    pub downloads_left: usize,
}

/// A package that its person can open by a link.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PackageReady {
    /// The last instant at which the person can open it.
    pub expires_at: Instant,
    /// The number of times that the person can still open it.
    #[schema(example = 4, minimum = 0, maximum = 5)]
    pub downloads_left: usize,
}

/// The proof that a link to a package asks for: the reference number of the request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PackageLink {
    /// When the link expires.
    pub expires_at: Instant,
}

/// The reference number of the request that a package answers.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPackage {
    /// The number, in any case, with or without spaces.
    #[schema(min_length = 1, max_length = 40, example = "SR-2026-000001")]
    pub reference: String,
}

impl Command for OpenPackage {
    type Resource = NothingElse;
}

impl OpenPackage {
    /// Returns whether this is the number, whichever dash or space it was typed with.
    pub(super) fn names(&self, reference: &str) -> bool {
        let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        plain(&self.reference) == plain(reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_as_people_type_it() {
        let names = |typed: &str| OpenPackage { reference: typed.to_owned() }.names("SR-2026-000001");
        for typed in
            ["SR-2026-000001", "sr-2026-000001", " SR 2026 000001 ", "SR\u{2013}2026\u{2013}000001", "sr2026000001"]
        {
            assert!(names(typed), "{typed}");
        }
        for typed in ["SR-2026-00001", "2026-000001", "SR-2026-000010", "-", ""] {
            assert!(!names(typed), "{typed}");
        }
    }
}
