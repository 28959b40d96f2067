//! The record of processing activities and the retention schedule.

use std::collections::BTreeMap;

use serde_json::json;

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    the_record_says_of_each_purpose_what_the_notice_says,
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

async fn the_schedule_is_public_and_says_six_years(service: Service) {
    let schedule = service.request("GET", "/v1/retention-schedule").send().await.expect(200).json();
    let lines = schedule["items"].as_array().unwrap();
    let contact = lines.iter().find(|line| line["record_class"] == "contact").unwrap();
    assert_eq!(contact["period"], "P6Y");
}

#[test]
fn every_table_has_one_line_in_the_schedule() {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for table in iewm::policy::retention::SCHEDULE.iter().flat_map(|rule| rule.tables) {
        *lines.entry(table).or_default() += 1;
    }
    let tables: BTreeMap<&str, usize> = iewm::inventory::tables().iter().map(|table| (table.name, 1)).collect();
    assert_eq!(lines, tables);
}
