//! Signed receipts of decisions, a withdrawal's too, that anyone can verify offline: a compact JWS
//! (RFC 7515, `EdDSA`) over the full content, in one of two profiles.

mod iso_27560;
mod kantara;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::model::{ConsentDecision, DecisionKind, EvidenceRef, Locale, ReceiptVerdict, Wording};
use super::store::consents;
use super::store::decisions::{self, evidence};
use crate::domain::{Code, ConsentId, ContactId, Controller, DecisionId, Error, Purpose, hex};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::ReadTx;
use crate::platform::vault::{VerifyingKey, verify_jws};
use crate::resources::contacts::store as contacts;
use crate::resources::notices;

/// The `typ` of a receipt.
const TYP: &str = "consent-receipt+jwt";

/// How a receipt is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    /// Aligned with the Kantara Consent Receipt v1.1.
    Kantara,
    /// Aligned with ISO/IEC TS 27560:2023, in the terms of the W3C Data Privacy Vocabulary.
    Iso27560,
}

impl Profile {
    /// The profile of that name.
    ///
    /// # Errors
    /// 400 `unknown_profile`.
    pub(super) fn named(name: Option<&str>) -> Result<Self, Error> {
        match name {
            None | Some("kantara-1.1") => Ok(Self::Kantara),
            Some("iso-27560") => Ok(Self::Iso27560),
            Some(_) => {
                Err(Error::new(Code::UnknownProfile, "Receipts are issued in the profiles kantara-1.1 and iso-27560."))
            }
        }
    }
}

/// Everything that a receipt tells.
struct Facts<'a> {
    controller: &'a Controller,
    contact: ContactId,
    consent: ConsentId,
    purpose: Purpose,
    decision: ConsentDecision,
    confirms: Option<DecisionId>,
    wording: Option<Wording>,
    wording_sha256: Option<String>,
    locale: Option<Locale>,
    evidence_ref: Option<EvidenceRef>,
    notice_version: NaiveDate,
    notice_sha256: String,
    notice_url: String,
    data: Vec<String>,
    recipients: Vec<String>,
    retention: String,
}

impl Facts<'_> {
    fn language(&self) -> &str {
        self.locale.as_ref().map_or("en-GB", Locale::as_str)
    }

    fn withdrawal(&self) -> String {
        format!("At any time, as easily as you gave it: write to {}", self.controller.email)
    }

    /// The decision in the service's own terms, the same in every profile.
    fn decision(&self) -> Value {
        let decision = &self.decision;
        json!({
            "id": decision.id,
            "consent_id": self.consent,
            "decision": decision.decision,
            "confirms": self.confirms,
            "purpose": self.purpose,
            "method": decision.method,
            "occurred_at": decision.occurred_at,
            "recorded_at": decision.recorded_at,
            "wording": self.wording,
            "wording_sha256": self.wording_sha256,
            "evidence_ref": self.evidence_ref,
            "notice_version": self.notice_version,
            "notice_sha256": self.notice_sha256,
            "effect": effect(decision.decision),
        })
    }
}

fn effect(decision: DecisionKind) -> &'static str {
    match decision {
        DecisionKind::Given => "The person gave this consent.",
        DecisionKind::Confirmed => "The person's mailbox confirmed this consent.",
        DecisionKind::Objected => {
            "The person objected to direct marketing for this purpose; it has stopped permanently."
        }
        DecisionKind::Withdrawn => "The person withdrew this consent; the use of the data before that stays lawful.",
    }
}

fn purpose_text(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Newsletter => "Sending the IEWM newsletter",
        Purpose::BlogsAndArticles => "Sending blogs and website articles",
        Purpose::TradeArticles => "Sending trade articles",
        Purpose::EventInformation => "Sending news of coming events",
        Purpose::EventAdministration => "Running the events that the person registered for",
        Purpose::ProfessionalNetworks => "Running professional networks",
        Purpose::VenueSecurity => "Security at the venues of events",
    }
}

/// The receipt of the decision that made the consent's state.
///
/// # Errors
/// 404 when there is no such consent; 410 as [`of_decision`].
pub(super) fn of_consent(tx: &mut ReadTx<'_>, id: ConsentId, profile: Profile) -> Result<String, Error> {
    let decision: Option<DecisionId> =
        consents::table.find(id).select(consents::decision_id).first(tx.connection()).optional()?;
    of_decision(tx, decision.ok_or_else(Error::not_found)?, profile)
}

/// The receipt of a decision.
///
/// # Errors
/// 404 when there is none; 410 when what the person was shown was erased with them, so that it cannot be told in full.
pub(super) fn of_decision(tx: &mut ReadTx<'_>, id: DecisionId, profile: Profile) -> Result<String, Error> {
    let row = decisions::row(tx, id)?;
    let purpose = row.purpose()?;
    // What the mailbox confirmed was shown with the grant.
    let proof = match row.confirms {
        Some(grant) => decisions::row(tx, grant)?,
        None => decisions::row(tx, id)?,
    };
    let (wording, locale, evidence_ref) = match evidence(tx, &proof)? {
        None if proof.wording_sha256.is_some() => return Err(contacts::erased()),
        None => (None, None, None),
        Some(evidence) => (evidence.wording, evidence.locale, evidence.reference),
    };
    let notice = notices::store::read(tx, row.notice_version)?;
    let said = notice.purposes.into_iter().find(|said| said.code == purpose);
    let texts = |items: Vec<_>| items.into_iter().map(String::from).collect();
    let (data, recipients, retention) = match said {
        None => (Vec::new(), Vec::new(), "As stated in the notice".to_owned()),
        Some(said) => (texts(said.data), texts(said.recipients), said.retention.into()),
    };
    let facts = Facts {
        controller: &tx.identity().controller,
        contact: row.contact_id,
        consent: row.consent_id,
        purpose,
        decision: row.decision()?,
        confirms: row.confirms,
        wording,
        wording_sha256: proof.wording_sha256.as_deref().map(hex),
        locale,
        evidence_ref,
        notice_version: row.notice_version,
        notice_sha256: notice.sha256,
        notice_url: format!("{}/v1/privacy-notices/{}", tx.identity().public_url, row.notice_version),
        data,
        recipients,
        retention,
    };
    let receipt = match profile {
        Profile::Kantara => kantara::receipt(&facts),
        Profile::Iso27560 => iso_27560::receipt(&facts),
    };
    let payload = serde_json::to_vec(&receipt).map_err(|error| Error::internal(error))?;
    tx.look(Entry::new(Action::ConsentsReceipt).contact(row.contact_id).subject(id));
    Ok(tx.keyring().receipts.sign_jws(TYP, &payload))
}

/// Whether a receipt is one of ours, unchanged.
pub(super) fn verify(receipt: &str, keys: &[VerifyingKey]) -> ReceiptVerdict {
    let invalid = |reason| ReceiptVerdict { valid: false, reason: Some(reason), decision_id: None };
    let Ok(payload) = verify_jws(receipt, TYP, keys) else {
        return invalid("it is malformed, was changed, or was not signed by this service");
    };
    let payload: Option<Value> = serde_json::from_slice(&payload).ok();
    let id = payload.as_ref().and_then(|payload| payload.pointer("/decision/id")).and_then(Value::as_str);
    match id.and_then(|id| id.parse().ok()) {
        Some(id) => ReceiptVerdict { valid: true, reason: None, decision_id: Some(id) },
        None => invalid("it names no decision"),
    }
}
