//! What the application gives its rooms, by type: so that a lower room can call a higher one without knowing it, and this
//! platform need not know either.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::Error;

/// Values of different types, one of each.
#[derive(Clone, Debug, Default)]
pub struct Extensions(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl Extensions {
    /// The same extensions and `value`, which replaces a value of the same type.
    #[must_use]
    pub fn with<T: Copy + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.0.insert(TypeId::of::<T>(), Arc::new(value));
        self
    }

    /// The value of a type.
    ///
    /// # Errors
    /// Internal when there is none.
    pub(super) fn get<T: Copy + 'static>(&self) -> Result<T, Error> {
        let found = self.0.get(&TypeId::of::<T>()).and_then(|value| value.downcast_ref());
        found.copied().ok_or_else(|| Error::internal(format_args!("no extension {}", type_name::<T>())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_type() {
        let extensions = Extensions::default().with(1_u8).with("text").with(2_u8);
        assert_eq!(extensions.get::<u8>().unwrap(), 2);
        assert_eq!(extensions.get::<&str>().unwrap(), "text");
        let missing = extensions.get::<u16>().unwrap_err();
        assert_eq!(missing.cause(), Some("no extension u16"));
    }
}
