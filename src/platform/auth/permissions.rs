//! The permission table: the one source for the guards, for the document's `security`, for the matrix
//! of roles that the tests drive, and for `docs/API.md`.

use crate::domain::{Actor, Code, Error, Role};

/// Something that a role may do.
pub trait Permission: 'static {
    /// Its name, such as `contacts:read`.
    const NAME: &'static str;
    /// The roles that have it.
    const ROLES: &'static [Role];
    /// Whether no token is needed at all.
    const PUBLIC: bool = false;
    /// Whether a public operation shows more to a token: one that is sent is judged like any other.
    const TOKEN_SHOWS_MORE: bool = false;
    /// Whether it allows a write transaction: whether the type is [`Writes`] as well.
    const WRITES: bool;
    /// Whether requests count against the rate limits.
    const LIMITED: bool = true;
    /// The operations that the permission allows, in words.
    const MEANING: &'static str;
}

/// A permission that allows a write transaction.
pub trait Writes: Permission {}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct PermissionRow {
    /// The permission's name.
    pub name: &'static str,
    /// The roles that have it.
    pub roles: &'static [Role],
    /// Whether it allows a write transaction.
    pub writes: bool,
    /// The operations that the permission allows, in words.
    pub meaning: &'static str,
}

/// The error of a caller, none of whose roles has the permission `P`.
pub fn forbidden<P: Permission>() -> Error {
    Terms::of::<P>().forbidden()
}

/// A permission as a value: what the judgement of a request needs to know of the type.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a constant of `Permission`, independent of the others")]
pub struct Terms {
    /// [`Permission::NAME`].
    pub(in crate::platform) name: &'static str,
    /// [`Permission::ROLES`].
    pub(in crate::platform) roles: &'static [Role],
    /// [`Permission::PUBLIC`].
    pub(in crate::platform) public: bool,
    /// [`Permission::TOKEN_SHOWS_MORE`].
    pub(in crate::platform) token_shows_more: bool,
    /// [`Permission::WRITES`].
    pub(in crate::platform) writes: bool,
    /// [`Permission::LIMITED`].
    pub(in crate::platform) limited: bool,
}

impl Terms {
    /// Returns the terms of `P`.
    pub(in crate::platform) const fn of<P: Permission>() -> Self {
        Self {
            name: P::NAME,
            roles: P::ROLES,
            public: P::PUBLIC,
            token_shows_more: P::TOKEN_SHOWS_MORE,
            writes: P::WRITES,
            limited: P::LIMITED,
        }
    }

    /// The error of a caller, none of whose roles has this permission.
    pub(in crate::platform) fn forbidden(&self) -> Error {
        let detail = format!("None of the token's roles has the permission {}.", self.name);
        Error::new(Code::Forbidden, detail).with(|p| p.permission = Some(self.name))
    }
}

macro_rules! permissions {
    ($($kind:ident $type:ident $name:literal [$($role:ident),*] $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            #[derive(Debug)]
            pub enum $type {}

            impl Permission for $type {
                const NAME: &'static str = $name;
                const ROLES: &'static [Role] = &[$(Role::$role),*];
                const MEANING: &'static str = $meaning;
                const WRITES: bool = permissions!(#$kind);
            }

            permissions!(@$kind $type);
        )*

        /// Every permission that this version of the service knows.
        pub const PERMISSIONS: &[PermissionRow] = &[
            $(PermissionRow {
                name: $name,
                roles: $type::ROLES,
                writes: $type::WRITES,
                meaning: $meaning,
            },)*
        ];
    };
    (@read $type:ident) => {};
    (@write $type:ident) => { impl Writes for $type {} };
    (#read) => { false };
    (#write) => { true };
}

permissions! {
    read  ContactsRead       "contacts:read"       [IewmStaff, Council] "See contacts.";
    read  ContactsSearch     "contacts:search"     [IewmStaff, Council] "Search for a person by e-mail, telephone or name.";
    write ContactsCreate     "contacts:create"     [IewmStaff, Council] "Add a contact.";
    write ContactsUpdate     "contacts:update"     [IewmStaff] "Change a contact.";
    write ContactsDelete     "contacts:delete"     [IewmStaff] "Delete a contact without dependent records.";
    write ContactsMerge      "contacts:merge"      [IewmStaff] "Merge two contacts of one person.";
    write ContactsImport     "contacts:import"     [IewmStaff] "Import contacts from a file.";
    read  ContactsExport     "contacts:export"     [IewmStaff] "Export contacts as CSV.";
    read  AccessesRead       "accesses:read"       [IewmStaff, Council] "Read the accesses to a person's data.";
    read  ConsentsRead       "consents:read"       [IewmStaff, Council] "Read consents, their history and their receipts.";
    write ConsentsRecord     "consents:record"     [IewmStaff, Council] "Record that a person gives or withdraws a consent.";
    read  ConsentsCheck      "consents:check"      [IewmStaff, Council] "Check whether people may be sent something.";
    read  AudiencesRead      "audiences:read"      [IewmStaff, Contractor] "Stream the people who may be sent something now; a contractor, only under an agreement that names the purpose.";
    read  NetworksRead       "networks:read"       [IewmStaff, Council] "Read networks, their members and their directories.";
    write NetworksWrite      "networks:write"      [IewmStaff] "Add and change networks and memberships.";
    read  EventsRead         "events:read"         [IewmStaff, Council, Contractor] "Read events; a contractor, those it is assigned to.";
    write EventsWrite        "events:write"        [IewmStaff] "Draft, change, publish, cancel and complete events.";
    read  RegistrationsRead  "registrations:read"  [IewmStaff, Council] "Read the registrations for an event, and its capacity.";
    write RegistrationsWrite "registrations:write" [IewmStaff, Council] "Register people for events, and cancel, accept, decline and prioritise their registrations.";
    read  AttendeesRead      "attendees:read"      [IewmStaff, Contractor] "Read the attendee list of an event; a contractor, where it is assigned, as its profile shows it.";
    write CheckInsWrite      "check_ins:write"     [IewmStaff, Contractor] "Check people in and out at an event; a contractor, where it is assigned as reception.";
    write BreachesReport     "breaches:report"     [IewmStaff, Council, Contractor] "Report and read personal-data breaches; a contractor, its own reports.";
    write BreachesManage     "breaches:manage"     [Council] "Assess, notify and close personal-data breaches, and read their history.";
    read  DeadlinesRead      "deadlines:read"      [IewmStaff, Council] "Read the deadlines of the law.";
    read  DeadlinesCompute   "deadlines:compute"    [IewmStaff, Council, Contractor] "Compute a deadline of the law.";
    read  SubjectRequestsRead "subject_requests:read" [IewmStaff, Council] "Read requests to exercise rights, and their letters.";
    write SubjectRequestsIntake "subject_requests:intake" [IewmStaff, Council] "Record requests, ask for proof and clarification, extend, and record a withdrawal.";
    write SubjectRequestsDecide "subject_requests:decide" [Council] "Decide requests: refuse, close, or carry the right out.";
    read  ObligationsRead    "obligations:read"    [IewmStaff, Council, Contractor] "Read what recipients must do because data was corrected, restricted or erased; a contractor, its own obligations.";
    write ObligationsAcknowledge "obligations:acknowledge" [IewmStaff, Council, Contractor] "Record that a recipient has acted; a contractor, for itself.";
    write ObligationsClose   "obligations:close"   [IewmStaff, Council] "Close an obligation without the recipient's act.";
    read  OrganisationsRead  "organisations:read"  [IewmStaff, Council, Contractor] "Read organisations; a contractor, its own.";
    write ComplaintsIntake   "complaints:intake"   [IewmStaff, Council] "Record, read, acknowledge and investigate complaints.";
    write ComplaintsDecide   "complaints:decide"   [Council] "Record the outcome of a complaint.";
    write OrganisationsWrite "organisations:write" [IewmStaff, Council] "Add, change, suspend and end organisations.";
    read  AgreementsRead     "agreements:read"     [IewmStaff, Council, Contractor] "Read agreements to share data; a contractor, those with its own organisation.";
    write AgreementsPropose  "agreements:propose"  [IewmStaff, Council] "Propose agreements to share data, turn proposals down, and suspend or end agreements.";
    write AgreementsApprove  "agreements:approve"  [Council] "Approve agreements to share data that another person proposed, and reinstate suspended ones.";
    read  DisclosuresRead    "disclosures:read"    [IewmStaff, Council, Contractor] "Read disclosures; a contractor, those to its own organisation.";
    write DisclosuresCreate  "disclosures:create"  [IewmStaff, Council] "Disclose people's data, record what a law requires, hand data over, and recall disclosures.";
    write DisclosuresApprove "disclosures:approve" [Council] "Approve disclosures that a law requires and that another person recorded.";
    read  HoldsRead          "holds:read"          [IewmStaff, Council] "Read legal holds.";
    write HoldsWrite         "holds:write"         [Council] "Place legal holds, review them, propose to release one, and release one that another person proposed to release.";
    write NoticesDraft       "notices:draft"       [IewmStaff, Council] "Read, draft and change versions of the privacy notice.";
    write NoticesPublish     "notices:publish"     [Council] "Publish a version of the privacy notice.";
    read  SharedContactsRead "shared_contacts:read" [Contractor] "Read the people whose data is disclosed to the caller's organisation.";
    read  AuditRead          "audit:read"          [Council] "Read the audit.";
    read  MessagesRead       "messages:read"       [IewmStaff, Council] "Read messages and their delivery.";
    write MessagesRetry      "messages:retry"      [IewmStaff] "Try a message again.";
    write TokensRevoke       "tokens:revoke"       [Council] "Revoke tokens.";
}

/// A public route that reads: no token is needed.
#[derive(Debug)]
pub enum Public {}

impl Permission for Public {
    const NAME: &'static str = "public";
    const ROLES: &'static [Role] = &[];
    const PUBLIC: bool = true;
    const WRITES: bool = false;
    const MEANING: &'static str = "No token is needed.";
}

/// A probe of the service's health. It counts against no limit, because an orchestrator that is refused restarts a service
/// that is well.
#[derive(Debug)]
pub enum Probe {}

impl Permission for Probe {
    const NAME: &'static str = "public";
    const ROLES: &'static [Role] = &[];
    const PUBLIC: bool = true;
    const LIMITED: bool = false;
    const WRITES: bool = false;
    const MEANING: &'static str = "No token is needed, and no rate limit applies.";
}

/// A public route that shows drafts to those who may draft.
#[derive(Debug)]
pub enum NoticesView {}

impl Permission for NoticesView {
    const NAME: &'static str = "public";
    const ROLES: &'static [Role] = NoticesDraft::ROLES;
    const PUBLIC: bool = true;
    const TOKEN_SHOWS_MORE: bool = true;
    const WRITES: bool = false;
    const MEANING: &'static str = "No token is needed; a token with `notices:draft` sees drafts as well.";
}

/// The holder of a capability link: no token is needed, and the link's secret carries the permission.
#[derive(Debug)]
pub enum LinkHolder {}

impl Permission for LinkHolder {
    const NAME: &'static str = "link";
    const ROLES: &'static [Role] = &[];
    const PUBLIC: bool = true;
    const WRITES: bool = true;
    const MEANING: &'static str = "The link itself is the permission.";
}

impl Writes for LinkHolder {}

/// The service's own background work.
#[derive(Debug)]
pub enum Job {}

impl Permission for Job {
    const NAME: &'static str = "job";
    const ROLES: &'static [Role] = &[];
    const WRITES: bool = true;
    const MEANING: &'static str = "Background work of the service itself.";
}

impl Writes for Job {}

impl Actor {
    /// Whether the actor has a permission besides the one it acts under.
    pub fn has<P: Permission>(&self) -> bool {
        self.caller().is_some_and(|caller| caller.roles.iter().any(|role| P::ROLES.contains(role)))
    }
}
