//! What becomes of the consents of a contact that is merged into another.
//!
//! The decisions stay where they are, under their own ids: nothing changes or deletes one. Where the
//! answer of the contact that goes is the stricter, the contact that stays gets a decision of its own
//! that repeats it, names it (`merged_from`), and carries its proof, sealed under its own key.

use diesel::prelude::*;

use super::super::{confirmation, history};
use super::new_mailbox::proof;
use super::{Decided, Origin, Row, append, consents, facts};
use crate::domain::Error;
use crate::platform::doors::WriteTx;
use crate::platform::personal::Merging;
use crate::policy::consent;
use crate::resources::notices;

/// Hands the consents over; the stricter answer wins.
///
/// # Errors
/// When the database fails.
pub(in super::super) fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let now = tx.now();
    let changes = notices::store::material_changes(tx, now)?;
    let rows: Vec<Row> = consents::table
        .filter(consents::contact_id.eq(merging.from))
        .order(consents::id)
        .select(Row::as_select())
        .load(tx.connection())?;
    for row in rows {
        confirmation::spend(tx, row.id)?;
        let (purpose, other) = (row.purpose()?, row.projection()?);
        let Some(known) = facts(tx, merging.into, purpose)? else { continue };
        let decision = history::row(tx, other.decision_id)?;
        let another = merging.into_mark.is_some() && merging.from_mark != merging.into_mark;
        let other_mailbox = another && consent::proved_by_mailbox(&other, decision.confirms.is_some());
        let current = known.facts.current.as_ref();
        let Some(lawful) = consent::take_over(current, &other, other_mailbox, changes.of(purpose), now) else {
            continue;
        };
        let evidence = proof(tx, decision)?;
        let origin = Origin::repeats(tx.actor().label(), other.decision_id);
        let decided = Decided { purpose, known, lawful, evidence, origin };
        tx.also(|tx| append(tx, &decided, &changes))?;
    }
    Ok(())
}
