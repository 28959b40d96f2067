//! Lists: how many at once, and a page of a list.

use serde::Deserialize;

/// The most items on a page of a list: 1 to 200; the default is 50.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = u16, minimum = 1, maximum = 200, default = 50, example = 50)]
pub struct Limit(u16);

impl Limit {
    /// As many as a page can hold.
    pub const MOST: Self = Self(200);

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

impl TryFrom<String> for Limit {
    type Error = &'static str;

    /// Reads a limit as a query has it: digits alone, no sign.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let limit = digits.and_then(|text| text.parse().ok()).filter(|limit| (1..=200).contains(limit));
        limit.map(Self).ok_or("must be a whole number from 1 to 200")
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
