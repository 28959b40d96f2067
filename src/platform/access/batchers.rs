//! The batchers of batched commands, one for each type of command.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::Error;

/// The batchers, by the type of their commands. The values are kept untyped, because the types of commands are the rooms'.
#[derive(Default)]
pub(super) struct Batchers(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Batchers {
    /// Returns the batcher of the commands `C`, and makes it for the first of them.
    ///
    /// # Errors
    /// Internal when the batcher of `C` is no `B`: each command has one type of batcher.
    pub(super) fn of<C: 'static, B: Any + Send + Sync>(&self, make: impl FnOnce() -> B) -> Result<Arc<B>, Error> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<C>()).cloned();
        let batcher = known.unwrap_or_else(|| {
            let mut batchers = self.0.write().unwrap_or_else(PoisonError::into_inner);
            batchers.entry(TypeId::of::<C>()).or_insert_with(|| Arc::new(make())).clone()
        });
        batcher.downcast().map_err(|_| Error::internal("a batcher of another command"))
    }
}
