//! Events, whose registrations and check-ins are measured.

use std::cell::Cell;

use iewm::domain::Clock;
use serde_json::{Value, json};

use super::paths::{Against, Path};
use super::service::Service;

/// Over how many events registrations are spread.
const EVENTS: usize = 100;
/// The number of places at the hot event; the other people join its waiting list.
const PLACES: usize = 10_000;
/// The number of hot events, in case all people have registered for one.
const HOT: usize = 3;
/// For how many minutes of a longer load there is one more.
const MINUTES_OF_ANOTHER: usize = 3;
/// How many people go in and out.
const GUESTS: usize = 2_000;

/// What was made to be measured.
pub(crate) struct CheckIns {
    /// The events of which each gets a share.
    events: Vec<String>,
    /// The hot events.
    hot: Vec<String>,
    /// The event whose doors are open.
    open: String,
    /// Who is registered for it: each one's registration.
    guests: Vec<String>,
}

/// `POST path` by staff; the resource that the service answers with.
pub(crate) async fn send(service: &Service<'_>, path: &str, body: Option<Value>) -> Value {
    send_as(service, &service.token(), path, body).await
}

/// As [`send`], with a token.
pub(crate) async fn send_as(service: &Service<'_>, token: &str, path: &str, body: Option<Value>) -> Value {
    let request = reqwest::Client::new().post(format!("http://{}{path}", service.address)).bearer_auth(token);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.json().await.expect("a resource")
}

/// The id of a resource.
pub(crate) fn id(resource: &Value) -> String {
    resource["id"].as_str().expect("an id").to_owned()
}

/// An event of this evening, published.
pub(crate) async fn event(service: &Service<'_>, capacity: Option<usize>) -> String {
    let at = |hours| Clock::system().now().plus(chrono::TimeDelta::hours(hours));
    let made = json!({
        "title": "Spring conference", "description": "A day about prevention.", "capacity": capacity,
        "starts_at": at(12), "ends_at": at(18), "location": { "name": "The Guildhall" },
    });
    let made = id(&send(service, "/v1/events", Some(made)).await);
    send(service, &format!("/v1/events/{made}/publication"), None).await;
    made
}

impl CheckIns {
    /// Makes the events for a load that goes on for `minutes`, and registers those who go in and out.
    pub(crate) async fn open(service: &Service<'_>, ids: &[String], minutes: usize) -> Self {
        let (mut events, mut hot) = (Vec::new(), Vec::new());
        for _ in 0..EVENTS {
            events.push(event(service, None).await);
        }
        for _ in 0..HOT + minutes.div_ceil(MINUTES_OF_ANOTHER) {
            hot.push(event(service, Some(PLACES)).await);
        }
        let open = event(service, None).await;
        let mut guests = Vec::new();
        for contact in ids.iter().take(GUESTS) {
            let made = json!({ "contact_id": contact });
            guests.push(id(&send(service, &format!("/v1/events/{open}/registrations"), Some(made)).await));
        }
        Self { events, hot, open, guests }
    }

    /// The paths.
    pub(crate) fn paths<'a>(&'a self, service: &'a Service<'_>, ids: &'a [String]) -> Vec<Path<'a>> {
        let register = |event: &str, contact: &str| {
            service.post(&format!("/v1/events/{event}/registrations"), &json!({ "contact_id": contact }))
        };
        let (spread, wanted, scanned) = (Cell::new(0), Cell::new(0), Cell::new(0));
        let next = |turns: &Cell<usize>| turns.replace(turns.get() + 1);
        vec![
            Path {
                name: "register, over 100 events",
                against: Against::Insert,
                ask: Box::new(move || {
                    let turn = next(&spread);
                    register(&self.events[turn % EVENTS], &ids[turn / EVENTS * 7919 % ids.len()])
                }),
            },
            Path {
                name: "register, one hot event",
                against: Against::Insert,
                ask: Box::new(move || {
                    let turn = next(&wanted);
                    register(&self.hot[turn / ids.len() % self.hot.len()], &ids[turn * 7919 % ids.len()])
                }),
            },
            Path {
                name: "check one guest in or out",
                against: Against::Insert,
                ask: Box::new(move || {
                    let turn = next(&scanned);
                    let direction = if (turn / self.guests.len()).is_multiple_of(2) { "in" } else { "out" };
                    let scan = json!({
                        "registration_id": self.guests[turn % self.guests.len()], "direction": direction,
                        "occurred_at": Clock::system().now(), "device_id": "door-1", "nonce": turn.to_string(),
                    });
                    service.post(&format!("/v1/events/{}/check-ins", self.open), &json!({ "check_ins": [scan] }))
                }),
            },
        ]
    }

    /// Fails if any event has given more places than it has.
    pub(crate) async fn assert_not_overbooked(&self, service: &Service<'_>) {
        for event in &self.hot {
            let address = format!("http://{}/v1/events/{event}/capacity", service.address);
            let answer = reqwest::Client::new().get(address).bearer_auth(service.token()).send().await;
            let told: Value = answer.expect("an answer").json().await.expect("a capacity");
            let given = told["confirmed"].as_u64().expect("a number") + told["offered"].as_u64().expect("a number");
            assert!(given <= PLACES as u64 && told["overbooked_by"] == 0, "overbooked: {told:?}");
        }
    }
}
