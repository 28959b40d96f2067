//! The table of agreements, and what other rooms read from it.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::model::{AgreementFilter, AgreementStatus, EndReason, Necessity, Recipient, SharingAgreement, Terms};
use crate::domain::{
    AgreementId, Error, Instant, Limit, ListPage, OrganisationId, Party, Scope, StoredRow, SubjectClaim, SubjectId,
    london_date,
};
use crate::platform::db::{all_locked, dialect};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::Place;
use crate::policy::deadlines::{Deadline, DeadlineKind, Due};
use crate::resources::organisations::model::{OrganisationKind, OrganisationStatus};
use crate::resources::organisations::store::{self as organisations, Profile};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        sharing_agreements (id) {
            id -> UuidSql,
            organisation_id -> UuidSql,
            purposes -> Text,
            fields -> Text,
            necessity -> Binary,
            starts_on -> Date,
            ends_on -> Date,
            status -> Text,
            end_reason -> Nullable<Binary>,
            ended_at -> Nullable<InstantSql>,
            proposed_by -> Text,
            proposed_issuer -> Nullable<Text>,
            proposed_claim -> Nullable<Text>,
            proposed_at -> InstantSql,
            approved_by -> Nullable<Text>,
            approved_issuer -> Nullable<Text>,
            approved_at -> Nullable<InstantSql>,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }
}
use schema::sharing_agreements;

pub mod reads;
pub mod steps;

const TABLE: &str = "sharing_agreements";

/// The columns of an agreement's terms.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sharing_agreements)]
struct TermsRow {
    id: AgreementId,
    organisation_id: OrganisationId,
    purposes: String,
    fields: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    status: String,
}

impl TermsRow {
    /// The terms as of a day in London.
    fn terms(self, organisation_is_active: bool, today: NaiveDate) -> Result<Terms, Error> {
        let stored = StoredRow::new(TABLE, self.id);
        let status: AgreementStatus = stored.read("status", self.status.parse())?;
        Ok(Terms {
            id: self.id,
            organisation_id: self.organisation_id,
            organisation_is_active,
            purposes: stored.read("purposes", self.purposes.parse())?,
            fields: stored.read("fields", self.fields.parse())?,
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            status: status.as_of(self.ends_on, today),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sharing_agreements)]
struct Row {
    #[diesel(embed)]
    terms: TermsRow,
    necessity: Vec<u8>,
    end_reason: Option<Vec<u8>>,
    ended_at: Option<Instant>,
    proposed_by: String,
    proposed_issuer: Option<String>,
    proposed_claim: Option<String>,
    proposed_at: Instant,
    approved_by: Option<String>,
    approved_at: Option<Instant>,
    version: i32,
}

fn place(column: &'static str, id: AgreementId) -> Place<'static> {
    Place { table: TABLE, column, row: id.uuid() }
}

/// The words of a sealed column.
fn open(tx: &ReadTx<'_>, place: &Place<'_>, sealed: &[u8]) -> Result<String, Error> {
    place.read(String::from_utf8(tx.open_for_service(place, sealed)?))
}

impl Row {
    /// The agreement as of now, as far as the actor may see it.
    fn agreement(self, tx: &ReadTx<'_>) -> Result<SharingAgreement, Error> {
        let id = self.terms.id;
        let (necessity_at, reason_at) = (place("necessity", id), place("end_reason", id));
        let necessity = open(tx, &necessity_at, &self.necessity)?;
        let end_reason = self.end_reason.map(|sealed| open(tx, &reason_at, &sealed)).transpose()?;
        let terms = self.terms.terms(true, london_date(tx.now()))?;
        let sees_people = tx.scope() == Scope::All;
        Ok(SharingAgreement {
            id,
            organisation_id: terms.organisation_id,
            purposes: terms.purposes,
            fields: terms.fields,
            necessity: necessity_at.read(Necessity::try_from(necessity))?,
            starts_on: terms.starts_on,
            ends_on: terms.ends_on,
            status: terms.status,
            end_reason: reason_at.read(end_reason.map(EndReason::try_from).transpose())?,
            ended_at: self.ended_at,
            proposed_by: sees_people.then_some(self.proposed_by),
            proposed_at: self.proposed_at,
            approved_by: self.approved_by.filter(|_| sees_people),
            approved_at: self.approved_at,
            version: self.version,
        })
    }

    fn proposer(&self) -> Result<Party, Error> {
        let (subject, issuer) = (self.proposed_by.clone(), self.proposed_issuer.clone());
        Party::proposer(&StoredRow::new(TABLE, self.terms.id), subject, issuer, self.proposed_claim.as_deref())
    }
}

/// The agreements that the actor may see, newest first.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &AgreementFilter,
    after: Option<AgreementId>,
    limit: Limit,
) -> Result<ListPage<SharingAgreement, AgreementId>, Error> {
    let today = london_date(tx.now());
    let mut query =
        sharing_agreements::table.select(Row::as_select()).order(sharing_agreements::id.desc()).into_boxed();
    if let Scope::Organisation(own) = tx.scope() {
        query = query.filter(sharing_agreements::organisation_id.eq(own));
    }
    if let Some(organisation) = filter.organisation_id {
        query = query.filter(sharing_agreements::organisation_id.eq(organisation));
    }
    if let Some(status) = filter.status {
        let stored = sharing_agreements::status.eq(<&str>::from(status));
        query = match status {
            AgreementStatus::Ended => query.filter(stored.or(sharing_agreements::ends_on.lt(today))),
            _ => query.filter(stored.and(sharing_agreements::ends_on.ge(today))),
        };
    }
    if let Some(after) = after {
        query = query.filter(sharing_agreements::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.terms.id);
    let items = items.into_iter().map(|row| row.agreement(tx)).collect::<Result<_, _>>()?;
    Ok(ListPage { items, next })
}

/// The row of an agreement.
///
/// # Errors
/// 404 when there is none, or none that the actor may see.
fn row(tx: &mut ReadTx<'_>, id: AgreementId) -> Result<Row, Error> {
    let row: Option<Row> =
        sharing_agreements::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    let row = row.ok_or_else(Error::not_found)?;
    match tx.scope() {
        Scope::Organisation(own) if own != row.terms.organisation_id => Err(Error::not_found()),
        Scope::Organisation(_) | Scope::All => Ok(row),
    }
}

/// One agreement, if the actor may see it.
///
/// # Errors
/// 404 when there is none, or none that the actor may see.
pub fn read(tx: &mut ReadTx<'_>, id: AgreementId) -> Result<SharingAgreement, Error> {
    row(tx, id)?.agreement(tx)
}

/// The standing of an organisation; `None` when there is no such organisation.
fn recipient(tx: &mut ReadTx<'_>, id: OrganisationId) -> Result<Option<Recipient>, Error> {
    let found = organisations::standing(tx, id)?;
    Ok(found.map(|(kind, status)| Recipient {
        is_active: status == OrganisationStatus::Active,
        is_council: kind == OrganisationKind::Council,
    }))
}

/// Whether an organisation is active.
fn is_active(tx: &mut ReadTx<'_>, id: OrganisationId) -> Result<bool, Error> {
    Ok(recipient(tx, id)?.is_some_and(|recipient| recipient.is_active))
}

/// The terms of an agreement as of now, whatever the actor may see; `None` when there is no such agreement.
pub fn terms(tx: &mut ReadTx<'_>, id: AgreementId) -> Result<Option<Terms>, Error> {
    let found: Option<TermsRow> =
        sharing_agreements::table.find(id).select(TermsRow::as_select()).first(tx.connection()).optional()?;
    let Some(found) = found else { return Ok(None) };
    let is_active = is_active(tx, found.organisation_id)?;
    found.terms(is_active, london_date(tx.now())).map(Some)
}

/// Locks an agreement until the transaction ends, and returns its terms as [`terms`] does.
pub fn locked_terms(tx: &mut WriteTx<'_>, id: AgreementId) -> Result<Option<Terms>, Error> {
    dialect::lock(tx.connection(), TABLE, id.uuid())?;
    terms(tx, id)
}

/// The terms of an organisation's agreements that are live today, the oldest first.
pub fn live_of(tx: &mut ReadTx<'_>, organisation: OrganisationId) -> Result<Vec<Terms>, Error> {
    if !is_active(tx, organisation)? {
        return Ok(Vec::new());
    }
    let theirs = sharing_agreements::organisation_id.eq(organisation);
    let today = london_date(tx.now());
    let rows: Vec<TermsRow> = in_force(today).filter(theirs).select(TermsRow::as_select()).load(tx.connection())?;
    rows.into_iter().map(|row| row.terms(true, today)).collect()
}

/// The agreements that are active and in force on a day, the oldest first.
#[diesel::dsl::auto_type(no_type_alias)]
fn in_force(today: NaiveDate) -> _ {
    let active: &'static str = "active";
    let days = sharing_agreements::starts_on.le(today).and(sharing_agreements::ends_on.ge(today));
    sharing_agreements::table.filter(sharing_agreements::status.eq(active).and(days)).order(sharing_agreements::id)
}

/// The terms of every agreement that is live today, the oldest first, each with its organisation.
pub fn all_live(tx: &mut ReadTx<'_>) -> Result<Vec<(Terms, Profile)>, Error> {
    let today = london_date(tx.now());
    let rows: Vec<TermsRow> = in_force(today).select(TermsRow::as_select()).load(tx.connection())?;
    let live = with_profiles(tx, rows, |status| status == OrganisationStatus::Active)?;
    live.into_iter().map(|(row, profile)| Ok((row.terms(true, today)?, profile))).collect()
}

/// Rows of agreements, each with its organisation, if the organisation's status is wanted.
fn with_profiles(
    tx: &mut ReadTx<'_>,
    rows: Vec<TermsRow>,
    wanted: impl Fn(OrganisationStatus) -> bool,
) -> Result<Vec<(TermsRow, Profile)>, Error> {
    let ids: BTreeSet<OrganisationId> = rows.iter().map(|row| row.organisation_id).collect();
    let profiles = organisations::profiles(tx, &Vec::from_iter(ids))?;
    let profile = |row: &TermsRow| profiles.get(&row.organisation_id).filter(|profile| wanted(profile.status)).cloned();
    Ok(rows.into_iter().filter_map(|row| profile(&row).map(|profile| (row, profile))).collect())
}

/// How long before its last day an agreement is on the list of deadlines.
const NOTICE: Days = Days::new(30);

/// The approved agreements that end within thirty days, suspended ones included: renew each, or let it end. It is known by
/// the name of its organisation. Agreements with an ended organisation are omitted, because it never becomes active again.
pub fn deadlines(tx: &mut ReadTx<'_>) -> Result<Vec<Deadline>, Error> {
    let today = london_date(tx.now());
    let until = today.checked_add_days(NOTICE).unwrap_or(NaiveDate::MAX);
    let approved = [AgreementStatus::Active, AgreementStatus::Suspended].map(<&str>::from);
    let rows: Vec<TermsRow> = sharing_agreements::table
        .filter(sharing_agreements::status.eq_any(approved))
        .filter(sharing_agreements::ends_on.between(today, until))
        .select(TermsRow::as_select())
        .load(tx.connection())?;
    let ending = with_profiles(tx, rows, |status| status != OrganisationStatus::Ended)?;
    let deadline = |(row, profile): (TermsRow, Profile)| {
        let terms = row.terms(true, today)?;
        Ok(Deadline {
            kind: DeadlineKind::AgreementEnd,
            id: SubjectId::from_uuid(terms.id.uuid()),
            reference: profile.name.as_str().to_owned(),
            due: Due::On(terms.ends_on),
            status: terms.status.into(),
        })
    };
    ending.into_iter().map(deadline).collect()
}

/// Returns how many proposals of an issuer's people name their proposer by another claim than `claim`.
pub fn open_under_another_claim(tx: &mut ReadTx<'_>, issuer: &str, claim: SubjectClaim) -> Result<i64, Error> {
    let open = sharing_agreements::status.eq(<&str>::from(AgreementStatus::Proposed));
    let theirs = sharing_agreements::proposed_issuer.eq(issuer);
    let other = sharing_agreements::proposed_claim.ne(<&str>::from(claim));
    Ok(sharing_agreements::table.filter(open.and(theirs).and(other)).count().get_result(tx.connection())?)
}

/// Locks the agreements with an organisation that have not ended, in the order of their ids, and returns the ids. The organisation is
/// locked, so that no other agreement with it is proposed meanwhile.
pub fn open_of(tx: &mut WriteTx<'_>, organisation: OrganisationId) -> Result<Vec<AgreementId>, Error> {
    let today = london_date(tx.now());
    let ended = <&str>::from(AgreementStatus::Ended);
    let open = sharing_agreements::status.ne(ended).and(sharing_agreements::ends_on.ge(today));
    let theirs = sharing_agreements::table.filter(sharing_agreements::organisation_id.eq(organisation).and(open));
    Ok(all_locked!(tx.connection(), theirs.order(sharing_agreements::id).select(sharing_agreements::id))?)
}

/// Locks an agreement against changes until the transaction ends. Others can lock it so too.
pub fn lock_shared(tx: &mut WriteTx<'_>, id: AgreementId) -> Result<(), Error> {
    dialect::lock_shared(tx.connection(), TABLE, id.uuid())
}
