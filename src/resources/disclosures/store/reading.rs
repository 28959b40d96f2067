//! Reading disclosures, as the actor may see them.

use std::collections::HashMap;
use std::collections::hash_map;

use diesel::prelude::*;

use super::{Row, disclosures, grounds};
use crate::domain::{AgreementId, DisclosureId, Error, Scope, WordSet};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::ReadTx;
use crate::policy::sharing::Status;
use crate::resources::agreements::store as agreements;
use crate::resources::disclosures::model::{Disclosure, LegalGateway, Necessity};

/// One disclosure, if the actor may see it.
///
/// # Errors
/// 404 when there is none, or none that the actor may see: a contractor sees its own, without those that are proposed, and without
/// live ones under an agreement that is suspended.
pub fn read(tx: &mut ReadTx<'_>, id: DisclosureId) -> Result<Disclosure, Error> {
    let row: Option<Row> = disclosures::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    let row = row.ok_or_else(Error::not_found)?;
    if !may_be_seen(tx, &row)? {
        return Err(Error::not_found());
    }
    let contact = row.contact_id;
    let shown = shown(tx, vec![row])?.pop().ok_or_else(Error::not_found)?;
    if tx.scope() == Scope::All {
        tx.look(Entry::new(Action::DisclosuresRead).contact(contact).subject(id));
    }
    Ok(shown)
}

/// The agreements of a contractor under which it sees live disclosures: those that are live today.
pub(super) fn live_agreements(
    tx: &mut ReadTx<'_>,
    own: crate::domain::OrganisationId,
) -> Result<Vec<AgreementId>, Error> {
    Ok(agreements::live_of(tx, own)?.into_iter().map(|terms| terms.id).collect())
}

fn may_be_seen(tx: &mut ReadTx<'_>, row: &Row) -> Result<bool, Error> {
    let Scope::Organisation(own) = tx.scope() else { return Ok(true) };
    if row.organisation_id != own || row.stored_status()? == Status::Proposed {
        return Ok(false);
    }
    Ok(match row.agreement_id {
        Some(agreement) if row.status(tx.now())? == Status::Live => live_agreements(tx, own)?.contains(&agreement),
        _ => true,
    })
}

/// The condition that the actor may see a disclosure; it says of each row what `may_be_seen` does.
macro_rules! visible {
    ($tx:expr, $query:expr) => {{
        let mut query = $query;
        if let $crate::domain::Scope::Organisation(own) = $tx.scope() {
            let live = $crate::resources::disclosures::store::reading::live_agreements($tx, own)?;
            let shown = disclosures::expires_at.le($tx.now()).assume_not_null();
            let shown = disclosures::expires_at.is_not_null().and(shown).or(disclosures::agreement_id.is_null());
            let shown = shown.or($crate::platform::db::among_ids(disclosures::agreement_id.assume_not_null(), &live));
            let shown = disclosures::status.ne("live").or(shown);
            query = query.filter(disclosures::organisation_id.eq(own));
            query = query.filter(disclosures::status.ne("proposed").and(shown));
        }
        query
    }};
}
pub(super) use visible;

/// Disclosures as the actor may see them, in their order.
///
/// # Errors
/// Internal when a row cannot be read.
pub(super) fn shown(tx: &mut ReadTx<'_>, rows: Vec<Row>) -> Result<Vec<Disclosure>, Error> {
    let of_calls: Vec<_> = rows.iter().filter_map(|row| row.grounds_id).collect();
    let grounds = grounds::of(tx, &of_calls)?;
    let mut of_lists: HashMap<AgreementId, Necessity> = HashMap::new();
    for agreement in rows.iter().filter(|row| row.grounds_id.is_none()).filter_map(|row| row.agreement_id) {
        if let hash_map::Entry::Vacant(unread) = of_lists.entry(agreement) {
            unread.insert(agreements::read(tx, agreement)?.necessity);
        }
    }
    let (now, sees_all) = (tx.now(), tx.scope() == Scope::All);
    let show = |row: Row| {
        let grounds = row.grounds_id.and_then(|id| grounds.get(&id));
        let of_list = row.agreement_id.and_then(|id| of_lists.get(&id));
        let law = grounds.and_then(|grounds| grounds.gateway.clone());
        let of_staff = |law: LegalGateway| {
            if sees_all { law } else { LegalGateway { reference: None, requested_by: None, ..law } }
        };
        let by_law = law.is_some();
        let proposer = grounds.map(|grounds| grounds.proposer.subject.clone()).filter(|_| sees_all && by_law);
        let disclosure = Disclosure {
            id: row.id,
            contact_id: row.contact_id,
            organisation_id: row.organisation_id,
            agreement_id: row.agreement_id,
            legal_gateway: law.map(of_staff),
            purpose: row.purpose()?,
            event_id: row.event_id,
            fields: row.fields()?,
            necessity: grounds.map(|grounds| grounds.necessity.clone()).or_else(|| of_list.cloned()),
            status: row.status(now)?,
            disclosed_at: row.disclosed_at,
            expires_at: row.expires_at,
            recalled_at: row.recalled_at,
            recall_cause: row.recall_cause()?,
            proposed_by: proposer,
            approved_by: row.approved_by.clone().filter(|_| sees_all),
            read: None,
            version: row.version,
        };
        Ok(if sees_all || disclosure.status != Status::Recalled { disclosure } else { to_delete(disclosure) })
    };
    rows.into_iter().map(show).collect()
}

/// A recalled disclosure as its recipient sees it: enough to find and delete its copy.
fn to_delete(recalled: Disclosure) -> Disclosure {
    Disclosure {
        agreement_id: None,
        legal_gateway: None,
        purpose: None,
        event_id: None,
        fields: WordSet::from_iter([]),
        necessity: None,
        disclosed_at: None,
        expires_at: None,
        ..recalled
    }
}
