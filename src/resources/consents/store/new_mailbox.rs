//! What becomes of the consents of a contact whose e-mail address, or whose number and name, are others than before.
//!
//! A given consent that the old mailbox proved is repeated unconfirmed, and the new mailbox is asked once. Consents that rest
//! on a call, a paper or another record stay given, unless another person had the new address before, or the number and name
//! may be another person's. A grant that waits is asked of the new mailbox.

use diesel::prelude::*;

use super::super::evidence::Evidence;
use super::{Decided, Origin, Row, append, appending, consents, facts};
use super::{confirmation_links, decisions};
use crate::domain::{ContactId, Error};
use crate::personal::AddressChange;
use crate::platform::transaction::WriteTx;
use crate::policy::consent::{self, Proof};
use crate::resources::notices;

/// Asks the mailbox of a locked contact about every consent that it must confirm after a change.
///
/// # Errors
/// When the consents cannot be read or written, or the letters not be queued.
pub fn ask(tx: &mut WriteTx<'_>, contact: ContactId, change: AddressChange) -> Result<(), Error> {
    let now = tx.now();
    let notices = notices::store::published(tx)?;
    let changes = notices.changes(now);
    let rows: Vec<Row> = consents::table
        .filter(consents::contact_id.eq(contact))
        .order(consents::id)
        .select(Row::as_select())
        .load(tx.connection())?;
    for row in rows {
        let (purpose, answer) = (row.purpose()?, row.projection()?);
        let decision = decisions::row(tx, answer.decision_id)?;
        let Some(known) = facts(tx, contact, purpose)? else { continue };
        let proved_by = match change {
            _ if !consent::proved_by_mailbox(&answer, decisions::is_confirmed(tx, &decision)?) => Proof::Record,
            AddressChange::Email => Proof::AnotherMailbox,
            AddressChange::NamedNumber => Proof::ThisMailbox,
        };
        let lawful = if consent::mailbox_must_confirm(known.facts.mailbox, proved_by) {
            consent::ask_again(&answer, changes.of(purpose), now)
        } else {
            None
        };
        match (lawful, answer.pending, &known.contact.mark) {
            (Some(lawful), ..) => {
                let evidence = proof(tx, decision)?;
                let origin = Origin::repeats(tx.actor().label(), answer.decision_id);
                let decided = Decided { purpose, known, lawful, evidence, origin };
                append(tx, decided, &notices)?;
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
