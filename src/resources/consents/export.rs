//! What a person is told of their consents: each, every decision with its proof, and the links that asked for confirmation.

use serde_json::json;

use super::model::ConsentFilter;
use super::{confirmation, history, store};
use crate::domain::{ConsentId, ContactId, Error, Limit};
use crate::platform::doors::ReadTx;
use crate::platform::personal::Held;

/// What the room's tables hold of a contact.
///
/// # Errors
/// When the database fails.
pub(super) fn of(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Vec<Held>, Error> {
    // One for each purpose: a page holds them all.
    let filter = ConsentFilter { contact_id: Some(contact), ..ConsentFilter::default() };
    let consents = store::list(tx, &filter, None, Limit::MOST)?.items;
    let mut decisions = Vec::new();
    for row in history::of_contact(tx, contact)? {
        let decision = row.decision()?;
        let proof = confirmation::evidence(tx, &row)?;
        let (wording, locale, reference) =
            proof.map_or((None, None, None), |proof| (proof.wording, proof.locale, proof.reference));
        decisions.push(json!({
            "id": decision.id, "purpose": row.purpose()?, "decision": decision.decision, "method": decision.method,
            "occurred_at": decision.occurred_at, "recorded_at": decision.recorded_at,
            "notice_version": decision.notice_version, "wording": wording, "locale": locale, "evidence_ref": reference,
        }));
    }
    let ids: Vec<ConsentId> = consents.iter().map(|consent| consent.id).collect();
    let links = confirmation::sent(tx, &ids)?.into_iter().map(|(decision, expires_at, spent_at)| {
        json!({ "decision_id": decision, "expires_at": expires_at, "spent_at": spent_at })
    });
    Ok(vec![
        Held::new("consents", consents)?,
        Held::new("consent_decisions", decisions)?,
        Held::new("consent_confirmations", links)?,
    ])
}
