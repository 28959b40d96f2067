//! The tables of the links by which a person opens their package, and of the times that they did. A token is 256 bits at
//! random, stored as its SHA-256. How often a package can be opened is counted for the package, however many links were
//! mailed; wrong reference numbers are counted for each link, so that a leaked one cannot use up another.

use chrono::Duration;
use diesel::prelude::*;

use super::super::delivery::{MOST_DOWNLOADS, MOST_WRONG, MailedLink};
use crate::domain::{Code, Error, Instant, SubjectRequestId};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::{link_token_hash, new_link_token};
use crate::policy::retention::PACKAGE_LINKS;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        subject_request_package_links (token_hash) {
            token_hash -> Binary,
            request_id -> UuidSql,
            minted_at -> InstantSql,
            expires_at -> InstantSql,
            wrong_references -> Integer,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        subject_request_package_downloads (request_id, number) {
            request_id -> UuidSql,
            number -> Integer,
            downloaded_at -> InstantSql,
        }
    }
}
use schema::{subject_request_package_downloads as downloads, subject_request_package_links as links};

/// How long a link that has expired is still known as such.
const KNOWN_FOR: Duration = Duration::days(30);

/// Mints the token of a link, for the mail that brings it alone, and returns until when it can be used: for fourteen days, and
/// no longer than the package is there. Links that expired long ago are swept.
pub(super) fn mint(
    tx: &mut WriteTx<'_>,
    request: SubjectRequestId,
    package_until: Instant,
) -> Result<(String, Instant), Error> {
    let (token, now) = (new_link_token(tx.entropy()), tx.now());
    let expires_at = now.plus(PACKAGE_LINKS).min(package_until);
    let values = (
        links::token_hash.eq(link_token_hash(&token)),
        links::request_id.eq(request),
        links::minted_at.eq(now),
        links::expires_at.eq(expires_at),
        links::wrong_references.eq(0),
    );
    diesel::insert_into(links::table).values(values).execute(tx.connection())?;
    let old = links::table.filter(links::expires_at.lt(tx.earliest().plus(-KNOWN_FOR)));
    diesel::delete(old).execute(tx.connection())?;
    Ok((token, expires_at))
}

/// A link that works.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// The request whose package it opens.
    pub(super) request: SubjectRequestId,
    /// Until when it can be used.
    pub(super) expires_at: Instant,
    /// How many wrong reference numbers can be tried with it before it stops working.
    pub(super) tries_left: i32,
}

/// The link of a token.
///
/// # Errors
/// 404 when there is no such link; 410 when it has expired, or too many wrong numbers were tried with it.
pub(super) fn find(tx: &mut ReadTx<'_>, token: &str) -> Result<Found, Error> {
    let found: Option<(SubjectRequestId, Instant, i32)> = links::table
        .find(link_token_hash(token))
        .select((links::request_id, links::expires_at, links::wrong_references))
        .first(tx.connection())
        .optional()?;
    let (request, expires_at, wrong) = found.ok_or_else(Error::not_found)?;
    if expires_at <= tx.now() {
        return Err(Error::new(Code::Gone, "This link has expired. Ask us for another."));
    }
    if wrong >= MOST_WRONG {
        return Err(Error::new(
            Code::Gone,
            "This link stopped working after wrong reference numbers. Ask us for another.",
        ));
    }
    Ok(Found { request, expires_at, tries_left: MOST_WRONG - wrong })
}

/// Counts a wrong reference number.
pub(super) fn count_wrong(tx: &mut WriteTx<'_>, token: &str) -> Result<(), Error> {
    let link = links::table.find(link_token_hash(token));
    let change = links::wrong_references.eq(links::wrong_references + 1);
    diesel::update(link).set(change).execute(tx.connection())?;
    Ok(())
}

/// When a package was opened, oldest first.
pub(super) fn downloads(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<Instant>, Error> {
    let theirs = downloads::table.filter(downloads::request_id.eq(request)).order(downloads::number);
    Ok(theirs.select(downloads::downloaded_at).load(tx.connection())?)
}

/// Counts a download of a package whose request is locked, and returns which it is, from 1.
///
/// # Errors
/// 410 when there were as many as can be.
pub(super) fn count_download(tx: &mut WriteTx<'_>, request: SubjectRequestId) -> Result<usize, Error> {
    let number = downloads(tx, request)?.len() + 1;
    if number > MOST_DOWNLOADS {
        return Err(used_up());
    }
    let values = (
        downloads::request_id.eq(request),
        downloads::number.eq(i32::try_from(number).map_err(|error| Error::internal(error))?),
        downloads::downloaded_at.eq(tx.now()),
    );
    diesel::insert_into(downloads::table).values(values).execute(tx.connection())?;
    Ok(number)
}

pub(super) fn used_up() -> Error {
    Error::new(Code::Gone, "You have opened your copy as often as the link allows. Ask us if you need it again.")
}

/// The links to the package of a request, oldest first.
pub(super) fn mailed(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<MailedLink>, Error> {
    let theirs = links::table.filter(links::request_id.eq(request)).order(links::minted_at);
    let rows: Vec<(Instant, Instant, i32)> =
        theirs.select((links::minted_at, links::expires_at, links::wrong_references)).load(tx.connection())?;
    let link = |(created_at, expires_at, wrong_references)| MailedLink { created_at, expires_at, wrong_references };
    Ok(rows.into_iter().map(link).collect())
}
