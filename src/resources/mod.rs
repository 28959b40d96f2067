//! The rooms, one for each noun. Each keeps its resource and commands (`model`), its handlers (`api`),
//! its rows and SQL (`store`), and what it knows of people (`personal`). A room uses lower rooms'
//! models and store functions, never their rows, and never calls upward. In rising order: notices,
//! organisations, suppressions, contacts, holds, agreements, disclosures, consents, preferences, networks, events, registrations,
//! complaints, breaches, `subject_requests`, obligations, deadlines, messages, processing, `audit_trail`, `token_revocations`.

pub mod agreements;
pub mod audit_trail;
pub mod breaches;
pub mod complaints;
pub mod consents;
pub mod contacts;
pub mod deadlines;
pub mod disclosures;
pub mod events;
pub mod holds;
pub mod messages;
pub mod networks;
pub mod notices;
pub mod obligations;
pub mod organisations;
pub mod preferences;
pub mod processing;
pub mod registrations;
pub mod subject_requests;
pub mod suppressions;
pub mod token_revocations;

use std::sync::LazyLock;

use crate::platform::outbox::{Letter, Letters};
use crate::platform::serve::Room;

/// The operations of all rooms.
pub fn rooms() -> Vec<Room> {
    vec![
        notices::routes(),
        organisations::routes(),
        contacts::routes(),
        holds::routes(),
        agreements::routes(),
        disclosures::routes(),
        disclosures::shared_contacts::routes(),
        consents::routes(),
        preferences::routes(),
        networks::routes(),
        events::routes(),
        registrations::routes(),
        complaints::routes(),
        breaches::routes(),
        subject_requests::routes(),
        obligations::routes(),
        deadlines::routes(),
        messages::routes(),
        processing::routes(),
        audit_trail::routes(),
        token_revocations::routes(),
    ]
}

/// The kinds of messages that all rooms queue.
pub fn letters() -> Letters {
    static ALL: LazyLock<Vec<&'static dyn Letter>> = LazyLock::new(|| {
        [
            &preferences::LETTERS[..],
            &registrations::LETTERS[..],
            complaints::LETTERS,
            subject_requests::LETTERS,
            obligations::LETTERS,
            deadlines::LETTERS,
        ]
        .concat()
    });
    &ALL
}
