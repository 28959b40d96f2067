//! Signed receipts of decisions, a withdrawal's too, that anyone can verify offline: a compact JWS
//! (RFC 7515, `EdDSA`) over a record aligned with the Kantara Consent Receipt v1.1.

use serde_json::{Value, json};

use super::confirmation::evidence;
use super::history;
use super::model::{DecisionKind, EvidenceRef, Locale, ReceiptVerdict, Wording};
use super::store::{consents, damaged};
use crate::domain::{Code, ConsentId, DecisionId, Error, Purpose, hex};
use crate::platform::audit::Entry;
use crate::platform::doors::ReadTx;
use crate::platform::vault::{VerifyingKey, verify_jws};
use crate::resources::notices;
use diesel::prelude::*;

/// The `typ` of a receipt.
const TYP: &str = "consent-receipt+jwt";

/// Refuses a profile that receipts are not written in.
///
/// # Errors
/// 400 `unknown_profile`.
pub(super) fn check_profile(profile: Option<&str>) -> Result<(), Error> {
    match profile {
        None | Some("kantara-1.1") => Ok(()),
        Some(_) => Err(Error::new(Code::UnknownProfile, "Receipts are issued in the profile kantara-1.1.")),
    }
}

/// The receipt of the decision that made the consent's state.
///
/// # Errors
/// 404 when there is no such consent.
pub(super) fn of_consent(tx: &mut ReadTx<'_>, id: ConsentId) -> Result<String, Error> {
    let decision: Option<DecisionId> =
        consents::table.find(id).select(consents::decision_id).first(tx.connection()).optional()?;
    of_decision(tx, decision.ok_or_else(Error::not_found)?)
}

/// The receipt of a decision.
///
/// # Errors
/// 404 when there is none.
pub(super) fn of_decision(tx: &mut ReadTx<'_>, id: DecisionId) -> Result<String, Error> {
    let row = history::row(tx, id)?;
    let decision = row.decision()?;
    let purpose = row.purpose()?;
    // What the mailbox confirmed was shown with the grant.
    let proof = match row.confirms {
        Some(grant) => history::row(tx, grant)?,
        None => history::row(tx, id)?,
    };
    let wording_sha256 = proof.wording_sha256.as_deref().map(hex);
    let evidence = evidence(tx, &proof)?;
    let notice = notices::store::read(tx, row.notice_version)?;
    let controller = &tx.identity().controller;
    let said = notice.purposes.iter().find(|said| said.code == purpose);
    let recipients: Vec<String> =
        said.map(|said| said.recipients.iter().map(|to| to.as_str().to_owned()).collect()).unwrap_or_default();
    let (wording, locale, evidence_ref) = match &evidence {
        None => (None, None, None),
        Some(evidence) => (
            evidence.wording.as_ref().map(Wording::as_str),
            evidence.locale.as_ref().map(Locale::as_str),
            evidence.reference.as_ref().map(EvidenceRef::as_str),
        ),
    };
    let public_url = &tx.identity().public_url;
    let receipt = json!({
        "version": "KI-CR-v1.1.0",
        "jurisdiction": "GB",
        "consentTimestamp": decision.occurred_at.seconds(),
        "collectionMethod": <&str>::from(decision.method),
        "consentReceiptID": id,
        "language": locale.unwrap_or("en-GB"),
        "piiPrincipalId": row.contact_id,
        "piiControllers": [{
            "piiController": controller.name,
            "contact": "Data protection officer",
            "address": controller.address,
            "email": controller.data_protection_email,
            "phone": controller.telephone,
        }],
        "policyUrl": format!("{public_url}/v1/privacy-notices/{}", row.notice_version),
        "services": [{
            "service": "Improvement and Efficiency West Midlands",
            "purposes": [{
                "purpose": purpose_text(purpose),
                "purposeCategory": [purpose.as_str()],
                "consentType": "EXPLICIT",
                "piiCategory": said.map(|said| said.data.clone()).unwrap_or_default(),
                "primaryPurpose": false,
                "termination": format!(
                    "Withdrawn at any time: write to {}; kept: {}", controller.email,
                    said.map_or("as the notice says", |said| said.retention.as_str()),
                ),
                "thirdPartyDisclosure": !recipients.is_empty(),
                "thirdPartyName": recipients.join("; "),
            }],
        }],
        "sensitive": false,
        "spiCat": [],
        "decision": {
            "id": id,
            "consent_id": row.consent_id,
            "decision": decision.decision,
            "confirms": row.confirms,
            "purpose": purpose,
            "method": decision.method,
            "occurred_at": decision.occurred_at,
            "recorded_at": decision.recorded_at,
            "wording": wording,
            "wording_sha256": wording_sha256,
            "evidence_ref": evidence_ref,
            "notice_version": row.notice_version,
            "notice_sha256": notice.sha256,
            "effect": effect(decision.decision),
        },
    });
    let payload = serde_json::to_vec(&receipt).map_err(Error::internal)?;
    tx.look(Entry::new("consents.receipt").contact(row.contact_id).subject("consent_decision", id));
    Ok(tx.keyring().receipts.sign_jws(TYP, &payload))
}

fn effect(decision: DecisionKind) -> &'static str {
    match decision {
        DecisionKind::Given => "The person gave this consent.",
        DecisionKind::Confirmed => "The person's mailbox confirmed this consent.",
        DecisionKind::Withdrawn => "The person withdrew this consent; what was done before stays lawful.",
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

/// Whether a receipt is one of ours, unchanged.
pub(super) fn verify(receipt: &str, keys: &[VerifyingKey]) -> ReceiptVerdict {
    let invalid = |reason| ReceiptVerdict { valid: false, reason: Some(reason), decision_id: None };
    let Ok(payload) = verify_jws(receipt, TYP, keys) else {
        return invalid("it is malformed, was changed, or was not signed by this service");
    };
    let decision = serde_json::from_slice::<Value>(&payload).map_err(damaged).ok();
    let id = decision.as_ref().and_then(|payload| payload.pointer("/decision/id")).and_then(Value::as_str);
    match id.and_then(|id| id.parse().ok()) {
        Some(id) => ReceiptVerdict { valid: true, reason: None, decision_id: Some(id) },
        None => invalid("it names no decision"),
    }
}
