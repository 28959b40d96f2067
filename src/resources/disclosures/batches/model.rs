//! What a recipient was shown.

use macro_rules_attribute::apply;

use crate::domain::{ContactId, DisclosureBatchId, EventId, Instant, OrganisationId, Purpose, words};

/// How a recipient read about people.
#[apply(words!)]
pub enum ReadOperation {
    /// The list of the people who attend an event.
    Attendees,
    /// The stream of the people who may be sent something for a purpose.
    Audience,
    /// The handover of one disclosure.
    Handover,
    /// One person whose data is disclosed.
    SharedContact,
    /// The list of the people whose data is disclosed.
    SharedContacts,
}

/// What one answer, or one page of a stream, shows to a recipient.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The id of the answer. All pages of a stream have the same.
    pub id: DisclosureBatchId,
    /// The page of the stream, from 0; 0 of any other answer.
    pub part: i32,
    /// How the recipient reads.
    pub operation: ReadOperation,
    /// The event whose attendees are shown.
    pub event: Option<EventId>,
    /// The purpose, where the read is for one alone.
    pub purpose: Option<Purpose>,
    /// The people who are shown, each once.
    pub contacts: Vec<ContactId>,
}

impl Batch {
    /// A batch of one answer that shows these people.
    pub fn of(id: DisclosureBatchId, operation: ReadOperation, contacts: Vec<ContactId>) -> Self {
        Self { id, part: 0, operation, event: None, purpose: None, contacts }
    }

    /// The id, if the answer shows anybody: an answer without people has no row.
    pub fn shown(&self) -> Option<DisclosureBatchId> {
        (!self.contacts.is_empty()).then_some(self.id)
    }
}

/// A read by a recipient, as staff and the person may know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientRead {
    /// The id that the answer named.
    pub batch: DisclosureBatchId,
    /// The recipient.
    pub organisation: OrganisationId,
    /// The subject of the recipient's token.
    pub caller: String,
    /// The issuer of the token.
    pub caller_issuer: Option<String>,
    /// How the recipient read.
    pub operation: ReadOperation,
    /// The event whose attendees were shown.
    pub event: Option<EventId>,
    /// The purpose, where the read was for one alone.
    pub purpose: Option<Purpose>,
    /// When.
    pub read_at: Instant,
    /// The people who were shown.
    pub contacts: Vec<ContactId>,
}
