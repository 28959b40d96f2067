//! Which holds catch a person: the one place that answers it. The view `held_contacts` is what the triggers of the database ask
//! as well, so that the service and the database cannot disagree.

use diesel::prelude::*;
use serde::Serialize;

use super::super::model::ScopeKind;
use super::{TABLE, legal_holds};
use crate::domain::{
    ContactId, Error, Instant, LegalHoldId, Obstacle, PersonalRecord, RecordClass, StoredRow, SubjectRequestId,
};
use crate::personal::{Person, cards, holders};
use crate::platform::auth::HoldsRead;
use crate::platform::db::{among_ids, dialect};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::holds::{Catch, HoldStatus, held};

pub(super) mod schema {
    diesel::table! {
        use crate::platform::db::UuidSql;

        held_contacts (hold_id, contact_id) {
            hold_id -> UuidSql,
            contact_id -> UuidSql,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::UuidSql;

        contacts_of_classes (record_class, contact_id) {
            record_class -> Text,
            contact_id -> UuidSql,
        }
    }

    diesel::table! {
        use crate::platform::db::{InstantSql, UuidSql};

        held_erasures (request_id) {
            request_id -> UuidSql,
            contact_id -> UuidSql,
            refused_at -> InstantSql,
        }
    }
}
use schema::{contacts_of_classes, held_contacts, held_erasures};

diesel::allow_tables_to_appear_in_same_query!(legal_holds, held_contacts);

/// The columns of a hold that catches.
type Caught = (LegalHoldId, String, bool, Option<String>);

/// The holds that catch a person as a whole, under any of their ids, and those on classes of records, oldest first.
fn caught(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Catch>, Error> {
    let whole = held_contacts::table.filter(among_ids(held_contacts::contact_id, &person.ids));
    let whole = legal_holds::id.eq_any(whole.select(held_contacts::hold_id));
    let of_class = legal_holds::record_class.is_not_null();
    let binding = legal_holds::status.ne(<&str>::from(HoldStatus::Released));
    let found: Vec<Caught> = legal_holds::table
        .filter(binding.and(whole.or(of_class)))
        .select((legal_holds::id, legal_holds::ground, legal_holds::tell_people, legal_holds::record_class))
        .order(legal_holds::id)
        .load(tx.connection())?;
    let catch = |(hold, ground, tell_people, class): Caught| {
        let stored = StoredRow::new(TABLE, hold);
        let class = stored.read("record_class", class.map(|class| class.parse::<RecordClass>()).transpose())?;
        Ok(Catch { hold, ground: stored.read("ground", ground.parse())?, tell_people, class })
    };
    found.into_iter().map(catch).collect()
}

/// The classes of which a person has records that name their contact.
fn classes_of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<String>, Error> {
    let theirs = contacts_of_classes::table.filter(among_ids(contacts_of_classes::contact_id, &person.ids));
    Ok(theirs.select(contacts_of_classes::record_class).distinct().load(tx.connection())?)
}

/// The holds that catch a person. A hold on a class of which the person has no record catches nothing.
fn catches(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Catch>, Error> {
    let mut caught = caught(tx, person)?;
    if caught.iter().any(|catch| catch.class.is_some()) {
        let theirs = classes_of(tx, person)?;
        caught.retain(|catch| catch.class.is_none_or(|class| theirs.iter().any(|of| of == <&str>::from(class))));
    }
    Ok(caught)
}

/// Returns whether a hold keeps a person's records of a class.
pub(crate) fn keeps(tx: &mut ReadTx<'_>, person: &Person, class: RecordClass) -> Result<bool, Error> {
    Ok(caught(tx, person)?.iter().any(|catch| catch.class.is_none_or(|of| of == class)))
}

/// Returns whether a hold keeps the records of a class that name no contact.
pub(crate) fn keeps_of_nobody(tx: &mut ReadTx<'_>, class: RecordClass) -> Result<bool, Error> {
    let binding = legal_holds::status.ne(<&str>::from(HoldStatus::Released));
    let all = legal_holds::scope.eq(<&str>::from(ScopeKind::All));
    let of_class = legal_holds::record_class.eq(<&str>::from(class));
    let found: Option<LegalHoldId> = legal_holds::table
        .filter(binding.and(all.or(of_class.assume_not_null())))
        .select(legal_holds::id)
        .first(tx.connection())
        .optional()?;
    Ok(found.is_some())
}

/// Keeps new holds out until the transaction ends.
pub(crate) fn keep_out(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    dialect::lock_name_shared(tx.connection(), TABLE)
}

/// Checks that no hold catches a person.
///
/// # Errors
/// 423 `held`.
pub(crate) fn must_be_free(tx: &mut ReadTx<'_>, person: &Person) -> Result<(), Error> {
    let catches = catches(tx, person)?;
    if catches.is_empty() {
        return Ok(());
    }
    let may_read = tx.actor().has::<HoldsRead>();
    Err(held(catches.into_iter().map(|catch| catch.hold), may_read))
}

/// What the holds set against the erasure of a person: everything, or the records of a class.
pub(crate) fn obstacles(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obstacle>, Error> {
    let caught = caught(tx, person)?;
    let (mut records, mut theirs) = (Vec::new(), Vec::new());
    if caught.iter().any(|catch| catch.class.is_some()) {
        theirs = classes_of(tx, person)?;
        for holder in holders(tx)? {
            records.extend(holder.records(tx, person)?);
        }
    }
    let cards = cards(tx)?;
    let mut obstacles = Vec::new();
    for Catch { ground, class, .. } in caught {
        let obstacle = |record| Obstacle { record, ground: ground.into(), until: None };
        let Some(class) = class else {
            obstacles.push(obstacle(None));
            continue;
        };
        // No plan counts these records, which are sealed under the person's key: it stays with the person's own record.
        let by_the_key = matches!(class, RecordClass::AccessRequirement | RecordClass::FormerAddress)
            && theirs.iter().any(|of| of == <&str>::from(class));
        let is_kept = |record: &&PersonalRecord| {
            cards.of(record.table).is_some_and(|card| card.retention == class)
                || by_the_key && record.table == "contacts"
        };
        obstacles.extend(records.iter().filter(is_kept).map(|record| obstacle(Some(record.into()))));
    }
    Ok(obstacles)
}

/// A hold that letters and packages may name.
#[derive(Clone, Debug, Serialize)]
pub struct ToldHold {
    /// The law under which the data is kept.
    pub statute: String,
    /// The reference of the notice, the inquiry or the claim.
    pub reference: String,
    /// When the hold was placed.
    pub since: Instant,
}

/// The holds that catch a person and that letters and packages may name, oldest first.
pub fn told(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<ToldHold>, Error> {
    let shown: Vec<LegalHoldId> =
        catches(tx, person)?.into_iter().filter(|catch| catch.tell_people).map(|catch| catch.hold).collect();
    let rows: Vec<(String, String, Instant)> = legal_holds::table
        .filter(among_ids(legal_holds::id, &shown))
        .select((legal_holds::statute, legal_holds::reference, legal_holds::placed_at))
        .order(legal_holds::id)
        .load(tx.connection())?;
    Ok(rows.into_iter().map(|(statute, reference, since)| ToldHold { statute, reference, since }).collect())
}

/// Notes that a request for erasure was carried out in part, if a hold catches the person: the rest is due once no hold does.
pub fn note_refused(tx: &mut WriteTx<'_>, person: &Person, request: SubjectRequestId) -> Result<(), Error> {
    if catches(tx, person)?.is_empty() {
        return Ok(());
    }
    let values = (
        held_erasures::request_id.eq(request),
        held_erasures::contact_id.eq(person.contact),
        held_erasures::refused_at.eq(tx.now()),
    );
    diesel::insert_into(held_erasures::table).values(values).execute(tx.connection())?;
    Ok(())
}

/// The requests for erasure that holds kept from being carried out whole, each with its contact, oldest first.
pub fn refused(tx: &mut ReadTx<'_>) -> Result<Vec<(SubjectRequestId, ContactId)>, Error> {
    let rows = held_erasures::table.select((held_erasures::request_id, held_erasures::contact_id));
    Ok(rows.order(held_erasures::request_id).load(tx.connection())?)
}

/// Returns whether a hold catches a person.
pub fn is_held(tx: &mut ReadTx<'_>, person: &Person) -> Result<bool, Error> {
    Ok(!catches(tx, person)?.is_empty())
}

/// When erasures of a person were refused in part because of a hold, oldest first.
pub(crate) fn refused_of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Instant>, Error> {
    let theirs = held_erasures::table.filter(among_ids(held_erasures::contact_id, &person.ids));
    Ok(theirs.order(held_erasures::request_id).select(held_erasures::refused_at).load(tx.connection())?)
}

/// Forgets the refused erasures of a person who is erased whole.
pub(crate) fn forget_refused(tx: &mut WriteTx<'_>, person: &Person) -> Result<(), Error> {
    let theirs = held_erasures::table.filter(among_ids(held_erasures::contact_id, &person.ids));
    diesel::delete(theirs).execute(tx.connection())?;
    Ok(())
}
