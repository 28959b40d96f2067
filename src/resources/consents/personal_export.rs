//! The consents in a person's package: each decision with its proof, and the links that asked for
//! confirmation.

use serde::Serialize;
use serde_json::json;

use super::model::Consent;
use super::store::{self, confirmation_links, decisions};
use crate::domain::{ConsentId, Error};
use crate::personal::{Held, Person, SearchTerm};
use crate::platform::transaction::ReadTx;

/// A consent, as its person reads it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    consent: &'a Consent,
    /// Whether it is that of a contact which was merged into the person's own, so that a purpose can be there twice.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_of_earlier_record: bool,
}

impl<'a> Shown<'a> {
    fn of(consent: &'a Consent, person: &Person) -> Self {
        Self { consent, is_of_earlier_record: consent.contact_id != person.contact }
    }
}

/// Returns what the room's tables hold of a person. The decisions of a merged contact stay beneath its own consents.
///
/// # Errors
/// Internal when a proof cannot be unsealed.
pub(super) fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
    let consents = store::of_person(tx, person)?;
    let ids: Vec<ConsentId> = consents.iter().map(|consent| consent.id).collect();
    let mut decisions = Vec::new();
    for row in decisions::beneath(tx, &ids)? {
        let decision = row.decision()?;
        // A decision that repeats another has its proof: a package has each text in one place.
        let is_repeated = decision.merged_from.is_some();
        let proof = if is_repeated { None } else { decisions::evidence(tx, &row)? };
        let (wording, locale, reference) =
            proof.map_or((None, None, None), |proof| (proof.wording, proof.locale, proof.reference));
        decisions.push(json!({
            "id": decision.id, "consent_id": row.consent_id, "contact_id": row.contact_id, "purpose": row.purpose()?,
            "decision": decision.decision, "method": decision.method, "occurred_at": decision.occurred_at,
            "recorded_at": decision.recorded_at, "notice_version": decision.notice_version, "wording": wording,
            "wording_sha256": decision.wording_sha256, "locale": locale, "evidence_ref": reference,
            "confirms": row.confirms, "merged_from": decision.merged_from,
        }));
    }
    let links = confirmation_links::sent(tx, &ids)?.into_iter().map(|(decision, expires_at, spent_at)| {
        json!({ "decision_id": decision, "expires_at": expires_at, "spent_at": spent_at })
    });
    Ok(vec![
        Held::new("consents", SearchTerm::CONTACT, consents.iter().map(|consent| Shown::of(consent, person)))?,
        Held::new("consent_decisions", SearchTerm::CONTACT, decisions)?,
        Held::new("consent_confirmations", SearchTerm::CONTACT, links)?,
    ])
}
