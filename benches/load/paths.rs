//! The paths that are measured, and how each is asked.

use std::cell::Cell;

use serde_json::{Value, json};

use super::people::{beginnings, email, name, spread};
use super::service::Service;

/// What a path's rate is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Against {
    /// Nothing: it is a ceiling itself.
    Nothing,
    /// The constant route.
    Bare,
    /// One durable row a commit.
    Insert,
    /// Another row of the table.
    Row(&'static str),
}

/// A path: its name, its ceiling, and the bytes of its next request.
pub(crate) struct Path<'a> {
    pub(crate) name: &'static str,
    pub(crate) against: Against,
    pub(crate) ask: Box<dyn Fn() -> Vec<u8> + 'a>,
}

/// The purposes whose consents are recorded while it is measured; the audience is of another.
const PURPOSES: [&str; 4] = ["event_information", "blogs_and_articles", "trade_articles", "professional_networks"];

/// What is sent to record that contact `id` said yes.
pub(crate) fn grant(id: &str, purpose: &str) -> Value {
    json!({
        "contact_id": id, "purpose": purpose, "decision": "given", "method": "telephone",
        "wording": "Yes, send it to me. I can stop it at any time.", "evidence_ref": "Call recording 42",
    })
}

/// What is sent to sign person `n` up.
pub(crate) fn person(n: usize) -> Value {
    json!({
        "name": name(n), "email": email(n), "telephone": format!("020 7946 0{:03}", n % 1000),
        "organisation": "Council 7", "job_title": "Officer",
        "source": { "kind": "self", "obtained_on": "2026-01-05" },
    })
}

/// All of them. `ids` are the contacts that are there, of whom number `n` is person `n`; `newcomers` counts on.
pub(crate) fn all<'a>(service: &'a Service<'_>, ids: &'a [String], newcomers: &'a Cell<usize>) -> Vec<Path<'a>> {
    let path = |name, against, ask| Path { name, against, ask };
    let asked = Cell::new(0);
    let next = move || asked.replace(asked.get() + 1);
    let next = std::rc::Rc::new(next);
    let any = {
        let next = next.clone();
        move || spread(next()) % ids.len()
    };
    let any = std::rc::Rc::new(any);
    let search = |asked: Box<dyn Fn(usize) -> Value>| -> Box<dyn Fn() -> Vec<u8> + 'a> {
        let any = any.clone();
        Box::new(move || service.post("/v1/contacts/search", &asked(any())))
    };
    let by_id = any.clone();
    let hundred = any.clone();
    let decided = Cell::new(0);
    vec![
        path("bare: a constant route", Against::Nothing, Box::new(|| service.get("/health/live"))),
        path(
            "read a contact by id",
            Against::Bare,
            Box::new(move || service.get(&format!("/v1/contacts/{}", ids[by_id()]))),
        ),
        path("search by e-mail", Against::Bare, search(Box::new(|n| json!({ "email": email(n) })))),
        path("search by name", Against::Bare, search(Box::new(|n| json!({ "name": beginnings(n) })))),
        path("list 20", Against::Bare, Box::new(|| service.get("/v1/contacts?limit=20"))),
        path("list 200", Against::Bare, Box::new(|| service.get("/v1/contacts?limit=200"))),
        path(
            "consent check of 100",
            Against::Bare,
            Box::new(move || {
                let asked: Vec<&str> = (0..100).map(|_| ids[hundred()].as_str()).collect();
                service.post("/v1/consents/check", &json!({ "purpose": "newsletter", "contact_ids": asked }))
            }),
        ),
        path(
            "create a contact",
            Against::Insert,
            Box::new(|| service.post("/v1/contacts", &person(newcomers.replace(newcomers.get() + 1)))),
        ),
        path(
            "record a consent",
            Against::Insert,
            Box::new(move || {
                let turn = decided.replace(decided.get() + 1);
                let purpose = PURPOSES[turn / ids.len() % PURPOSES.len()];
                // In no order that the table has: neighbours would share pages.
                service.post("/v1/consents", &grant(&ids[turn * 7919 % ids.len()], purpose))
            }),
        ),
    ]
}
