//! A telephone number and name that two contacts have.

use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::people::{person, text};
use crate::harness::{Service, on_both_engines};
use crate::possible_matches::record;
use crate::whole_packages::held;

on_both_engines! {
    a_record_under_a_number_and_name_of_two_contacts_is_neithers_for_certain,
    an_erasure_leaves_what_another_contact_has_under_the_same_number_and_name,
    a_row_is_the_contacts_who_has_its_number_and_name_now,
}

const NUMBER: &str = "01905 765765";

impl Service {
    /// The draft of a person's package, whose request is withdrawn after it.
    pub(crate) async fn draft_of(&self, contact: &str) -> Value {
        let request = self.taken(asked("access", contact)).await;
        self.by_council("POST", &request, "").await.expect(200);
        let draft = self.request("GET", &format!("{request}/package?draft=true")).token(&self.council());
        let draft = draft.send().await.expect(200).json();
        self.post(&format!("{request}/withdrawal"), json!({})).await.expect(200);
        draft
    }
}

/// Two contacts with one number and name, and a complaint under both.
struct Twins {
    by_number: String,
    with_address: String,
    complaint: String,
}

impl Twins {
    async fn with(service: &Service) -> Self {
        let by_number = service.sign_up_by_number("Twin Two", NUMBER).await;
        let mut asked = person("twin  TWO", "twin@example.org");
        asked["telephone"] = json!(NUMBER);
        let with_address = text(&service.post("/v1/contacts", asked).await.expect(201).json(), "id");
        let complaint = service.complain_as(json!({ "name": "Twin Two", "telephone": NUMBER })).await;
        service.answer_complaint(&complaint).await;
        Self { by_number, with_address, complaint }
    }
}

async fn a_record_under_a_number_and_name_of_two_contacts_is_neithers_for_certain(service: Service) {
    let twins = Twins::with(&service).await;
    let found = json!({ "record": record(&twins.complaint), "by": ["telephone_and_name", "name"] });
    for contact in [&twins.by_number, &twins.with_address] {
        let package = service.draft_of(contact).await;
        assert!(held(&package, "complaints").is_empty(), "{package}");
        assert!(package["search"]["matches"].as_array().unwrap().contains(&found), "{}", package["search"]);
    }
    // Nor is what a contact had before.
    service.correct(&twins.with_address, json!({ "telephone": "01905 765766" })).await;
    let package = service.draft_of(&twins.by_number).await;
    assert!(held(&package, "complaints").is_empty(), "{package}");
    // Once no other contact has or had them, it is the person's.
    assert!(service.erase(&twins.with_address, Vec::new()).await.erased);
    assert_eq!(held(&service.draft_of(&twins.by_number).await, "complaints").len(), 1);
}

async fn an_erasure_leaves_what_another_contact_has_under_the_same_number_and_name(service: Service) {
    let twins = Twins::with(&service).await;
    assert!(service.erase(&twins.by_number, Vec::new()).await.erased);
    let complaint = service.get(&twins.complaint).await.expect(200).json();
    assert_eq!(
        (&complaint["complainant"]["name"], &complaint["details"]),
        (&json!("Twin Two"), &json!("You wrote to me."))
    );
    assert!(held(&service.draft_of(&twins.with_address).await, "suppressions").is_empty());
    let rows = service.import("name,telephone\nTwin Two,01905 765765\n").await;
    assert_eq!(rows[0]["contact_id"], json!(twins.with_address), "{rows:?}");
    // The last of them leaves the mark.
    assert!(service.erase(&twins.with_address, Vec::new()).await.erased);
    let rows = service.import("name,telephone\nTwin Two,01905 765765\n").await;
    assert_eq!(rows[0]["result"], "suppressed");
}

async fn a_row_is_the_contacts_who_has_its_number_and_name_now(service: Service) {
    let ida = service.sign_up_by_number("Ida Phone", NUMBER).await;
    assert!(service.erase(&ida, Vec::new()).await.erased);
    assert_eq!(service.import("name,telephone\nIda Phone,01905 765765\n").await[0]["result"], "suppressed");
    let again = service.sign_up_by_number("Ida Phone", NUMBER).await;
    for file in ["name,telephone\nIda Phone,01905 765765\n", "name,telephone,job_title\nIda Phone,01905 765765,Clerk\n"]
    {
        let rows = service.import(file).await;
        assert_eq!(rows[0]["contact_id"], json!(again), "{rows:?}");
    }
}
