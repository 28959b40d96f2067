//! What becomes of the consents of a contact whose e-mail address is another one than before.
//!
//! A given consent that the old mailbox proved is repeated unconfirmed, and the new mailbox is asked once. Consents that rest
//! on a call, a paper or another record stay given, unless another person had the new address before. A grant that waits is
//! asked of the new mailbox.

use diesel::prelude::*;

use super::super::evidence::Evidence;
use super::{Decided, Origin, Row, append, appending, consents, facts};
use super::{confirmation_links, decisions};
use crate::domain::{ContactId, Error};
use crate::platform::transaction::WriteTx;
use crate::policy::consent;
use crate::resources::notices;

/// Asks the new mailbox of a locked contact about every consent that its old one proved or was to prove.
///
/// # Errors
/// When the consents cannot be read or written, or the letters not be queued.
pub fn ask(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<(), Error> {
    let now = tx.now();
    let changes = notices::store::material_changes(tx, now)?;
    let rows: Vec<Row> = consents::table
        .filter(consents::contact_id.eq(contact))
        .order(consents::id)
        .select(Row::as_select())
        .load(tx.connection())?;
    for row in rows {
        let (purpose, answer) = (row.purpose()?, row.projection()?);
        let decision = decisions::row(tx, answer.decision_id)?;
        let Some(known) = facts(tx, contact, purpose)? else { continue };
        let proved = consent::proved_by_mailbox(&answer, decisions::is_confirmed(tx, &decision)?);
        let lawful = if consent::mailbox_must_confirm(known.facts.mailbox, proved) {
            consent::ask_again(&answer, changes.of(purpose), now)
        } else {
            None
        };
        match (lawful, answer.pending, &known.contact.mark) {
            (Some(lawful), ..) => {
                let evidence = proof(tx, decision)?;
                let origin = Origin::repeats(tx.actor().label(), answer.decision_id);
                let decided = Decided { purpose, known, lawful, evidence, origin };
                tx.also(|tx| append(tx, &decided, &changes))?;
            }
            (None, Some(pending), Some(mark)) if pending.until > now => {
                if !confirmation_links::was_asked(tx, contact, pending.decision_id, mark)? {
                    appending::ask_mailbox(tx, contact, pending.decision_id)?;
                }
            }
            (None, ..) => {}
        }
    }
    Ok(())
}

/// The proof of a decision: that of a confirmation is with the grant that it confirms.
///
/// # Errors
/// When the decision cannot be read or unsealed.
pub(super) fn proof(tx: &mut WriteTx<'_>, decision: decisions::Row) -> Result<Evidence, Error> {
    let proof = match decision.confirms {
        Some(grant) => decisions::row(tx, grant)?,
        None => decision,
    };
    Ok(decisions::evidence(tx, &proof)?.unwrap_or_else(Evidence::none))
}
