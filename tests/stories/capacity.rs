//! Places under fire: many clients at once register, cancel, accept, decline, let offers run out and raise the capacity,
//! while others read. No place is given twice, none is forgotten, and no registration overtakes another.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::booking::by_offer;
use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    one_hot_event_is_never_overbooked,
    places_are_kept_through_anything_by_promotion,
    places_are_kept_through_anything_by_offer,
}

const CLIENTS: u64 = 8;
const DEEDS: usize = 40;
const PEOPLE: usize = 24;

/// Numbers that look random and come again for the same seed (Marsaglia's xorshift).
struct Dice(Cell<u64>);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Cell::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1))
    }

    fn below(&self, most: usize) -> usize {
        let mut x = self.0.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.0.set(x);
        usize::try_from(x >> 33).unwrap() % most
    }
}

fn held(capacity: &Value) -> i64 {
    capacity["confirmed"].as_i64().unwrap() + capacity["offered"].as_i64().unwrap()
}

/// What must be so in every read, as long as the capacity was never lowered.
fn not_overbooked(capacity: &Value) {
    assert!(held(capacity) <= capacity["capacity"].as_i64().unwrap(), "{capacity}");
    assert_eq!(capacity["overbooked_by"], 0, "{capacity}");
}

/// What must be so once everything has come to rest.
async fn adds_up(service: &Service, event: &str) {
    service.settle_offers().await;
    let capacity = service.capacity(event).await;
    not_overbooked(&capacity);
    let mut registrations = Vec::new();
    let mut path = format!("{event}/registrations?limit=200");
    loop {
        let page = service.get(&path).await.expect(200).json();
        registrations.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{event}/registrations?limit=200&cursor={cursor}");
    }
    let of = |status: &str| registrations.iter().filter(|one| one["status"] == status).collect::<Vec<_>>();
    for member in ["confirmed", "offered", "waitlisted"] {
        assert_eq!(capacity[member], of(member).len(), "a recount of {member} in {capacity}");
    }
    let mut live = BTreeSet::new();
    for one in ["confirmed", "offered", "waitlisted"].into_iter().flat_map(of) {
        assert!(live.insert(text(one, "contact_id")), "{one} is there twice");
    }
    let waiting = of("waitlisted");
    if !waiting.is_empty() {
        assert_eq!(capacity["available"], 0, "a place is free and people wait: {capacity}");
    }
    let mut places: Vec<_> = waiting.iter().map(|one| (one["position"].as_i64().unwrap(), text(one, "id"))).collect();
    places.sort();
    assert!(places.iter().zip(1..).all(|((place, _), number)| *place == number), "{places:?}");
    assert!(places.is_sorted_by_key(|(_, id)| id), "an earlier registration has an earlier place: {places:?}");
    // Each registration that was next was before all that still wait.
    let Some((_, first)) = places.first() else { return };
    for one in registrations.iter().filter(|one| one["status"] != "waitlisted" && text(one, "id") > *first) {
        let steps = service.items(&format!("/v1/registrations/{}/history", text(one, "id"))).await;
        let next = steps.iter().any(|step| ["promoted", "offered"].contains(&step["cause"].as_str().unwrap()));
        assert!(!next, "{one} overtook {first}");
    }
}

async fn one_hot_event_is_never_overbooked(service: Service) {
    let event = service.announce(json!({ "capacity": 7, "waiting_list": { "enabled": false } })).await;
    let mut people = Vec::new();
    for at in 0..30 {
        people.push(service.sign_up("Person", &format!("p{at}@example.org")).await);
    }
    let (service, event) = (&service, &event);
    // Each person twice, all at once.
    let asked = people.iter().chain(&people).map(|contact| patiently(service, event, contact));
    let mut answers: BTreeMap<u16, usize> = BTreeMap::new();
    for answer in join_all(asked).await {
        *answers.entry(answer.status).or_default() += 1;
    }
    assert_eq!(answers, BTreeMap::from([(201, 7), (409, 53)]));
    let capacity = service.capacity(event).await;
    assert_eq!((&capacity["confirmed"], &capacity["available"]), (&json!(7), &json!(0)));
    assert_eq!(service.items(&format!("{event}/registrations?status=confirmed")).await.len(), 7);
    adds_up(service, event).await;
}

/// Asks again for as long as the service is too busy, which means that nothing was done.
async fn patiently(service: &Service, event: &str, contact: &str) -> Answer {
    loop {
        let answer = service.register(event, contact).await;
        if answer.status != 503 {
            return answer;
        }
    }
}

async fn places_are_kept_through_anything_by_promotion(service: Service) {
    let list = json!({ "enabled": true });
    anything(&service, list, 11).await;
}

async fn places_are_kept_through_anything_by_offer(service: Service) {
    anything(&service, by_offer(1), 23).await;
}

async fn anything(service: &Service, list: Value, seed: u64) {
    let event = service.announce(json!({ "capacity": 3, "waiting_list": list })).await;
    let mut people = Vec::new();
    for at in 0..PEOPLE {
        people.push(service.sign_up("Person", &format!("p{at}@example.org")).await);
    }
    let paths: RefCell<Vec<String>> = RefCell::default();
    let done: RefCell<BTreeMap<&str, usize>> = RefCell::default();
    let at_work = Cell::new(CLIENTS);
    let (event, people, paths, done, at_work) = (event.as_str(), &people, &paths, &done, &at_work);
    let client = |number: u64| async move {
        let dice = Dice::new(seed + number);
        for _ in 0..DEEDS {
            deed(service, event, people, paths, done, &dice).await;
        }
        at_work.set(at_work.get() - 1);
    };
    let reader = || async move {
        let mut looks = 0;
        while at_work.get() > 0 {
            let answer = service.get(&format!("{event}/capacity")).await;
            if answer.status == 200 {
                not_overbooked(&answer.json());
                looks += 1;
            }
        }
        assert!(looks > 10, "{looks} looks");
    };
    futures_util::future::join(join_all((0..CLIENTS).map(client)), join_all((0..2).map(|_| reader()))).await;
    let done = done.borrow().clone();
    assert!(done.get("registered").is_some_and(|number| *number > 20), "{done:?}");
    assert!(done.get("cancellation").is_some_and(|number| *number > 5), "{done:?}");
    adds_up(service, event).await;
    // What is left over is used to the last place.
    service.change(event, json!({ "capacity": 1000, "waiting_list": { "enabled": true } })).await.expect(200);
    assert_eq!(service.capacity(event).await["waitlisted"], 0);
    adds_up(service, event).await;
}

/// Something that a caller does. The clock may have been turned while a token was under way, or the service be too busy:
/// then nothing was done.
async fn deed(
    service: &Service,
    event: &str,
    people: &[String],
    paths: &RefCell<Vec<String>>,
    done: &RefCell<BTreeMap<&str, usize>>,
    dice: &Dice,
) {
    let some_path = || {
        let paths = paths.borrow();
        (!paths.is_empty()).then(|| paths[dice.below(paths.len())].clone())
    };
    let (what, answer) = match dice.below(20) {
        0..8 => {
            let answer = service.register(event, &people[dice.below(people.len())]).await;
            if answer.status == 201 {
                paths.borrow_mut().push(answer.header("location"));
            }
            ("registered", answer)
        }
        at @ 8..18 => {
            let Some(path) = some_path() else { return };
            let verb = ["cancellation", "acceptance", "decline", "cancellation", "acceptance"][at % 5];
            (verb, service.verb(&path, verb).await)
        }
        18 => {
            service.hands.advance(Duration::minutes(20));
            return;
        }
        _ => {
            let now = service.get(event).await;
            if now.status != 200 {
                return;
            }
            let more = now.json()["capacity"].as_i64().unwrap() + 1;
            ("raised", service.patch(event, &now.etag(), json!({ "capacity": more })).await)
        }
    };
    assert!([200, 201, 401, 409, 412, 503].contains(&answer.status), "{what}: {}", answer.text());
    if answer.status < 300 {
        *done.borrow_mut().entry(what).or_default() += 1;
    }
}
