//! Against forgetting: the rooms that hold personal data, and the cards of all tables. A test walks the migrated schema and
//! fails on a table without a card, and on a column that its card does not name.

use crate::domain::Cards;
use crate::personal::{Holder, Holders};
use crate::platform::{audit, auth, idempotency, outbox, records_to_index, reference, vault, working_days};
use crate::resources::{
    agreements, breaches, complaints, consents, contacts, deadlines, disclosures, events, holds, messages, networks,
    notices, obligations, organisations, preferences, registrations, subject_requests, suppressions,
};

static HOLDERS: &[&dyn Holder] = &[
    &suppressions::SuppressionData,
    &contacts::ContactData,
    &holds::HoldData,
    &disclosures::DisclosureData,
    &consents::ConsentData,
    &preferences::PreferenceData,
    &networks::NetworkData,
    &registrations::RegistrationData,
    &complaints::ComplaintData,
    &subject_requests::SubjectRequestData,
    &obligations::ObligationData,
    &messages::MessageData,
];

/// The rooms that hold personal data, lowest first.
pub fn holders() -> Holders {
    HOLDERS
}

/// The cards of all tables, room by room. A table that is in no list here fails a test, which walks the migrated schema.
pub const CARDS: Cards = Cards(&[
    suppressions::cards::CARDS,
    contacts::cards::CARDS,
    holds::cards::CARDS,
    consents::cards::CARDS,
    preferences::cards::CARDS,
    networks::cards::CARDS,
    registrations::cards::CARDS,
    complaints::cards::CARDS,
    subject_requests::cards::CARDS,
    outbox::cards::CARDS,
    organisations::cards::CARDS,
    agreements::cards::CARDS,
    disclosures::cards::CARDS,
    disclosures::obligations::cards::CARDS,
    events::cards::CARDS,
    breaches::cards::CARDS,
    notices::cards::CARDS,
    deadlines::cards::CARDS,
    audit::cards::CARDS,
    idempotency::cards::CARDS,
    auth::cards::CARDS,
    vault::cards::CARDS,
    &[reference::CARD, working_days::CARD, records_to_index::CARD],
]);
