//! A clock that jumps, forward or back, and clocks of several processes that differ.

use chrono::Duration;
use iewm::jobs::ClockWatch;
use iewm::platform::telemetry::Change;
use serde_json::{Value, json};

use crate::harness::mail::MailServer;
use crate::harness::people::{grant, person, text, withdrawal};
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    new_ids_sort_after_the_old,
    a_consent_that_is_recorded_later_counts_as_later,
    a_caller_whose_clock_has_not_jumped_is_not_in_the_future,
    the_steps_of_a_complaint_keep_their_order,
    a_waiting_list_keeps_its_order,
    a_lease_is_kept_and_a_message_leaves_once,
    a_message_of_a_clock_that_was_ahead_is_not_left_behind,
    a_link_can_be_asked_for_again_after_the_clock_was_ahead,
    nothing_expires_for_good_while_the_clock_is_a_year_ahead,
    a_revocation_holds_while_the_clock_is_behind,
}

/// By how much the clock is stepped, one after the other.
fn steps() -> [Duration; 5] {
    [Duration::seconds(-30), Duration::seconds(-90), Duration::hours(-1), Duration::days(365), Duration::days(-365)]
}

/// A token from before a step holds after it, every caller has what its limit leaves it, and the probes have no limit.
#[test]
fn limits_hold_and_refuse_no_caller_when_the_clock_steps() {
    actix_web::rt::System::new().block_on(async {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let limits = [("LIMITS__RATE", "4"), ("LIMITS__ADDRESS_RATE", "7")];
            let Some(service) = Service::start_with(engine, &limits).await else { continue };
            let get = async |token: &str| service.request("GET", "/v1/organisations").token(token).send().await;
            service.hands.advance(Duration::hours(5));
            for step in steps() {
                service.hands.advance(Duration::minutes(1));
                let before = service.staff();
                get(&before).await.expect(200);
                service.hands.step(step);
                get(&before).await.expect(200);
                get(&service.staff()).await.expect(200);
                get(&service.staff()).await.expect(200);
                let refused = get(&service.staff()).await.problem(429, "rate_limited");
                let wait: i64 = refused.header("retry-after").parse().unwrap();
                assert!((1..=16).contains(&wait), "{step}: {wait}");
                for _ in 0..10 {
                    service.request("GET", "/health/ready").send().await.expect(200);
                    let live = service.request("GET", "/health/live").send().await.expect(200);
                    assert_eq!(live.header("ratelimit"), "");
                }
                let metrics = reqwest::get(format!("{}/metrics", service.metrics_address())).await.unwrap();
                assert_eq!(metrics.status(), 200);
                service.hands.advance(Duration::seconds(wait));
                get(&service.staff()).await.expect(200);
            }
        }
    });
}

async fn new_ids_sort_after_the_old(mut service: Service) {
    let mut made = vec![service.sign_up("Ada Lovelace", "ada@example.org").await];
    for (number, step) in steps().into_iter().enumerate() {
        service.hands.advance(Duration::minutes(1));
        service.hands.step(step);
        made.push(service.sign_up("Ada Lovelace", &format!("running{number}@example.org")).await);
        service.restart().await;
        made.push(service.sign_up("Ada Lovelace", &format!("restarted{number}@example.org")).await);
    }
    assert!(made.windows(2).all(|pair| pair[0] < pair[1]), "{made:#?}");
    let listed = service.items("/v1/contacts?limit=200").await;
    let newest_first: Vec<String> = listed.iter().map(|contact| text(contact, "id")).collect();
    made.reverse();
    assert_eq!(newest_first, made);
}

/// What each decision of a history says, newest first.
fn said(history: &[Value]) -> Vec<String> {
    history.iter().map(|decision| text(decision, "decision")).collect()
}

async fn a_consent_that_is_recorded_later_counts_as_later(mut service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let mut expected = vec!["given"];
    for step in steps() {
        service.hands.advance(Duration::minutes(1));
        service.withdraw(&ada, "newsletter").await;
        service.hands.step(step);
        assert_eq!(service.checked(&ada, "newsletter").await, "withdrawn");
        assert_eq!(service.give(&ada, "newsletter").await["state"], "given", "{step}");
        service.restart().await;
        assert_eq!(service.checked(&ada, "newsletter").await, "given", "{step}");
        service.withdraw(&ada, "newsletter").await;
        assert_eq!(service.give(&ada, "newsletter").await["state"], "given", "{step}");
        for _ in 0..2 {
            expected.splice(0..0, ["given", "withdrawn"]);
        }
    }
    let history = service.history(&ada, "newsletter").await;
    assert_eq!(said(&history), expected);
    let occurred: Vec<String> = history.iter().map(|decision| text(decision, "occurred_at")).collect();
    for pair in history.windows(2).filter(|pair| pair[0]["decision"] == "given") {
        assert!(text(&pair[0], "occurred_at") >= text(&pair[1], "occurred_at"), "{occurred:#?}");
    }
    // A yes on paper that is older than the withdrawal is still refused.
    service.withdraw(&ada, "newsletter").await;
    let mut old = grant(&ada, "newsletter", "paper");
    old["occurred_at"] = json!("2026-11-24T08:00:00Z");
    service.decide(old).await.problem(409, "superseded_by_withdrawal");
}

async fn a_caller_whose_clock_has_not_jumped_is_not_in_the_future(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let decided = async |ahead: Duration| {
        let mut asked = withdrawal(&ada, "newsletter");
        asked["occurred_at"] = json!(service.now().plus(ahead));
        service.decide(asked).await
    };
    decided(Duration::seconds(1)).await.problem(422, "invalid");
    for back in [Duration::seconds(30), Duration::hours(1)] {
        service.hands.step(-back);
        decided(back).await.expect(201);
        let future = decided(back + Duration::seconds(1)).await.problem(422, "invalid");
        assert_eq!(future.faults(), ["/occurred_at future"]);
        service.hands.advance(Duration::hours(1));
        decided(Duration::seconds(1)).await.problem(422, "invalid");
    }
}

async fn the_steps_of_a_complaint_keep_their_order(mut service: Service) {
    let body = json!({
        "complainant": { "name": "Grace Hopper", "email": "grace@example.org" }, "channel": "email",
        "received_on": "2026-11-20", "details": "I asked twice to be left alone.",
    });
    let path = service.post("/v1/complaints", body).await.expect(201).header("location");
    let acknowledged = ("acknowledgement", json!({ "acknowledged_on": "2026-11-24" }));
    let investigated = ("investigation", json!({ "note": "Asked the contractor." }));
    for (verb, body) in [acknowledged, investigated] {
        service.hands.step(Duration::minutes(-40));
        service.restart().await;
        service.post(&format!("{path}/{verb}"), body).await.expect(200);
    }
    let steps = service.items(&format!("{path}/history")).await;
    let states: Vec<String> = steps.iter().map(|step| text(step, "status")).collect();
    assert_eq!(states, ["investigating", "acknowledged", "received"]);
}

async fn a_waiting_list_keeps_its_order(mut service: Service) {
    let event = service.announce(json!({ "capacity": 1 })).await;
    let first = service.book(&event, "first").await;
    let mut waiting = Vec::new();
    for (number, step) in steps().into_iter().take(3).enumerate() {
        waiting.push(service.book(&event, &format!("before{number}")).await);
        service.hands.step(step);
        waiting.push(service.book(&event, &format!("after{number}")).await);
        service.restart().await;
    }
    let mut places = Vec::new();
    for registration in &waiting {
        places.push(service.position(registration).await);
    }
    assert_eq!(places, [Some(1), Some(2), Some(3), Some(4), Some(5), Some(6)]);
    service.verb(&first, "cancellation").await.expect(200);
    assert_eq!(service.state(&waiting[0]).await, "confirmed");
}

/// A sign-up whose confirmation waits in the outbox.
async fn asked(service: &Service, email: &str) {
    let contact = service.sign_up("Ada Lovelace", email).await;
    service.decide(grant(&contact, "newsletter", "web_form")).await.expect(201);
}

async fn a_lease_is_kept_and_a_message_leaves_once(service: Service) {
    let server = MailServer::start();
    for (number, step) in steps().into_iter().enumerate() {
        asked(&service, &format!("person{number}@example.org")).await;
        service.claim_and_die().await;
        service.hands.step(step);
        service.hands.advance(Duration::minutes(4));
        assert_eq!(service.deliver(&server).await, 0, "{step}: another process has it");
        service.hands.advance(Duration::minutes(1));
        assert_eq!(service.deliver(&server).await, 1, "{step}: its lease is over");
        assert_eq!(service.deliver(&server).await, 0);
        assert_eq!(server.taken().len(), number + 1);
    }
}

async fn a_message_of_a_clock_that_was_ahead_is_not_left_behind(mut service: Service) {
    let server = MailServer::start();
    for ahead in [Duration::minutes(20), Duration::days(365)] {
        service.hands.step(ahead);
        asked(&service, &format!("fresh{}@example.org", ahead.num_minutes())).await;
        service.hands.step(-ahead);
        assert_eq!(service.deliver(&server).await, 1, "a new message is due at once");
        // One that a process without the database's clock has put off until then.
        asked(&service, &format!("late{}@example.org", ahead.num_minutes())).await;
        let wrong = service.now().plus(Duration::days(365)).micros();
        let far = match service.engine {
            Engine::Sqlite => wrong.to_string(),
            Engine::Postgres => format!("to_timestamp({wrong} / 1000000.0)"),
        };
        let late = format!("UPDATE messages SET attempts = 1, next_attempt_at = {far} WHERE status = 'queued'");
        service.sql(&late).unwrap();
        service.restart().await;
        assert_eq!(service.deliver(&server).await, 1, "no pause is that long");
    }
}

async fn a_link_can_be_asked_for_again_after_the_clock_was_ahead(service: Service) {
    let server = MailServer::start();
    service.sign_up("Ada Lovelace", "ada@example.org").await;
    let ask = async || {
        service.post("/v1/preference-links", json!({ "email": "ada@example.org" })).await.expect(202);
        service.deliver(&server).await
    };
    service.hands.step(Duration::days(365));
    assert_eq!(ask().await, 1);
    assert_eq!(ask().await, 0, "once an hour");
    service.hands.step(Duration::days(-365));
    assert_eq!(ask().await, 1, "not in a year's time");
    assert_eq!(ask().await, 0);
    service.hands.step(Duration::minutes(-30));
    assert_eq!(ask().await, 0, "a step back does not lift the limit");
}

async fn nothing_expires_for_good_while_the_clock_is_a_year_ahead(service: Service) {
    let server = MailServer::start();
    let create = async |name: &str| {
        let request = service.request("POST", "/v1/contacts").token(&service.staff());
        request.header("Idempotency-Key", "once-and-no-more").json(&person(name, "ada@example.org")).send().await
    };
    let made = create("Ada Lovelace").await.expect(201).header("location");
    let event = service.announce(json!({ "capacity": 1, "waiting_list": crate::harness::booking::by_offer(24) })).await;
    let booked = service.book(&event, "booked").await;
    let offered = service.book(&event, "offered").await;
    service.verb(&booked, "cancellation").await.expect(200);
    assert_eq!(service.state(&offered).await, "offered");
    service.deliver(&server).await;
    asked(&service, "bob@example.org").await;
    let mailed = server.taken().len();

    service.hands.step(Duration::days(365));
    assert_eq!(create("Ada Lovelace").await.expect(201).header("location"), made, "the retry is known");
    service.settle_offers().await;
    service.deliver(&server).await;
    assert_eq!(server.taken().len(), mailed + 1, "the confirmation is asked for, not dropped");
    service.hands.advance(Duration::minutes(50));
    service.settle_offers().await;
    service.deliver(&server).await;

    service.hands.step(Duration::days(-365));
    assert_eq!(service.state(&offered).await, "offered");
    let replayed = create("Ada Lovelace").await.expect(201);
    assert_eq!((replayed.header("location"), replayed.header("idempotent-replayed")), (made, "true".to_owned()));
    assert_eq!(server.taken().len(), mailed + 1, "nothing is sent twice");

    // A clock that stays where it is was right.
    service.hands.step(Duration::days(365));
    service.settle_offers().await;
    service.hands.advance(Duration::hours(1));
    service.settle_offers().await;
    assert_eq!(service.state(&offered).await, "expired");
}

async fn a_revocation_holds_while_the_clock_is_behind(service: Service) {
    let read = async |token: &str| service.request("GET", "/v1/organisations").token(token).send().await;
    service.hands.advance(Duration::minutes(10));
    let stolen = service.staff();
    read(&stolen).await.expect(200);
    service.hands.advance(Duration::seconds(1));
    service.hands.step(Duration::minutes(-30));
    let revoke = service.request("POST", "/v1/token-revocations").token(&service.council());
    revoke.json(&json!({ "subject": "staff-1" })).send().await.expect(201);
    read(&stolen).await.problem(401, "invalid_token");
    service.hands.step(Duration::minutes(30));
    read(&stolen).await.problem(401, "invalid_token");
    // The sweep of old revocations waits as well.
    service.hands.step(Duration::days(365));
    let revoke = service.request("POST", "/v1/token-revocations").token(&service.council());
    revoke.json(&json!({ "jti": "another" })).send().await.expect(201);
    service.hands.step(Duration::days(-365));
    read(&stolen).await.problem(401, "invalid_token");
    service.hands.advance(Duration::seconds(1));
    read(&service.staff()).await.expect(200);
}

/// Tells a story of processes whose clocks differ, which PostgreSQL alone allows.
fn of_two_processes<Told: Future<Output = ()>>(ahead: Duration, story: impl FnOnce(Service, Service) -> Told) {
    actix_web::rt::System::new().block_on(async {
        let Some(service) = Service::start(Engine::Postgres).await else { return };
        let other = service.beside(ahead).await;
        story(service, other).await;
    });
}

#[test]
fn processes_with_different_clocks_respect_each_others_leases() {
    for ahead in [Duration::minutes(-10), Duration::minutes(10), Duration::days(365)] {
        of_two_processes(ahead, async |service, other| {
            let server = MailServer::start();
            for (one, another) in [(&service, &other), (&other, &service)] {
                let before = server.taken().len();
                asked(&service, &format!("person{before}@example.org")).await;
                one.claim_and_die().await;
                assert_eq!(another.deliver(&server).await, 0, "{ahead}: not stolen");
                service.hands.advance(Duration::minutes(5));
                assert_eq!(another.deliver(&server).await, 1, "{ahead}: not waited for");
                assert_eq!(server.taken().len(), before + 1);
            }
        });
    }
}

#[test]
fn decisions_that_two_processes_record_in_turn_keep_their_order() {
    of_two_processes(Duration::minutes(-10), async |service, other| {
        let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
        let mut expected = Vec::new();
        for _ in 0..3 {
            service.decide(grant(&ada, "newsletter", "telephone")).await.expect(201);
            // A grant that waits beside the one that holds leaves no trace in the state.
            service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
            service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
            other.decide(withdrawal(&ada, "newsletter")).await.expect(201);
            expected.splice(0..0, ["withdrawn", "given", "given", "given"]);
        }
        assert_eq!(said(&service.history(&ada, "newsletter").await), expected);
        let then = service.items(&format!("/v1/consents?contact_id={ada}&as_at={}", service.now())).await;
        assert_eq!(then[0]["state"], "withdrawn");
        assert_eq!(other.give(&ada, "newsletter").await["state"], "given", "the slower clock's yes is later");
    });
}

#[test]
fn a_clock_that_differs_from_the_databases_is_reported_once() {
    of_two_processes(Duration::seconds(-5), async |service, other| {
        let watch = ClockWatch::new(service.state.clone());
        assert_eq!(watch.compare().await.unwrap(), None);
        service.hands.step(Duration::seconds(6));
        assert_eq!(watch.compare().await.unwrap(), Some(Change::Began));
        assert_eq!(watch.compare().await.unwrap(), None);
        for (service, seconds) in [(&service, "6.0"), (&other, "-5.0")] {
            let metrics = service.metrics().await;
            assert!(metrics.contains(&format!("iewm_clock_difference_seconds {seconds}\n")), "{metrics}");
        }
        service.hands.step(Duration::seconds(-6));
        assert_eq!(watch.compare().await.unwrap(), Some(Change::Ended));
    });
}
