//! The profile aligned with ISO/IEC TS 27560:2023, whose text is not public: members as the W3C's guide
//! to it names them, values in the terms of the Data Privacy Vocabulary 2. Aligned, not conformant.

use serde_json::{Value, json};

use super::{Facts, purpose_text};
use crate::domain::Purpose;
use crate::resources::consents::model::DecisionKind;

const DPV: &str = "https://w3id.org/dpv#";
const EU_GDPR: &str = "https://w3id.org/dpv/legal/eu/gdpr#";
const PD: &str = "https://w3id.org/dpv/pd#";

pub(super) fn receipt(facts: &Facts<'_>) -> Value {
    let controller = facts.controller;
    let (status, event) = match facts.decision.decision {
        DecisionKind::Given | DecisionKind::Confirmed => ("ConsentGiven", "given"),
        DecisionKind::Withdrawn | DecisionKind::Objected => ("ConsentWithdrawn", "withdrawn"),
    };
    json!({
        "schema_version": "https://w3id.org/dpv/schema/iso-27560",
        "record_id": facts.decision.id,
        "pii_principal_id": facts.contact,
        "language": facts.language(),
        "privacy_notice": facts.notice_url,
        "jurisdiction": "GB",
        "collection_method": facts.decision.method,
        "pii_processing": {
            "purposes": purposes(facts.purpose).iter().map(|term| format!("{DPV}{term}")).collect::<Vec<_>>(),
            "purpose_description": purpose_text(facts.purpose),
            "lawful_basis": format!("{EU_GDPR}A6-1-a-explicit-consent"),
            "pii_information": facts.data.iter().map(|data| json!({ "pii_type": pii_type(data) })).collect::<Vec<_>>(),
            "recipient_third_parties": facts.recipients,
            "retention_period": facts.retention,
            "withdrawal_method": facts.withdrawal(),
        },
        "pii_controllers": ["controller"],
        "party_identification": [{
            "party_id": "controller",
            "party_type": format!("{DPV}DataController"),
            "party_name": controller.name,
            "party_address": controller.address,
            "party_email": controller.data_protection_email,
            "party_phone": controller.telephone,
        }],
        "event": {
            "event_time": facts.decision.occurred_at,
            "event_type": event,
            "event_state": format!("{DPV}{status}"),
            "entity_id": facts.contact,
        },
        "decision": facts.decision(),
    })
}

fn purposes(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::Newsletter | Purpose::EventInformation => &["DirectMarketing"],
        Purpose::BlogsAndArticles | Purpose::TradeArticles => &["DirectMarketing", "PublicRelations"],
        Purpose::EventAdministration => &["RequestedServiceProvision", "FulfilmentOfContractualObligation"],
        Purpose::ProfessionalNetworks => &["MemberPartnerManagement", "CommunicationManagement"],
        Purpose::VenueSecurity => &["EnforceSecurity"],
    }
}

/// The vocabulary's term for a category of the notice; the category itself where it has none.
fn pii_type(data: &str) -> String {
    match data {
        "Name" => format!("{PD}Name"),
        "Telephone number" => format!("{PD}TelephoneNumber"),
        "E-mail address" => format!("{PD}EmailAddress"),
        other => other.to_owned(),
    }
}
