//! Numbers that add up, level by level.

use super::rule::{Parts, told};

/// A number, and the parts that add up to it. A number without parts is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tree {
    number: u64,
    parts: Vec<Tree>,
}

/// A [`Tree`] as far as it can be told; `None` is omitted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ToldTree {
    /// The number.
    pub number: Option<u64>,
    /// Its parts, in their order. Omitted parts are included, as `None`.
    pub parts: Vec<ToldTree>,
}

impl Tree {
    /// A number that is counted.
    pub fn counted(number: u64) -> Self {
        Self { number, parts: Vec::new() }
    }

    /// The sum of parts.
    pub fn sum(parts: Vec<Self>) -> Self {
        Self { number: parts.iter().map(|part| part.number).sum(), parts }
    }

    /// Returns every number, for callers who may see each record anyway.
    pub fn exact(&self) -> ToldTree {
        ToldTree { number: Some(self.number), parts: self.parts.iter().map(Self::exact).collect() }
    }

    /// Returns the numbers that can be published.
    pub fn published(&self) -> ToldTree {
        self.told_as(told(self.number))
    }

    fn told_as(&self, number: Option<u64>) -> ToldTree {
        let numbers: Vec<u64> = self.parts.iter().map(|part| part.number).collect();
        let judged = Parts::of(number, &numbers);
        ToldTree { number, parts: self.parts.iter().map(|part| part.told_as(judged.told(part.number))).collect() }
    }
}
