//! What becomes of the requests of a contact that is merged into another.

use diesel::prelude::*;

use super::subject_requests as requests;
use crate::domain::Error;
use crate::personal::Merging;
use crate::platform::transaction::WriteTx;

/// Hands the requests over. What is written down about them stays sealed under their own keys.
pub fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let changes = (
        requests::contact_id.eq(merging.into),
        requests::updated_at.eq(tx.now()),
        requests::version.eq(requests::version + 1),
    );
    let theirs = requests::table.filter(requests::contact_id.eq(merging.from));
    diesel::update(theirs).set(changes).execute(tx.connection())?;
    Ok(())
}
