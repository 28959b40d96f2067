//! The table of redactions: what was left out of each package, sealed under the person's own key. A row is made with a draft
//! and never changed; it stays with the request when the package has expired, so that the council can show what it withheld.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::super::model::Explanation;
use super::super::super::store::one;
use super::super::super::store::package_rows::subject_request_redactions as redactions;
use super::super::redactions::{NewRedaction, NewRedactions, Redacted, Redaction, Withheld};
use super::drafts;
use super::keeping::touch;
use super::pieces::Pieces;
use crate::domain::{
    ContactId, Error, Fault, Faults, Instant, Limit, ListPage, RedactionId, StoredRow, SubjectRequestId,
};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::{DataKey, Place};
use crate::policy::withholding::{WithholdingGround, may_be_withheld};

/// What is sealed of a redaction.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(rename = "p")]
    pointer: String,
    #[serde(rename = "e")]
    explanation: Explanation,
    #[serde(rename = "r")]
    replaced_with: String,
    #[serde(rename = "w")]
    withheld: Value,
}

fn place(id: RedactionId) -> Place<'static> {
    Place { table: "subject_request_redactions", column: "withheld", row: id.uuid() }
}

fn ground(id: RedactionId, ground: &str) -> Result<WithholdingGround, Error> {
    StoredRow::new("subject_request_redactions", id).read("ground", ground.parse())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = redactions)]
struct Row {
    id: RedactionId,
    ground: String,
    withheld: Vec<u8>,
    made_at: Instant,
    made_by: String,
}

impl Row {
    fn ground(&self) -> Result<WithholdingGround, Error> {
        ground(self.id, &self.ground)
    }

    fn open(&self, key: &DataKey) -> Result<Kept, Error> {
        let place = place(self.id);
        place.read(serde_json::from_slice(&key.open(&place, &self.withheld)?))
    }
}

/// The redactions of a request, oldest first.
fn rows(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<Row>, Error> {
    let theirs = redactions::table.filter(redactions::request_id.eq(request)).order(redactions::id);
    Ok(theirs.select(Row::as_select()).load(tx.connection())?)
}

/// The tokens of a JSON Pointer (RFC 6901 section 4).
fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
}

/// Leaves something out of a draft: each thing is taken out of the draft now, so that the draft is what the person will get.
///
/// # Errors
/// 404 where there is no draft; 409 once the request is closed; 410 when the contact was erased; 422 for a pointer that
/// leads nowhere, to what the law demands, or to what is left out already. Then nothing is left out.
pub fn withhold(
    mut tx: WriteTx<'_>,
    id: SubjectRequestId,
    NewRedactions(asked): NewRedactions,
) -> Result<Recorded<Redacted>, Error> {
    let draft = drafts::locked(&mut tx, id)?;
    let earlier = rows(&mut tx, id)?;
    let earlier: Vec<Kept> = earlier.iter().map(|row| row.open(&draft.key)).collect::<Result<_, _>>()?;
    let mut taken: Vec<Vec<String>> = earlier.iter().map(|kept| tokens(&kept.pointer)).collect();
    let mut pieces = Pieces::of(&mut tx, &draft.key, id)?;
    let (mut faults, mut kept) = (Faults::default(), Vec::new());
    for (index, new) in asked.into_iter().enumerate() {
        let path = tokens(&new.pointer);
        match take(&mut tx, &mut pieces, &taken, &path, new)? {
            Ok(found) => kept.push(found),
            Err((code, detail)) => faults.push(Fault::new(format!("/{index}/pointer"), code, detail)),
        }
        taken.push(path);
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    pieces.keep(&mut tx)?;
    let mut ids = Vec::new();
    for (ground, kept) in kept {
        ids.push(insert(&mut tx, &draft, ids.last().copied(), ground, &kept)?);
    }
    touch(&mut tx, &draft.request)?;
    let entry = Entry::new(Action::SubjectRequestsWithhold).contact(draft.request.contact_id);
    let named: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let entry = entry.subject(id).with("redaction_ids", named);
    tx.record(entry, Redacted { ids, in_all: taken.len() })
}

/// A fault of a pointer: its code, and what to change.
type Refused = (&'static str, &'static str);

/// Takes one thing out of the pieces of a draft.
fn take(
    tx: &mut ReadTx<'_>,
    pieces: &mut Pieces<'_>,
    taken: &[Vec<String>],
    path: &[String],
    new: NewRedaction,
) -> Result<Result<(WithholdingGround, Kept), Refused>, Error> {
    let NewRedaction { pointer, ground, explanation, replace_with } = new;
    if taken.iter().any(|other| other.starts_with(path) || path.starts_with(other)) {
        let detail = "overlaps with an earlier redaction; build the draft again to start over";
        return Ok(Err(("left_out_already", detail)));
    }
    if !may_be_withheld(path) {
        let detail = "names information that the law requires with every copy; name a record, a part of one, the \
                      action or roles of an access, /search/elsewhere, /particulars/source/detail or the detail in \
                      /particulars/earlier_sources";
        return Ok(Err(("needed", detail)));
    }
    let replaced_with = replace_with.map_or_else(|| ground.replacement().to_owned(), String::from);
    let Some(withheld) = pieces.replace(tx, path, &replaced_with)? else {
        return Ok(Err(("no_match", "matches nothing in the machine form of the draft")));
    };
    Ok(Ok((ground, Kept { pointer, explanation, replaced_with, withheld })))
}

fn insert(
    tx: &mut WriteTx<'_>,
    draft: &drafts::Draft,
    after: Option<RedactionId>,
    ground: WithholdingGround,
    kept: &Kept,
) -> Result<RedactionId, Error> {
    let id: RedactionId = tx.new_id_after(after);
    let plain = serde_json::to_vec(kept).map_err(|error| Error::internal(error))?;
    let values = (
        redactions::id.eq(id),
        redactions::request_id.eq(draft.request.id),
        redactions::contact_id.eq(draft.owner),
        redactions::ground.eq(<&str>::from(ground)),
        redactions::withheld.eq(draft.key.seal(tx.entropy(), &place(id), &plain)),
        redactions::made_at.eq(tx.now()),
        redactions::made_by.eq(tx.actor().label()),
    );
    diesel::insert_into(redactions::table).values(values).execute(tx.connection())?;
    Ok(id)
}

/// What was left out of the package of a request, newest first, for the council alone.
///
/// # Errors
/// 404 when there is no such request.
pub fn list(
    tx: &mut ReadTx<'_>,
    request: SubjectRequestId,
    after: Option<RedactionId>,
    limit: Limit,
) -> Result<ListPage<Redaction, RedactionId>, Error> {
    let contact = one(tx, request)?.request.contact_id;
    let mut query = redactions::table
        .filter(redactions::request_id.eq(request))
        .select((redactions::contact_id, Row::as_select()))
        .order(redactions::id.desc())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(redactions::id.lt(after));
    }
    let found: Vec<(ContactId, Row)> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(found, limit, |(_, row)| row.id);
    let mut shown = Vec::new();
    for (owner, row) in items {
        let Kept { pointer, explanation, replaced_with, withheld } = row.open(&tx.key_of(owner.uuid())?)?;
        let ground = row.ground()?;
        let Row { id, made_at, made_by, .. } = row;
        shown.push(Redaction { id, pointer, ground, explanation, replaced_with, withheld, made_at, made_by });
    }
    tx.look(Entry::new(Action::SubjectRequestsRedactions).contact(contact).subject(request));
    Ok(ListPage { items: shown, next })
}

/// Returns the notices that go into the package for what was left out.
///
/// # Errors
/// Internal when a redaction cannot be unsealed.
pub(super) fn told(tx: &mut ReadTx<'_>, key: &DataKey, request: SubjectRequestId) -> Result<Vec<Withheld>, Error> {
    let told = |row: Row| {
        let (ground, Kept { pointer, explanation, .. }) = (row.ground()?, row.open(key)?);
        Ok(Withheld { pointer, ground, reason: ground.reason().to_owned(), explanation })
    };
    rows(tx, request)?.into_iter().map(told).collect()
}

/// On which grounds something was left out of a package, once for each thing. Nothing is unsealed.
pub(super) fn grounds(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<WithholdingGround>, Error> {
    rows(tx, request)?.iter().map(Row::ground).collect()
}

/// Something that was left out of a package about a person.
pub struct LeftOut {
    pub request: SubjectRequestId,
    pub ground: WithholdingGround,
    pub at: Instant,
}

/// What was left out of the packages about a person. Nothing is unsealed.
pub fn of(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<LeftOut>, Error> {
    let theirs = redactions::table.filter(among_ids(redactions::contact_id, ids)).order(redactions::id);
    let columns = (redactions::id, redactions::request_id, redactions::ground, redactions::made_at);
    let rows: Vec<(RedactionId, SubjectRequestId, String, Instant)> = theirs.select(columns).load(tx.connection())?;
    let left_out = |(id, request, kept, at): (RedactionId, SubjectRequestId, String, Instant)| {
        Ok(LeftOut { request, ground: ground(id, &kept)?, at })
    };
    rows.into_iter().map(left_out).collect()
}

/// Deletes what was left out of packages about a person who is erased.
pub(super) fn forget(tx: &mut WriteTx<'_>, ids: &[ContactId]) -> Result<(), Error> {
    diesel::delete(redactions::table.filter(among_ids(redactions::contact_id, ids))).execute(tx.connection())?;
    Ok(())
}
