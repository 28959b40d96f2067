//! The record of processing activities and the retention schedule.

use std::collections::HashSet;

use iewm::domain::RecordClass;
use iewm::inventory::CARDS;
use iewm::policy::retention;
use serde_json::{Map, Value, json};

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    the_record_says_of_each_purpose_what_the_notice_says,
    as_csv_the_record_says_what_it_says_as_json,
    a_cell_of_the_record_is_no_formula,
    the_schedule_is_public_and_says_six_years,
}

async fn the_record_says_of_each_purpose_what_the_notice_says(service: Service) {
    let record = service.get("/v1/processing-activities").await.expect(200).json();
    let notice = service.request("GET", "/v1/privacy-notice").send().await.expect(200).json();
    let (activities, purposes) = (record["items"].as_array().unwrap(), notice["purposes"].as_array().unwrap());
    assert_eq!(activities.len(), purposes.len());
    for (activity, purpose) in activities.iter().zip(purposes) {
        assert_eq!(activity["purpose"], purpose["code"]);
        for member in ["lawful_basis", "data", "recipients", "retention"] {
            assert_eq!(activity[member], purpose[member], "{member}");
        }
        for member in ["controller", "data_protection_officer", "subjects", "transfers", "security"] {
            assert!(!activity[member].as_array().map_or(activity[member] == json!(""), Vec::is_empty), "{member}");
        }
    }
    service.request("GET", "/v1/processing-activities").send().await.problem(401, "unauthenticated");
}

/// The record as CSV, each row by the names of its columns.
async fn rows(service: &Service) -> Vec<Map<String, Value>> {
    let asked = service.request("GET", "/v1/processing-activities").token(&service.staff());
    let answer = asked.header("Accept", "text/csv").send().await.expect(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut reader = csv::Reader::from_reader(answer.bytes());
    let rows = reader.deserialize().map(|row| row.unwrap());
    rows.collect()
}

async fn as_csv_the_record_says_what_it_says_as_json(service: Service) {
    let record = service.get("/v1/processing-activities").await.expect(200).json();
    let activities = record["items"].as_array().unwrap();
    let rows = rows(&service).await;
    assert_eq!(rows.len(), activities.len());
    for (row, activity) in rows.iter().zip(activities) {
        let activity = activity.as_object().unwrap();
        assert!(row.keys().eq(activity.keys()), "a column for each member, in its place");
        for (name, value) in activity {
            if name == "recipients_by_agreement" {
                assert_eq!(value, &json!([]), "no agreement is live");
                continue;
            }
            let parts =
                value.as_array().map(|parts| parts.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>());
            let told = parts.map_or_else(|| value.as_str().unwrap().to_owned(), |parts| parts.join("; "));
            assert_eq!(row[name], told, "{name}");
        }
    }

    // JSON unless CSV is asked for by name; CSV needs no other permission.
    let asked = || service.request("GET", "/v1/processing-activities");
    for accept in ["*/*", "application/json", "text/csv, application/json"] {
        let answer = asked().token(&service.staff()).header("Accept", accept).send().await.expect(200);
        assert_eq!(answer.header("content-type"), "application/json", "{accept}");
    }
    asked().token(&service.council()).header("Accept", "text/csv").send().await.expect(200);
    asked().header("Accept", "text/csv").send().await.problem(401, "unauthenticated");
}

async fn a_cell_of_the_record_is_no_formula(service: Service) {
    let set =
        [("CONTROLLER__NAME", "=HYPERLINK(\"https://x.example\"), Ltd"), ("CONTROLLER__DATA_PROTECTION_EMAIL", "@x")];
    let service = Service::start_with(service.engine, &set).await.unwrap();
    for row in rows(&service).await {
        let controller = row["controller"].as_str().unwrap();
        assert!(controller.starts_with("'=HYPERLINK(\"https://x.example\"), Ltd, "), "{controller}");
        assert_eq!(row["data_protection_officer"], "'@x");
    }
}

async fn the_schedule_is_public_and_says_six_years(service: Service) {
    let schedule = service.request("GET", "/v1/retention-schedule").send().await.expect(200).json();
    let lines = schedule["items"].as_array().unwrap();
    let contact = lines.iter().find(|line| line["record_class"] == "contact").unwrap();
    assert_eq!(contact["period"], "P6Y");
}

/// Each card names a class, and each class is a line: no line may be about nothing.
#[test]
fn every_line_of_the_schedule_has_a_table() {
    let kept: HashSet<RecordClass> = CARDS.iter().map(|card| card.retention).collect();
    let lines: Vec<RecordClass> = retention::schedule().map(|rule| rule.class).collect();
    assert_eq!(lines.len(), kept.len());
    assert!(lines.iter().all(|class| kept.contains(class)), "{lines:?}");
}
