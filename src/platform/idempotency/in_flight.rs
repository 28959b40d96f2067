//! The keys of requests that this process is carrying out now.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The set of keys in use.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Mutex<HashSet<[u8; 32]>>>);

/// A key in use until this is dropped.
pub struct Running {
    set: InFlight,
    key: [u8; 32],
}

impl InFlight {
    /// Takes a key; `None` when another request has it.
    pub(in crate::platform) fn enter(&self, key: [u8; 32]) -> Option<Running> {
        let entered = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        entered.then(|| Running { set: self.clone(), key })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.set.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
