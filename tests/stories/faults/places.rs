//! Several processes give away the places of one event.

use chrono::Duration;
use futures_util::future::join_all;
use iewm::domain::Clock;
use serde_json::{Value, json};

use super::Ground;
use crate::harness::Engine;
use crate::harness::booking::event;
use crate::harness::client::Answer;
use crate::harness::people::{person, text};
use crate::harness::served::Served;

/// Asks again for as long as the service is too busy, which means that nothing was done.
async fn patiently(server: &Served, path: &str, body: Value) -> Answer {
    loop {
        let answer = server.post(path, &body).send().await;
        if answer.status != 503 {
            return answer;
        }
    }
}

/// SQLite has one process; `capacity` has many clients at once there.
#[actix_web::test]
async fn three_processes_on_one_postgres_give_no_place_twice() {
    let Some(ground) = Ground::of(Engine::Postgres) else { return };
    let first = Served::start(&ground.url(), &[]);
    let key = first.folder().join("master.key").display().to_string();
    let more = [("VAULT__MASTER_KEY_FILE", key.as_str())];
    let servers = [Served::start(&ground.url(), &more), Served::start(&ground.url(), &more), first];
    let start = Clock::system().now().plus(Duration::days(60));
    let announced = json!({
        "starts_at": start, "ends_at": start.plus(Duration::hours(6)), "capacity": 5,
        "waiting_list": { "enabled": true, "promotion": "offer", "offer_working_hours": 16 },
    });
    let made = servers[0].post("/v1/events", &event(&announced)).send().await.expect(201);
    let event = made.header("location");
    servers[0].post(&format!("{event}/publication"), &json!({})).send().await.expect(200);
    let list = format!("{event}/registrations");
    let mut people = Vec::new();
    for at in 0..40 {
        let made = servers[0].post("/v1/contacts", &person("Ada", &format!("p{at}@example.org"))).send().await;
        people.push(text(&made.expect(201).json(), "id"));
    }
    // Every person at every process, all at once.
    let asked = people.iter().flat_map(|contact| servers.iter().map(move |server| (server, contact)));
    let asked = asked.map(|(server, contact)| patiently(server, &list, json!({ "contact_id": contact })));
    let answers = join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 40);
    for refused in answers.into_iter().filter(|answer| answer.status != 201) {
        refused.problem(409, "already_registered");
    }
    let confirmed = servers[1].all(&format!("{list}?status=confirmed")).await;
    assert_eq!(confirmed.len(), 5);
    // The places go round: people give them up at one process while others accept and decline theirs at another.
    for _ in 0..4 {
        let live = servers[0].all(&list).await;
        let deeds = live.iter().zip(servers.iter().cycle()).filter_map(|(one, server)| {
            let verb = match one["status"].as_str()? {
                "confirmed" => "cancellation",
                "offered" if text(one, "id").ends_with(['0', '1', '2', '3']) => "decline",
                "offered" => "acceptance",
                _ => return None,
            };
            let path = format!("/v1/registrations/{}/{verb}", text(one, "id"));
            Some(async move { patiently(server, &path, json!({})).await })
        });
        for answer in join_all(deeds).await {
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        let capacity = servers[2].get(&format!("{event}/capacity")).send().await.expect(200).json();
        let all = servers[1].all(&list).await;
        let count = |status: &str| all.iter().filter(|one| one["status"] == status).count();
        for member in ["confirmed", "offered", "waitlisted"] {
            assert_eq!(capacity[member], count(member), "a recount of {member} in {capacity}");
        }
        assert_eq!((count("confirmed") + count("offered"), &capacity["available"]), (5, &json!(0)), "{capacity}");
    }
}
