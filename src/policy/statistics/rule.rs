//! Which numbers can be published, of a whole and of the parts that add up to it:
//!
//! 1. A whole of 1 to 4 is omitted, with all its parts.
//! 2. Where a part is 1 to 4, every part below 5 is omitted (zeros too), the next smallest, and every part equal to that.
//! 3. The parts of an omitted part are omitted.
//!
//! So an omission has two numbers or more, and an observer cannot compute all of them: any two that differ could have each
//! other's value, and where all are equal, one could be greater and another less. The wholes form a tree, so that no sum over two
//! of them tells more.

/// The smallest published number, besides zero.
pub const FEWEST: u64 = 5;

/// Returns a number that can be published by itself.
pub(super) fn told(number: u64) -> Option<u64> {
    (number == 0 || number >= FEWEST).then_some(number)
}

/// Which parts of a whole can be published.
#[derive(Clone, Copy, Debug)]
pub(super) enum Parts {
    /// None of them.
    None,
    /// All of them.
    All,
    /// Those above this number.
    Above(u64),
}

impl Parts {
    /// Judges the parts of a whole; `whole` is `None` if the whole is omitted.
    pub(super) fn of(whole: Option<u64>, parts: &[u64]) -> Self {
        if whole.is_none() {
            return Self::None;
        }
        if parts.iter().all(|&part| told(part).is_some()) {
            return Self::All;
        }
        let next = parts.iter().copied().filter(|&part| part >= FEWEST).min();
        next.map_or(Self::None, Self::Above)
    }

    /// Returns a part if it can be published.
    pub(super) fn told(self, part: u64) -> Option<u64> {
        match self {
            Self::None => None,
            Self::All => Some(part),
            Self::Above(bound) => (part > bound).then_some(part),
        }
    }
}

/// Returns the parts of a whole that can be published.
pub(super) fn told_parts<const N: usize>(whole: Option<u64>, parts: [u64; N]) -> [Option<u64>; N] {
    let judged = Parts::of(whole, &parts);
    parts.map(|part| judged.told(part))
}
