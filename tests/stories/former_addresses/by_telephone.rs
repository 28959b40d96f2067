//! People who are known by a telephone number and name alone, and what others bring in under the same number and name.

use futures_util::future::join;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::people::{grant, person, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_row_with_an_address_is_the_person_who_is_known_by_its_number_and_name,
    a_row_with_an_address_of_a_restricted_person_is_rejected,
    a_row_with_an_address_that_several_people_may_mean_is_another_contact,
    a_grant_waits_where_the_number_and_name_may_be_anothers,
    a_mailbox_that_has_confirmed_takes_back_the_mark_of_its_number_and_name,
    a_number_that_is_added_asks_the_mailbox_about_what_a_record_proved,
    an_address_that_is_added_beside_anothers_number_is_asked,
    two_files_at_once_give_a_person_one_address,
}

const NUMBER: &str = "01905 765765";

impl Service {
    /// Signs up a person who has a number and an e-mail address.
    async fn sign_up_with_both(&self, name: &str, number: &str, email: &str) -> String {
        let mut asked = person(name, email);
        asked["telephone"] = json!(number);
        text(&self.post("/v1/contacts", asked).await.expect(201).json(), "id")
    }

    /// Ida, who has no e-mail address and said no.
    async fn ida(&self) -> String {
        let ida = self.sign_up_by_number("Ida Phone", NUMBER).await;
        self.withdraw(&ida, "newsletter").await;
        ida
    }

    /// The answer that an import gives for a row with Ida's number and name, and an address that is new.
    async fn row_of_ida(&self) -> Value {
        let rows = self.import("name,email,telephone\nida  PHONE,ida@example.org,+44 1905 765765\n").await;
        rows[0].clone()
    }

    async fn stands(&self, contact: &str, method: &str) -> Value {
        self.decide(grant(contact, "newsletter", method)).await.expect(201).json()["state"].clone()
    }
}

async fn a_row_with_an_address_is_the_person_who_is_known_by_its_number_and_name(service: Service) {
    let ida = service.ida().await;
    let file = "name,email,telephone\nida  PHONE,ida@example.org,+44 1905 765765\n";
    let tried = service.import_to("/v1/contacts/imports?dry_run=true", file).await;
    for row in [&tried[0], &service.row_of_ida().await] {
        assert_eq!((&row["result"], &row["contact_id"]), (&json!("updated"), &json!(ida)), "{row}");
    }
    let contact = service.get(&format!("/v1/contacts/{ida}")).await.expect(200).json();
    assert_eq!(contact["email"], "ida@example.org");
    assert_eq!(service.checked(&ida, "newsletter").await, "withdrawn");
    assert!(service.audience("newsletter").await.is_empty());
    assert_eq!(service.row_of_ida().await["result"], "unchanged");
    assert_eq!(service.items("/v1/contacts").await.len(), 1);
    // The address leads to them, and so does a former address, which the row reports first.
    service.correct(&ida, json!({ "email": null })).await;
    let row = service.row_of_ida().await;
    assert_eq!((&row["code"], &row["contact_id"]), (&json!("former_address"), &json!(ida)), "{row}");
    // Within one file, in either order, for good and in a dry run.
    for path in ["/v1/contacts/imports?dry_run=true", "/v1/contacts/imports"] {
        let rows = service
            .import_to(path, "name,email,telephone\nJoy,,01905 765768\nJoy,joy@example.org,01905 765768\nJoy,joy@example.org,\nKay,kay@example.org,01905 765769\nKay,,01905 765769\n")
            .await;
        let results: Vec<_> = rows.iter().map(|row| row["result"].as_str().unwrap()).collect();
        assert_eq!(results, ["created", "updated", "unchanged", "created", "unchanged"], "{rows:?}");
    }
}

async fn a_row_with_an_address_of_a_restricted_person_is_rejected(service: Service) {
    let ida = service.ida().await;
    service.restrict(&ida, RestrictionGround::AccuracyContested).await.unwrap();
    let row = service.row_of_ida().await;
    assert_eq!((&row["result"], &row["errors"][0]["code"]), (&json!("rejected"), &json!("restricted")), "{row}");
    // Among others with the number and name, too.
    service.sign_up_by_number("Ida Phone", NUMBER).await;
    assert_eq!(service.row_of_ida().await["result"], "rejected");
}

async fn a_row_with_an_address_that_several_people_may_mean_is_another_contact(service: Service) {
    let ida = service.ida().await;
    let other = service.sign_up_by_number("Ida Phone", NUMBER).await;
    let row = service.row_of_ida().await;
    assert_eq!(row["result"], "created");
    let third = text(&row, "contact_id");
    assert!(![ida, other].contains(&third));
    assert_eq!(service.stands(&third, "import").await, "pending");
    // A person who has an address is known by it: another address is another contact.
    service.sign_up_with_both("Lea", "01905 765766", "lea@example.org").await;
    let rows = service.import("name,email,telephone\nLea,lea2@example.org,01905 765766\n").await;
    assert_eq!(rows[0]["result"], "created");
    assert_eq!(service.stands(&text(&rows[0], "contact_id"), "import").await, "given");
}

async fn a_grant_waits_where_the_number_and_name_may_be_anothers(service: Service) {
    let numbers = ["01905 765761", "01905 765762", "01905 765763", "01905 765764"];
    let mut people = Vec::new();
    for number in numbers {
        let ida = service.sign_up_by_number("Ida Phone", number).await;
        service.withdraw(&ida, "newsletter").await;
        people.push(ida);
    }
    let [_, restricted, former, erased] = people.as_slice() else { panic!("four people") };
    service.restrict(restricted, RestrictionGround::AccuracyContested).await.unwrap();
    service.correct(former, json!({ "telephone": "01905 765799" })).await;
    assert!(service.erase(erased, Vec::new()).await.erased);
    for (at, number) in numbers.into_iter().enumerate() {
        let contact = service.sign_up_with_both("Ida  phone", number, &format!("ida{at}@example.org")).await;
        for method in ["import", "paper", "telephone", "in_person", "web_form"] {
            assert_eq!(service.stands(&contact, method).await, "pending", "{number} {method}");
        }
        assert_eq!(service.checked(&contact, "newsletter").await, "pending", "{number}");
    }
    assert!(service.audience("newsletter").await.is_empty());
    // A row with an address stores the contact of an erased person's number and name, and nothing is sent to it unasked.
    let rows = service.import("name,email,telephone\nIda Phone,another@example.org,01905 765764\n").await;
    assert_eq!(service.stands(&text(&rows[0], "contact_id"), "import").await, "pending");
    // A colleague at one of the numbers is another person.
    let colleague = service.sign_up_with_both("Colleague", numbers[0], "colleague@example.org").await;
    assert_eq!(service.stands(&colleague, "import").await, "given");
}

async fn a_mailbox_that_has_confirmed_takes_back_the_mark_of_its_number_and_name(service: Service) {
    let ida = service.ida().await;
    assert!(service.erase(&ida, Vec::new()).await.erased);
    let contact = service.sign_up_with_both("Ida Phone", NUMBER, "ida@example.org").await;
    assert_eq!(service.stands(&contact, "paper").await, "pending");
    let waiting = service.newest_decision(&contact, "newsletter").await;
    service.follow("POST", &service.link(&text(&waiting, "id")).await).await.expect(200);
    assert_eq!(service.audience("newsletter").await, ["ida@example.org"]);
    service.withdraw(&contact, "newsletter").await;
    assert_eq!(service.stands(&contact, "paper").await, "given", "the mailbox has spoken for this purpose");
    let other = service.decide(grant(&contact, "trade_articles", "paper")).await.expect(201).json();
    assert_eq!(other["state"], "pending", "and not for another");
}

async fn a_number_that_is_added_asks_the_mailbox_about_what_a_record_proved(service: Service) {
    service.ida().await;
    let add = async |contact: &str, way: &str, email: &str| match way {
        "correction" => drop(service.correct(contact, json!({ "telephone": NUMBER })).await),
        "row" => {
            let rows = service.import(&format!("name,email,telephone\nIda Phone,{email},{NUMBER}\n")).await;
            assert_eq!((&rows[0]["result"], &rows[0]["contact_id"]), (&json!("updated"), &json!(contact)));
        }
        _ => {
            let other = service.sign_up_with_both("Other", NUMBER, "other@example.org").await;
            service.merge(contact, &other).await;
        }
    };
    for way in ["correction", "row", "merge"] {
        let email = format!("{way}@example.org");
        let contact = service.sign_up("Ida Phone", &email).await;
        service.give(&contact, "newsletter").await;
        service.give_and_confirm(&contact, "trade_articles").await;
        assert_eq!(service.checked(&contact, "newsletter").await, "given");
        add(&contact, way, &email).await;
        assert_eq!(service.checked(&contact, "newsletter").await, "pending", "{way}");
        assert_eq!(service.checked(&contact, "trade_articles").await, "given", "{way}: this mailbox has said so");
        let waiting = service.newest_decision(&contact, "newsletter").await;
        service.follow("POST", &service.link(&text(&waiting, "id")).await).await.expect(200);
        assert_eq!(service.checked(&contact, "newsletter").await, "given", "{way}");
    }
    // A number that no other contact has changes nothing.
    let contact = service.sign_up("Ida Phone", "ida@example.org").await;
    service.give(&contact, "newsletter").await;
    service.correct(&contact, json!({ "telephone": "01905 765766" })).await;
    assert_eq!(service.checked(&contact, "newsletter").await, "given");
}

async fn an_address_that_is_added_beside_anothers_number_is_asked(service: Service) {
    service.ida().await;
    let other = service.sign_up_by_number("Ida Phone", NUMBER).await;
    assert_eq!(service.stands(&other, "telephone").await, "given", "nothing can be sent yet");
    service.correct(&other, json!({ "email": "ida@example.org" })).await;
    assert_eq!(service.checked(&other, "newsletter").await, "pending");
    assert!(service.audience("newsletter").await.is_empty());
}

async fn two_files_at_once_give_a_person_one_address(service: Service) {
    for round in 0..8 {
        let number = format!("01905 76577{round}");
        let ida = service.sign_up_by_number("Ida Phone", &number).await;
        let file = |which: &str| format!("name,email,telephone\nIda Phone,ida{round}{which}@example.org,{number}\n");
        let (one, other) = (file("a"), file("b"));
        let (one, other) = join(service.import(&one), service.import(&other)).await;
        let updated = [&one[0], &other[0]].into_iter().filter(|row| row["contact_id"] == json!(ida)).count();
        assert_eq!(updated, 1, "{one:?} {other:?}");
        let (one, other) = (file("a"), file("a"));
        let (one, other) = join(service.import(&one), service.import(&other)).await;
        assert_eq!(one[0]["contact_id"], other[0]["contact_id"], "{one:?} {other:?}");
    }
}
