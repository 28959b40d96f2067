//! The search for what is held about a person, put on record: it must be reasonable and proportionate (UK GDPR Article
//! 15(1A)), and whoever decides must be able to show that it was.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{ContactId, Instant, day_words, london_date, prose_type};
use crate::platform::personal::Person;

prose_type! {
    /// What was searched besides this service, such as mailboxes and paper, by which terms, and with what result: at most
    /// 4,000 characters. Sealed at rest.
    SearchNote, 4000, "The programme's mailbox was searched for the name and the e-mail address: nothing was found. There are no files on paper."
}

/// Where the audit stands among the tables that are searched.
pub(super) const AUDIT: &str = "audit_entries";

const REASONS: &str = "Whatever this service holds of a person hangs on the ids of their contact, on their addresses, or on \
    both. Every table that can hold anything of a contact was searched, by whichever of these it is kept by: to leave one out \
    would have saved no effort. Complaints and requests that name no contact were searched by the e-mail address in them, and by \
    the telephone number and the name together. Not searched: tables that hold nothing of a contact, such as organisations and notices; \
    answers that are kept for a day so that a request can be repeated, which are copies; and what is written in the records \
    of other people, which is sealed for each of them, so that to look there for a mention of one person would be to read \
    everybody's.";

const NOWHERE_ELSE: &str = "Nothing outside this service was searched.";

/// The search for what is held about the person: when it was made, where, by which terms and with which result, and why it
/// was reasonable and proportionate (UK GDPR Article 15(1A)).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchRecord {
    /// When it was begun.
    pub begun_at: Instant,
    /// When it had ended.
    pub ended_at: Instant,
    /// By which ids it was made: the contact's, and those of contacts that were merged into it.
    pub contact_ids: Vec<ContactId>,
    /// By how many of the person's addresses, as keyed indexes: those that are held, and earlier ones.
    #[schema(example = 1, minimum = 0)]
    pub addresses: usize,
    /// Every table of this service that can hold something of a contact, and the audit.
    pub searched: Vec<SearchedTable>,
    /// Why this was reasonable and proportionate, and what was left out.
    pub reasons: String,
    /// What else was searched, in the words of whoever decided.
    #[schema(example = "Nothing outside this service was searched.")]
    pub elsewhere: String,
}

/// What was found in a table.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchedTable {
    /// The table.
    #[schema(example = "memberships")]
    pub table: String,
    /// How many records of the person were in it.
    #[schema(example = 2, minimum = 0)]
    pub records: usize,
}

impl SearchRecord {
    /// The record of a search for a person, from its beginning to its end.
    pub(super) fn new(
        person: &Person,
        (begun_at, ended_at): (Instant, Instant),
        searched: Vec<SearchedTable>,
        note: Option<SearchNote>,
    ) -> Self {
        Self {
            begun_at,
            ended_at,
            contact_ids: person.ids.clone(),
            addresses: person.marks.len(),
            searched,
            reasons: REASONS.to_owned(),
            elsewhere: note.map_or_else(|| NOWHERE_ELSE.to_owned(), String::from),
        }
    }

    /// The record for the history of the request: without ids, and what was found alone.
    pub(super) fn in_words(&self) -> String {
        let found = self.searched.iter().filter(|table| table.records > 0);
        let found: Vec<String> = found.map(|table| format!("{} {}", table.table, table.records)).collect();
        let day = day_words(london_date(self.ended_at));
        format!(
            "Search of {day}: {} tables, by the ids of the contact ({}) and the indexes of addresses ({}). Records found: {}; in \
             the other tables, none.\n{}\n{}",
            self.searched.len(),
            self.contact_ids.len(),
            self.addresses,
            found.join(", "),
            self.reasons,
            self.elsewhere,
        )
    }
}
