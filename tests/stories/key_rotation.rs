//! Master keys are changed while the service runs.

use iewm::platform::vault::SystemEntropy;
use serde_json::json;

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    keys_are_rotated_while_the_service_reads_and_writes,
    an_interrupted_rotation_goes_on_without_another_key,
}

async fn sign_up(service: &Service, number: usize) -> String {
    let source = json!({ "kind": "self", "obtained_on": "2026-11-24" });
    let person =
        json!({ "name": format!("Person {number}"), "email": format!("p{number}@example.org"), "source": source });
    service.post("/v1/contacts", person).await.expect(201).header("location")
}

fn key_lines(service: &Service) -> Vec<String> {
    let text = std::fs::read_to_string(service.directory().join("master.key")).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

async fn keys_are_rotated_while_the_service_reads_and_writes(mut service: Service) {
    let mut people = Vec::new();
    for number in 0..5 {
        people.push(sign_up(&service, number).await);
    }
    let before = key_lines(&service);
    let mut told = Vec::new();
    let total =
        iewm::app::rotate_keys(service.config(), &SystemEntropy, |done, total| told.push((done, total))).unwrap();
    assert_eq!(told.last(), Some(&(total - 6, total)), "five people and the start's own keys");
    let after = key_lines(&service);
    assert_eq!((after.len(), &after[1..]), (2, &before[..]));

    // The running service follows the file, for what is there and for what is new.
    people.push(sign_up(&service, 5).await);
    for path in &people {
        service.get(path).await.expect(200);
    }
    // Without the old key, everything can still be read: nothing is left under it.
    std::fs::write(service.directory().join("master.key"), format!("{}\n", after[0])).unwrap();
    service.restart().await;
    for path in &people {
        service.get(path).await.expect(200);
    }
}

async fn an_interrupted_rotation_goes_on_without_another_key(service: Service) {
    sign_up(&service, 0).await;
    // What a rotation that was stopped at once leaves behind: a new key first in the file, nothing wrapped under it.
    let old = key_lines(&service);
    let fresh = service.directory().join("fresh.key");
    iewm::platform::vault::MasterKeys::generate_file(&fresh, &SystemEntropy).unwrap();
    let fresh = std::fs::read_to_string(fresh).unwrap().lines().next_back().unwrap().to_owned();
    std::fs::write(service.directory().join("master.key"), format!("{fresh}\n{}\n", old[0])).unwrap();
    iewm::app::rotate_keys(service.config(), &SystemEntropy, |_, _| {}).unwrap();
    assert_eq!(key_lines(&service), [fresh.as_str(), &old[0]]);
    std::fs::write(service.directory().join("master.key"), fresh).unwrap();
    let listed = service.get("/v1/contacts").await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}
