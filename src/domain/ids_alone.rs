//! The proof that a value holds nothing personal beyond ids, so that it may be kept where a person's data may not.

use chrono::NaiveDate;

use super::{Fault, Instant};

/// A value that consists of ids, codes, numbers and dates.
///
/// Free text has no implementation, so a type with such a member does not compile as one:
///
/// ```compile_fail,E0277
/// use iewm::domain::IdsAlone;
///
/// fn keep(_: &impl IdsAlone) {}
/// keep(&String::from("Ada Lovelace"));
/// ```
pub trait IdsAlone {
    /// Returns whether this value holds ids, codes, numbers and dates alone.
    fn holds_ids_alone(&self) -> bool;
}

/// Implements [`IdsAlone`].
///
/// `ids_alone!(codes: A, B)` is for types without text of a caller. `ids_alone!(T { a, b; ids: c })` names every member of a
/// struct: a member that is added later does not compile until it is listed. `ids` are texts by which callers name things
/// that are no people.
macro_rules! ids_alone {
    (codes: $($type:ty),+ $(,)?) => {
        $(impl $crate::domain::IdsAlone for $type {
            fn holds_ids_alone(&self) -> bool {
                true
            }
        })+
    };
    ($type:ident { $($member:ident),* $(; ids: $($id:ident),+)? }) => {
        impl $crate::domain::IdsAlone for $type {
            fn holds_ids_alone(&self) -> bool {
                let Self { $($member,)* $($($id: _,)+)? } = self;
                true $(&& $crate::domain::IdsAlone::holds_ids_alone($member))*
            }
        }
    };
}
pub(crate) use ids_alone;

ids_alone!(codes: &'static str, bool, u32, i32, usize, NaiveDate, Instant);

macro_rules! of_ids {
    ($($(#[$about:meta])* $id:ident,)*) => {
        ids_alone!(codes: $(super::$id),*);
    };
}
super::each_id!(of_ids);

/// A fault repeats nothing of what was sent but the name of a member that this operation does not know.
impl IdsAlone for Fault {
    fn holds_ids_alone(&self) -> bool {
        !self.repeats_a_name()
    }
}

impl<T: IdsAlone> IdsAlone for Option<T> {
    fn holds_ids_alone(&self) -> bool {
        self.as_ref().is_none_or(IdsAlone::holds_ids_alone)
    }
}

impl<T: IdsAlone> IdsAlone for Vec<T> {
    fn holds_ids_alone(&self) -> bool {
        self.iter().all(IdsAlone::holds_ids_alone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Row {
        count: u32,
        faults: Option<Vec<Fault>>,
    }
    ids_alone!(Row { count, faults });

    #[test]
    fn a_row_with_the_name_of_an_unknown_member_holds_more_than_ids() {
        let row = |faults| Row { count: 1, faults };
        assert!(row(None).holds_ids_alone());
        assert!(row(Some(vec![Fault::new("/email", "missing", "is required")])).holds_ids_alone());
        assert!(!row(Some(vec![Fault::new("/Ada Lovelace", "unknown", "is not a member")])).holds_ids_alone());
    }
}
