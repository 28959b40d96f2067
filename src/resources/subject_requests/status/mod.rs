//! The stage of a request, as the requester sees it by a link, and the actions of that link.

pub(super) mod api;
pub(super) mod model;
mod page;
pub(super) mod store;
