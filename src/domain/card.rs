//! The card of a table: its use, the class of each of its columns, what an erasure does to it, and how long it is kept.
//!
//! The part of the program that owns a table declares its card once, in the file `cards.rs` beside its store. The inventory, the
//! rules of erasure, the retention schedule and their pages of the docs are views over all cards.

use super::record_class::RecordClass;

/// How sensitive a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A person's particulars: sealed, by default under the person's own key.
    Sealed,
    /// A keyed hash of a person's particulars.
    BlindIndex,
    /// Identifies a person or an actor without revealing who it is.
    Pseudonymous,
    /// No personal data.
    Plain,
}

impl Class {
    /// Whether the column's values are about a person: sealed, or a keyed hash.
    pub fn tells(self) -> bool {
        matches!(self, Self::Sealed | Self::BlindIndex)
    }
}

/// A column: its name and its class.
pub type Column = (&'static str, Class);

/// What the erasure of a person does to the person's records in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It deletes them.
    Erase,
    /// It keeps them, and empties the columns of [`Card::emptied`].
    Anonymise,
    /// It keeps them unchanged, because they do not tell who the person was.
    Keep,
}

/// How the erasure of a person treats a table, and on which ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnErasure {
    /// The table holds nothing of a contact.
    OfNoContact,
    /// A plan of erasure counts the records, and is stale when one of them changes.
    Counted(Fate, &'static str),
    /// A plan counts no records, because they come and go by themselves.
    Uncounted(Fate, &'static str),
    /// As [`OnErasure::Uncounted`], and the records stay as long as the person's own record stays.
    WithThePerson(Fate, &'static str),
}

impl OnErasure {
    /// What becomes of a person's records, and the ground; `None` if the table holds nothing of a contact.
    pub fn rule(self) -> Option<(Fate, &'static str)> {
        match self {
            Self::OfNoContact => None,
            Self::Counted(fate, ground) | Self::Uncounted(fate, ground) | Self::WithThePerson(fate, ground) => {
                Some((fate, ground))
            }
        }
    }

    /// What becomes of a person's records; `None` if the table holds nothing of a contact.
    pub fn fate(self) -> Option<Fate> {
        self.rule().map(|(fate, _)| fate)
    }

    /// Whether a plan counts the records.
    pub fn is_counted(self) -> bool {
        matches!(self, Self::Counted(..))
    }
}

/// The card of a table.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// The table's name, with `vault.` before those of the vault.
    pub table: &'static str,
    /// The table's use, for `docs/PRIVACY.md` and for packages.
    pub meaning: &'static str,
    /// The columns, without those of `emptied`.
    pub columns: &'static [Column],
    /// The columns that an erasure empties in a row that stays. Other tables than anonymised ones have none.
    pub emptied: &'static [Column],
    /// What the erasure of a person does to the table.
    pub on_erasure: OnErasure,
    /// The class of the records in the retention schedule.
    pub retention: RecordClass,
}

impl Card {
    /// Returns every column.
    pub fn all_columns(&self) -> impl Iterator<Item = Column> + use<> {
        self.columns.iter().chain(self.emptied).copied()
    }

    /// Whether a column identifies a person or an actor.
    pub fn is_personal(&self) -> bool {
        self.all_columns().any(|(_, class)| class != Class::Plain)
    }
}

/// The cards of several parts of the program, each with one card for each of its tables.
#[derive(Clone, Copy, Debug)]
pub struct Cards(pub &'static [&'static [Card]]);

impl Cards {
    /// Returns every card, in the order of the parts.
    pub fn iter(self) -> impl Iterator<Item = &'static Card> {
        self.0.iter().flat_map(|cards| cards.iter())
    }

    /// Returns the card of a table; `None` for an unknown one.
    pub fn of(self, table: &str) -> Option<&'static Card> {
        self.iter().find(|card| card.table == table)
    }
}
