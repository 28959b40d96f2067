//! The classes of records that the retention schedule names.

/// A class of records that are kept equally long, in the order of the schedule. `policy::retention` has the period of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
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
    /// Issued reference numbers.
    ReferenceNumber,
    /// The service's own keys.
    ServiceKey,
}
