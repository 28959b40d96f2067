//! The package as the world sees it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::super::commands::fault;
use super::super::model::{Explanation, Reference, Right, SubjectRequest};
use super::delivery::{Delivery, PostalAddress};
pub use super::redactions::Withheld;
pub use super::search::{SearchNote, SearchRecord, SearchedTable};
use crate::domain::{ContactId, Instant, ids_alone};
use crate::personal::SearchTerm;
use crate::platform::http::Command;
use crate::policy::transfers::TRANSFERS;

/// The information that goes with a copy of a person's data (UK GDPR Article 15(1) and (2)).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Particulars {
    /// Who is responsible for the data.
    #[schema(example = "Worcestershire County Council")]
    pub controller: String,
    /// The version of the privacy notice that says so.
    #[schema(example = "2019-01-29")]
    pub notice_version: NaiveDate,
    /// For each purpose of the notice: its lawful basis, the categories of data, the recipients, and how long the data are kept.
    #[schema(value_type = Vec<Object>)]
    pub purposes: Vec<Value>,
    /// The last day on which the contact is kept, unless the person deals with us again.
    #[schema(example = "2032-11-24")]
    pub keep_until: NaiveDate,
    /// Where the data came from.
    #[schema(value_type = Object)]
    pub source: Value,
    /// The rights that the person has.
    pub rights: Vec<String>,
    /// How they exercise them.
    pub contact: String,
    /// How they complain: to the controller, to the Information Commission, to a court.
    pub complaint_route: String,
    /// Decisions that are made by a machine alone.
    #[schema(example = "None: no decision about you is made by a machine alone, and you are not profiled.")]
    pub automated_decisions: String,
    /// Transfers to other countries.
    #[schema(example = json!(TRANSFERS))]
    pub transfers: String,
}

/// What one table holds of the person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PackagePart {
    /// The table.
    #[schema(example = "memberships")]
    pub table: String,
    /// What the table is for.
    #[schema(example = "Who belongs to which network, in which role.")]
    pub meaning: String,
    /// What the table was searched by; empty in a package from before that was on record.
    #[serde(default)]
    #[schema(required)]
    pub searched_by: Vec<SearchTerm>,
    /// The records; none where nothing is held there.
    #[schema(value_type = Vec<Object>)]
    pub records: Vec<Value>,
}

/// Somebody's look at the person's data, or something done with it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PackageAccess {
    /// When.
    pub at: Instant,
    /// What.
    #[schema(example = "contacts.read")]
    pub action: String,
    /// In which role; empty for the service itself, and for whoever followed a link.
    #[schema(example = "iewm_staff")]
    pub roles: String,
}

/// Everything that is held about a person, and the information that goes with the copy.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Package {
    /// The reference number of the request.
    pub reference: Reference,
    /// The right that was asked for.
    pub kind: Right,
    /// The contact that it is about.
    pub contact_id: ContactId,
    /// When it was built.
    pub built_at: Instant,
    /// Until when it can be had; a draft, until when it can be released.
    pub expires_at: Instant,
    /// When it was released to the person; absent from a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub released_at: Option<Instant>,
    /// What the person must be told.
    pub particulars: Particulars,
    /// How all this was searched for; absent where that was not on record yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub search: Option<SearchRecord>,
    /// What is held, table by table.
    pub held: Vec<PackagePart>,
    /// Who looked at it, under any id that the person had here, newest first.
    pub accesses: Vec<PackageAccess>,
    /// What was left out of all this, where it stood, and why; empty where nothing was.
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

    /// The records of a table.
    pub(super) fn records(&self, table: &str) -> &[Value] {
        self.held.iter().find(|part| part.table == table).map_or(&[], |part| part.records.as_slice())
    }
}

/// A package to be built.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "posted"))]
pub struct BuildPackage {
    /// What whoever asked is told; a sentence of ours unless said.
    #[schema(nullable = false)]
    pub explanation: Option<Explanation>,
    /// What else was searched, outside this service; the record of the search says that nothing was, unless said.
    #[schema(nullable = false)]
    pub search_note: Option<SearchNote>,
    /// How the person gets it. Without it: `link` if the requester has an e-mail address, else `post`.
    #[schema(nullable = false)]
    pub delivery: Option<Delivery>,
    /// Where the letter goes; for `post` alone.
    #[schema(nullable = false)]
    pub postal_address: Option<PostalAddress>,
    /// Whether to build it anew although a draft is there or is being built. What was left out of that draft is in the new one.
    #[serde(default)]
    #[schema(default = false)]
    pub rebuild: bool,
}

impl BuildPackage {
    /// Whether this changes what was said before.
    pub(super) fn changes_words(&self) -> bool {
        let Self { explanation, search_note, delivery, postal_address, rebuild: _ } = self;
        explanation.is_some() || search_note.is_some() || delivery.is_some() || postal_address.is_some()
    }
}

fn posted(asked: &BuildPackage) -> Result<(), ValidationError> {
    if asked.postal_address.is_some() && asked.delivery.is_some_and(|delivery| delivery != Delivery::Post) {
        return Err(fault("not_here", "/postal_address", "is for `post` alone"));
    }
    Ok(())
}

impl Command for BuildPackage {
    type Resource = SubjectRequest;
}

/// Where a package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackageState {
    /// It is being built.
    Building,
    /// The last attempt to go on failed. It is tried again, within half an hour; the log of the service says why.
    Delayed,
    /// It is there.
    Built,
}

/// How far a package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PackageProgress {
    /// Where it is.
    pub state: PackageState,
    /// How many parts of it are there: tables, and pages of who looked.
    #[schema(example = 12, minimum = 0)]
    pub done: usize,
    /// How many parts there will be, as far as is known.
    #[schema(example = 61, minimum = 1)]
    pub of: usize,
}

ids_alone!(codes: PackageState);
ids_alone!(PackageProgress { state, done, of });
