//! What becomes of the consents of a person who is erased: which answers were given, and when, stays; what was shown and
//! what proves it goes, and so do the links.

use diesel::prelude::*;

use super::confirmation_links;
use super::{consent_decisions, consents};
use crate::domain::{ConsentId, DecisionId, Error, PersonalRecord};
use crate::personal::{Erasing, Person};
use crate::platform::transaction::{ReadTx, WriteTx};

fn consents_of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<(ConsentId, i32)>, Error> {
    let theirs = consents::table.filter(consents::contact_id.eq_any(&person.ids));
    Ok(theirs.select((consents::id, consents::version)).load(tx.connection())?)
}

/// The person's consents and their decisions.
pub fn records(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PersonalRecord>, Error> {
    let found = consents_of(tx, person)?;
    let ids: Vec<ConsentId> = found.iter().map(|(id, _)| *id).collect();
    let decisions: Vec<DecisionId> = consent_decisions::table
        .filter(consent_decisions::consent_id.eq_any(ids))
        .select(consent_decisions::id)
        .load(tx.connection())?;
    let of_consent = |(id, version): (ConsentId, i32)| PersonalRecord { table: "consents", id: id.uuid(), version };
    let of_decision = |id: DecisionId| PersonalRecord { table: "consent_decisions", id: id.uuid(), version: 0 };
    Ok(found.into_iter().map(of_consent).chain(decisions.into_iter().map(of_decision)).collect())
}

/// Empties the decisions, but those that are withheld, and deletes the links.
pub fn erase(tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
    let ids: Vec<ConsentId> = consents_of(tx, &erasing.person)?.into_iter().map(|(id, _)| id).collect();
    confirmation_links::forget(tx, &ids)?;
    let withheld: Vec<DecisionId> = erasing.withheld_of("consent_decisions");
    // The one change that the database lets a decision undergo.
    let proven = consent_decisions::consent_id
        .eq_any(ids)
        .and(consent_decisions::id.ne_all(withheld))
        .and(consent_decisions::evidence.is_not_null());
    let emptied = consent_decisions::evidence.eq(None::<Vec<u8>>);
    diesel::update(consent_decisions::table.filter(proven)).set(emptied).execute(tx.connection())?;
    Ok(())
}
