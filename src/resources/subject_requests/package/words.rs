//! The caller's words about a package.

use serde::{Deserialize, Serialize};

use super::super::model::{Explanation, Right};
use super::super::store::in_our_words;
use super::delivery::{Delivery, PostalAddress};
use super::model::{BuildPackage, SearchNote};
use crate::domain::Error;
use crate::personal::Person;

/// The words to the requester, and the search elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Words {
    /// A sentence of ours, unless set.
    pub(super) explanation: Option<Explanation>,
    pub(super) search_note: Option<SearchNote>,
    /// Whom a job searches for, as they were known when it began.
    #[serde(default)]
    pub(super) person: Option<Person>,
    /// How the person gets it; as the requester's address allows, unless set.
    #[serde(default)]
    pub(super) delivery: Option<Delivery>,
    /// Where a letter with it goes.
    #[serde(default)]
    pub(super) postal_address: Option<PostalAddress>,
}

impl Words {
    /// What was said.
    pub(super) fn of(asked: BuildPackage) -> Self {
        let BuildPackage { explanation, search_note, delivery, postal_address, rebuild: _ } = asked;
        Self { explanation, search_note, delivery, postal_address, person: None }
    }

    /// The same, but for replaced words.
    pub(super) fn changed(self, asked: BuildPackage) -> Self {
        let BuildPackage { explanation, search_note, delivery, postal_address, rebuild: _ } = asked;
        Self {
            explanation: explanation.or(self.explanation),
            search_note: search_note.or(self.search_note),
            delivery: delivery.or(self.delivery),
            postal_address: postal_address.or(self.postal_address),
            person: self.person,
        }
    }
}

/// The sentence by which a package is given, unless the council chose another.
///
/// # Errors
/// None, unless that sentence were no explanation.
pub(super) fn own(kind: Right) -> Result<Explanation, Error> {
    let words = if kind == Right::Portability {
        "We have prepared the data about you in a form that programs read, with the information that the law says we \
         must give you."
    } else {
        "We have prepared a copy of the data that we hold about you, with the information that the law says we must \
         give you."
    };
    in_our_words(words)
}
