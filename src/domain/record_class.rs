//! The classes of records that the retention schedule names.

use macro_rules_attribute::apply;

use super::words;

/// A class of records that are kept equally long, in the order of the schedule. `policy::retention` has the period of each.
#[apply(words!)]
#[derive(Hash, strum::VariantArray)]
pub enum RecordClass {
    /// What identifies a person, and their key.
    Contact,
    /// Consents and their history.
    Consent,
    /// Memberships of networks.
    Membership,
    /// Requests about rights.
    SubjectRequest,
    /// Links to the status of a request.
    RequestStatusLink,
    /// Links to a package.
    AccessPackageLink,
    /// Packages of personal data.
    AccessPackage,
    /// Days on which a digest was sent.
    DeadlineDigest,
    /// The table of bank holidays in use.
    WorkingDays,
    /// Events and their places.
    Event,
    /// Registrations, their history and check-ins.
    Registration,
    /// What people need at an event.
    AccessRequirement,
    /// Complaints.
    Complaint,
    /// The register of breaches.
    Breach,
    /// Networks.
    Network,
    /// Links that ask for a confirmation.
    ConfirmationLink,
    /// Links to preferences.
    PreferenceLink,
    /// Messages and their delivery.
    Message,
    /// Marks of suppressed addresses.
    SuppressionMark,
    /// Addresses and numbers that people had before.
    FormerAddress,
    /// Records whose indexes the next start computes.
    RecordToIndex,
    /// Plans of erasure.
    Erasure,
    /// Destroyed keys.
    DestroyedKey,
    /// Executed plans of erasure.
    ExecutedPlan,
    /// Destroyed keys that pages may still hold.
    KeyRemnant,
    /// Audit entries.
    Audit,
    /// Answers to requests with an idempotency key.
    KeptAnswer,
    /// Revoked tokens.
    TokenRevocation,
    /// Organisations.
    Organisation,
    /// Agreements to share data.
    SharingAgreement,
    /// Disclosures, and what recipients read.
    Disclosure,
    /// Organisations that are assigned to events.
    EventAssignment,
    /// What recipients must do with data that they received.
    Obligation,
    /// Versions of the privacy notice.
    PrivacyNotice,
    /// Legal holds.
    LegalHold,
    /// Issued reference numbers.
    ReferenceNumber,
    /// The service's own keys.
    ServiceKey,
}

impl RecordClass {
    /// Whether the service deletes records of this class by itself, because it needs them for its own work alone, such as links,
    /// messages and kept answers. No legal hold keeps them.
    pub fn is_machinery(self) -> bool {
        match self {
            Self::RequestStatusLink
            | Self::AccessPackageLink
            | Self::AccessPackage
            | Self::DeadlineDigest
            | Self::WorkingDays
            | Self::ConfirmationLink
            | Self::PreferenceLink
            | Self::Message
            | Self::RecordToIndex
            | Self::DestroyedKey
            | Self::ExecutedPlan
            | Self::KeyRemnant
            | Self::KeptAnswer
            | Self::TokenRevocation
            | Self::ReferenceNumber
            | Self::ServiceKey => true,
            Self::Contact
            | Self::Consent
            | Self::Membership
            | Self::SubjectRequest
            | Self::Event
            | Self::Registration
            | Self::AccessRequirement
            | Self::Complaint
            | Self::Breach
            | Self::Network
            | Self::SuppressionMark
            | Self::FormerAddress
            | Self::Erasure
            | Self::Audit
            | Self::Organisation
            | Self::SharingAgreement
            | Self::Disclosure
            | Self::EventAssignment
            | Self::Obligation
            | Self::PrivacyNotice
            | Self::LegalHold => false,
        }
    }
}
