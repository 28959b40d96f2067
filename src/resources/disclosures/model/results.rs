//! The results of disclosing many people's data.

use macro_rules_attribute::apply;
use serde::Serialize;
use utoipa::ToSchema;

use super::RowCode;
use crate::domain::{ContactId, DisclosureId, ids_alone, words};

/// What became of one person's data.
#[apply(words!)]
pub enum DisclosureResult {
    /// It is disclosed.
    Disclosed,
    /// A law requires the disclosure. Another person must approve it first.
    Proposed,
    /// It is not disclosed.
    Refused,
}

/// The result for one contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DisclosureRow {
    /// The contact.
    pub contact_id: ContactId,
    /// The result.
    pub result: DisclosureResult,
    /// The disclosure; absent if it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub disclosure_id: Option<DisclosureId>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<RowCode>,
}

/// The results, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DisclosureResults {
    /// One row for each contact of the request.
    pub results: Vec<DisclosureRow>,
}

ids_alone!(codes: RowCode, DisclosureResult);
ids_alone!(DisclosureRow { contact_id, result, disclosure_id, code });
ids_alone!(DisclosureResults { results });
