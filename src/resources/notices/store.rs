//! The tables of notices and of their material changes.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::content::Content;
use super::current::{MaterialChanges, Published, PublishedVersion};
use super::model::{DraftNotice, NoticeStatus, PatchNotice, PrivacyNotice, PurposeChange};
use super::original;
use crate::domain::{Code, Error, Fault, Instant, Limit, ListPage, StoredRow};
use crate::platform::audit::{Action, Before, Changed, Entry};
use crate::platform::auth::NoticesDraft;
use crate::platform::db::{dialect, direct};
use crate::platform::http::IfMatch;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::InstantSql;

        privacy_notices (version) {
            version -> Date,
            effective_on -> Date,
            status -> Text,
            content -> Text,
            sha256 -> Text,
            published_at -> Nullable<InstantSql>,
            revision -> Integer,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;

        material_changes (notice_version, purpose) {
            notice_version -> Date,
            purpose -> Text,
            effective_on -> Date,
        }
    }
}
use schema::{material_changes, privacy_notices};

diesel::allow_tables_to_appear_in_same_query!(material_changes, privacy_notices);

#[derive(Queryable, Selectable)]
#[diesel(table_name = privacy_notices)]
struct Row {
    version: NaiveDate,
    effective_on: NaiveDate,
    status: String,
    content: String,
    sha256: String,
    published_at: Option<Instant>,
    revision: i32,
}

fn from_row(row: Row, in_force: Option<NaiveDate>) -> Result<PrivacyNotice, Error> {
    let stored = StoredRow::new("privacy_notices", row.version);
    let Content { controller, purposes, rights, contact, complaint_route } =
        stored.read("content", serde_json::from_str(&row.content))?;
    Ok(PrivacyNotice {
        version: row.version,
        effective_on: row.effective_on,
        status: match (row.status.as_str(), in_force) {
            ("draft", _) => NoticeStatus::Draft,
            (_, Some(in_force)) if row.effective_on < in_force => NoticeStatus::Superseded,
            _ => NoticeStatus::Published,
        },
        controller,
        purposes,
        rights,
        contact,
        complaint_route,
        sha256: row.sha256,
        published_at: row.published_at,
        revision: row.revision,
    })
}

/// The day of the version in force.
fn day_in_force(tx: &mut ReadTx<'_>) -> Result<Option<NaiveDate>, Error> {
    let now = tx.now();
    Ok(published(tx)?.in_force(now).map(|version| version.effective_on))
}

/// The version in force.
///
/// # Errors
/// When there is none, which only a database that was tampered with has: internal.
pub fn in_force(tx: &mut ReadTx<'_>) -> Result<PrivacyNotice, Error> {
    let now = tx.now();
    let day = published(tx)?.must_be_in_force(now)?.effective_on;
    let row: Row = privacy_notices::table
        .filter(privacy_notices::status.eq("published").and(privacy_notices::effective_on.eq(day)))
        .select(Row::as_select())
        .first(tx.connection())?;
    from_row(row, Some(day))
}

/// A version, if the actor may see it: a draft is for those who draft alone.
///
/// # Errors
/// 404 when there is none, or none that the actor may see.
pub fn read(tx: &mut ReadTx<'_>, version: NaiveDate) -> Result<PrivacyNotice, Error> {
    match any(tx, version)? {
        Some(notice) if notice.status != NoticeStatus::Draft || tx.actor().has::<NoticesDraft>() => Ok(notice),
        _ => Err(Error::not_found()),
    }
}

fn any(tx: &mut ReadTx<'_>, version: NaiveDate) -> Result<Option<PrivacyNotice>, Error> {
    let day = day_in_force(tx)?;
    let row: Option<Row> =
        privacy_notices::table.find(version).select(Row::as_select()).first(tx.connection()).optional()?;
    row.map(|row| from_row(row, day)).transpose()
}

/// All versions, newest first.
pub fn list(
    tx: &mut ReadTx<'_>,
    after: Option<NaiveDate>,
    limit: Limit,
) -> Result<ListPage<PrivacyNotice, NaiveDate>, Error> {
    let day = day_in_force(tx)?;
    let mut query = privacy_notices::table.select(Row::as_select()).order(privacy_notices::version.desc()).into_boxed();
    if let Some(after) = after {
        query = query.filter(privacy_notices::version.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.version);
    let items = items.into_iter().map(|row| from_row(row, day)).collect::<Result<_, _>>()?;
    Ok(ListPage { items, next })
}

fn insert(
    tx: &mut WriteTx<'_>,
    version: NaiveDate,
    effective_on: NaiveDate,
    content: &Content,
    published_at: Option<Instant>,
) -> Result<(), Error> {
    let values = (
        privacy_notices::version.eq(version),
        privacy_notices::effective_on.eq(effective_on),
        privacy_notices::status.eq(if published_at.is_some() { "published" } else { "draft" }),
        privacy_notices::content.eq(serde_json::to_string(content).map_err(|error| Error::internal(error))?),
        privacy_notices::sha256.eq(content.sha256(version, effective_on)?),
        privacy_notices::published_at.eq(published_at),
        privacy_notices::revision.eq(1),
    );
    let inserted = diesel::insert_into(privacy_notices::table).values(values).execute(tx.connection());
    dialect::on_unique(inserted, "privacy_notices_pkey", "privacy_notices.version", || {
        Error::new(Code::VersionExists, "A notice with this version exists already. Choose another date.")
    })?;
    Ok(())
}

/// Puts the notice of 2019 in, where there is no notice at all. Of several instances that start at once, one does.
pub fn seed(mut tx: WriteTx<'_>) -> Result<Recorded<()>, Error> {
    dialect::lock_name(tx.connection(), "privacy_notices")?;
    let any: Option<NaiveDate> =
        privacy_notices::table.select(privacy_notices::version).first(tx.connection()).optional()?;
    if any.is_some() {
        return tx.unchanged(None, ());
    }
    let (version, now) = (original::version(), tx.now());
    let content = original::content(&tx.identity().controller)?;
    insert(&mut tx, version, version, &content, Some(now))?;
    let changed = Changed::named(&["published_at", "status"]);
    tx.record(Entry::new(Action::NoticesPublish).subject(version).changed(changed), ())
}

/// Puts a draft in.
///
/// # Errors
/// 409 `version_exists`.
pub fn draft(mut tx: WriteTx<'_>, asked: DraftNotice) -> Result<Recorded<PrivacyNotice>, Error> {
    let configured = &tx.identity().controller;
    let content = Content {
        controller: asked.controller.map_or_else(|| original::controller(configured), Ok)?,
        purposes: asked.purposes,
        rights: asked.rights.map_or_else(original::rights, Ok)?,
        contact: asked.contact.map_or_else(|| original::contact(configured), Ok)?,
        complaint_route: asked.complaint_route.map_or_else(|| original::complaint_route(configured), Ok)?,
    };
    insert(&mut tx, asked.version, asked.effective_on, &content, None)?;
    let notice = any(&mut tx, asked.version)?.ok_or_else(|| Error::internal("a draft vanished"))?;
    tx.record(Entry::new(Action::NoticesDraft).subject(asked.version), notice)
}

/// The notice, locked until the transaction ends, if it is still a draft.
fn locked_draft(tx: &mut WriteTx<'_>, version: NaiveDate) -> Result<PrivacyNotice, Error> {
    dialect::lock_name(tx.connection(), "privacy_notices")?;
    let notice = any(tx, version)?.ok_or_else(Error::not_found)?;
    match notice.status {
        NoticeStatus::Draft => Ok(notice),
        status => Err(Error::illegal_transition(status.into(), vec![])),
    }
}

/// Changes a draft.
///
/// # Errors
/// 404; 412 when it has changed since; 409 when it has been published.
pub fn update(
    mut tx: WriteTx<'_>,
    version: NaiveDate,
    if_match: &IfMatch,
    patch: PatchNotice,
) -> Result<Recorded<PrivacyNotice>, Error> {
    dialect::lock_name(tx.connection(), "privacy_notices")?;
    let before = any(&mut tx, version)?.ok_or_else(Error::not_found)?;
    if_match.check(before.revision)?;
    let before = locked_draft(&mut tx, version)?;
    let was = Before::of(&before)?;
    let effective_on = patch.effective_on.unwrap_or(before.effective_on);
    let content = Content {
        controller: patch.controller.unwrap_or(before.controller),
        purposes: patch.purposes.unwrap_or(before.purposes),
        rights: patch.rights.unwrap_or(before.rights),
        contact: patch.contact.unwrap_or(before.contact),
        complaint_route: patch.complaint_route.unwrap_or(before.complaint_route),
    };
    let changes = (
        privacy_notices::effective_on.eq(effective_on),
        privacy_notices::content.eq(serde_json::to_string(&content).map_err(|error| Error::internal(error))?),
        privacy_notices::sha256.eq(content.sha256(version, effective_on)?),
        privacy_notices::revision.eq(before.revision + 1),
    );
    diesel::update(privacy_notices::table.find(version)).set(changes).execute(tx.connection())?;
    let notice = any(&mut tx, version)?.ok_or_else(|| Error::internal("a draft vanished"))?;
    let changed = was.changed(&notice)?;
    tx.record(Entry::new(Action::NoticesUpdate).subject(version).changed(changed), notice)
}

/// Publishes a draft. Consents for the purposes that it changes materially become stale on its day.
///
/// # Errors
/// 404; 409 when it has been published; 422 when its day is not after that of every published version.
pub fn publish(mut tx: WriteTx<'_>, version: NaiveDate) -> Result<Recorded<PrivacyNotice>, Error> {
    let notice = locked_draft(&mut tx, version)?;
    let was = Before::of(&notice)?;
    let newest: Option<(NaiveDate, NaiveDate)> = privacy_notices::table
        .filter(privacy_notices::status.eq("published"))
        .select((privacy_notices::effective_on, privacy_notices::version))
        .order(privacy_notices::effective_on.desc())
        .first(tx.connection())
        .optional()?;
    if newest.is_some_and(|(day, newest)| notice.effective_on <= day || version <= newest) {
        let detail = "must be after the day of every published version, and so must the version itself";
        return Err(Error::invalid(vec![Fault::new("/effective_on", "not_later", detail)]));
    }
    let now = tx.now();
    let changes = (
        privacy_notices::status.eq("published"),
        privacy_notices::published_at.eq(now),
        privacy_notices::revision.eq(notice.revision + 1),
    );
    diesel::update(privacy_notices::table.find(version)).set(changes).execute(tx.connection())?;
    for purpose in notice.purposes.iter().filter(|purpose| purpose.change == PurposeChange::Material) {
        let values = (
            material_changes::notice_version.eq(version),
            material_changes::purpose.eq(purpose.code.as_str()),
            material_changes::effective_on.eq(notice.effective_on),
        );
        diesel::insert_into(material_changes::table).values(values).execute(tx.connection())?;
    }
    let notice = any(&mut tx, version)?.ok_or_else(|| Error::internal("a notice vanished"))?;
    let changed = was.changed(&notice)?;
    tx.record(Entry::new(Action::NoticesPublish).subject(version).changed(changed), notice)
}

/// The published versions, and what they changed.
pub fn published(tx: &mut ReadTx<'_>) -> Result<Published, Error> {
    let with_changes = privacy_notices::table
        .left_join(material_changes::table.on(material_changes::notice_version.eq(privacy_notices::version)));
    let rows = with_changes.filter(privacy_notices::status.eq("published")).order(privacy_notices::version).select((
        privacy_notices::version,
        privacy_notices::effective_on,
        privacy_notices::published_at,
        material_changes::purpose.nullable(),
    ));
    let rows: Vec<(NaiveDate, NaiveDate, Option<Instant>, Option<String>)> =
        direct!(tx.connection(), engine => rows.load(engine))?;
    let version = |(version, effective_on, published_at, changed)| PublishedVersion {
        version,
        effective_on,
        published_at,
        changed,
    };
    Ok(Published(rows.into_iter().map(version).collect()))
}

/// The material changes in force at `at`, by purpose, as the notices published by then made them.
pub fn material_changes(tx: &mut ReadTx<'_>, at: Instant) -> Result<MaterialChanges, Error> {
    Ok(published(tx)?.changes(at))
}
