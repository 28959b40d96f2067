//! What becomes of the agreements with an organisation when the organisation changes.

use super::model::{EndAgreement, EndReason};
use super::store::{open_of, steps};
use crate::domain::{Code, Error, OrganisationId};
use crate::platform::transaction::WriteTx;
use crate::resources::organisations::followers::OrganisationFollower;

/// The agreements with an organisation, which follow it.
pub struct OrganisationAgreements;

impl OrganisationFollower for OrganisationAgreements {
    // People refuse sharing by the kind of the recipient, and the council approved the agreement for that kind.
    fn kind_changes(&self, tx: &mut WriteTx<'_>, organisation: OrganisationId) -> Result<(), Error> {
        if open_of(tx, organisation)?.is_empty() {
            return Ok(());
        }
        let detail = "You cannot change the kind of an organisation that has an agreement, because people refuse sharing \
                      by kind. First end its agreements, then change the kind, and propose new ones.";
        Err(Error::new(Code::Conflict, detail))
    }

    fn ended(&self, tx: &mut WriteTx<'_>, organisation: OrganisationId) -> Result<(), Error> {
        let reason = EndReason::try_from("The organisation has ended.".to_owned()).map_err(Error::internal)?;
        let end = EndAgreement { reason };
        for agreement in open_of(tx, organisation)? {
            tx.also(|tx| steps::end(tx, agreement, &end))?;
        }
        Ok(())
    }
}
