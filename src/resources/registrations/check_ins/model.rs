//! Scans of people who come to an event or leave it, as the world sees them.

use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{Instant, RegistrationId, ids_alone, words};
use crate::platform::http::Command;
pub use crate::policy::check_ins::{Direction, Rejection};

/// One scan: a person went in or out.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CheckInScan)]
pub struct Scan {
    /// The registration that was scanned.
    pub registration_id: RegistrationId,
    /// The direction.
    pub direction: Direction,
    /// When the scan was made, by the scanner's clock; not in the future.
    pub occurred_at: Instant,
    /// The name of the scanner: a device, never a person.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$", example = "door-1")]
    pub device_id: String,
    /// A value that identifies this scan among all scans of that scanner at this event.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$", example = "0001")]
    pub nonce: String,
}

/// A batch of scans.
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

/// The outcome of a scan.
#[apply(words!)]
pub enum ScanResult {
    /// It was taken.
    Ok,
    /// It had been taken before: the scanner has sent it again.
    Duplicate,
    /// It was not taken; `code` says why.
    Rejected,
}

/// The result of one scan.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScanRow {
    /// The registration that was scanned.
    pub registration_id: RegistrationId,
    /// The name of the scanner.
    #[schema(example = "door-1")]
    pub device_id: String,
    /// The nonce of the scan.
    #[schema(example = "0001")]
    pub nonce: String,
    /// The outcome of the scan.
    pub result: ScanResult,
    /// The reason for rejecting the scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<Rejection>,
}

/// The results, in the order of the request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckInResults {
    /// One result for each scan.
    pub results: Vec<ScanRow>,
}

ids_alone!(codes: ScanResult, Rejection);
ids_alone!(ScanRow { registration_id, result, code; ids: device_id, nonce });
ids_alone!(CheckInResults { results });
