//! The table of packages.

use diesel::prelude::*;

use super::super::commands::{Completed, Fulfilment};
use super::super::model::{Explanation, RequestStatus, Right, SubjectRequest};
use super::super::store::person::whose;
use super::super::store::{carry_out, damaged};
use super::contents::gather;
use super::model::Package;
use crate::domain::{Code, ContactId, Error, Instant, Lifecycle, SubjectRequestId};
use crate::platform::audit::Entry;
use crate::platform::doors::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::Place;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        subject_request_packages (request_id) {
            request_id -> UuidSql,
            contact_id -> UuidSql,
            package -> Nullable<Binary>,
            built_at -> InstantSql,
            expires_at -> InstantSql,
        }
    }
}
use schema::subject_request_packages as packages;

fn place(request: SubjectRequestId) -> Place<'static> {
    Place { table: "subject_request_packages", column: "package", row: request.uuid() }
}

/// Builds the package of a request, which completes it.
///
/// # Errors
/// 404; 409 `wrong_right`, `no_contact`, `identity_unproven` or out of order; 410 when the contact was erased.
pub(super) fn build(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    explanation: Option<Explanation>,
) -> Result<Recorded<SubjectRequest>, Error> {
    let (contact, request) = whose(&mut tx, id, &[Right::Access, Right::Portability])?;
    request.status.go_to(RequestStatus::Completed)?;
    let explanation = match explanation {
        Some(given) => given,
        None => own_words(request.kind)?,
    };
    let outcome = Completed { kind: Fulfilment::Fulfilled, explanation, ground: None };
    let package = gather(&mut tx, &request, contact)?;
    let plain = serde_json::to_vec(&package).map_err(Error::internal)?;
    let key = tx.key_of(contact.uuid())?;
    let values = (
        packages::request_id.eq(id),
        packages::contact_id.eq(contact),
        packages::package.eq(key.seal(tx.entropy(), &place(id), &plain)),
        packages::built_at.eq(package.built_at),
        packages::expires_at.eq(package.expires_at),
    );
    diesel::insert_into(packages::table).values(values).execute(tx.connection())?;
    let completed = tx.also(|tx| carry_out(tx, id, outcome, false))?;
    let entry = Entry::new("subject_requests.build_package").contact(contact).subject("subject_request", id);
    tx.record(entry.with("tables", package.held.len()), completed)
}

fn own_words(kind: Right) -> Result<Explanation, Error> {
    let words = if kind == Right::Portability {
        "We give you the data about you in a form that programs read, and tell you what the law says you must be told \
         with it."
    } else {
        "We give you a copy of the data that we hold about you, and tell you what the law says you must be told with it."
    };
    Explanation::try_from(words.to_owned()).map_err(damaged)
}

/// The package of a request; who has it is written down.
///
/// # Errors
/// 404 before it is built; 410 once it has expired, or the person was erased.
pub(super) fn read(tx: &mut ReadTx<'_>, id: SubjectRequestId) -> Result<Package, Error> {
    let row: Option<(ContactId, Option<Vec<u8>>, Instant)> = packages::table
        .find(id)
        .select((packages::contact_id, packages::package, packages::expires_at))
        .first(tx.connection())
        .optional()?;
    let (contact, sealed, expires_at) = row.ok_or_else(Error::not_found)?;
    let gone =
        || Error::new(Code::Gone, "The package was deleted: it can be had for thirty days. Take another request.");
    let sealed = sealed.filter(|_| expires_at > tx.now()).ok_or_else(gone)?;
    let key = tx.key_if_there(contact.uuid())?.ok_or_else(gone)?;
    let plain = key.open(&place(id), &sealed)?;
    tx.look(Entry::new("subject_requests.package").contact(contact).subject("subject_request", id));
    serde_json::from_slice(&plain).map_err(damaged)
}

/// Whether a package is there that has expired.
///
/// # Errors
/// When the database fails.
pub fn has_expired(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    let old = packages::package.is_not_null().and(packages::expires_at.le(tx.now()));
    let found: Option<SubjectRequestId> =
        packages::table.filter(old).select(packages::request_id).first(tx.connection()).optional()?;
    Ok(found.is_some())
}

/// Deletes what is in the packages that have expired.
///
/// # Errors
/// When the database fails.
pub fn sweep(mut tx: WriteTx<'_>) -> Result<Recorded<()>, Error> {
    let old = packages::table.filter(packages::package.is_not_null().and(packages::expires_at.le(tx.now())));
    let swept = diesel::update(old).set(packages::package.eq(None::<Vec<u8>>)).execute(tx.connection())?;
    tx.record(Entry::new("subject_requests.sweep_packages").with("count", swept), ())
}

/// The packages that were built about a contact: when, and until when each can be had.
///
/// # Errors
/// When the database fails.
pub(in super::super) fn of(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Vec<(Instant, Instant)>, Error> {
    let theirs = packages::table.filter(packages::contact_id.eq(contact)).order(packages::request_id);
    Ok(theirs.select((packages::built_at, packages::expires_at)).load(tx.connection())?)
}

/// Empties the packages about a person who is erased.
///
/// # Errors
/// When the database fails.
pub(in super::super) fn forget(tx: &mut WriteTx<'_>, ids: &[ContactId]) -> Result<(), Error> {
    let theirs = packages::table.filter(packages::contact_id.eq_any(ids));
    diesel::update(theirs).set(packages::package.eq(None::<Vec<u8>>)).execute(tx.connection())?;
    Ok(())
}
