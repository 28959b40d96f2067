//! Faults: what the service does when its process, its database, its disk or its callers fail it.

mod cluster;
mod crash;
mod database_away;
mod database_disk;
mod delivery;
mod disk;
mod drain;
mod memory;
mod overload;
mod panics;
mod places;
mod receiving;
mod small_disk;
mod standard_error;
mod triggers;
mod unread;

use std::cell::RefCell;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::client::Answer;
use crate::harness::people::{grant, person, text};
use crate::harness::served::Served;
use crate::harness::{Engine, postgres};

/// A database of a story's own.
pub(crate) enum Ground {
    Sqlite(TempDir),
    Postgres(postgres::Database),
}

impl Ground {
    /// `None` where this machine has no such engine.
    pub(crate) fn of(engine: Engine) -> Option<Self> {
        match engine {
            Engine::Sqlite => Some(Self::Sqlite(tempfile::tempdir().unwrap())),
            Engine::Postgres => postgres::database().map(Self::Postgres),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("iewm.db").display()),
            Self::Postgres(database) => database.url.clone(),
        }
    }
}

/// What the service acknowledged.
#[derive(Debug, PartialEq, Eq)]
enum Acknowledged {
    Contact(String),
    Consent(String),
}

/// Signs people up and records their consents, one after the other, until something is not done; tells each
/// as it is acknowledged. Returns what the service answered last, if it answered at all.
async fn sign_up_until_refused(served: &Served, who: &str, told: impl Fn(Acknowledged)) -> Option<Answer> {
    for at in 0.. {
        let body = person(&format!("Person {who} {at}"), &format!("{who}-{at}@example.org"));
        let made = served.post("/v1/contacts", &body).try_send().await.ok()?;
        if made.status != 201 {
            return Some(made);
        }
        let id = text(&made.json(), "id");
        told(Acknowledged::Contact(id.clone()));
        let given = served.post("/v1/consents", &grant(&id, "newsletter", "telephone")).try_send().await.ok()?;
        if given.status != 201 {
            return Some(given);
        }
        told(Acknowledged::Consent(text(&given.json(), "contact_id")));
    }
    None
}

/// Asserts that everything that was acknowledged is there with its entry in the audit, and that nothing is
/// there by half.
async fn nothing_is_lost(served: &Served, acknowledged: &RefCell<Vec<Acknowledged>>) {
    let of = |items: &[Value], member: &str| {
        let mut all: Vec<String> = items.iter().map(|item| text(item, member)).collect();
        all.sort_unstable();
        all
    };
    // Listing reads every row and opens what is sealed in it.
    let contacts = of(&served.all("/v1/contacts").await, "id");
    let consents = of(&served.all("/v1/consents").await, "contact_id");
    assert_eq!(of(&served.audit("action=contacts.create").await, "contact_id"), contacts);
    assert_eq!(of(&served.audit("action=consents.record").await, "contact_id"), consents);
    for done in acknowledged.borrow().iter() {
        let (there, id) = match done {
            Acknowledged::Contact(id) => (&contacts, id),
            Acknowledged::Consent(contact) => (&consents, contact),
        };
        assert!(there.binary_search(id).is_ok(), "{done:?} was acknowledged and is lost");
    }
}
