//! Records that may be about a person: complaints and requests that name no contact, and other contacts. Each has something
//! in common with the person that others may have too.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::indexes::telephone_terms_of;
use super::{TOKENS, answers, contacts, for_the_person, name_index};
use crate::domain::{AnsweredMatch, ContactId, Error, MatchAnswer, PossibleMatch};
use crate::personal::{Person, holders, possible_matches};
use crate::platform::db::{UuidSql, among, direct, prepared};
use crate::platform::transaction::{ReadTx, WriteTx, unless_key_missing};
use crate::policy::matching;
use crate::resources::suppressions::store::former::former_addresses;

/// Finds the possible matches of a person in all rooms, in the order of their kinds and ids. Without the person's key, their
/// name is not compared.
///
/// # Errors
/// 410 when the contact was erased.
pub fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PossibleMatch>, Error> {
    let known = unless_key_missing(for_the_person(tx, person.contact))?;
    let name = known.and_then(|contact| contact.name).map(|name| name_index(tx, &name));
    let mut found = Vec::new();
    for holder in holders(tx)? {
        found.extend(holder.matches(tx, person, name.as_deref())?);
    }
    found.sort_unstable();
    Ok(found)
}

/// Finds the possible matches of a person, with the answers that were given about them, now or in an executed plan or a released
/// package: what was said to be another person's is not asked again. The records that were said to be about
/// the person are theirs from then on: `Person::records`.
///
/// # Errors
/// As [`of`].
pub fn answered(
    tx: &mut ReadTx<'_>,
    person: &mut Person,
    answers: &[AnsweredMatch],
) -> Result<Vec<PossibleMatch>, Error> {
    let mut found = of(tx, person)?;
    let remembered = answers::anothers(tx, &person.ids)?;
    let remembered = remembered.into_iter().map(|record| AnsweredMatch { record, answer: MatchAnswer::AnotherPerson });
    // The first answer about a record counts: those that are given now.
    let answers: Vec<AnsweredMatch> = answers.iter().cloned().chain(remembered).collect();
    matching::answer(&mut found, &answers);
    person.records = matching::with_answer(&found, MatchAnswer::SamePerson);
    Ok(found)
}

/// Returns the records that stayed unsure when their person was erased, with the answers that are given now. `person` has no
/// more than the contact and, after this, the records that are said to be about the person.
///
/// # Errors
/// When the answers cannot be read.
pub(super) fn answered_of_erased(
    tx: &mut ReadTx<'_>,
    person: &mut Person,
    given: &[AnsweredMatch],
) -> Result<Vec<PossibleMatch>, Error> {
    // Another contact has its own request for erasure.
    let unsure = answers::unsure(tx, &[person.contact])?.into_iter().filter(|record| record.table != "contacts");
    let mut found: Vec<_> = unsure.map(|record| PossibleMatch { record, by: Vec::new(), answer: None }).collect();
    matching::answer(&mut found, given);
    person.records = matching::with_answer(&found, MatchAnswer::SamePerson);
    Ok(found)
}

/// Remembers the answers by which a package about a contact was released, and lifts the restriction of records that were said to
/// be another person's, unless another answer about them is unsure.
///
/// # Errors
/// When the answers or the records cannot be written.
pub fn remember_of_package(tx: &mut WriteTx<'_>, contact: ContactId, found: &[PossibleMatch]) -> Result<(), Error> {
    let (unsure, anothers) =
        (matching::with_answer(found, MatchAnswer::Unsure), matching::with_answer(found, MatchAnswer::AnotherPerson));
    let free = answers::remember_of_package(tx, contact, &unsure, &anothers)?;
    holders(tx)?.iter().try_for_each(|holder| holder.lift_restriction(tx, &free))
}

/// Finds the other live contacts that may be the person: those that have or had a number and name of theirs, or an e-mail
/// address. The restricted are among them.
///
/// # Errors
/// 503 when the database does not answer.
pub(in super::super) fn others(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PossibleMatch>, Error> {
    let Person { shared_numbers, passed_on, shared, .. } = person;
    let bearers = if shared_numbers.is_empty() {
        Vec::new()
    } else {
        TOKENS.bearers_of_any(tx.connection(), &telephone_terms_of(&person.numbers))?
    };
    let found = prepared("SELECT id, 'telephone_and_name' FROM contacts WHERE ").then(among(contacts::id, bearers));
    let found = found.sql(" AND ").then(among(contacts::named_number, shared_numbers.clone()));
    let found = found.sql(" UNION ALL SELECT contact_id, 'telephone_and_name' FROM former_addresses WHERE ");
    let found = found.then(among(former_addresses::mark, shared_numbers.clone()));
    let found = found.sql(" UNION ALL SELECT id, 'former_email' FROM contacts WHERE ");
    let found = found.then(among(contacts::email_index, passed_on.clone()));
    let found = found.sql(" UNION ALL SELECT id, 'shared_email' FROM contacts WHERE ");
    let found = found.then(among(contacts::email_index, shared.clone()));
    let found = found.sql(" UNION ALL SELECT contact_id, 'shared_email' FROM former_addresses WHERE ");
    let found = found.then(among(former_addresses::mark, shared.clone())).select::<(UuidSql, Text)>();
    let found: Vec<(ContactId, String)> = direct!(tx.connection(), engine => found.load(engine))?;
    let others = found.into_iter().filter(|(id, _)| !person.ids.contains(id));
    possible_matches("contacts", others.map(|(id, by)| (id.uuid(), by)))
}

/// The beginning of the condition that an address is enough to know whose a record is: no answer about it stayed unsure, and none
/// was that it is about another person than the one with certain contacts. The condition on the contacts and two brackets follow.
macro_rules! in_no_doubt {
    ($name:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM match_answers WHERE match_answers.record_id = ",
            $name,
            ".id AND (match_answers.answer = 'unsure' OR "
        )
    };
}
pub(crate) use in_no_doubt;

/// Selects the ids of the records of a table that are a person's, oldest first: those that name a contact of theirs, those that
/// name none and bear an address, or a number and a name, of theirs alone and no answer about them says otherwise, and those that
/// were said to be about them.
///
/// A macro, since each table's columns are types of their own.
macro_rules! select_ids_of_person {
    ($table:ident, $name:literal, $tx:expr, $person:expr) => {{
        use crate::platform::db::{UuidSql, among, among_ids, direct, prepared};
        use crate::resources::contacts::store::answers::match_answers;
        use crate::resources::contacts::store::matches::in_no_doubt;
        let ids = prepared(concat!("SELECT id FROM ", $name, " WHERE "));
        let ids = ids.then(among_ids($table::contact_id, &$person.ids));
        let ids = ids.sql(concat!(" UNION SELECT id FROM ", $name, " WHERE email_index IS NOT NULL AND "));
        let ids = ids.then(among($table::email_index, $person.marks_of_their_own()));
        let ids = ids.sql(concat!(" AND ", in_no_doubt!($name))).then(among_ids(match_answers::contact_id, &$person.ids));
        let ids = ids.sql(concat!(")) UNION SELECT id FROM ", $name, " WHERE named_number IS NOT NULL AND "));
        let ids = ids.then(among($table::named_number, $person.named_numbers_of_their_own()));
        let ids = ids.sql(concat!(" AND ", in_no_doubt!($name))).then(among_ids(match_answers::contact_id, &$person.ids));
        let ids = ids.sql("))");
        let ids = ids.sql(concat!(" UNION SELECT id FROM ", $name, " WHERE contact_id IS NULL AND "));
        let ids = ids.then(among($table::id, $person.records_of::<uuid::Uuid>($name))).select::<UuidSql>();
        direct!($tx.connection(), engine => ids.load(engine)).map(|mut ids| {
            ids.sort_unstable();
            ids
        })
    }};
}
pub(crate) use select_ids_of_person;

/// Selects the records of a table that may be about a person, with what each was found by: an address, a number, a number and name,
/// or the keyed index of their name. Those that are theirs for certain are among them.
///
/// A macro, as [`select_ids_of_person`].
macro_rules! select_matches_of_person {
    ($table:ident, $name:literal, $tx:expr, $person:expr, $names:expr) => {{
        use crate::platform::db::{UuidSql, among, direct, prepared};
        let found = prepared(concat!("SELECT id, 'telephone' FROM ", $name, " WHERE telephone_index IS NOT NULL AND "));
        let found = found.then(among($table::telephone_index, $person.numbers.clone()));
        let by_both = concat!(" UNION ALL SELECT id, 'telephone_and_name' FROM ", $name, " WHERE named_number IS NOT NULL AND ");
        let found = found.sql(by_both).then(among($table::named_number, $person.named_numbers.clone()));
        let found = found
            .sql(concat!(" UNION ALL SELECT id, 'former_email' FROM ", $name, " WHERE email_index IS NOT NULL AND "));
        let found = found.then(among($table::email_index, $person.passed_on.clone()));
        let found = found
            .sql(concat!(" UNION ALL SELECT id, 'shared_email' FROM ", $name, " WHERE email_index IS NOT NULL AND "));
        let found = found.then(among($table::email_index, $person.shared.clone()));
        let found =
            found.sql(concat!(" UNION ALL SELECT id, 'email' FROM ", $name, " WHERE email_index IS NOT NULL AND "));
        let found = found.then(among($table::email_index, $person.marks_of_their_own()));
        let found =
            found.sql(concat!(" UNION ALL SELECT id, 'name' FROM ", $name, " WHERE name_index IS NOT NULL AND "));
        let found = found.then(among($table::name_index, $names)).select::<(UuidSql, diesel::sql_types::Text)>();
        direct!($tx.connection(), engine => found.load(engine))
    }};
}
pub(crate) use select_matches_of_person;
