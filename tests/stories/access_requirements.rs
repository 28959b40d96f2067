//! What people need in order to take part: told by those who need it, seen by few, kept for a short time.

use chrono::TimeDelta;
use iewm::domain::Instant;
use iewm::resources::registrations::requirements::store as requirements;
use serde_json::{Value, json};

use crate::harness::people::{person, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    staff_see_what_a_person_needs,
    the_council_takes_it_down_and_does_not_see_it,
    it_goes_with_the_registration,
    it_goes_thirty_days_after_the_event,
    it_goes_over_when_contacts_are_merged,
    what_two_registrations_of_one_person_tell_is_kept,
    what_says_nothing_is_refused,
}

async fn event(service: &Service) -> String {
    let made = json!({
        "title": "Spring conference", "description": "A day about prevention.", "capacity": 5,
        "starts_at": "2027-03-02T09:00:00Z", "ends_at": "2027-03-02T17:00:00Z", "location": { "name": "The Guildhall" },
    });
    let path = service.post("/v1/events", made).await.expect(201).header("location");
    service.request("POST", &format!("{path}/publication")).token(&service.staff()).send().await.expect(200);
    path
}

fn needs() -> Value {
    json!({ "dietary": ["vegan", "nut_free"], "access": ["step_free_access"], "details": "Arrives by wheelchair taxi." })
}

async fn registered(service: &Service, event: &str, contact: &str) -> String {
    let made = json!({ "contact_id": contact, "access_requirements": needs() });
    service.post(&format!("{event}/registrations"), made).await.expect(201).header("location")
}

/// How many rows the table of requirements has.
fn kept(service: &Service) -> i64 {
    service.count("access_requirements")
}

/// Deletes what is due, and says how many that were.
async fn swept(service: &Service) -> usize {
    let mut deleted = 0;
    while service.state.job("requirements").read(requirements::is_due).await.unwrap() {
        deleted += service.state.job("requirements").run(requirements::sweep).await.unwrap();
    }
    deleted
}

async fn staff_see_what_a_person_needs(service: Service) {
    let event = event(&service).await;
    let contact = service.sign_up("Ada", "ada@example.org").await;
    let path = registered(&service, &event, &contact).await;
    let read = service.get(&path).await.expect(200);
    assert_eq!(read.json()["access_requirements"], needs());
    let list = service.get(&format!("{event}/registrations")).await.expect(200).json();
    assert_eq!(list["items"][0]["access_requirements"], needs());
    let patch = json!({ "access_requirements": { "access": ["hearing_loop"] } });
    let changed = service.patch(&path, &read.etag(), patch).await.expect(200);
    assert_eq!(changed.json()["access_requirements"], json!({ "access": ["hearing_loop"] }));
    let other = json!({ "sharing": { "venue": true } });
    let shared = service.patch(&path, &changed.etag(), other).await.expect(200);
    assert_eq!(shared.json()["access_requirements"], json!({ "access": ["hearing_loop"] }), "what is not named stays");
    let none = service.patch(&path, &shared.etag(), json!({ "access_requirements": null })).await.expect(200);
    assert_eq!(none.json()["access_requirements"], json!(null));
    assert_eq!(kept(&service), 0);
    let csv = service.request("GET", &format!("{event}/registrations")).token(&service.staff());
    let csv = csv.header("Accept", "text/csv").send().await.expect(200).text();
    assert!(!csv.contains("hearing"), "a file leaves the service: {csv}");
}

async fn the_council_takes_it_down_and_does_not_see_it(service: Service) {
    let event = event(&service).await;
    let contact = service.sign_up("Ada", "ada@example.org").await;
    let council = service.council();
    let made = json!({ "contact_id": contact, "access_requirements": needs() });
    let request = service.request("POST", &format!("{event}/registrations")).token(&council).json(&made);
    let made = request.send().await.expect(201);
    assert_eq!(made.json()["access_requirements"], json!(null));
    let path = made.header("location");
    let read = service.request("GET", &path).token(&council).send().await.expect(200);
    assert_eq!(read.json()["access_requirements"], json!(null));
    assert_eq!(service.get(&path).await.expect(200).json()["access_requirements"], needs());
}

async fn it_goes_with_the_registration(service: Service) {
    let event = event(&service).await;
    let (ada, grace) =
        (service.sign_up("Ada", "ada@example.org").await, service.sign_up("Grace", "grace@example.org").await);
    let path = registered(&service, &event, &ada).await;
    registered(&service, &event, &grace).await;
    let cancelled = service.request("POST", &format!("{path}/cancellation")).token(&service.staff()).send().await;
    assert_eq!(cancelled.expect(200).json()["access_requirements"], json!(null));
    assert_eq!(kept(&service), 1);
    service.request("POST", &format!("{event}/cancellation")).token(&service.staff()).send().await.expect(200);
    assert_eq!(kept(&service), 0);
}

async fn it_goes_thirty_days_after_the_event(service: Service) {
    let event = event(&service).await;
    let contact = service.sign_up("Ada", "ada@example.org").await;
    let path = registered(&service, &event, &contact).await;
    let end = Instant::parse("2027-03-02T17:00:00Z").unwrap();
    service.hands.set(end);
    service.request("POST", &format!("{event}/completion")).token(&service.staff()).send().await.expect(200);
    service.hands.advance(TimeDelta::days(30) - TimeDelta::microseconds(1));
    assert_eq!(swept(&service).await, 0);
    assert_eq!(service.get(&path).await.expect(200).json()["access_requirements"], needs());
    service.hands.advance(TimeDelta::microseconds(1));
    // Nothing of it depends on a job having run.
    assert_eq!(service.get(&path).await.expect(200).json()["access_requirements"], json!(null));
    assert_eq!(kept(&service), 1);
    assert_eq!(swept(&service).await, 1);
    assert_eq!(kept(&service), 0);
    assert_eq!(service.audit("action=access_requirements.delete").await[0]["detail"]["count"], 1);
}

async fn it_goes_over_when_contacts_are_merged(service: Service) {
    let event = event(&service).await;
    let (ada, twin) =
        (service.sign_up("Ada", "ada@example.org").await, service.sign_up("Ada L", "lovelace@example.org").await);
    let path = registered(&service, &event, &twin).await;
    service.post(&format!("/v1/contacts/{ada}/merge"), json!({ "from_contact_id": twin })).await.expect(200);
    let read = service.get(&path).await.expect(200).json();
    assert_eq!((text(&read, "contact_id"), &read["access_requirements"]), (ada, &needs()));
}

async fn what_two_registrations_of_one_person_tell_is_kept(service: Service) {
    for (round, stays) in [0, 1].into_iter().enumerate() {
        let event = event(&service).await;
        let mut both = Vec::new();
        for (name, needs) in [("Ada", needs()), ("Twin", json!({ "dietary": ["halal"], "access": ["quiet_room"] }))] {
            let contact = service.sign_up(name, &format!("{name}.{round}@example.org")).await;
            let made = json!({ "contact_id": contact, "access_requirements": needs });
            let path = service.post(&format!("{event}/registrations"), made).await.expect(201).header("location");
            both.push((contact, path));
        }
        let (into, from) = (&both[stays].0, &both[1 - stays].0);
        service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
        let mut told = Vec::new();
        for (_, path) in &both {
            let read = service.get(path).await.expect(200).json();
            assert_eq!(&text(&read, "contact_id"), into);
            told.push((text(&read, "status"), read["access_requirements"].clone()));
        }
        told.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(told[0], ("cancelled".to_owned(), json!(null)));
        let all = json!({
            "dietary": ["vegan", "halal", "nut_free"], "access": ["step_free_access", "quiet_room"],
            "details": "Arrives by wheelchair taxi.",
        });
        assert_eq!(told[1], ("confirmed".to_owned(), all));
    }
}

async fn what_says_nothing_is_refused(service: Service) {
    let event = event(&service).await;
    let contact = text(&service.post("/v1/contacts", person("Ada", "ada@example.org")).await.expect(201).json(), "id");
    let path = format!("{event}/registrations");
    let asked = |needs: Value| json!({ "contact_id": contact, "access_requirements": needs });
    let answer = service.post(&path, asked(json!({}))).await.problem(422, "invalid");
    assert_eq!(answer.faults(), ["/access_requirements nothing_said"]);
    let answer =
        service.post(&path, asked(json!({ "dietary": ["meat"], "detail": "x" }))).await.problem(422, "invalid");
    assert_eq!(answer.faults().len(), 2, "{:?}", answer.faults());
    service.post(&path, asked(json!({ "details": "Arrives late." }))).await.expect(201);
}
