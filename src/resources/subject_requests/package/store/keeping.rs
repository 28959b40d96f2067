//! Keeping a package as the draft of its request.

use diesel::prelude::*;

use super::super::super::model::SubjectRequest;
use super::super::model::Package;
use super::super::search::SearchRecord;
use super::{packages, place};
use crate::domain::{ContactId, Error};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{Recorded, WriteTx};
use crate::resources::subject_requests::store::subject_requests as requests;

/// Raises the version of a request about whose draft something was done, and returns it.
pub(super) fn touch(tx: &mut WriteTx<'_>, request: &SubjectRequest) -> Result<SubjectRequest, Error> {
    let version = request.version + 1;
    let change = (requests::version.eq(version), requests::updated_at.eq(tx.now()));
    diesel::update(requests::table.find(request.id)).set(change).execute(tx.connection())?;
    Ok(SubjectRequest { version, ..request.clone() })
}

/// Keeps a package as the draft of its request, sealed under the key of `owner`.
pub(super) fn keep(
    mut tx: WriteTx<'_>,
    request: &SubjectRequest,
    owner: ContactId,
    (package, search): (Package, SearchRecord),
) -> Result<Recorded<SubjectRequest>, Error> {
    let (id, tables) = (request.id, search.searched.len());
    let package = Package { search: Some(search), ..package };
    let plain = serde_json::to_vec(&package).map_err(|error| Error::internal(error))?;
    let key = tx.key_of(owner.uuid())?;
    let values = (
        packages::request_id.eq(id),
        packages::contact_id.eq(owner),
        packages::package.eq(key.seal(tx.entropy(), &place(id), &plain)),
        packages::built_at.eq(package.built_at),
        packages::expires_at.eq(package.expires_at),
    );
    diesel::insert_into(packages::table).values(values).execute(tx.connection())?;
    let request = touch(&mut tx, request)?;
    let entry = Entry::new(Action::SubjectRequestsBuildPackage).contact(package.contact_id).subject(id);
    let entry = entry.with("tables", tables).with("matches", package.matches().len());
    let answered = package.matches().iter().filter(|found| found.answer.is_some()).count();
    tx.record(entry.with("answered", answered), request)
}
