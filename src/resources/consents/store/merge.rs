//! What becomes of the consents of a contact that is merged into another.
//!
//! The decisions stay where they are, under their own ids: nothing changes or deletes one. Where the
//! answer of the contact that goes is the stricter, the contact that stays gets a decision of its own
//! that repeats it, names it (`merged_from`), and carries its proof, sealed under its own key. The contact that stays also
//! remembers the date of the last withdrawal of either.

use diesel::prelude::*;

use super::new_mailbox::proof;
use super::{Decided, Origin, Row, append, consents, facts, projected};
use super::{confirmation_links, decisions};
use crate::domain::Error;
use crate::personal::Merging;
use crate::platform::transaction::WriteTx;
use crate::policy::consent::{self, Proof};
use crate::resources::notices;

/// Hands the consents over; the stricter answer wins, and the later withdrawal is remembered.
///
/// # Errors
/// When a consent or its proof cannot be read, unsealed or written.
pub fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let now = tx.now();
    let notices = notices::store::published(tx)?;
    let changes = notices.changes(now);
    let rows: Vec<Row> = consents::table
        .filter(consents::contact_id.eq(merging.from))
        .order(consents::id)
        .select(Row::as_select())
        .load(tx.connection())?;
    for row in rows {
        confirmation_links::spend(tx, row.id)?;
        let (purpose, other) = (row.purpose()?, row.projection()?);
        let Some(known) = facts(tx, merging.into, purpose)? else { continue };
        let decision = decisions::row(tx, other.decision_id)?;
        let another = merging.into_mark.is_some() && merging.from_mark != merging.into_mark;
        let proved_by = if !consent::proved_by_mailbox(&other, decisions::is_confirmed(tx, &decision)?) {
            Proof::Record
        } else if another {
            Proof::AnotherMailbox
        } else {
            Proof::ThisMailbox
        };
        let must_confirm = consent::mailbox_must_confirm(known.facts.mailbox, proved_by);
        let current = known.facts.current.as_ref();
        let lawful = consent::take_over(current, &other, must_confirm, changes.of(purpose), now);
        let later_no = consent::later_no(current, &other);
        let own = known.row.as_ref().map(|row| row.id);
        let consent = match lawful {
            Some(lawful) => {
                let evidence = proof(tx, decision)?;
                let origin = Origin::repeats(tx.actor().label(), other.decision_id);
                let decided = Decided { purpose, known, lawful, evidence, origin };
                Some(append(tx, decided, &notices)?.id)
            }
            None => own,
        };
        if let Some((consent, no)) = consent.zip(later_no) {
            projected::remember_no(tx.connection(), consent, no)?;
        }
    }
    Ok(())
}
