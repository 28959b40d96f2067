//! What becomes of the consents of a contact that is merged into another.
//!
//! The decisions stay where they are, under their own ids: nothing changes or deletes one. Where the
//! answer of the contact that goes is the stricter, the contact that stays gets a decision of its own
//! that repeats it, names it (`merged_from`), and carries its proof, sealed under its own key.

use diesel::prelude::*;

use super::super::evidence::Evidence;
use super::super::{confirmation, history};
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
        let Some(lawful) = consent::take_over(known.facts.current.as_ref(), &other, changes.of(purpose), now) else {
            continue;
        };
        let decision = history::row(tx, other.decision_id)?;
        // The proof of a confirmed grant is with the grant.
        let proof = match decision.confirms {
            Some(grant) => history::row(tx, grant)?,
            None => decision,
        };
        let evidence = confirmation::evidence(tx, &proof)?.unwrap_or_else(Evidence::none);
        let origin = Origin::merged(tx.actor().label(), other.decision_id);
        let decided = Decided { purpose, known, lawful, evidence, origin };
        tx.also(|tx| append(tx, &decided, &changes))?;
    }
    Ok(())
}
