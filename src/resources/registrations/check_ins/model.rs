//! Scans of people who come to an event or leave it, as the world sees them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{Instant, RegistrationId, ids_alone};
use crate::platform::http::Command;
pub use crate::policy::check_ins::{Direction, Rejection};

/// One scan: somebody went in or out.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// Whose registration it was.
    pub registration_id: RegistrationId,
    /// Which way they went.
    pub direction: Direction,
    /// When, by the scanner's clock; not in the future.
    pub occurred_at: Instant,
    /// The scanner: a device, never a person.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$", example = "door-1")]
    pub device_id: String,
    /// What tells this scan from all others of that scanner at this event.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$", example = "0001")]
    pub nonce: String,
}

/// A batch of scans, as a scanner sends them once it is online.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckIn {
    /// The scans, 1 to 500, in the order in which they were made.
    #[schema(min_items = 1, max_items = 500)]
    #[validate(nested)]
    pub check_ins: Vec<Scan>,
}

impl Command for CheckIn {
    type Resource = CheckInResults;
}

/// What became of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScanResult {
    /// It was taken.
    Ok,
    /// It had been taken before: the scanner has sent it again.
    Duplicate,
    /// It was not taken; `code` says why.
    Rejected,
}

/// The answer to one scan.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScanRow {
    /// The registration that was scanned.
    pub registration_id: RegistrationId,
    /// The scanner.
    #[schema(example = "door-1")]
    pub device_id: String,
    /// Which of its scans.
    #[schema(example = "0001")]
    pub nonce: String,
    /// What became of it.
    pub result: ScanResult,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<Rejection>,
}

/// The answers, in the order asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckInResults {
    /// One for each scan.
    pub results: Vec<ScanRow>,
}

ids_alone!(codes: ScanResult, Rejection);
ids_alone!(ScanRow { registration_id, result, code; ids: device_id, nonce });
ids_alone!(CheckInResults { results });
