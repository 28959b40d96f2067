//! The vocabulary of the service: what every floor talks about, and nothing that acts.
//!
//! No IO, no clock of its own, no database, no web framework. Values that stand for a person's
//! particulars are parsed on the way in, so that an ill-formed one cannot exist, and print as
//! `[personal]` in `Debug`, so that no log line can tell them.

mod actor;
mod calendar;
mod card;
mod channel;
mod clock;
mod email;
mod erasure;
mod error;
mod fault;
mod hex;
mod identity;
mod ids;
mod ids_alone;
mod instant;
mod invisible;
mod kept;
mod lifecycle;
mod list;
mod nearest;
mod purpose;
mod record_class;
mod reference;
mod sharing;
mod stored;
mod telephone;
mod text;
mod word_set;
mod words;

pub use actor::{Actor, Caller, Party, Role, Scope, SubjectClaim};
pub use calendar::{Calendar, CalendarExhausted, CalendarFault};
pub use card::{Card, Cards, Class, Column, Fate, OnErasure};
pub use channel::Channel;
pub use clock::{Clock, Hands, Reading};
pub use email::EmailAddress;
pub use erasure::{
    AnsweredMatch, ErasureGround, MatchAnswer, MatchedBy, Obstacle, PersonalRecord, PossibleMatch, RecordName,
};
pub use error::{CODES, Code, CodeEntry, Error, Refusal};
pub use fault::{Fault, Faults, LISTED_FAULTS, cut, member, unknown_name};
pub use hex::{hex, push_hex};
pub use identity::{Backups, Controller, Identity};
pub(crate) use ids::each_id;
pub use ids::{
    AgreementId, AssignmentId, BreachId, BreachStepId, ComplaintId, ComplaintStepId, ConsentId, ContactId, DecisionId,
    DisclosureBatchId, DisclosureGroundsId, DisclosureId, EntryId, ErasurePlanId, EventId, IdMint, LegalHoldId,
    MembershipId, MessageId, NetworkId, ObligationId, OrganisationId, RedactionId, RegistrationId, RequestStepId,
    RevocationId, SubjectId, SubjectRequestId, made_at,
};
pub use ids_alone::IdsAlone;
pub(crate) use ids_alone::ids_alone;
pub use instant::{Instant, day_words, london_date, london_words};
pub use kept::{FromKept, Kept, kept, kept_if_any};
pub use lifecycle::Lifecycle;
pub use list::{Limit, ListPage};
pub(crate) use nearest::distance;
pub use purpose::{LawfulBasis, Purpose, Use};
pub use record_class::RecordClass;
pub use reference::Reference;
pub use sharing::{ContactField, DisclosedField};
pub use stored::{LoggedCause, StoredRow};
pub use telephone::{EXTENSION_FORM, EXTENSION_PATTERN, Telephone, TelephoneExtension};
pub use text::{TextFault, clean_line, clean_name, clean_prose, fault_of, opaque_line};
pub(crate) use text::{line_type, name_type, prose_type, text_type};
pub use word_set::WordSet;
pub(crate) use words::words;

/// Where unpredictable bytes come from: the operating system in service, a seeded source in tests.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}
