//! A set of words of one enumeration: a column of text, and an array in JSON.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A set of words of an enumeration, in its order. A column has the words with one space between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent, bound(deserialize = "W: Ord + Deserialize<'de>"))]
pub struct WordSet<W>(BTreeSet<W>);

impl<W: Copy + Ord + Into<&'static str>> WordSet<W> {
    /// Whether the set has a word.
    pub fn contains(&self, word: W) -> bool {
        self.0.contains(&word)
    }

    /// Whether the set has no words.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every word of this set is in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// The words of both sets.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).copied().collect())
    }

    /// The words, in the order of the enumeration.
    pub fn iter(&self) -> impl Iterator<Item = W> + '_ {
        self.0.iter().copied()
    }

    /// The value of the column.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.iter().map(Into::into).collect();
        words.join(" ")
    }
}

impl<W: Ord> FromIterator<W> for WordSet<W> {
    fn from_iter<I: IntoIterator<Item = W>>(words: I) -> Self {
        Self(words.into_iter().collect())
    }
}

impl<W: Ord + FromStr> FromStr for WordSet<W> {
    type Err = W::Err;

    /// Reads the value of a column.
    ///
    /// # Errors
    /// For a word that the enumeration does not have.
    fn from_str(text: &str) -> Result<Self, W::Err> {
        text.split_ascii_whitespace().map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ContactField::{Email, JobTitle, Name};

    #[test]
    fn a_set_is_written_in_the_order_of_its_enumeration_and_read_back() {
        let set: WordSet<_> = [JobTitle, Name, JobTitle].into_iter().collect();
        assert_eq!(set.text(), "name job_title");
        assert_eq!("name job_title".parse(), Ok(set.clone()));
        assert!("name address".parse::<WordSet<crate::domain::ContactField>>().is_err());
        let wider = set.union(&[Email].into_iter().collect());
        assert!(set.is_within(&wider) && !wider.is_within(&set) && wider.contains(Email));
        assert!("".parse::<WordSet<crate::domain::ContactField>>().unwrap().is_empty());
    }
}
