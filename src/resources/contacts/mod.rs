//! Contacts: the people that IEWM knows, and no more of each than a purpose needs (UK GDPR Article 5(1)(c)).
//!
//! Invariants: a live e-mail address belongs to one contact; everything about a person but ids, status
//! and dates is one sealed blob under the person's own key, found through blind indexes; an erased
//! contact is an id without a person; a restricted contact is stored and not used, and shows no more
//! (Article 18). No URL looks a person up.

mod api;
pub mod cards;
pub mod directory;
mod export;
mod import;
pub mod model;
mod particulars;
mod personal;
mod rights;
mod search;
pub mod sharing_refusals;
pub mod store;

pub use personal::ContactData;

use crate::domain::Code;
use crate::platform::serve::Room;

/// The room's operations.
pub fn routes() -> Room {
    Room::new("contacts", "Contacts: the people whom IEWM knows.")
        .serve(api::__path_list, api::list)
        .serve(api::__path_create, api::create)
        .problems(&[Code::ContactExists])
        .serve(api::__path_search, api::search)
        .serve(api::__path_read, api::read)
        .problems(&[Code::Erased, Code::Merged])
        .serve(api::__path_update, api::update)
        .problems(&[Code::ContactExists, Code::Erased, Code::Merged, Code::Restricted])
        .serve(api::__path_delete, api::delete)
        .problems(&[Code::ErasureRequestRequired, Code::Erased, Code::Held, Code::Merged, Code::Restricted])
        .serve(api::__path_merge, api::merge)
        .problems(&[Code::Erased, Code::Held, Code::Merged, Code::Restricted])
        .serve(api::__path_rights, api::rights)
        .problems(&[Code::Erased, Code::Merged])
        .serve(api::__path_import, api::import)
        .problems(&[Code::OutcomeUnknown])
        .unseals(&["/v1/contacts/{id}"])
}
