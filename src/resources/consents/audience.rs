//! Everyone who may be sent something now, a page at a time.

use std::collections::HashSet;

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{Row, consents};
use super::unsubscribe;
use crate::domain::{
    ConsentId, ContactField, ContactId, DisclosedField, DisclosureBatchId, EmailAddress, Error, OrganisationId,
    Purpose, WordSet, london_date,
};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::agreements::Terms;
use crate::policy::consent::{self, State};
use crate::resources::contacts::model::PersonName;
use crate::resources::contacts::store as contacts;
use crate::resources::disclosures::batches::model::{Batch, ReadOperation};
use crate::resources::disclosures::batches::store as batches;
use crate::resources::disclosures::store::{Implicit, disclose_shown};
use crate::resources::{agreements, notices, suppressions};

/// How many consents a page looks through.
const PAGE: i64 = 500;

/// The members of a contact that an audience shows.
const FIELDS: [ContactField; 2] = [ContactField::Name, ContactField::Email];

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

/// Whom a page of the audience may show.
struct Candidates {
    addressees: Vec<contacts::Addressee>,
    next: Option<ConsentId>,
}

/// The next page of `purpose`'s audience, for staff.
///
/// # Errors
/// 404 for a purpose that has none.
pub(super) fn page(tx: &mut ReadTx<'_>, purpose: Purpose, after: Option<ConsentId>) -> Result<AudiencePage, Error> {
    let Candidates { addressees, next } = candidates(tx, purpose, after)?;
    let members = members(tx, purpose, addressees)?;
    tx.look(look(purpose).listing(members.len()));
    Ok(AudiencePage { members, next })
}

/// Which page of which stream an organisation reads.
#[derive(Clone, Copy)]
pub(super) struct StreamPage {
    /// The record of what the stream shows.
    pub(super) batch: DisclosureBatchId,
    /// The number of the page, from 0.
    pub(super) part: i32,
}

/// As [`page`], for an organisation: discloses the people whom it shows, and records the showing. Leaves out people who refuse to
/// share data with this kind of organisation.
///
/// # Errors
/// 404 without a live agreement that names the purpose and allows the name and the e-mail address.
pub(super) fn disclosed_page(
    mut tx: WriteTx<'_>,
    purpose: Purpose,
    own: OrganisationId,
    stream: StreamPage,
    after: Option<ConsentId>,
) -> Result<Recorded<AudiencePage>, Error> {
    let terms = agreement(&mut tx, purpose, own)?;
    let Candidates { mut addressees, next } = candidates(&mut tx, purpose, after)?;
    let people: Vec<ContactId> = addressees.iter().map(|addressee| addressee.id).collect();
    let implicit = Implicit { terms: &terms, purpose, fields: &FIELDS.map(DisclosedField::from), window: None };
    // A consent that was withdrawn meanwhile is not among them.
    let listed = |tx: &mut WriteTx<'_>| {
        let Candidates { addressees, .. } = candidates(tx, purpose, after)?;
        Ok(addressees.into_iter().map(|addressee| addressee.id).collect())
    };
    let shown = disclose_shown(&mut tx, &implicit, &people, listed)?;
    let shown: HashSet<ContactId> = shown.into_iter().map(|(contact, _)| contact).collect();
    addressees.retain(|addressee| shown.contains(&addressee.id));
    let members = members(&mut tx, purpose, addressees)?;
    let people = members.iter().map(|member| member.contact_id).collect();
    let StreamPage { batch, part } = stream;
    let batch = Batch { part, purpose: Some(purpose), ..Batch::of(batch, ReadOperation::Audience, people) };
    batches::finish(tx, &batch, look(purpose), AudiencePage { members, next })
}

/// The live agreement under which an organisation may read an audience, locked against changes.
fn agreement(tx: &mut WriteTx<'_>, purpose: Purpose, own: OrganisationId) -> Result<Terms, Error> {
    let fields: WordSet<ContactField> = FIELDS.into_iter().collect();
    let allows = |terms: &Terms| terms.purposes.contains(purpose) && fields.is_within(&terms.fields);
    let live = agreements::store::live_of(tx, own)?.into_iter().filter(allows);
    let chosen = live.max_by_key(|terms| terms.ends_on).ok_or_else(Error::not_found)?;
    agreements::store::lock_shared(tx, chosen.id)?;
    let today = london_date(tx.now());
    agreements::store::terms(tx, chosen.id)?.filter(|terms| terms.is_live(today)).ok_or_else(Error::not_found)
}

fn look(purpose: Purpose) -> Entry {
    Entry::new(Action::AudiencesRead).with("purpose", purpose.as_str())
}

/// Who may be sent something for the purpose now, of the next page of consents.
///
/// # Errors
/// 404 for a purpose that rests on no consent.
fn candidates(tx: &mut ReadTx<'_>, purpose: Purpose, after: Option<ConsentId>) -> Result<Candidates, Error> {
    if !purpose.takes_consent() {
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
    let mut addressees = contacts::addressees(tx, &given)?;
    let marks: Vec<Vec<u8>> = addressees.iter().map(|addressee| addressee.mark.clone()).collect();
    let suppressed: HashSet<_> = suppressions::store::suppressed_among(tx, marks, purpose)?.into_iter().collect();
    addressees.retain(|addressee| !suppressed.contains(&addressee.mark));
    Ok(Candidates { addressees, next })
}

fn members(
    tx: &mut ReadTx<'_>,
    purpose: Purpose,
    addressees: Vec<contacts::Addressee>,
) -> Result<Vec<AudienceMember>, Error> {
    let member = |addressee: contacts::Addressee| {
        Ok(AudienceMember {
            unsubscribe_url: unsubscribe::url(tx, addressee.id, purpose)?,
            contact_id: addressee.id,
            name: addressee.name,
            email: addressee.email,
        })
    };
    addressees.into_iter().map(member).collect()
}
