//! Where a request stands, as whoever made it sees it by a link, and what they can do there.

pub(super) mod api;
pub(super) mod model;
mod page;
pub(super) mod store;
