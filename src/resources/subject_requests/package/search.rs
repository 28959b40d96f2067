//! The record of the search for a person's data: the search must be reasonable and proportionate (UK
//! GDPR Article 15(1A)), and the decider must be able to show that it was.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{ContactId, Instant, MatchAnswer, PossibleMatch, prose_type};
use crate::personal::{Person, SearchTerm};

prose_type! {
    /// The search outside this service, such as in mailboxes and paper files, with its terms and result: at
    /// most 4,000 characters. Sealed at rest.
    SearchNote, 4000, "The programme's mailbox was searched for the name and the e-mail address: nothing was found. There are no files on paper."
}

/// Where the audit stands among the tables that are searched.
pub(super) const AUDIT: &str = "audit_entries";

const LEFT_OUT: &str = "The search left out tables that hold nothing about a contact, such as organisations and \
                        notices. It left out copies of responses, which we keep for a day so that a request can be \
                        repeated. It also left out the words in the records of other people. Each record is sealed \
                        for its person, and a search for one person there would mean reading the records of all \
                        people.";

const NOWHERE_ELSE: &str = "We searched nothing outside this service.";

/// The record of the search for the person's data: its time, places, terms and result, and why it was
/// reasonable and proportionate (UK GDPR Article 15(1A)).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchRecord {
    /// When the search began.
    pub begun_at: Instant,
    /// When the search ended.
    pub ended_at: Instant,
    /// The contact ids used: the contact's own, and those of contacts that were merged into it.
    pub contact_ids: Vec<ContactId>,
    /// The number of e-mail addresses used, as keyed indexes: the present one and earlier ones.
    #[serde(default, alias = "addresses")]
    #[schema(required, example = 1, minimum = 0)]
    pub email_addresses: usize,
    /// The number of telephone numbers used, as keyed indexes. Each is combined with the name that the
    /// person had with it.
    #[serde(default)]
    #[schema(required, example = 1, minimum = 0)]
    pub telephones_and_names: usize,
    /// The number of earlier e-mail addresses not used, because another person has confirmed them since.
    #[serde(default)]
    #[schema(required, example = 0, minimum = 0)]
    pub addresses_of_others_now: usize,
    /// Every table of this service that can hold data about a contact, and the audit.
    pub searched: Vec<SearchedTable>,
    /// In a draft: complaints and requests without a contact, and other contacts, that may be about the person
    /// or about another. The package contains those with the answer `same_person`. The draft cannot be
    /// released until each has an answer. Empty in a released package.
    #[serde(default)]
    pub matches: Vec<PossibleMatch>,
    /// How many records the package leaves out because the council could not find out whether they are about
    /// the person or about another.
    #[serde(default)]
    #[schema(required, example = 0, minimum = 0)]
    pub unsure: usize,
    /// The reasons why the search was reasonable and proportionate, and what it left out.
    pub reasons: String,
    /// The search outside this service, in the words of the person who decided the request.
    #[schema(example = "We searched nothing outside this service.")]
    pub elsewhere: String,
}

/// The result of searching one table.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchedTable {
    /// The table.
    #[schema(example = "memberships")]
    pub table: String,
    /// The identifiers by which the service searched the table; empty in packages from before the service
    /// recorded it.
    #[serde(default)]
    #[schema(required)]
    pub searched_by: Vec<SearchTerm>,
    /// The number of the person's records in the table.
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

/// How many matches have an answer; with `None`, how many have none.
fn answered(matches: &[PossibleMatch], answer: Option<MatchAnswer>) -> usize {
    matches.iter().filter(|found| found.answer == answer).count()
}

/// What the person reads about records that may be theirs or another person's; `None` without any.
pub(super) fn unsure_in_words(records: usize) -> Option<String> {
    let found = counted(records, "record that may be about you", "records that may be about you");
    (records > 0).then(|| {
        format!(
            "We hold {found} or about another person, with your name, or with a telephone number or an email address that was also \
             yours. We could not find out whose data that is, so it is not in this copy. If you can show us that it is about you, \
             please write to us."
        )
    })
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
            unsure: answered(&matches, Some(MatchAnswer::Unsure)),
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
            "The search covered {tables} tables: every table that can hold data about a contact, and the record of \
             accesses. To leave one out would have saved no effort. We searched each table by every value that can \
             lead to a record in it: {}.",
            self.terms(),
        );
        if self.addresses_of_others_now > 0 {
            let others = counted(self.addresses_of_others_now, "earlier email address", "earlier email addresses");
            why = format!(
                "{why} We did not search by {others}, because another person has confirmed that mailbox since."
            );
        }
        if let Some(unsure) = unsure_in_words(self.unsure) {
            why = format!("{why} {unsure}");
        }
        format!("{why} {LEFT_OUT}")
    }

    /// How many possible matches there were, by their answers. The audit has their ids.
    pub(super) fn matches_in_words(&self) -> String {
        let answers = [
            (Some(MatchAnswer::SamePerson), "about the person"),
            (Some(MatchAnswer::AnotherPerson), "about another person"),
            (Some(MatchAnswer::Unsure), "unsure"),
            (None, "without an answer"),
        ];
        let counts = answers.map(|(answer, words)| (answered(&self.matches, answer), words));
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}"));
        let counts: Vec<String> = counts.collect();
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
    }
}
