//! The table of disclosures. [`disclosing`] has the only statement that inserts into it, and takes what `policy::sharing` has ruled.

use diesel::prelude::*;

use crate::domain::{
    AgreementId, ContactId, DisclosedField, DisclosureGroundsId, DisclosureId, Error, EventId, Instant, OrganisationId,
    Purpose, StoredRow, WordSet,
};
use crate::policy::sharing::{RecallCause, Status, status_at};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        disclosures (id) {
            id -> UuidSql,
            contact_id -> UuidSql,
            organisation_id -> UuidSql,
            agreement_id -> Nullable<UuidSql>,
            purpose -> Nullable<Text>,
            event_id -> Nullable<UuidSql>,
            grounds_id -> Nullable<UuidSql>,
            fields -> Text,
            status -> Text,
            disclosed_at -> Nullable<InstantSql>,
            expires_at -> Nullable<InstantSql>,
            approved_by -> Nullable<Text>,
            approved_issuer -> Nullable<Text>,
            approved_at -> Nullable<InstantSql>,
            recalled_at -> Nullable<InstantSql>,
            recall_cause -> Nullable<Text>,
            created_at -> InstantSql,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }
}
use schema::disclosures;

/// The condition that a disclosure is stored with a state. The word is part of the statement, so that the engines use the partial
/// indexes.
macro_rules! stored {
    ($status:literal) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>(concat!("disclosures.status = '", $status, "'"))
    };
}

mod counting;
mod deciding;
mod disclosing;
pub mod ending;
mod grounds;
mod handing_over;
mod list;
pub mod merge;
pub mod of_person;
mod reading;
pub mod recalling;
pub mod received;
mod shown;
mod writing;

pub use counting::{Counted, made_in};
pub use deciding::{approve, recall_one};
pub use disclosing::{Implicit, disclose, disclose_shown};
pub use handing_over::hand_over;
pub use list::{Place, list};
pub use reading::read;
pub use recalling::{Recall, recall};
pub use shown::{Shown, ShownFilter, live_shown};

const TABLE: &str = "disclosures";

/// A disclosure as it is stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = disclosures)]
pub(super) struct Row {
    pub(super) id: DisclosureId,
    pub(super) contact_id: ContactId,
    pub(super) organisation_id: OrganisationId,
    pub(super) agreement_id: Option<AgreementId>,
    purpose: Option<String>,
    pub(super) event_id: Option<EventId>,
    pub(super) grounds_id: Option<DisclosureGroundsId>,
    fields: String,
    status: String,
    pub(super) disclosed_at: Option<Instant>,
    pub(super) expires_at: Option<Instant>,
    pub(super) recalled_at: Option<Instant>,
    recall_cause: Option<String>,
    pub(super) approved_by: Option<String>,
    pub(super) version: i32,
}

impl Row {
    fn stored(&self) -> StoredRow<'static, DisclosureId> {
        StoredRow::new(TABLE, self.id)
    }

    /// The members of the person's data.
    pub(super) fn fields(&self) -> Result<WordSet<DisclosedField>, Error> {
        self.stored().read("fields", self.fields.parse())
    }

    /// The purpose; `None` where a law requires the disclosure.
    pub(super) fn purpose(&self) -> Result<Option<Purpose>, Error> {
        self.stored().read("purpose", self.purpose.as_deref().map(str::parse).transpose())
    }

    /// The state as it is stored.
    pub(super) fn stored_status(&self) -> Result<Status, Error> {
        self.stored().read("status", self.status.parse())
    }

    /// The state as it reads `now`.
    pub(super) fn status(&self, now: Instant) -> Result<Status, Error> {
        Ok(status_at(self.stored_status()?, self.expires_at, now))
    }

    /// Why it was recalled.
    pub(super) fn recall_cause(&self) -> Result<Option<RecallCause>, Error> {
        self.stored().read("recall_cause", self.recall_cause.as_deref().map(str::parse).transpose())
    }
}

/// The condition that a disclosure has not reached its end at an instant.
#[diesel::dsl::auto_type(no_type_alias)]
fn lasts(at: Instant) -> _ {
    disclosures::expires_at.is_null().or(disclosures::expires_at.gt(at))
}
