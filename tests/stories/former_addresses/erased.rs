//! Erased is erased: no address or number that a person ever had brings them back.

use serde_json::json;

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    every_address_that_a_person_ever_had_is_suppressed_when_they_are_erased,
    a_person_known_by_telephone_is_suppressed_by_number_and_name_together,
    while_something_is_withheld_what_leads_to_the_person_stays,
    a_person_is_found_by_every_id_that_they_had,
}

async fn every_address_that_a_person_ever_had_is_suppressed_when_they_are_erased(service: Service) {
    let eve = service.sign_up("Eve", "eve1@example.org").await;
    service.correct(&eve, json!({ "email": "eve2@example.org" })).await;
    service.rectify(&eve, json!({ "email": "eve3@example.org" })).await;
    service.correct(&eve, json!({ "email": null, "telephone": "01905 765765" })).await;
    service.correct(&eve, json!({ "email": "eve4@example.org" })).await;
    // Another record, that had an address before its own.
    let other = service.sign_up("Eve", "eve5@example.org").await;
    service.correct(&other, json!({ "email": "eve6@example.org" })).await;
    service.merge(&eve, &other).await;
    assert!(service.erase(&eve, Vec::new()).await.erased);
    let mut file = String::from("name,email\n");
    file.extend((1..=6).map(|number| format!("Eve,eve{number}@example.org\n")));
    for row in service.import(&(file + "Eve,eve7@example.org\n")).await.iter().take(6) {
        assert_eq!((&row["result"], row.get("contact_id")), (&json!("suppressed"), None), "{row}");
    }
    assert_eq!(service.items("/v1/contacts").await.len(), 1, "the seventh alone");
    assert!(service.cells("former_addresses", "mark").is_empty(), "marks have taken their place");
    // An address that only looks like one of them is refused.
    let rows = service.import("name,email\nEve,\u{200b}eve1@example.org\nEve,eve1@exam\u{ad}ple.org\n").await;
    for row in rows {
        assert_eq!((&row["result"], &row["errors"][0]["pointer"]), (&json!("rejected"), &json!("/email")), "{row}");
    }
}

async fn a_person_known_by_telephone_is_suppressed_by_number_and_name_together(service: Service) {
    let hal = service.sign_up_by_number("Hal Tel", "01905 765765").await;
    service.correct(&hal, json!({ "telephone": "01905 765766" })).await;
    service.correct(&hal, json!({ "name": "Hal King" })).await;
    // Deleting a contact on which nothing depends takes the same way.
    let ida = service.sign_up_by_number("Ida Tel", "01905 765765").await;
    service.delete(&ida).await.expect(204);
    assert!(service.erase(&hal, Vec::new()).await.erased);
    let rows = service
        .import(
            "name,telephone\nhal tel,01905 765765\nHal  Tel,01905 765766\nHal King,+44 1905 765766\nIda Tel,01905 765765\n\
             Colleague,01905 765765\nHal King,01905 765765\n",
        )
        .await;
    let results: Vec<_> = rows.iter().map(|row| row["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["suppressed", "suppressed", "suppressed", "suppressed", "created", "created"]);
    // By an address that is not theirs the number says nothing.
    let rows = service.import("name,email,telephone\nHal Tel,hal@example.org,01905 765765\n").await;
    assert_eq!(rows[0]["result"], "created");
}

async fn while_something_is_withheld_what_leads_to_the_person_stays(service: Service) {
    let eve = service.sign_up("Eve", "eve.old@example.org").await;
    service.correct(&eve, json!({ "email": "eve@example.org" })).await;
    let claim = iewm::domain::Obstacle {
        record: None,
        ground: iewm::domain::ErasureGround::LegalClaims,
        until: "2027-03-31".parse().ok(),
    };
    assert!(!service.erase(&eve, vec![claim]).await.erased);
    let found = service.post("/v1/contacts/search", json!({ "email": "eve.old@example.org" })).await.expect(200).json();
    assert_eq!(found["items"][0]["id"], json!(eve));
    assert_eq!(service.import("name,email\nEve,eve.old@example.org\n").await[0]["result"], "suppressed");
    assert!(service.erase(&eve, Vec::new()).await.erased);
    assert!(service.cells("former_addresses", "mark").is_empty());
}

async fn a_person_is_found_by_every_id_that_they_had(service: Service) {
    let mut ids = Vec::new();
    for number in 0..4 {
        ids.push(service.sign_up("Ann", &format!("ann{number}@example.org")).await);
    }
    service.correct(&ids[0], json!({ "telephone": "01905 765765" })).await;
    service.merge(&ids[1], &ids[0]).await;
    service.merge(&ids[2], &ids[1]).await;
    service.merge(&ids[3], &ids[2]).await;
    let mut merged = ids[..3].to_vec();
    merged.sort();
    for id in &ids {
        let contact = id.parse().unwrap();
        let found =
            service.state.job("story").read(move |tx| iewm::resources::contacts::store::person(tx, contact)).await;
        let found = found.unwrap();
        assert_eq!(found.contact.to_string(), ids[3]);
        let others: Vec<String> = found.ids.iter().map(ToString::to_string).collect();
        assert_eq!((&others[0], &others[1..]), (&ids[3], merged.as_slice()));
        assert_eq!((found.marks.len(), found.numbers.len(), found.named_numbers.len()), (4, 1, 1));
        assert!(found.passed_on.is_empty());
    }
}
