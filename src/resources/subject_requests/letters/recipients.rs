//! What a letter says of the recipients of the data (UK GDPR Article 19).

use crate::domain::{Error, SubjectRequestId};
use crate::platform::mail::Block;
use crate::platform::transaction::ReadTx;
use crate::resources::disclosures::obligations::store as obligations;
use crate::resources::organisations::store as organisations;

/// Names the recipients that must do the same; no blocks where there are none.
///
/// # Errors
/// Internal when a row cannot be read.
pub(super) fn named(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<Block>, Error> {
    let mut names = Vec::new();
    for recipient in obligations::of_request(tx, request)? {
        names.push(organisations::read(tx, recipient.organisation_id)?.name.as_str().to_owned());
    }
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let first = "These organisations received your data from us. We are telling them to do the same, and we ask them to \
                 tell us when they have done it (UK GDPR, Article 19):";
    Ok(vec![Block::Text(first.to_owned()), Block::Quote(names.join("\n"))])
}
