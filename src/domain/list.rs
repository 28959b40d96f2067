//! Lists: how many at once, and a page of a list.

use serde::{Deserialize, Serialize};

/// How many items a page of a list holds at most: 1 to 200, 50 unless said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schema(value_type = u16, minimum = 1, maximum = 200, default = 50, example = 50)]
pub struct Limit(u16);

impl Limit {
    /// The limit as a database counts.
    pub fn rows(self) -> i64 {
        i64::from(self.0)
    }

    /// The limit as a count of items.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<u16> for Limit {
    type Error = &'static str;

    fn try_from(limit: u16) -> Result<Self, Self::Error> {
        if (1..=200).contains(&limit) { Ok(Self(limit)) } else { Err("must be a whole number from 1 to 200") }
    }
}

impl From<Limit> for u16 {
    fn from(limit: Limit) -> Self {
        limit.0
    }
}

/// One page of a list as a store finds it: the items, and the key of the last one when more follow.
#[derive(Clone, Debug)]
pub struct ListPage<T, K> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// The key to go on after; `None` on the last page.
    pub next: Option<K>,
}

impl<T, K> ListPage<T, K> {
    /// Makes a page from rows fetched with one more than `limit`: the surplus row only tells that
    /// there is another page.
    pub fn cut(mut rows: Vec<T>, limit: Limit, key: impl FnOnce(&T) -> K) -> Self {
        let more = rows.len() > limit.get();
        rows.truncate(limit.get());
        let next = if more { rows.last().map(key) } else { None };
        Self { items: rows, next }
    }

    /// The same page with each item turned into another.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> ListPage<U, K> {
        ListPage { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}
