//! The people that a file's rows may mean, and what a row makes of one.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::indexed::IndexedRow;
use super::row::{ChangedMember, ImportOutcome, ImportResult, ImportRow};
use crate::domain::{ContactId, Error, Fault, Faults};
use crate::platform::vault::{BlindIndexKey, DataKey};
use crate::resources::contacts::model::{Source, SourceKind};
use crate::resources::contacts::particulars::Particulars;
use crate::resources::contacts::store::{Indexes, Marked};

/// What is known of a person, and from where.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) particulars: Particulars,
    pub(super) obtained_on: NaiveDate,
}

impl Person {
    fn new(row: &ImportRow, today: NaiveDate) -> Self {
        let telephone = row.number();
        let ImportRow { name, email, organisation, job_title, source_detail, obtained_on, .. } = row.clone();
        let source_kind = SourceKind::Import;
        let earlier_sources = Vec::new();
        let particulars = Particulars {
            name,
            email,
            telephone,
            organisation,
            job_title,
            source_kind,
            source_detail,
            earlier_sources,
        };
        Self { particulars, obtained_on: obtained_on.unwrap_or(today) }
    }

    /// The person as the row has it; `None` when the row tells nothing new. A row that names another source replaces the source
    /// whole: its kind, detail and day, which is `today` where the row gives none.
    fn with(&self, row: &ImportRow, today: NaiveDate) -> Option<Self> {
        let ImportRow { name, email, organisation, job_title, source_detail, obtained_on, .. } = row.clone();
        let known = &self.particulars;
        // A row that gives the same number without an extension does not take the extension away.
        let telephone = row.number().map(|given| match &known.telephone {
            Some(number) if number.as_str() == given.as_str() => given.or_extension(number.extension().cloned()),
            _ => given,
        });
        let another_detail = source_detail.is_some() && source_detail != known.source_detail;
        let new_source = another_detail || obtained_on.is_some_and(|day| day != self.obtained_on);
        let (source_kind, source_detail, obtained_on) = if new_source {
            (SourceKind::Import, source_detail, obtained_on.unwrap_or(today))
        } else {
            (known.source_kind, known.source_detail.clone(), self.obtained_on)
        };
        let mut particulars = Particulars {
            name,
            email: known.email.clone().or(email),
            telephone: telephone.or_else(|| known.telephone.clone()),
            organisation: organisation.or_else(|| known.organisation.clone()),
            job_title: job_title.or_else(|| known.job_title.clone()),
            source_kind,
            source_detail,
            earlier_sources: known.earlier_sources.clone(),
        };
        if new_source {
            let (kind, detail) = (known.source_kind, known.source_detail.clone());
            particulars.keep_sources([Source { kind, detail, obtained_on: self.obtained_on }]);
        }
        (new_source || particulars != *known).then_some(Self { particulars, obtained_on })
    }

    /// The members that are others than in `before`.
    fn changed_since(&self, before: &Self) -> Vec<ChangedMember> {
        let source = |person: &Self| {
            let Particulars { source_kind, source_detail, .. } = &person.particulars;
            (*source_kind, source_detail.clone(), person.obtained_on)
        };
        let (now, then) = (&self.particulars, &before.particulars);
        let changes = [
            (now.name != then.name, ChangedMember::Name),
            (now.email != then.email, ChangedMember::Email),
            (now.telephone != then.telephone, ChangedMember::Telephone),
            (now.organisation != then.organisation, ChangedMember::Organisation),
            (now.job_title != then.job_title, ChangedMember::JobTitle),
            (source(self) != source(before), ChangedMember::Source),
        ];
        changes.into_iter().filter_map(|(is_changed, member)| is_changed.then_some(member)).collect()
    }
}

/// A person who is stored, or who would be after a dry run.
pub(super) struct Known {
    /// The contact; `None` for one that only a dry run has made.
    pub(super) id: Option<ContactId>,
    pub(super) person: Person,
    /// The indexes of the person's address and number.
    pub(super) indexes: Indexes,
    pub(super) version: i32,
    pub(super) last_activity_on: NaiveDate,
    /// The person's data is stored and not used: no row changes it.
    pub(super) restricted: bool,
    /// The contact's key, where it was read with it; a key made ready is large, and most people need none.
    pub(super) key: Option<Box<DataKey>>,
}

/// People by their addresses and numbers.
#[derive(Default)]
pub(super) struct People {
    known: Vec<Known>,
    ids: HashSet<ContactId>,
    by_email: HashMap<Vec<u8>, usize>,
    /// Several people can have the same number and name.
    by_named_number: HashMap<Vec<u8>, Vec<usize>>,
    /// Numbers with names that rows of this import have changed, and whose they were.
    former: HashMap<Vec<u8>, usize>,
    /// The blind indexes by which people are found whose key is missing.
    unreadable: HashSet<Vec<u8>>,
}

impl People {
    /// Adds a person, unless the contact exists already, perhaps as an earlier row has changed it.
    pub(super) fn add(&mut self, known: Known) {
        if known.id.is_some_and(|id| !self.ids.insert(id)) {
            return;
        }
        let at = self.known.len();
        let Indexes { email, named_number, .. } = &known.indexes;
        if let Some(email) = email {
            self.by_email.insert(email.clone(), at);
        }
        if let Some(index) = named_number {
            self.by_named_number.entry(index.clone()).or_default().push(at);
        }
        self.known.push(known);
    }

    /// Adds the blind indexes by which a person is found whose key is missing.
    pub(super) fn add_unreadable(&mut self, marks: impl IntoIterator<Item = Vec<u8>>) {
        self.unreadable.extend(marks);
    }

    /// Whether a row means a person whose key is missing.
    fn is_unreadable(&self, row: &IndexedRow) -> bool {
        if self.unreadable.is_empty() {
            return false;
        }
        let Indexes { email, named_number, .. } = &row.indexes;
        let is_known = email.as_ref().is_some_and(|email| self.by_email.contains_key(email));
        let number = named_number.as_ref().filter(|_| !is_known);
        email.iter().chain(number).any(|mark| self.unreadable.contains(mark))
    }

    /// Finds the people that a row may mean: the one with its address or, where it has none, those with its number and name
    /// together.
    fn find(&self, row: &IndexedRow) -> &[usize] {
        let found = if let Some(email) = &row.indexes.email {
            self.by_email.get(email).map(std::slice::from_ref)
        } else {
            let index = row.indexes.named_number.as_ref();
            index.and_then(|index| self.by_named_number.get(index)).map(Vec::as_slice)
        };
        found.unwrap_or_default()
    }

    /// Finds the person who has no address, and the number and name of a row that has one. Of several, one whose data is
    /// restricted is found, so that the row is rejected; otherwise none is, because the row can mean any.
    fn known_by_telephone(&self, row: &IndexedRow) -> Option<usize> {
        let has_no_address =
            |at: &usize| self.known.get(*at).is_some_and(|known| known.person.particulars.email.is_none());
        let is_restricted = |at: &usize| self.known.get(*at).is_some_and(|known| known.restricted);
        let holders = self.by_named_number.get(row.indexes.named_number.as_ref()?)?;
        let holders: Vec<usize> = holders.iter().copied().filter(has_no_address).collect();
        let only = if let [one] = holders.as_slice() { Some(*one) } else { None };
        holders.iter().copied().find(is_restricted).or(only)
    }

    /// The person who had a number under a name before an earlier row of this import changed it.
    fn former_holder(&self, mark: &[u8]) -> Option<&Known> {
        self.known.get(*self.former.get(mark)?)
    }

    /// Follows a person whom a row has changed: what they had before is a former number of theirs for later rows.
    fn follow(&mut self, keys: &BlindIndexKey, at: usize) {
        let Some(known) = self.known.get_mut(at) else { return };
        let Particulars { name, email, telephone, .. } = &known.person.particulars;
        let indexes = Indexes::keyed(keys, name, email.as_ref(), telephone.as_ref());
        let before = std::mem::replace(&mut known.indexes, indexes.clone());
        if let Some(email) = indexes.email.filter(|_| before.email.is_none()) {
            self.by_email.insert(email, at);
        }
        let Some(after) = indexes.named_number else { return };
        if let Some(gone) = before.named_number.filter(|gone| *gone != after) {
            if let Some(holders) = self.by_named_number.get_mut(&gone) {
                holders.retain(|holder| *holder != at);
            }
            self.former.insert(gone, at);
        }
        self.former.remove(&after);
        let holders = self.by_named_number.entry(after).or_default();
        if !holders.contains(&at) {
            holders.push(at);
        }
    }
}

/// What is remembered of the addresses and numbers in a chunk of rows.
pub(super) struct Memory {
    /// Which are suppressed, and which are former ones.
    pub(super) marked: Marked,
    /// Those of the people who had them whose data is restricted.
    pub(super) restricted: HashSet<ContactId>,
}

/// What a row leads to.
pub(super) enum Deed<'a> {
    /// A new contact, of this row.
    Create(&'a IndexedRow),
    /// A change of one that is there.
    Update(&'a Known),
}

/// The member by which a row is found.
fn found_by(row: &ImportRow) -> &'static str {
    if row.email.is_some() { "/email" } else { "/telephone" }
}

/// The fault of a row for a restricted person.
fn restricted(row: &ImportRow) -> Fault {
    let detail = "belongs to a person whose data is restricted: the service stores the data and does not change it";
    Fault::new(found_by(row), "restricted", detail)
}

/// What is wrong with a row for a person whose key is missing.
fn key_missing(row: &ImportRow) -> Fault {
    let detail = "belongs to a person whose data cannot be read, because its key is missing from the vault";
    Fault::new(found_by(row), "key_missing", detail)
}

/// Settles rows one after the other, so that a later one finds what an earlier one did. `act` does it,
/// or only pretends to.
pub(super) fn settle(
    first: u32,
    rows: &[Result<IndexedRow, Faults>],
    today: NaiveDate,
    keys: &BlindIndexKey,
    people: &mut People,
    memory: &Memory,
    mut act: impl FnMut(Deed<'_>, &Person) -> Result<Option<ContactId>, Error>,
) -> Result<Vec<ImportResult>, Error> {
    let mut results = Vec::with_capacity(rows.len());
    for (number, row) in (first..).zip(rows) {
        let row = match row {
            Ok(row) => row,
            Err(faults) => {
                results.push(ImportResult::rejected(number, faults));
                continue;
            }
        };
        if people.is_unreadable(row) {
            results.push(ImportResult::rejected(number, &key_missing(row).into()));
            continue;
        }
        let named = match people.find(row) {
            [] => None,
            [one] => Some(*one),
            [_, ..] => {
                results.push(ImportResult::several_contacts(number));
                continue;
            }
        };
        let by_telephone = || row.email.as_ref().and_then(|_| people.known_by_telephone(row));
        let meant = named.or_else(by_telephone);
        if meant.and_then(|at| people.known.get(at)).is_some_and(|known| known.restricted) {
            results.push(ImportResult::rejected(number, &restricted(row).into()));
            continue;
        }
        // An address is suppressed for its contact too. A number and name that a contact has now lead to that one.
        let mark = row.mark().filter(|_| row.email.is_some() || named.is_none());
        if mark.is_some_and(|mark| memory.marked.is_suppressed_at_all(mark)) {
            results.push(ImportResult::new(number, ImportOutcome::Suppressed, None));
            continue;
        }
        if let Some(mark) = mark.filter(|_| named.is_none()) {
            if let Some(holder) = people.former_holder(mark) {
                results.push(ImportResult::former_address(number, holder.id));
                continue;
            }
            if let Some(holder) = memory.marked.former_holder(mark, None) {
                results.push(if memory.restricted.contains(&holder) {
                    ImportResult::rejected(number, &restricted(row).into())
                } else {
                    ImportResult::former_address(number, Some(holder))
                });
                continue;
            }
        }
        let result = match meant {
            None => {
                let person = Person::new(row, today);
                let id = act(Deed::Create(row), &person)?;
                let (last_activity_on, indexes) = (person.obtained_on, row.indexes.clone());
                people.add(Known { id, person, indexes, version: 1, last_activity_on, restricted: false, key: None });
                ImportResult::new(number, ImportOutcome::Created, id)
            }
            Some(at) => {
                let Some(known) = people.known.get_mut(at) else { continue };
                match known.person.with(row, today) {
                    None => ImportResult::new(number, ImportOutcome::Unchanged, known.id),
                    Some(person) => {
                        known.last_activity_on = known.last_activity_on.max(row.obtained_on.unwrap_or(today));
                        act(Deed::Update(known), &person)?;
                        known.version += 1;
                        let (id, before) = (known.id, std::mem::replace(&mut known.person, person));
                        let changed = known.person.changed_since(&before);
                        people.follow(keys, at);
                        ImportResult::updated(number, id, changed)
                    }
                }
            }
        };
        results.push(result);
    }
    Ok(results)
}
