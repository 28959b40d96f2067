//! A budget of bytes for the whole process: of received bodies, or of unsent responses.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web::Bytes;

/// Up to this size a body or a response is small. The last eighth of a budget is reserved for small
/// ones.
pub(super) const SMALL: usize = 16 * 1024;

/// How many bytes may be in use at a time. Clones share one budget.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Ledger>);

#[derive(Debug)]
struct Ledger {
    most: usize,
    held: AtomicUsize,
}

/// Bytes that count against a budget until this is dropped.
#[derive(Debug)]
pub struct Held {
    budget: Budget,
    bytes: usize,
}

/// A buffer and the bytes that it counts for.
struct Counted<T> {
    buffer: T,
    _held: Held,
}

impl<T: AsRef<[u8]>> AsRef<[u8]> for Counted<T> {
    fn as_ref(&self) -> &[u8] {
        self.buffer.as_ref()
    }
}

impl Budget {
    /// A budget of `most` bytes.
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Ledger { most, held: AtomicUsize::new(0) }))
    }

    /// Counts nothing yet.
    pub(super) fn hold_none(&self) -> Held {
        Held { budget: self.clone(), bytes: 0 }
    }

    /// Reserves `bytes`; `None` when [`Held::grow`] would refuse them.
    pub(super) fn reserve(&self, bytes: usize) -> Option<Held> {
        let mut held = self.hold_none();
        held.grow(bytes).then_some(held)
    }

    /// Counts `bytes` that exist already and cannot be refused, even beyond the budget.
    pub(super) fn count(&self, bytes: usize) -> Held {
        self.0.held.fetch_add(bytes, Ordering::Relaxed);
        Held { budget: self.clone(), bytes }
    }

    /// Returns whether more than half of the budget is in use.
    pub(super) fn is_crowded(&self) -> bool {
        self.0.held.load(Ordering::Relaxed) > self.0.most / 2
    }
}

impl Held {
    /// Reserves `more` bytes, and returns whether the budget had them. A large holder leaves an eighth of
    /// the budget to small ones. The only holder is never refused, so that a budget smaller than one body
    /// refuses none forever.
    pub(super) fn grow(&mut self, more: usize) -> bool {
        let Ledger { most, held } = &*self.budget.0;
        let own = self.bytes + more;
        let limit = if own <= SMALL { *most } else { most - most / 8 };
        let fits = |held: usize| (held == self.bytes || held.saturating_add(more) <= limit).then_some(held + more);
        let grown = held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok();
        if grown {
            self.bytes = own;
        }
        grown
    }

    /// Returns `buffer` as bytes that count against the budget until their last copy is dropped.
    pub(super) fn around(self, buffer: impl AsRef<[u8]> + Send + 'static) -> Bytes {
        Bytes::from_owner(Counted { buffer, _held: self })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.0.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(budget: &Budget) -> usize {
        budget.0.held.load(Ordering::Relaxed)
    }

    #[test]
    fn large_holders_leave_an_eighth_to_small_ones() {
        let budget = Budget::new(800_000);
        let large = budget.reserve(600_000).unwrap();
        assert!(budget.reserve(100_001).is_none(), "700,001 of 800,000 leave less than an eighth");
        let other = budget.reserve(100_000).unwrap();
        assert!(budget.reserve(SMALL + 1).is_none());
        let small = budget.reserve(SMALL).unwrap();
        drop((large, other));
        assert_eq!(held(&budget), SMALL);
        drop(small);
        assert_eq!(held(&budget), 0);
    }

    #[test]
    fn the_only_holder_is_never_refused() {
        let budget = Budget::new(1000);
        let mut alone = budget.hold_none();
        assert!(alone.grow(900) && alone.grow(5000));
        assert!(budget.reserve(1).is_none());
        assert!(alone.grow(5000) || held(&budget) == 5900);
        drop(alone);
        assert_eq!(held(&budget), 0);
    }

    #[test]
    fn bytes_count_until_their_last_copy_is_dropped() {
        let budget = Budget::new(1000);
        let whole = budget.count(2000).around(vec![7; 2000]);
        assert!(budget.is_crowded());
        let slice = whole.slice(10..20);
        drop(whole);
        assert_eq!(held(&budget), 2000);
        drop(slice);
        assert_eq!(held(&budget), 0);
    }
}
