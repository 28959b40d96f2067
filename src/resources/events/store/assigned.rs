//! The table of assignments, and what follows from it: which events an organisation sees, and what part it has in each.

use diesel::prelude::*;

use crate::domain::{AgreementId, AssignmentId, Error, EventId, Instant, OrganisationId, StoredRow};
use crate::platform::db::{among_ids, dialect};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::agreements::Terms;
use crate::policy::assignments::{Profile, Window, why_closed};
use crate::resources::agreements;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        event_assignments (id) {
            id -> UuidSql,
            event_id -> UuidSql,
            organisation_id -> UuidSql,
            agreement_id -> UuidSql,
            profile -> Text,
            starts_at -> InstantSql,
            ends_at -> InstantSql,
            created_at -> InstantSql,
            updated_at -> InstantSql,
            version -> Integer,
        }
    }
}
pub(in super::super) use schema::event_assignments;

/// The name of the table.
pub(in super::super) const TABLE: &str = "event_assignments";

/// An assignment as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = event_assignments)]
pub(in super::super) struct Row {
    pub(in super::super) id: AssignmentId,
    pub(in super::super) event_id: EventId,
    pub(in super::super) organisation_id: OrganisationId,
    pub(in super::super) agreement_id: AgreementId,
    profile: String,
    pub(in super::super) starts_at: Instant,
    pub(in super::super) ends_at: Instant,
    pub(in super::super) version: i32,
}

impl Row {
    /// What the organisation does at the event.
    pub(in super::super) fn profile(&self) -> Result<Profile, Error> {
        StoredRow::new(TABLE, self.id).read("profile", self.profile.parse())
    }
}

/// The part of an organisation in an event, under an agreement that is live.
#[derive(Clone, Debug)]
pub struct Part {
    /// The assignment.
    pub id: AssignmentId,
    /// The agreement.
    pub terms: Terms,
    /// What the organisation does.
    pub profile: Profile,
    /// When.
    pub window: Window,
}

/// Returns the events that an organisation is assigned to, under an agreement that is live.
///
/// # Errors
/// Internal when an agreement cannot be read.
pub fn events_of(tx: &mut ReadTx<'_>, organisation: OrganisationId) -> Result<Vec<EventId>, Error> {
    let live = agreements::store::live_of(tx, organisation)?;
    let live: Vec<AgreementId> = live.into_iter().map(|terms| terms.id).collect();
    let theirs = event_assignments::organisation_id.eq(organisation);
    let theirs = event_assignments::table.filter(theirs.and(among_ids(event_assignments::agreement_id, &live)));
    Ok(theirs.select(event_assignments::event_id).distinct().load(tx.connection())?)
}

/// Returns the parts of an organisation in an event, under agreements that are live, in the order of the profiles.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn parts(tx: &mut ReadTx<'_>, event: EventId, organisation: OrganisationId) -> Result<Vec<Part>, Error> {
    let theirs = event_assignments::organisation_id.eq(organisation).and(event_assignments::event_id.eq(event));
    let rows: Vec<Row> = event_assignments::table
        .filter(theirs)
        .order(event_assignments::id)
        .select(Row::as_select())
        .load(tx.connection())?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let live = agreements::store::live_of(tx, organisation)?;
    let mut parts = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(terms) = live.iter().find(|terms| terms.id == row.agreement_id) {
            let window = Window { starts_at: row.starts_at, ends_at: row.ends_at };
            parts.push(Part { id: row.id, terms: terms.clone(), profile: row.profile()?, window });
        }
    }
    parts.sort_by_key(|part| part.profile);
    Ok(parts)
}

/// Returns the part of an organisation in an event that is open now, of the profiles that are meant. It stays as it is until the transaction ends.
///
/// # Errors
/// 404 without such a part, and before it opens; 410 after its end.
pub fn open_part(
    tx: &mut WriteTx<'_>,
    event: EventId,
    organisation: OrganisationId,
    is_meant: impl Fn(Profile) -> bool,
) -> Result<Part, Error> {
    let now = tx.now();
    let open = |parts: Vec<Part>| {
        let theirs: Vec<Part> = parts.into_iter().filter(|part| is_meant(part.profile)).collect();
        let windows: Vec<_> = theirs.iter().map(|part| part.window).collect();
        theirs.into_iter().find(|part| part.window.is_open(now)).ok_or_else(|| why_closed(windows, now))
    };
    let chosen = open(parts(tx, event, organisation)?)?;
    // The agreement before the assignment, as every writer locks them. Either may have changed since it was read.
    agreements::store::lock_shared(tx, chosen.terms.id)?;
    dialect::lock_shared(tx.connection(), TABLE, chosen.id.uuid())?;
    open(parts(tx, event, organisation)?.into_iter().filter(|part| part.id == chosen.id).collect())
}
