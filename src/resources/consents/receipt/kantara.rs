//! The profile aligned with the Kantara Consent Receipt v1.1.

use serde_json::{Value, json};

use super::{Facts, purpose_text};

pub(super) fn receipt(facts: &Facts<'_>) -> Value {
    let controller = facts.controller;
    json!({
        "version": "KI-CR-v1.1.0",
        "jurisdiction": "GB",
        "consentTimestamp": facts.decision.occurred_at.seconds(),
        "collectionMethod": facts.decision.method,
        "consentReceiptID": facts.decision.id,
        "language": facts.language(),
        "piiPrincipalId": facts.contact,
        "piiControllers": [{
            "piiController": controller.name,
            "contact": "Data protection officer",
            "address": controller.address,
            "email": controller.data_protection_email,
            "phone": controller.telephone,
        }],
        "policyUrl": facts.notice_url,
        "services": [{
            "service": "Improvement and Efficiency West Midlands",
            "purposes": [{
                "purpose": purpose_text(facts.purpose),
                "purposeCategory": [facts.purpose],
                "consentType": "EXPLICIT",
                "piiCategory": facts.data,
                "primaryPurpose": false,
                "termination": format!("{}; kept: {}", facts.withdrawal(), facts.retention),
                "thirdPartyDisclosure": !facts.recipients.is_empty(),
                "thirdPartyName": facts.recipients.join("; "),
            }],
        }],
        "sensitive": false,
        "spiCat": [],
        "decision": facts.decision(),
    })
}
