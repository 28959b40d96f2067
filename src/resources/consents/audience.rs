//! Everyone who may be sent something now, a page at a time.

use std::collections::HashSet;

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{Row, consents};
use super::unsubscribe;
use crate::domain::{ConsentId, ContactId, EmailAddress, Error, Purpose, Scope};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::ReadTx;
use crate::policy::consent::{self, State};
use crate::resources::contacts::model::PersonName;
use crate::resources::contacts::store as contacts;
use crate::resources::{notices, suppressions};

/// How many consents a page looks through.
const PAGE: i64 = 500;

/// A person who may be sent something for the purpose now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AudienceMember {
    /// The contact.
    pub contact_id: ContactId,
    /// The person's name.
    pub name: PersonName,
    /// The person's e-mail address.
    pub email: EmailAddress,
    /// The link that withdraws the consent for this purpose with one click (RFC 8058). Every mail must
    /// carry it, also in `List-Unsubscribe`.
    #[schema(format = "uri", example = "https://iewm.example/v1/unsubscribe/3q2-7w")]
    pub unsubscribe_url: String,
}

/// A page of the audience.
pub(super) struct AudiencePage {
    pub(super) members: Vec<AudienceMember>,
    /// Where to go on; `None` at the end.
    pub(super) next: Option<ConsentId>,
}

/// The next page of `purpose`'s audience.
///
/// # Errors
/// 404 for a purpose that has none, or none that the actor may see.
pub(super) fn page(tx: &mut ReadTx<'_>, purpose: Purpose, after: Option<ConsentId>) -> Result<AudiencePage, Error> {
    // A contractor needs a live agreement that names the purpose, and there are none yet.
    if !purpose.takes_consent() || tx.scope() != Scope::All {
        return Err(Error::not_found());
    }
    let now = tx.now();
    let change = notices::store::material_changes(tx, now)?.of(purpose);
    let mut query = consents::table
        .filter(consents::purpose.eq(purpose.as_str()).and(consents::state.eq("given")))
        .select(Row::as_select())
        .order(consents::id)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(consents::id.gt(after));
    }
    let rows: Vec<Row> = query.limit(PAGE).load(tx.connection())?;
    let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) == PAGE;
    let next = if full { rows.last().map(|row| row.id) } else { None };
    let mut given = Vec::with_capacity(rows.len());
    for row in &rows {
        if consent::state_at(&row.projection()?, change, now) == State::Given {
            given.push(row.contact_id);
        }
    }
    let addressees = contacts::addressees(tx, &given)?;
    let marks: Vec<Vec<u8>> = addressees.iter().map(|addressee| addressee.mark.clone()).collect();
    let suppressed: HashSet<_> = suppressions::store::suppressed_among(tx, marks, purpose)?.into_iter().collect();
    let mut members = Vec::with_capacity(addressees.len());
    for addressee in addressees.into_iter().filter(|addressee| !suppressed.contains(&addressee.mark)) {
        members.push(AudienceMember {
            unsubscribe_url: unsubscribe::url(tx, addressee.id, purpose)?,
            contact_id: addressee.id,
            name: addressee.name,
            email: addressee.email,
        });
    }
    tx.look(Entry::new(Action::AudiencesRead).with("purpose", purpose.as_str()).listing(members.len()));
    Ok(AudiencePage { members, next })
}
