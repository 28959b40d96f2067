//! The notice as the world sees it, and what can be asked of it.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{Instant, LawfulBasis, Purpose, line_type, prose_type, words};
use crate::platform::http::{Command, Resource};

prose_type! {
    /// A passage of the notice, in plain text: at most 10,000 characters.
    #[schema(as = NoticePassage)]
    Passage, 10_000, "You may withdraw your consent at any time, as easily as you gave it."
}

line_type! {
    /// A short item of a list in the notice: one line of at most 500 characters.
    NoticeItem, 500, "Approved contractors"
}

/// Whether a version is a draft, in force, or superseded.
#[apply(words!)]
pub enum NoticeStatus {
    /// A draft, which the public cannot see.
    Draft,
    /// Published: in force, or in force from its day on.
    Published,
    /// Followed by a later version that is in force.
    Superseded,
}

/// How a version changes a purpose, compared with the previous version.
#[apply(words!)]
pub enum PurposeChange {
    /// Not at all.
    Unchanged,
    /// In its words, not in what is done.
    Minor,
    /// In what is done: consents given under older versions become stale.
    Material,
}

/// The notice's entry for one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticePurpose {
    /// The purpose.
    pub code: Purpose,
    /// The lawful bases of the purpose.
    #[schema(min_items = 1, max_items = 2)]
    pub lawful_basis: Vec<LawfulBasis>,
    /// The categories of data that the purpose needs.
    #[schema(min_items = 1, max_items = 20)]
    pub data: Vec<NoticeItem>,
    /// The kinds of recipient of the data.
    #[schema(max_items = 20)]
    pub recipients: Vec<NoticeItem>,
    /// How long the data is kept.
    pub retention: NoticeItem,
    /// How this version changes the purpose.
    pub change: PurposeChange,
}

/// A version of the privacy notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PrivacyNotice {
    /// The name of the version: its date.
    #[schema(example = "2019-01-29")]
    pub version: NaiveDate,
    /// The first day, in Europe/London, on which the version is in force.
    #[schema(example = "2019-01-29")]
    pub effective_on: NaiveDate,
    /// Whether the version is a draft, in force, or superseded.
    pub status: NoticeStatus,
    /// The body that is responsible for the data: the controller.
    pub controller: Passage,
    /// The purposes for which the data is used.
    pub purposes: Vec<NoticePurpose>,
    /// The rights of the data subjects.
    pub rights: Vec<Passage>,
    /// How people exercise their rights.
    pub contact: Passage,
    /// How people complain: to the controller first, then to the regulator, then to a court.
    pub complaint_route: Passage,
    /// SHA-256, in hexadecimal, of the RFC 8785 form of an object of `version`, `effective_on`,
    /// `controller`, `purposes`, `rights`, `contact` and `complaint_route`.
    #[schema(
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        min_length = 64,
        max_length = 64
    )]
    pub sha256: String,
    /// When the version was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub published_at: Option<Instant>,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) revision: i32,
}

impl Resource for PrivacyNotice {
    fn location(&self) -> String {
        format!("/v1/privacy-notices/{}", self.version)
    }

    fn version(&self) -> i32 {
        self.revision
    }

    fn derived(&self) -> Option<String> {
        Some(<&str>::from(self.status).to_owned())
    }
}

fn each_purpose_once(purposes: &[NoticePurpose]) -> Result<(), ValidationError> {
    for (at, purpose) in purposes.iter().enumerate() {
        let twice = purposes.iter().take(at).any(|earlier| earlier.code == purpose.code);
        let foreign = purpose.lawful_basis.iter().any(|basis| !purpose.code.lawful_bases().contains(basis));
        let (code, detail, member) = match (twice, foreign) {
            (true, _) => ("not_unique", "names a purpose that is earlier in the list", "code"),
            (_, true) => ("lawful_basis", "names a basis on which this purpose cannot rest", "lawful_basis"),
            _ => continue,
        };
        let mut error = ValidationError::new(code).with_message(detail.into());
        error.add_param("pointer".into(), &format!("/{at}/{member}"));
        return Err(error);
    }
    Ok(())
}

/// A new version, as a draft. For an omitted member the service uses the configuration, or the text
/// that the law requires at present.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftNotice {
    /// The name of the version: its date.
    #[schema(example = "2026-12-01")]
    pub version: NaiveDate,
    /// The first day, in Europe/London, on which the version will be in force.
    #[schema(example = "2026-12-15")]
    pub effective_on: NaiveDate,
    /// The controller. The default is from the configuration.
    #[schema(nullable = false)]
    pub controller: Option<Passage>,
    /// The purposes for which the data is used.
    #[schema(min_items = 1, max_items = 7)]
    #[validate(custom(function = "each_purpose_once"))]
    pub purposes: Vec<NoticePurpose>,
    /// The rights of the data subjects. The default is those of the UK GDPR.
    #[schema(min_items = 1, max_items = 20, nullable = false)]
    pub rights: Option<Vec<Passage>>,
    /// How people exercise their rights. The default is from the configuration.
    #[schema(nullable = false)]
    pub contact: Option<Passage>,
    /// How people complain. The default is the route that the law prescribes.
    #[schema(nullable = false)]
    pub complaint_route: Option<Passage>,
}

impl Command for DraftNotice {
    type Resource = PrivacyNotice;
}

/// Changes to a draft, as a merge patch.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchNotice {
    /// The first day on which the version will be in force.
    #[schema(nullable = false)]
    pub effective_on: Option<NaiveDate>,
    /// The body that is responsible for the data: the controller.
    #[schema(nullable = false)]
    pub controller: Option<Passage>,
    /// The purposes for which the data is used.
    #[schema(min_items = 1, max_items = 7, nullable = false)]
    #[validate(custom(function = "each_purpose_once"))]
    pub purposes: Option<Vec<NoticePurpose>>,
    /// The rights of the data subjects.
    #[schema(min_items = 1, max_items = 20, nullable = false)]
    pub rights: Option<Vec<Passage>>,
    /// How people exercise their rights.
    #[schema(nullable = false)]
    pub contact: Option<Passage>,
    /// How people complain.
    #[schema(nullable = false)]
    pub complaint_route: Option<Passage>,
}

impl Command for PatchNotice {
    type Resource = PrivacyNotice;
}
