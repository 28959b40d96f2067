//! What becomes of the requests of a contact that is merged into another.

use diesel::prelude::*;

use super::super::package::store::{self as packages, building};
use super::subject_requests as requests;
use crate::domain::Error;
use crate::platform::personal::Merging;
use crate::platform::transaction::WriteTx;

/// Hands the requests over, and begins anew with what is being built about either contact, and discards the drafts: neither is about the whole person. What is written down about them stays sealed under their own keys.
///
/// # Errors
/// When the database fails.
pub(in super::super) fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let changes = (
        requests::contact_id.eq(merging.into),
        requests::updated_at.eq(tx.now()),
        requests::version.eq(requests::version + 1),
    );
    let theirs = requests::table.filter(requests::contact_id.eq(merging.from));
    diesel::update(theirs).set(changes).execute(tx.connection())?;
    packages::discard_drafts_about(tx, merging.into)?;
    building::begin_again(tx, merging.into)
}
