//! What the audit can record: an action is a row of one table, so that code names it by a Rust value and a typing mistake
//! does not compile.

/// What an action does to the records that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ActionKind {
    /// It reads personal data.
    Read,
    /// It adds a record.
    Create,
    /// It changes a record; the entry names the changed members in `detail.changed`.
    Change,
    /// It deletes or empties a record.
    Delete,
    /// It does something else, such as sending a letter or following a link.
    Process,
}

/// The kind of the record that an action is about: the part of an entry's `subject` before the slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "each is a resource of the document")]
pub enum SubjectKind {
    Assignment,
    Breach,
    Complaint,
    Consent,
    ConsentDecision,
    Contact,
    Disclosure,
    ErasurePlan,
    Event,
    LegalHold,
    Membership,
    Message,
    Network,
    Obligation,
    Organisation,
    PrivacyNotice,
    Registration,
    SharingAgreement,
    SubjectRequest,
    TokenRevocation,
}

/// A type of the change feed and of webhooks. The part before the dot is the kind that the feed has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[expect(missing_docs, reason = "the name on the wire says it")]
pub enum ChangeType {
    #[strum(serialize = "contact.created")]
    ContactCreated,
    #[strum(serialize = "contact.updated")]
    ContactUpdated,
    #[strum(serialize = "contact.restricted")]
    ContactRestricted,
    #[strum(serialize = "contact.erased")]
    ContactErased,
    #[strum(serialize = "consent.given")]
    ConsentGiven,
    #[strum(serialize = "consent.withdrawn")]
    ConsentWithdrawn,
    #[strum(serialize = "registration.changed")]
    RegistrationChanged,
    #[strum(serialize = "request.changed")]
    RequestChanged,
    #[strum(serialize = "notice.published")]
    NoticePublished,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct ActionRow {
    /// The action's name in entries, such as `contacts.update`. A name never changes.
    pub name: &'static str,
    /// What happened, in one sentence.
    pub meaning: &'static str,
    /// What it does to records.
    pub kind: ActionKind,
    /// The kind of record that `subject` names; `None` where entries have no subject.
    pub subject: Option<SubjectKind>,
    /// The types that it gives rise to in the change feed and for webhooks. Where there are several, the detail decides.
    pub gives: &'static [ChangeType],
}

/// Makes [`Action`](super::Action) from the table: a variant, the name, the kind, the subject or `-`, what it gives rise to, and
/// the meaning.
macro_rules! actions {
    ($($action:ident $name:literal $kind:ident $subject:tt [$($gives:ident),*] $meaning:literal;)*) => {
        /// An audited action. Each stands here once.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $(#[doc = $meaning] $action,)*
        }

        impl Action {
            /// Every action, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$action),*];

            /// The action's row.
            pub fn row(self) -> &'static ActionRow {
                match self {
                    $(Self::$action => &ActionRow {
                        name: $name,
                        meaning: $meaning,
                        kind: ActionKind::$kind,
                        subject: actions!(@subject $subject),
                        gives: &[$(ChangeType::$gives),*],
                    },)*
                }
            }

            /// The action with this name.
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$action),)*
                    _ => None,
                }
            }
        }
    };
    (@subject -) => { None };
    (@subject $subject:ident) => { Some(SubjectKind::$subject) };
}
pub(super) use actions;
