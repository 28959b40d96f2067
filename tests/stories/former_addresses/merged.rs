//! An address that both records of one person had before, once the records are merged.

use serde_json::json;

use super::assert_former;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    an_address_that_one_record_may_still_have_stays_the_persons,
    the_person_who_had_an_address_last_has_it_after_a_merge,
}

const ROW: &str = "name,email\nSue,desk@example.org\n";

async fn an_address_that_one_record_may_still_have_stays_the_persons(service: Service) {
    for survivor_is_first in [true, false] {
        let desk = format!("desk.{survivor_is_first}@example.org");
        let row = format!("name,email\nSue,{desk}\n");
        let first = service.sign_up("Dan", &desk).await;
        service.correct(&first, json!({ "email": format!("dan.{survivor_is_first}@example.org") })).await;
        let second = service.sign_up("Sue", &desk).await;
        service.give_and_confirm(&second, "newsletter").await;
        service.withdraw(&second, "newsletter").await;
        service.correct(&second, json!({ "email": format!("sue.{survivor_is_first}@example.org") })).await;
        assert_former(&service.import(&row).await[0], &second);
        let (into, from) = if survivor_is_first { (first, second) } else { (second, first) };
        service.merge(&into, &from).await;
        assert_former(&service.import(&row).await[0], &into);
        let found = service.post("/v1/contacts/search", json!({ "email": desk })).await.expect(200).json();
        assert_eq!((&found["items"][0]["id"], &found["items"][0]["former"]), (&json!(into), &json!(true)));
        assert!(service.erase(&into, Vec::new()).await.erased);
        assert_eq!(service.import(&row).await[0]["result"], "suppressed");
    }
}

async fn the_person_who_had_an_address_last_has_it_after_a_merge(service: Service) {
    let mut ids = Vec::new();
    for name in ["pat", "quentin", "pat.again"] {
        let id = service.sign_up(name, "desk@example.org").await;
        service.hands.advance(chrono::Duration::minutes(1));
        service.correct(&id, json!({ "email": format!("{name}@example.org") })).await;
        ids.push(id);
    }
    let rows = service.import(ROW).await;
    assert_eq!(text(&rows[0], "contact_id"), ids[2]);
    service.merge(&ids[0], &ids[2]).await;
    assert_former(&service.import(ROW).await[0], &ids[0]);
}
