//! What is remembered of many addresses and numbers at once: which suppress mailings, and whose they are or were.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text};

use super::contacts;
use crate::domain::{ContactId, Error, Instant, Purpose, StoredRow};
use crate::platform::db::{IndexedBy, InstantSql, UuidSql, among, direct, prepared};
use crate::platform::transaction::ReadTx;
use crate::resources::suppressions::store::former::former_addresses;
use crate::resources::suppressions::store::suppressions;

/// What is known of several addresses, and of numbers with names, by their keyed indexes.
#[derive(Debug, Default)]
pub struct Marked {
    suppressed: HashMap<Vec<u8>, HashSet<Purpose>>,
    /// For each mark the contacts who had it before, and when each stopped.
    former: HashMap<Vec<u8>, Vec<(Instant, ContactId)>>,
    /// For each number with its name the contacts who have both, and no e-mail address.
    by_telephone: HashMap<Vec<u8>, Vec<ContactId>>,
}

impl Marked {
    /// Whether the mark suppresses mailings for the purpose.
    pub fn is_suppressed(&self, mark: &[u8], purpose: Purpose) -> bool {
        self.suppressed.get(mark).is_some_and(|purposes| purposes.contains(&purpose))
    }

    /// Whether the mark suppresses mailings for any purpose.
    pub fn is_suppressed_at_all(&self, mark: &[u8]) -> bool {
        self.suppressed.contains_key(mark)
    }

    /// The contact other than `present` who had the address or number last.
    pub fn former_holder(&self, mark: &[u8], present: Option<ContactId>) -> Option<ContactId> {
        let others = self.former.get(mark)?.iter().filter(|(_, contact)| Some(*contact) != present);
        others.max().map(|(_, contact)| *contact)
    }

    /// Every contact who had one of the addresses or numbers.
    pub fn former_holders(&self) -> impl Iterator<Item = ContactId> {
        self.former.values().flatten().map(|(_, contact)| *contact)
    }

    /// Whether a number and name may be another person's than `contact`: a contact that is known by them alone has them, another
    /// contact had them, or they suppress mailings for the purpose because a person was erased.
    pub fn is_anothers_number(&self, mark: &[u8], contact: ContactId, purpose: Purpose) -> bool {
        let has_it = self.by_telephone.get(mark).is_some_and(|holders| holders.iter().any(|holder| *holder != contact));
        has_it || self.former_holder(mark, Some(contact)).is_some() || self.is_suppressed(mark, purpose)
    }
}

/// Reads, in one query, which of the marks suppress mailings, which are former addresses, and which of `named_numbers` are the
/// number and name of a contact without an e-mail address. An address that was passed on to another person is no longer a former
/// one. `named_numbers` are those of the marks that the caller will ask [`Marked::is_anothers_number`] about.
///
/// # Errors
/// 503 when the database does not answer.
pub fn marked_among(tx: &mut ReadTx<'_>, marks: Vec<Vec<u8>>, named_numbers: Vec<Vec<u8>>) -> Result<Marked, Error> {
    type Found = (Vec<u8>, Option<String>, Option<ContactId>, Option<Instant>);
    if marks.is_empty() {
        return Ok(Marked::default());
    }
    let found = prepared("SELECT mark, purpose, NULL AS contact_id, NULL AS since FROM suppressions WHERE ")
        .then(among(suppressions::mark, marks.clone()))
        .sql(" UNION ALL SELECT mark, NULL, contact_id, since FROM former_addresses WHERE passed_on_at IS NULL AND ")
        .then(among(former_addresses::mark, marks))
        // By itself SQLite reads every contact without an address.
        .sql(" UNION ALL SELECT named_number, NULL, id, NULL FROM contacts")
        .then(IndexedBy("contacts_known_by_telephone"))
        .sql(" WHERE email_index IS NULL AND named_number IS NOT NULL AND ")
        .then(among(contacts::named_number, named_numbers))
        .select::<(Binary, Nullable<Text>, Nullable<UuidSql>, Nullable<InstantSql>)>();
    let found: Vec<Found> = direct!(tx.connection(), engine => found.load(engine))?;
    let mut marked = Marked::default();
    for (mark, purpose, contact, since) in found {
        match (purpose, contact, since) {
            (Some(purpose), ..) => {
                // A mark is made of an address, so the log does not say which.
                let purpose = StoredRow::new("suppressions", "a mark").read("purpose", purpose.parse())?;
                marked.suppressed.entry(mark).or_default().insert(purpose);
            }
            (None, Some(contact), Some(since)) => marked.former.entry(mark).or_default().push((since, contact)),
            (None, Some(contact), None) => marked.by_telephone.entry(mark).or_default().push(contact),
            (None, None, _) => {}
        }
    }
    Ok(marked)
}
