//! Records that may be about a person: they name no contact, and have something in common with the person that others may
//! have too.

use super::{for_the_person, name_index};
use crate::domain::{Error, MatchAnswer, PossibleMatch};
use crate::platform::doors::{ReadTx, unless_key_missing};
use crate::platform::personal::Person;

/// Finds the possible matches of a person in all rooms, in the order of their kinds and ids. Without the person's key, their
/// name is not compared.
///
/// # Errors
/// 410 when the contact was erased.
pub fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<PossibleMatch>, Error> {
    let known = unless_key_missing(for_the_person(tx, person.contact))?;
    let name = known.and_then(|contact| contact.name).map(|name| name_index(tx, &name));
    let mut found = Vec::new();
    for holder in tx.holders() {
        found.extend(holder.matches(tx, person, name.as_deref())?);
    }
    found.sort_unstable();
    Ok(found)
}

/// Adds to a person the matches that were said to be about them.
pub(super) fn adopt(person: &mut Person, matches: &[PossibleMatch]) {
    let theirs = matches.iter().filter(|found| found.answer == Some(MatchAnswer::SamePerson));
    person.records = theirs.map(|found| found.record.clone()).collect();
}
