//! The rooms, one for each noun. Each keeps its resource and commands (`model`), its handlers (`api`),
//! its rows and SQL (`store`), and what it knows of people (`personal`). A room uses lower rooms'
//! models and store functions, never their rows, and never calls upward. In rising order: notices,
//! organisations, standing, contacts, consents, processing, `audit_trail`, `token_revocations`.

pub mod audit_trail;
pub mod consents;
pub mod contacts;
pub mod notices;
pub mod organisations;
pub mod processing;
pub mod standing;
pub mod token_revocations;

use crate::platform::http::Room;

/// The operations of all rooms.
pub fn rooms() -> Vec<Room> {
    vec![
        notices::routes(),
        organisations::routes(),
        contacts::routes(),
        consents::routes(),
        processing::routes(),
        audit_trail::routes(),
        token_revocations::routes(),
    ]
}
