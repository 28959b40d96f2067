//! The search for what is held about a person, put on record: it must be reasonable and proportionate (UK GDPR Article
//! 15(1A)), and whoever decides must be able to show that it was.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{ContactId, Instant, PossibleMatch, prose_type};
use crate::personal::{Person, SearchTerm};

prose_type! {
    /// What was searched besides this service, such as mailboxes and paper, by which terms, and with what result: at most
    /// 4,000 characters. Sealed at rest.
    SearchNote, 4000, "The programme's mailbox was searched for the name and the e-mail address: nothing was found. There are no files on paper."
}

/// Where the audit stands among the tables that are searched.
pub(super) const AUDIT: &str = "audit_entries";

const LEFT_OUT: &str = "The search left out tables that hold nothing about a contact, such as organisations and notices. It \
    left out copies of answers, which are kept for a day so that a request can be repeated. It also left out what is written in \
    the records of other people. Each of those is sealed for that person, and looking there for a mention of one person would \
    mean reading the records of all people.";

const NOWHERE_ELSE: &str = "Nothing outside this service was searched.";

/// The search for what is held about the person: when it was made, where, by which terms and with which result, and why it
/// was reasonable and proportionate (UK GDPR Article 15(1A)).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchRecord {
    /// When it was begun.
    pub begun_at: Instant,
    /// When it had ended.
    pub ended_at: Instant,
    /// The contact ids that it was made by: the contact's own, and those of contacts that were merged into it.
    pub contact_ids: Vec<ContactId>,
    /// How many e-mail addresses it was made by, as keyed indexes: the present one and earlier ones.
    #[serde(default, alias = "addresses")]
    #[schema(required, example = 1, minimum = 0)]
    pub email_addresses: usize,
    /// How many telephone numbers it was made by, each together with the name that the person had with it, as keyed indexes.
    #[serde(default)]
    #[schema(required, example = 1, minimum = 0)]
    pub telephones_and_names: usize,
    /// How many earlier e-mail addresses it was not made by, because another person has confirmed them since.
    #[serde(default)]
    #[schema(required, example = 0, minimum = 0)]
    pub addresses_of_others_now: usize,
    /// Every table of this service that can hold something of a contact, and the audit.
    pub searched: Vec<SearchedTable>,
    /// Complaints and requests that name no contact, and may be about the person or about another: they are not in the package.
    #[serde(default)]
    pub matches: Vec<PossibleMatch>,
    /// Why this was reasonable and proportionate, and what was left out.
    pub reasons: String,
    /// What else was searched, in the words of the person who decided the request.
    #[schema(example = "Nothing outside this service was searched.")]
    pub elsewhere: String,
}

/// What was found in a table.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchedTable {
    /// The table.
    #[schema(example = "memberships")]
    pub table: String,
    /// What it was searched by; empty in a package from before that was on record.
    #[serde(default)]
    #[schema(required)]
    pub searched_by: Vec<SearchTerm>,
    /// How many records of the person were in it.
    #[schema(example = 2, minimum = 0)]
    pub records: usize,
}

impl SearchedTable {
    /// The audit, in which so many entries are about the person.
    pub(super) fn audit(records: usize) -> Self {
        Self { table: AUDIT.to_owned(), searched_by: SearchTerm::CONTACT.to_vec(), records }
    }
}

/// `one id`, `2 ids`.
fn counted(number: usize, one: &str, several: &str) -> String {
    if number == 1 { format!("one {one}") } else { format!("{number} {several}") }
}

impl SearchRecord {
    /// Returns the record of a search by everything that leads to a person, from its beginning to its end.
    pub(super) fn new(
        person: &Person,
        (begun_at, ended_at): (Instant, Instant),
        (searched, matches): (Vec<SearchedTable>, Vec<PossibleMatch>),
        note: Option<SearchNote>,
    ) -> Self {
        let record = Self {
            begun_at,
            ended_at,
            contact_ids: person.ids.clone(),
            email_addresses: person.marks.len(),
            telephones_and_names: person.named_numbers.len(),
            addresses_of_others_now: person.passed_on.len(),
            searched,
            matches,
            reasons: String::new(),
            elsewhere: note.map_or_else(|| NOWHERE_ELSE.to_owned(), String::from),
        };
        Self { reasons: record.why(), ..record }
    }

    /// The values that the search was made by, counted.
    pub(super) fn terms(&self) -> String {
        let mut terms = counted(self.contact_ids.len(), "contact id", "contact ids");
        if self.email_addresses > 0 {
            terms = format!("{terms}, {}", counted(self.email_addresses, "email address", "email addresses"));
        }
        if self.telephones_and_names > 0 {
            let (one, several) =
                ("telephone number together with its name", "telephone numbers, each together with its name");
            terms = format!("{terms}, {}", counted(self.telephones_and_names, one, several));
        }
        terms
    }

    fn why(&self) -> String {
        let tables = self.searched.iter().filter(|table| table.table != AUDIT).count();
        let mut why = format!(
            "The search covered {tables} tables, which is every table that can hold something about a contact, and the record of \
             who looked. Leaving one out would have saved no effort. Each was searched by every value that can lead to a record \
             in it: {}.",
            self.terms(),
        );
        if self.addresses_of_others_now > 0 {
            let others = counted(self.addresses_of_others_now, "earlier email address", "earlier email addresses");
            why = format!(
                "{why} The search was not made by {others}, because another person has confirmed that mailbox since."
            );
        }
        if !self.matches.is_empty() {
            let possible = counted(self.matches.len(), "complaint or request", "complaints and requests");
            why = format!(
                "{why} The search found {possible} that may be about another person: they have only a telephone number or the name \
                 in common with you, or an address that has since passed to another person. They are listed as possible matches, \
                 and left out."
            );
        }
        format!("{why} {LEFT_OUT}")
    }

    /// The possible matches by kind and id, for the people who decide.
    pub(super) fn matches_in_words(&self) -> String {
        let named = self.matches.iter().map(|found| format!("{}/{}", found.record.table, found.record.id));
        let named: Vec<String> = named.collect();
        if named.is_empty() { "none".to_owned() } else { named.join(", ") }
    }
}
