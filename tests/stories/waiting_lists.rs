//! Waiting lists: who is next, by when they must answer, and why the service asks no one.

use chrono::Duration;
use iewm::domain::Instant;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::booking::by_offer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_freed_place_goes_to_the_head_at_once,
    who_comes_back_joins_the_tail,
    a_person_is_put_before_others,
    however_often_a_person_is_squeezed_in_the_order_holds,
    an_offer_is_taken_or_goes_on,
    an_offer_that_ran_out_counts_for_nothing,
    the_job_settles_what_ran_out,
    no_offer_stands_past_the_start,
    no_person_is_asked_too_late,
    raising_the_capacity_promotes_and_lowering_evicts_no_one,
    a_list_that_is_closed_still_moves,
    without_a_calendar_no_person_is_asked_and_each_may_cancel,
    the_tag_tells_what_time_and_others_change,
    the_restricted_are_passed_over_and_keep_their_place,
    a_place_that_no_waiting_person_can_have_goes_to_a_newcomer,
    who_can_be_asked_again_is_asked_by_the_job,
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

async fn booked(service: &Service, event: &str, names: &[&str]) -> Vec<String> {
    let mut paths = Vec::new();
    for name in names {
        paths.push(service.book(event, name).await);
    }
    paths
}

async fn states(service: &Service, paths: &[String]) -> Vec<String> {
    let mut states = Vec::new();
    for path in paths {
        states.push(service.state(path).await);
    }
    states
}

async fn order(service: &Service, paths: &[String]) -> Vec<Option<i64>> {
    let mut order = Vec::new();
    for path in paths {
        order.push(service.position(path).await);
    }
    order
}

async fn priority(service: &Service, path: &str, ahead_of: Option<&str>) -> crate::harness::client::Answer {
    let mut asked = json!({ "reason": "Speaks on the first panel." });
    if let Some(other) = ahead_of {
        asked["ahead_of"] = json!(other.rsplit('/').next());
    }
    service.post(&format!("{path}/priority"), asked).await
}

async fn a_freed_place_goes_to_the_head_at_once(service: Service) {
    let event = service.announce(json!({ "capacity": 1 })).await;
    let paths = booked(&service, &event, &["ada", "bob", "cat"]).await;
    assert_eq!(order(&service, &paths).await, [None, Some(1), Some(2)]);
    service.verb(&paths[0], "cancellation").await.expect(200);
    assert_eq!(states(&service, &paths).await, ["cancelled", "confirmed", "waitlisted"]);
    assert_eq!(order(&service, &paths).await, [None, None, Some(1)]);
    let steps = service.items(&format!("{}/history", paths[1])).await;
    assert_eq!((&steps[0]["cause"], &steps[0]["recorded_by"]), (&json!("promoted"), &json!("staff-1")));
    service.verb(&paths[2], "cancellation").await.expect(200);
    let capacity = service.capacity(&event).await;
    assert_eq!(
        (&capacity["confirmed"], &capacity["waitlisted"]),
        (&json!(1), &json!(0)),
        "a person who waits can leave as well"
    );
}

async fn who_comes_back_joins_the_tail(service: Service) {
    let event = service.announce(json!({ "capacity": 0 })).await;
    let paths = booked(&service, &event, &["ada", "bob"]).await;
    let ada = text(&service.get(&paths[0]).await.expect(200).json(), "contact_id");
    service.verb(&paths[0], "cancellation").await.expect(200);
    let back = service.register(&event, &ada).await.expect(201).json();
    assert_eq!((&back["status"], &back["position"]), (&json!("waitlisted"), &json!(2)));
    assert_eq!(service.position(&paths[1]).await, Some(1));
}

async fn a_person_is_put_before_others(service: Service) {
    let event = service.announce(json!({ "capacity": 1 })).await;
    let paths = booked(&service, &event, &["ada", "bob", "cat", "dan", "eve"]).await;
    let moved = priority(&service, &paths[4], None).await.expect(200);
    assert_eq!((moved.json()["position"].as_i64(), moved.etag().starts_with("\"2-")), (Some(1), true));
    assert_eq!(order(&service, &paths).await, [None, Some(2), Some(3), Some(4), Some(1)]);
    priority(&service, &paths[3], Some(&paths[2])).await.expect(200);
    assert_eq!(order(&service, &paths).await, [None, Some(2), Some(4), Some(3), Some(1)]);
    let other = service.announce(json!({ "capacity": 0 })).await;
    let elsewhere = service.register(&other, &text(&service.get(&paths[1]).await.json(), "contact_id")).await;
    let elsewhere = elsewhere.expect(201).header("location");
    for wrong in [&paths[0], &elsewhere, &paths[3]] {
        assert_eq!(
            priority(&service, &paths[3], Some(wrong)).await.problem(422, "invalid").faults(),
            ["/ahead_of not_waiting"]
        );
    }
    let nobody = priority(&service, &paths[3], Some("/v1/registrations/01937a5e-8f00-7c3a-9d55-3f2a60b1c901")).await;
    assert_eq!(nobody.problem(422, "invalid").faults(), ["/ahead_of unknown_reference"]);
    let unsaid = service.post(&format!("{}/priority", paths[3]), json!({})).await.problem(422, "invalid");
    assert_eq!(unsaid.faults().len(), 1);
    priority(&service, &paths[0], None).await.problem(409, "illegal_transition");
    service.verb(&paths[0], "cancellation").await.expect(200);
    assert_eq!(service.state(&paths[4]).await, "confirmed", "the head is whom it was made");
}

async fn however_often_a_person_is_squeezed_in_the_order_holds(service: Service) {
    let event = service.announce(json!({ "capacity": 0 })).await;
    let paths = booked(&service, &event, &["ada", "bob", "cat"]).await;
    let mut expected = [0, 1, 2];
    for turn in 0..70 {
        // The one right after the head changes with the one after it, over and over in the same gap.
        let (overtaking, overtaken) = (expected[2], expected[1]);
        priority(&service, &paths[overtaking], Some(&paths[overtaken])).await.expect(200);
        expected.swap(1, 2);
        if turn % 10 == 9 || turn > 60 {
            let mut places = [None; 3];
            expected.iter().zip(1..).for_each(|(&who, place)| places[who] = Some(place));
            assert_eq!(order(&service, &paths).await, places, "after {turn}");
        }
    }
    let list = service.items(&format!("{event}/registrations")).await;
    let told: Vec<_> = list.iter().map(|one| one["position"].as_i64()).collect();
    let mut read = order(&service, &paths).await;
    read.reverse();
    assert_eq!(told, read, "the list and the registration tell the same place");
}

async fn an_offer_is_taken_or_goes_on(service: Service) {
    let event = service.announce(json!({ "capacity": 1, "waiting_list": by_offer(8) })).await;
    let paths = booked(&service, &event, &["ada", "bob", "cat", "dan"]).await;
    service.verb(&paths[0], "cancellation").await.expect(200);
    let offered = service.get(&paths[1]).await.expect(200).json();
    assert_eq!(
        (&offered["status"], &offered["offer_expires_at"]),
        (&json!("offered"), &json!("2026-11-25T10:00:00.000000Z"))
    );
    let capacity = service.capacity(&event).await;
    let held = ["confirmed", "offered", "waitlisted", "available"].map(|member| capacity[member].as_i64().unwrap());
    assert_eq!(held, [0, 1, 2, 0]);
    service.verb(&paths[2], "acceptance").await.problem(409, "illegal_transition");
    assert_eq!(service.verb(&paths[1], "decline").await.expect(200).json()["status"], "declined");
    assert_eq!(states(&service, &paths).await, ["cancelled", "declined", "offered", "waitlisted"]);
    let ended = service.capacity(&event).await["ended"].clone();
    assert_eq!((&ended["cancelled"], &ended["declined"], &ended["expired"]), (&json!(1), &json!(1), &json!(0)));
    let taken = service.verb(&paths[2], "acceptance").await.expect(200).json();
    assert_eq!((&taken["status"], taken.get("offer_expires_at")), (&json!("confirmed"), None));
    service.verb(&paths[2], "cancellation").await.expect(200);
    assert_eq!(service.state(&paths[3]).await, "offered");
    service.verb(&paths[3], "cancellation").await.expect(200);
    let capacity = service.capacity(&event).await;
    assert_eq!(
        (&capacity["available"], capacity.get("why_no_offer")),
        (&json!(1), None),
        "the job asks no person twice"
    );
    assert_eq!(states(&service, &paths).await, ["cancelled", "declined", "cancelled", "cancelled"]);
}

async fn an_offer_that_ran_out_counts_for_nothing(service: Service) {
    let event = service.announce(json!({ "capacity": 1, "waiting_list": by_offer(8) })).await;
    let paths = booked(&service, &event, &["ada", "bob", "cat"]).await;
    service.verb(&paths[0], "cancellation").await.expect(200);
    service.hands.set(at("2026-11-25T09:59:59Z"));
    assert_eq!(service.state(&paths[1]).await, "offered");
    let tag = service.get(&paths[1]).await.etag();
    service.hands.set(at("2026-11-25T10:00:00Z"));
    // No job has run.
    let read = service.get(&paths[1]).await.expect(200);
    assert_eq!(read.json()["status"], "expired");
    assert_ne!(read.etag(), tag);
    assert_eq!(read.json()["version"], 2, "time alone changes no version");
    let list = format!("{event}/registrations");
    assert_eq!(service.items(&format!("{list}?status=offered")).await.len(), 0);
    assert_eq!(service.items(&format!("{list}?status=expired")).await.len(), 1);
    let capacity = service.capacity(&event).await;
    let told = ["offered", "available", "waitlisted"].map(|member| capacity[member].as_i64().unwrap());
    assert_eq!((told, &capacity["why_no_offer"]), ([0, 1, 1], &json!("offer_expired")));
    service.verb(&paths[1], "acceptance").await.problem(409, "offer_expired");
    service.verb(&paths[1], "decline").await.problem(409, "offer_expired");
    service.verb(&paths[1], "cancellation").await.problem(409, "illegal_transition");
    // The next writer settles it first: the place goes to who waits, not to who comes.
    let dan = service.book(&event, "dan").await;
    assert_eq!(service.state(&dan).await, "waitlisted");
    assert_eq!(states(&service, &paths).await, ["cancelled", "expired", "offered"]);
    service.verb(&paths[1], "acceptance").await.problem(409, "offer_expired");
    let bob = text(&service.get(&paths[1]).await.json(), "contact_id");
    let back = service.register(&event, &bob).await.expect(201).json();
    assert_eq!(
        (&back["status"], &back["position"]),
        (&json!("waitlisted"), &json!(2)),
        "who comes back joins the tail"
    );
}

async fn the_job_settles_what_ran_out(service: Service) {
    let event = service.announce(json!({ "capacity": 1, "waiting_list": by_offer(8) })).await;
    let other = service.announce(json!({ "capacity": 0, "waiting_list": by_offer(8) })).await;
    let paths = booked(&service, &event, &["ada", "bob", "cat"]).await;
    let eve = service.book(&other, "eve").await;
    service.change(&other, json!({ "capacity": 1 })).await.expect(200);
    service.verb(&paths[0], "cancellation").await.expect(200);
    assert_eq!(service.settle_offers().await, 0);
    service.hands.set(at("2026-11-25T10:00:00Z"));
    assert_eq!(service.settle_offers().await, 2);
    assert_eq!(service.settle_offers().await, 0);
    assert_eq!(states(&service, &paths).await, ["cancelled", "expired", "offered"]);
    assert_eq!(service.state(&eve).await, "expired");
    let steps = service.items(&format!("{}/history", paths[1])).await;
    assert_eq!((&steps[0]["cause"], &steps[0]["recorded_by"]), (&json!("offer_expired"), &json!("job:upkeep")));
    let deadline = service.get(&paths[2]).await.json()["offer_expires_at"].clone();
    assert_eq!(deadline, "2026-11-26T10:00:00.000000Z");
    assert_eq!(service.audit("action=registrations.settle").await.len(), 2);
}

async fn no_offer_stands_past_the_start(service: Service) {
    let event = service.announce(json!({ "capacity": 1, "waiting_list": by_offer(400) })).await;
    let paths = booked(&service, &event, &["ada", "bob"]).await;
    service.hands.set(at("2027-02-25T10:00:00Z"));
    service.verb(&paths[0], "cancellation").await.expect(200);
    let deadline = async || service.get(&paths[1]).await.json()["offer_expires_at"].clone();
    assert_eq!(deadline().await, "2027-03-01T09:30:00.000000Z");
    service.change(&event, json!({ "starts_at": "2027-02-26T09:30:00Z" })).await.expect(200);
    assert_eq!(deadline().await, "2027-02-26T09:30:00.000000Z", "nor past a start that was moved");
    let letters = service.items("/v1/messages").await;
    let offers = letters.iter().filter(|letter| letter["kind"] == "registration_offered");
    assert_eq!(offers.count(), 2, "a new mail says until when they can answer");
    service.hands.set(at("2027-02-26T09:30:00Z"));
    service.verb(&paths[1], "acceptance").await.problem(409, "offer_expired");
}

async fn no_person_is_asked_too_late(service: Service) {
    let closes = json!({ "capacity": 1, "registration_closes_at": "2027-02-01T09:00:00Z" });
    let event = service.announce(closes).await;
    let paths = booked(&service, &event, &["ada", "bob"]).await;
    service.hands.set(at("2027-02-01T09:00:00Z"));
    service.verb(&paths[0], "cancellation").await.expect(200);
    assert_eq!(service.state(&paths[1]).await, "waitlisted");
    let why = async || service.capacity(&event).await["why_no_offer"].clone();
    assert_eq!(why().await, "registration_closed");
    service.change(&event, json!({ "registration_closes_at": "2027-02-02T09:00:00Z" })).await.expect(200);
    assert_eq!(service.state(&paths[1]).await, "confirmed", "it is open again");
    let cat = service.book(&event, "cat").await;
    service.hands.set(at("2027-03-01T09:30:00Z"));
    service.verb(&paths[1], "cancellation").await.expect(200);
    assert_eq!((service.state(&cat).await.as_str(), why().await), ("waitlisted", json!("started")));
}

async fn raising_the_capacity_promotes_and_lowering_evicts_no_one(service: Service) {
    let event = service.announce(json!({ "capacity": 0 })).await;
    let paths = booked(&service, &event, &["ada", "bob", "cat", "dan"]).await;
    service.change(&event, json!({ "capacity": 3 })).await.expect(200);
    assert_eq!(states(&service, &paths).await, ["confirmed", "confirmed", "confirmed", "waitlisted"]);
    service.change(&event, json!({ "capacity": 1 })).await.expect(200);
    let capacity = service.capacity(&event).await;
    let told =
        ["confirmed", "available", "overbooked_by", "waitlisted"].map(|member| capacity[member].as_i64().unwrap());
    assert_eq!(told, [3, 0, 2, 1]);
    for path in &paths[..2] {
        service.verb(path, "cancellation").await.expect(200);
    }
    assert_eq!(service.state(&paths[3]).await, "waitlisted", "what was too much is not given again");
    service.change(&event, json!({ "capacity": null })).await.expect(200);
    assert_eq!(service.state(&paths[3]).await, "confirmed");
    assert_eq!(service.capacity(&event).await["overbooked_by"], 0);
}

async fn a_list_that_is_closed_still_moves(service: Service) {
    let event = service.announce(json!({ "capacity": 1 })).await;
    let paths = booked(&service, &event, &["ada", "bob"]).await;
    service.change(&event, json!({ "waiting_list": { "enabled": false } })).await.expect(200);
    let cat = service.sign_up("Cat", "cat@example.org").await;
    service.register(&event, &cat).await.problem(409, "event_full");
    service.verb(&paths[0], "cancellation").await.expect(200);
    assert_eq!(service.state(&paths[1]).await, "confirmed");
}

async fn without_a_calendar_no_person_is_asked_and_each_may_cancel(service: Service) {
    let far = json!({
        "starts_at": "2031-03-01T09:30:00Z", "ends_at": "2031-03-01T16:00:00Z", "capacity": 1, "waiting_list": by_offer(400),
    });
    let event = service.announce(far).await;
    let paths = booked(&service, &event, &["ada", "bob"]).await;
    service.hands.set(at("2030-12-30T10:00:00Z"));
    service.verb(&paths[0], "cancellation").await.expect(200);
    let capacity = service.capacity(&event).await;
    assert_eq!(
        (service.state(&paths[1]).await, &capacity["why_no_offer"]),
        ("waitlisted".into(), &json!("calendar_exhausted"))
    );
    let cat = service.book(&event, "cat").await;
    assert_eq!(service.position(&cat).await, Some(2), "a newcomer does not overtake the people who wait");
    assert_eq!(service.settle_offers().await, 0, "the job has no person to ask");
    service.change(&event, json!({ "waiting_list": { "enabled": true } })).await.expect(200);
    assert_eq!(service.state(&paths[1]).await, "confirmed", "without offers no calendar is needed");
}

async fn the_tag_tells_what_time_and_others_change(service: Service) {
    let event = service.announce(json!({ "capacity": 0 })).await;
    let paths = booked(&service, &event, &["ada", "bob"]).await;
    let before = service.get(&paths[1]).await;
    service.verb(&paths[0], "cancellation").await.expect(200);
    let request = service.request("GET", &paths[1]).token(&service.staff());
    let after = request.header("If-None-Match", &before.etag()).send().await.expect(200);
    assert_eq!((before.json()["position"].clone(), after.json()["position"].clone()), (json!(2), json!(1)));
    assert_eq!(before.json()["version"], after.json()["version"]);
    let request = service.request("GET", &paths[1]).token(&service.staff());
    request.header("If-None-Match", &after.etag()).send().await.expect(304);
    let patch = json!({ "sharing": { "venue": true } });
    service.patch(&paths[1], &before.etag(), patch).await.expect(200);
    service.hands.advance(Duration::days(1));
    let _: Value = service.get(&paths[1]).await.expect(200).json();
}

async fn the_restricted_are_passed_over_and_keep_their_place(service: Service) {
    for (round, promotion) in [("automatic", None), ("offer", Some(by_offer(8)))] {
        let mut announced = json!({ "capacity": 1 });
        if let Some(list) = promotion {
            announced["waiting_list"] = list;
        }
        let event = service.announce(announced).await;
        let names = ["ada", "bob", "cat"].map(|name| format!("{name}-{round}"));
        let paths = booked(&service, &event, &names.each_ref().map(String::as_str)).await;
        let bob = text(&service.get(&paths[1]).await.expect(200).json(), "contact_id");
        service.restrict(&bob, RestrictionGround::AccuracyContested).await.unwrap();
        let given = if round == "offer" { "offered" } else { "confirmed" };
        service.verb(&paths[0], "cancellation").await.expect(200);
        assert_eq!(states(&service, &paths).await, ["cancelled", "waitlisted", given], "{round}");
        assert_eq!(service.position(&paths[1]).await, Some(1));
        service.verb(&paths[2], "cancellation").await.expect(200);
        assert_eq!(service.state(&paths[1]).await, "waitlisted");
        let capacity = service.capacity(&event).await;
        assert_eq!((&capacity["available"], &capacity["why_no_offer"]), (&json!(1), &json!("restricted")));
        service.lift(&bob, "2026-11-24").await.unwrap();
        // The next person finds another before them.
        let dan = service.book(&event, &format!("dan-{round}")).await;
        assert_eq!(
            (service.state(&paths[1]).await.as_str(), service.state(&dan).await.as_str()),
            (given, "waitlisted")
        );
    }
}

/// An event with a free place, for which only a restricted person waits: that person's id and path, and the event's.
async fn waited_for_by_the_restricted(service: &Service, round: usize, list: Value, capacity: Value) -> [String; 3] {
    let event = service.announce(json!({ "capacity": 0, "waiting_list": list })).await;
    let path = service.book(&event, &format!("bob-{round}")).await;
    let bob = text(&service.get(&path).await.expect(200).json(), "contact_id");
    service.restrict(&bob, RestrictionGround::AccuracyContested).await.unwrap();
    service.change(&event, json!({ "capacity": capacity })).await.expect(200);
    assert_eq!(service.state(&path).await, "waitlisted");
    [bob, path, event]
}

async fn a_place_that_no_waiting_person_can_have_goes_to_a_newcomer(service: Service) {
    let automatic = json!({ "enabled": true });
    let lists = [(automatic.clone(), json!(1)), (by_offer(8), json!(1)), (automatic, json!(null))];
    for (round, (list, capacity)) in lists.into_iter().enumerate() {
        let [_, waits, event] = waited_for_by_the_restricted(&service, round, list, capacity.clone()).await;
        let cat = service.book(&event, &format!("cat-{round}")).await;
        assert_eq!(
            (service.state(&cat).await.as_str(), service.position(&waits).await),
            ("confirmed", Some(1)),
            "{round}"
        );
        service.verb(&cat, "cancellation").await.expect(200);
        // A closed waiting list makes the event no fuller than it is.
        service.change(&event, json!({ "waiting_list": { "enabled": false } })).await.expect(200);
        let dan = service.book(&event, &format!("dan-{round}")).await;
        assert_eq!(service.state(&dan).await, "confirmed", "{round}");
        if capacity == json!(1) {
            let eve = service.sign_up("eve", &format!("eve-{round}@example.org")).await;
            service.register(&event, &eve).await.problem(409, "event_full");
        }
    }
}

async fn who_can_be_asked_again_is_asked_by_the_job(service: Service) {
    let lists = [(json!({ "enabled": true }), "confirmed"), (by_offer(8), "offered")];
    for (round, (list, given)) in lists.into_iter().enumerate() {
        let [bob, waits, event] = waited_for_by_the_restricted(&service, round, list, json!(1)).await;
        assert_eq!(service.capacity(&event).await["why_no_offer"], "restricted");
        assert_eq!(service.settle_offers().await, 0);
        service.lift(&bob, "2026-11-24").await.unwrap();
        assert_eq!(service.capacity(&event).await["why_no_offer"], "offer_expired");
        assert_eq!(service.settle_offers().await, 1);
        assert_eq!(service.state(&waits).await, given);
        assert_eq!(service.settle_offers().await, 0);
        assert_eq!(service.capacity(&event).await["why_no_offer"], json!(null));
    }
}
