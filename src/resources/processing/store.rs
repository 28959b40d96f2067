//! Where the record comes from: the notice in force, the configuration, the policy.

use super::model::{AgreedRecipient, ProcessingActivity, ProcessingActivityList, RetentionLine, RetentionScheduleList};
use crate::domain::{Error, Purpose};
use crate::platform::transaction::ReadTx;
use crate::policy::retention;
use crate::policy::transfers::TRANSFERS;
use crate::resources::agreements::model::Terms;
use crate::resources::organisations::store::Profile;
use crate::resources::{agreements, notices};

const SECURITY: &[&str] = &[
    "Particulars sealed with AES-256-GCM under a key for each person; master keys separate from the database",
    "Access by role, tokens of at most one hour, revocable at once",
    "Every write and every access to a person's data recorded, append-only",
    "Encryption in transit by the proxy in front of the service",
];

/// The record, from the notice in force and the agreements that are live today.
pub(super) fn activities(tx: &mut ReadTx<'_>) -> Result<ProcessingActivityList, Error> {
    let notice = notices::store::in_force(tx)?;
    let agreements = agreements::store::all_live(tx)?;
    let controller = &tx.identity().controller;
    let items = notice.purposes.into_iter().map(|purpose| ProcessingActivity {
        purpose: purpose.code,
        lawful_basis: purpose.lawful_basis,
        controller: format!("{}, {}, {}", controller.name, controller.address, controller.telephone),
        data_protection_officer: controller.data_protection_email.clone(),
        subjects: vec![subjects(purpose.code)],
        data: purpose.data.into_iter().map(String::from).collect(),
        recipients: purpose.recipients.into_iter().map(String::from).collect(),
        recipients_by_agreement: agreed(&agreements, purpose.code),
        transfers: TRANSFERS,
        retention: purpose.retention.into(),
        security: SECURITY.to_vec(),
    });
    Ok(ProcessingActivityList { items: items.collect(), next_cursor: None })
}

/// The recipients whose agreements name a purpose.
fn agreed(agreements: &[(Terms, Profile)], purpose: Purpose) -> Vec<AgreedRecipient> {
    let naming = agreements.iter().filter(|(terms, _)| terms.purposes.contains(purpose));
    let recipient = |(terms, profile): &(Terms, Profile)| AgreedRecipient {
        agreement_id: terms.id,
        organisation_id: terms.organisation_id,
        organisation: profile.name.clone(),
        kind: profile.kind,
        purposes: terms.purposes.clone(),
        fields: terms.fields.clone(),
        ends_on: terms.ends_on,
    };
    naming.map(recipient).collect()
}

fn subjects(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Newsletter | Purpose::BlogsAndArticles | Purpose::TradeArticles | Purpose::EventInformation => {
            "People who have opted in"
        }
        Purpose::EventAdministration | Purpose::VenueSecurity => "People who have registered for an event",
        Purpose::ProfessionalNetworks => "Members of professional networks",
    }
}

/// The schedule, from the policy.
pub(super) fn schedule() -> RetentionScheduleList {
    let items = retention::schedule().map(|rule| RetentionLine {
        record_class: rule.class.into(),
        trigger: rule.trigger,
        period: rule.period,
        action: rule.action,
    });
    RetentionScheduleList { items: items.collect(), next_cursor: None }
}
