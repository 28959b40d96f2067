//! What a version of the notice says, as one column holds it, and its digest.

use aws_lc_rs::digest;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::model::{NoticePurpose, Passage};
use crate::domain::{Error, hex};

/// What a version says, as one column holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) controller: Passage,
    pub(super) purposes: Vec<NoticePurpose>,
    pub(super) rights: Vec<Passage>,
    pub(super) contact: Passage,
    pub(super) complaint_route: Passage,
}

impl Content {
    /// The SHA-256 of the version in its canonical form (RFC 8785), in hexadecimal.
    pub(super) fn sha256(&self, version: NaiveDate, effective_on: NaiveDate) -> Result<String, Error> {
        #[derive(Serialize)]
        struct Hashed<'a> {
            version: NaiveDate,
            effective_on: NaiveDate,
            #[serde(flatten)]
            content: &'a Content,
        }
        let canonical = serde_jcs::to_vec(&Hashed { version, effective_on, content: self })
            .map_err(|error| Error::internal(error))?;
        let hash = digest::digest(&digest::SHA256, &canonical);
        Ok(hex(hash.as_ref()))
    }
}
