//! The rows of packages: what every change of a request may have to delete of them. How they are filled and read is known in
//! `package`.

use diesel::prelude::*;

use crate::domain::{Error, SubjectRequestId};
use crate::platform::db::among_ids;
use crate::platform::transaction::WriteTx;

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
            released_at -> Nullable<InstantSql>,
            released_by -> Nullable<Text>,
            delivery -> Nullable<Text>,
            mail_id -> Nullable<UuidSql>,
            delivery_changed_at -> Nullable<InstantSql>,
            delivery_changed_by -> Nullable<Text>,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        subject_request_package_builds (request_id) {
            request_id -> UuidSql,
            contact_id -> UuidSql,
            parts -> Integer,
            begun_at -> InstantSql,
            after_entry -> Nullable<UuidSql>,
            attempts -> Integer,
            failed -> Bool,
            next_attempt_at -> InstantSql,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::UuidSql;

        subject_request_package_parts (request_id, number) {
            request_id -> UuidSql,
            number -> Integer,
            table_name -> Nullable<Text>,
            records -> Integer,
            part -> Binary,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        subject_request_redactions (id) {
            id -> UuidSql,
            request_id -> UuidSql,
            contact_id -> UuidSql,
            ground -> Text,
            withheld -> Binary,
            made_at -> InstantSql,
            made_by -> Text,
        }
    }
}
pub(crate) use schema::{
    subject_request_package_builds, subject_request_package_parts, subject_request_packages, subject_request_redactions,
};
use subject_request_package_builds as builds;
use subject_request_package_parts as parts;
use subject_request_packages as packages;
use subject_request_redactions as redactions;

/// Stops the building of the package of a request, and discards its draft. A package that was released stays.
pub(crate) fn stop(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<(), Error> {
    stop_building(tx, id)?;
    discard_draft(tx, id).map(|_| ())
}

/// Stops the building of the package of a request, and deletes what was gathered.
pub(crate) fn stop_building(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<(), Error> {
    if diesel::delete(builds::table.find(id)).execute(tx.connection())? > 0 {
        delete_parts(tx, &[id])?;
    }
    Ok(())
}

/// Discards the draft of a request, with its redactions: what they left out was never given or refused. Returns whether there
/// was a draft. A package that was released stays.
pub(crate) fn discard_draft(tx: &mut WriteTx<'_>, id: SubjectRequestId) -> Result<bool, Error> {
    let draft = packages::table.filter(packages::request_id.eq(id).and(packages::released_at.is_null()));
    let was_there = diesel::delete(draft).execute(tx.connection())? > 0;
    if was_there {
        delete_parts(tx, &[id])?;
        diesel::delete(redactions::table.filter(redactions::request_id.eq(id))).execute(tx.connection())?;
    }
    Ok(was_there)
}

/// Deletes the parts of packages.
pub(crate) fn delete_parts(tx: &mut WriteTx<'_>, requests: &[SubjectRequestId]) -> Result<(), Error> {
    diesel::delete(parts::table.filter(among_ids(parts::request_id, requests))).execute(tx.connection())?;
    Ok(())
}
