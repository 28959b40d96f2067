//! What goes into a package: what each room holds, what the notice says, and who looked.

use serde_json::{Value, json};

use super::super::model::SubjectRequest;
use super::model::{Package, PackageAccess, PackagePart, Particulars};
use crate::domain::{ContactId, Error};
use crate::platform::audit;
use crate::platform::doors::ReadTx;
use crate::policy::retention::PACKAGES;
use crate::resources::contacts::store as contacts;
use crate::resources::notices::store as notices;

/// Everything that is held of a contact.
///
/// # Errors
/// 410 when the contact was erased; internal when a room does not answer for one of its tables.
pub(super) fn gather(tx: &mut ReadTx<'_>, request: &SubjectRequest, contact: ContactId) -> Result<Package, Error> {
    let known = contacts::for_the_person(tx, contact)?;
    let person = contacts::erasure::person(tx, contact)?;
    let mut held = Vec::new();
    for holder in tx.holders() {
        let mut told = holder.export(tx, &person)?;
        for table in holder.tables() {
            let Some(at) = told.iter().position(|part| part.table == table.name) else {
                return Err(Error::internal(format_args!("{} is in no package", table.name)));
            };
            let records = told.swap_remove(at).records;
            held.push(PackagePart { table: table.name.to_owned(), meaning: table.meaning.to_owned(), records });
        }
    }
    let looks = audit::entries_about(tx.connection(), contact)?;
    let accesses = looks.into_iter().map(|(at, action, roles)| PackageAccess { at, action, roles }).collect();
    let now = tx.now();
    Ok(Package {
        reference: request.reference.clone(),
        kind: request.kind,
        contact_id: contact,
        built_at: now,
        expires_at: now.plus(PACKAGES),
        particulars: particulars(tx, &known)?,
        held,
        accesses,
    })
}

fn particulars(
    tx: &mut ReadTx<'_>,
    contact: &crate::resources::contacts::model::Contact,
) -> Result<Particulars, Error> {
    let notice = notices::in_force(tx)?;
    let purposes = notice.purposes.iter().map(|purpose| {
        json!({
            "purpose": purpose.code, "lawful_basis": purpose.lawful_basis, "data": purpose.data,
            "recipients": purpose.recipients, "retention": purpose.retention,
        })
    });
    Ok(Particulars {
        controller: notice.controller.into(),
        notice_version: notice.version,
        purposes: purposes.collect(),
        keep_until: contact.keep_until.ok_or_else(|| Error::internal("a contact without its dates"))?,
        source: serde_json::to_value(&contact.source).unwrap_or(Value::Null),
        rights: notice.rights.into_iter().map(String::from).collect(),
        contact: notice.contact.into(),
        complaint_route: notice.complaint_route.into(),
        automated_decisions: "None: no decision about you is made by a machine alone, and you are not profiled."
            .to_owned(),
        transfers: "None: the data stay in the United Kingdom.".to_owned(),
    })
}
