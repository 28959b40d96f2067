//! The package as the world sees it.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::super::model::{Explanation, Reference, Right, SubjectRequest};
use super::delivery::{Delivery, PostalAddress, match_address};
pub use super::recipients::{Recipient, RecipientCategory};
pub use super::redactions::Withheld;
pub use super::search::{SearchNote, SearchRecord, SearchedTable};
use crate::domain::{AnsweredMatch, ContactId, Instant, PossibleMatch, ids_alone, words};
use crate::personal::SearchTerm;
use crate::platform::http::Command;
use crate::policy::transfers::TRANSFERS;

/// The information that goes with a copy of a person's data (UK GDPR Article 15(1) and (2)).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PackageInformation)]
pub struct Particulars {
    /// The body that is responsible for the data: the controller.
    #[schema(example = "Worcestershire County Council")]
    pub controller: String,
    /// The version of the privacy notice that this information is from.
    #[schema(example = "2019-01-29")]
    pub notice_version: NaiveDate,
    /// For each purpose of the notice: its lawful basis, the categories of data, the recipients, and how
    /// long the data is kept.
    #[schema(value_type = Vec<Object>)]
    pub purposes: Vec<Value>,
    /// The last day on which the contact is kept, unless the person deals with us again.
    #[schema(example = "2032-11-24")]
    pub keep_until: NaiveDate,
    /// The source of the data.
    #[schema(value_type = Object)]
    pub source: Value,
    /// The sources before that, and those of records that were merged into this one, oldest first. Absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub earlier_sources: Vec<Value>,
    /// The person's rights.
    pub rights: Vec<String>,
    /// How to exercise the rights.
    pub contact: String,
    /// How to complain: to the controller, to the Information Commission, to a court.
    pub complaint_route: String,
    /// Automated decisions.
    #[schema(example = "None: no machine makes decisions about you on its own, and we do not profile you.")]
    pub automated_decisions: String,
    /// Transfers to other countries.
    #[schema(example = json!(TRANSFERS))]
    pub transfers: String,
}

/// The records of one table about the person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PackagePart {
    /// The table.
    #[schema(example = "memberships")]
    pub table: String,
    /// The use of the table.
    #[schema(example = "Memberships of networks, with their roles.")]
    pub meaning: String,
    /// The identifiers by which the service searched the table; empty in packages from before the service
    /// recorded it.
    #[serde(default)]
    #[schema(required)]
    pub searched_by: Vec<SearchTerm>,
    /// The records; empty if the table holds none.
    #[schema(value_type = Vec<Object>)]
    pub records: Vec<Value>,
}

/// One access to the person's data: a read or another use.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PackageAccess {
    /// When the data was read or used.
    pub at: Instant,
    /// The action, such as `contacts.read`.
    #[schema(example = "contacts.read")]
    pub action: String,
    /// The caller's roles; empty for the service itself, and for a person who followed a link.
    #[schema(example = "iewm_staff")]
    pub roles: String,
}

/// Everything that the service holds about a person, and the information that goes with the copy.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DataPackage)]
pub struct Package {
    /// The reference number of the request.
    pub reference: Reference,
    /// The right that the request is about.
    pub kind: Right,
    /// The contact that the package is about.
    pub contact_id: ContactId,
    /// When the package was built.
    pub built_at: Instant,
    /// The last instant at which the package can be read, or a draft released.
    pub expires_at: Instant,
    /// When the package was released to the person; absent from a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub released_at: Option<Instant>,
    /// The information that the law requires with a copy.
    pub particulars: Particulars,
    /// The record of the search; absent from packages built before the service recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub search: Option<SearchRecord>,
    /// The data, table by table.
    pub held: Vec<PackagePart>,
    /// The accesses to the person's data, under any id that the person had here, newest first.
    pub accesses: Vec<PackageAccess>,
    /// Who has received the person's data from this service, from the record of accesses. The service has no record of what people give
    /// to others outside it.
    #[serde(default)]
    pub recipients: Vec<Recipient>,
    /// The redactions, with their places and grounds; empty if nothing was left out.
    #[serde(default)]
    pub withheld: Vec<Withheld>,
}

impl Package {
    /// Adds to the record of the search what each table was searched by, once the parts of the package are in it.
    pub(super) fn say_how_it_was_searched(&mut self) {
        let Some(search) = &mut self.search else { return };
        for searched in &mut search.searched {
            if let Some(part) = self.held.iter().find(|part| part.table == searched.table) {
                searched.searched_by.clone_from(&part.searched_by);
            }
        }
    }

    /// The package as its person gets it: the list of possible matches is for the people who decide, because it names
    /// records that may be other people's.
    pub(super) fn for_the_person(mut self) -> Self {
        if let Some(search) = &mut self.search {
            search.matches.clear();
        }
        self
    }

    /// The possible matches that the draft lists; none once it is released.
    pub(super) fn matches(&self) -> &[PossibleMatch] {
        self.search.as_ref().map_or(&[], |search| search.matches.as_slice())
    }

    /// The records of a table.
    pub(super) fn records(&self, table: &str) -> &[Value] {
        self.held.iter().find(|part| part.table == table).map_or(&[], |part| part.records.as_slice())
    }
}

/// A package to build.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "posted"))]
pub struct BuildPackage {
    /// The words to the requester. The default is a standard sentence.
    #[schema(nullable = false)]
    pub explanation: Option<Explanation>,
    /// The sources outside this service that were searched. By default the record says that none were.
    #[schema(nullable = false)]
    pub search_note: Option<SearchNote>,
    /// How the person gets the package. The default is `link` if the requester has an e-mail address,
    /// otherwise `post`. `post` needs a `postal_address`.
    #[schema(nullable = false)]
    pub delivery: Option<Delivery>,
    /// The address of the letter; required for `post`, and for `post` alone. Without `delivery` it means `post`.
    #[schema(nullable = false)]
    pub postal_address: Option<PostalAddress>,
    /// The answers about the possible matches that the draft lists in `search.matches`. An answer replaces an
    /// earlier one about the same record. The service builds the draft again with the answers, and keeps the
    /// other members of earlier requests.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub matches: Vec<AnsweredMatch>,
    /// Whether to build the package again although a draft exists or is in progress. The new draft contains
    /// again what was left out of the old one. The other members of earlier requests stay, unless you send them again.
    #[serde(default)]
    #[schema(default = false)]
    pub rebuild: bool,
}

impl BuildPackage {
    /// How the person gets it, as far as this says. A postal address alone means `post`.
    pub(super) fn delivery(&self) -> Option<Delivery> {
        self.delivery.or_else(|| self.postal_address.as_ref().map(|_| Delivery::Post))
    }

    /// Whether this changes what was said before, answers about matches not counted.
    pub(super) fn changes_words(&self) -> bool {
        let Self { explanation, search_note, delivery, postal_address, matches: _, rebuild: _ } = self;
        explanation.is_some() || search_note.is_some() || delivery.is_some() || postal_address.is_some()
    }
}

fn posted(asked: &BuildPackage) -> Result<(), ValidationError> {
    match_address(asked.delivery, asked.postal_address.as_ref())
}

impl Command for BuildPackage {
    type Resource = SubjectRequest;
}

/// The state of a package.
#[apply(words!)]
pub enum PackageState {
    /// It is being built.
    Building,
    /// The last attempt to go on failed. It is tried again, within half an hour; the log of the service says why.
    Delayed,
    /// It is there.
    Built,
}

/// The progress of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PackageProgress {
    /// The state of the package.
    pub state: PackageState,
    /// The number of finished parts: tables, and pages of accesses.
    #[schema(example = 12, minimum = 0)]
    pub done: usize,
    /// The number of parts in all, as far as known.
    #[schema(example = 61, minimum = 1)]
    pub of: usize,
}

ids_alone!(codes: PackageState);
ids_alone!(PackageProgress { state, done, of });
