//! A person who has had two records, two addresses or two numbers is still one person, and what they said still holds.

use serde_json::{Value, json};

use crate::harness::people::{grant, person, text};
use crate::harness::{Service, on_both_engines};

mod by_telephone;
mod erased;
mod indexing;
mod merged;
mod races;
mod records;
mod shared;
mod shared_numbers;
mod successors;

on_both_engines! {
    a_no_given_before_a_merge_holds_for_the_address_that_was_merged_away,
    an_address_that_was_changed_or_removed_leads_to_its_person,
    a_number_or_name_that_was_changed_leads_to_its_person,
    a_row_for_a_former_address_of_a_restricted_person_is_rejected,
    an_address_that_a_person_has_again_is_no_former_one,
    a_grant_for_anothers_former_address_waits_for_its_mailbox,
    a_mailbox_that_has_confirmed_is_its_new_owners_alone,
    a_search_by_a_former_address_or_number_finds_the_person,
}

impl Service {
    /// Imports a CSV file, and returns the results of its rows.
    pub(crate) async fn import(&self, csv: &str) -> Vec<Value> {
        self.import_to("/v1/contacts/imports", csv).await
    }

    async fn import_to(&self, path: &str, csv: &str) -> Vec<Value> {
        let answer = self.request("POST", path).token(&self.staff()).body("text/csv", csv).send().await;
        answer.expect(200).json()["results"].as_array().cloned().unwrap()
    }

    /// Corrects a contact, as it is now.
    pub(crate) async fn correct(&self, contact: &str, patch: Value) -> Value {
        let path = format!("/v1/contacts/{contact}");
        let etag = self.get(&path).await.etag();
        self.patch(&path, &etag, patch).await.expect(200).json()
    }

    /// Merges the contact `from` into another.
    pub(crate) async fn merge(&self, into: &str, from: &str) {
        let asked = json!({ "from_contact_id": from });
        self.post(&format!("/v1/contacts/{into}/merge"), asked).await.expect(200);
    }

    /// Signs up a person who has a telephone number and no e-mail address.
    pub(crate) async fn sign_up_by_number(&self, name: &str, number: &str) -> String {
        let mut asked = person(name, "");
        asked.as_object_mut().unwrap().remove("email");
        asked["telephone"] = json!(number);
        text(&self.post("/v1/contacts", asked).await.expect(201).json(), "id")
    }

    /// How many records the next start is still to index.
    fn left_to_index(&self) -> i64 {
        let counts = self.counts();
        *counts.iter().find(|(name, _)| name.ends_with(".records_to_index")).unwrap().1
    }

    /// The e-mail addresses in an audience.
    pub(crate) async fn audience(&self, purpose: &str) -> Vec<String> {
        let lines = self.get(&format!("/v1/audiences/{purpose}")).await.expect(200).text();
        lines.lines().map(|line| text(&serde_json::from_str(line).unwrap(), "email")).collect()
    }
}

/// What an import answers for a row that names what a person had before.
#[track_caller]
fn assert_former(row: &Value, contact: &str) {
    assert_eq!(
        (&row["result"], &row["code"], &row["contact_id"]),
        (&json!("unchanged"), &json!("former_address"), &json!(contact)),
        "{row}"
    );
}

async fn a_no_given_before_a_merge_holds_for_the_address_that_was_merged_away(service: Service) {
    let ann = service.sign_up("Ann", "ann@example.org").await;
    let old = service.sign_up("Ann", "ann.old@example.org").await;
    service.give(&old, "newsletter").await;
    service.withdraw(&old, "newsletter").await;
    service.merge(&ann, &old).await;
    let file = "name,email\nAnn,ANN.old@example.org\n";
    assert_former(&service.import_to("/v1/contacts/imports?dry_run=true", file).await[0], &ann);
    assert_former(&service.import(file).await[0], &ann);
    assert_eq!(service.items("/v1/contacts").await.len(), 1, "the import created no contact");
    // A chain of merges leads to the person that they are now.
    let last = service.sign_up("Ann", "ann.new@example.org").await;
    service.merge(&last, &ann).await;
    let rows =
        service.import("name,email\nAnn,ann.old@example.org\nAnn,ann@example.org\nAnn,ann.new@example.org\n").await;
    assert_former(&rows[0], &last);
    assert_former(&rows[1], &last);
    assert_eq!((&rows[2]["result"], &rows[2]["code"]), (&json!("unchanged"), &Value::Null));
    assert_eq!(service.checked(&last, "newsletter").await, "withdrawn");
    assert!(service.audience("newsletter").await.is_empty());
}

async fn an_address_that_was_changed_or_removed_leads_to_its_person(service: Service) {
    let patched = service.sign_up("Dan", "dan.old@example.org").await;
    service.correct(&patched, json!({ "email": "dan@example.org" })).await;
    let rectified = service.sign_up("Eve", "eve.old@example.org").await;
    service.rectify(&rectified, json!({ "email": "eve@example.org" })).await;
    let removed = service.sign_up("Fay", "fay@example.org").await;
    service.correct(&removed, json!({ "telephone": "01905 765765", "email": null })).await;
    let rows = service
        .import("name,email,job_title\nDan,dan.old@example.org,Clerk\nEve,eve.old@example.org,Clerk\nFay,fay@example.org,Clerk\n")
        .await;
    for (row, contact) in rows.iter().zip([&patched, &rectified, &removed]) {
        assert_former(row, contact);
        let contact = service.get(&format!("/v1/contacts/{contact}")).await.expect(200).json();
        assert_eq!(contact["job_title"], Value::Null, "nothing of the row is stored");
    }
}

async fn a_number_or_name_that_was_changed_leads_to_its_person(service: Service) {
    let hal = service.sign_up_by_number("Hal Tel", "01905 765765").await;
    service.correct(&hal, json!({ "telephone": "01905 765766" })).await;
    let ida = service.sign_up_by_number("Ida Lovelace", "01905 765767").await;
    service.correct(&ida, json!({ "name": "Ida King" })).await;
    let rows = service
        .import("name,telephone\nHAL  tel,01905 765765\nIda Lovelace,01905 765767\nhal tel,01905 765766\nOther,01905 765765\n")
        .await;
    assert_former(&rows[0], &hal);
    assert_former(&rows[1], &ida);
    assert_eq!((&rows[2]["result"], &rows[2]["contact_id"]), (&json!("updated"), &json!(hal)), "the present number");
    assert_eq!(rows[3]["result"], "created", "a colleague at the same number is another person");
    // Within one file, too.
    let rows = service
        .import("name,email,telephone\nJoy,joy@example.org,01905 765768\nJoy,joy@example.org,01905 765769\nJoy,,01905 765768\n")
        .await;
    assert_eq!(rows[1]["result"], "updated");
    let joy = text(&rows[1], "contact_id");
    assert_former(&rows[2], &joy);
    assert_former(&service.import("name,telephone\nJoy,01905 765768\n").await[0], &joy);
}

async fn a_row_for_a_former_address_of_a_restricted_person_is_rejected(service: Service) {
    let dan = service.sign_up("Dan", "dan.old@example.org").await;
    service.correct(&dan, json!({ "email": "dan@example.org" })).await;
    service.restrict(&dan, iewm::policy::restriction::RestrictionGround::AccuracyContested).await.unwrap();
    let rows = service.import("name,email\nDan,dan.old@example.org\n").await;
    assert_eq!((&rows[0]["result"], &rows[0]["errors"][0]["code"]), (&json!("rejected"), &json!("restricted")));
}

async fn an_address_that_a_person_has_again_is_no_former_one(service: Service) {
    let dan = service.sign_up("Dan", "dan@example.org").await;
    for email in ["dan.new@example.org", "dan@example.org"] {
        service.correct(&dan, json!({ "email": email })).await;
    }
    let rows = service.import("name,email\nDan,dan@example.org\nDan,dan.new@example.org\n").await;
    assert_eq!((&rows[0]["result"], &rows[0]["code"]), (&json!("unchanged"), &Value::Null));
    assert_former(&rows[1], &dan);
    assert_eq!(service.give(&dan, "newsletter").await["state"], "given");
    // A merge brings an address back as well.
    let other = service.sign_up("Dan", "dan.new@example.org").await;
    service.correct(&dan, json!({ "telephone": "01905 765765", "email": null })).await;
    service.merge(&dan, &other).await;
    let rows = service.import("name,email\nDan,dan.new@example.org\nDan,dan@example.org\n").await;
    assert_eq!((&rows[0]["result"], &rows[0]["code"]), (&json!("unchanged"), &Value::Null));
    assert_former(&rows[1], &dan);
}

/// Another person, at an address that Dan had.
async fn at_dans_former_address(service: &Service) -> (String, String) {
    let dan = service.sign_up("Dan", "desk@example.org").await;
    service.withdraw(&dan, "newsletter").await;
    service.correct(&dan, json!({ "email": "dan@example.org" })).await;
    (dan, service.sign_up("Successor", "desk@example.org").await)
}

async fn a_grant_for_anothers_former_address_waits_for_its_mailbox(service: Service) {
    let (dan, successor) = at_dans_former_address(&service).await;
    for method in ["import", "telephone", "paper", "in_person", "web_form", "email"] {
        let consent = service.decide(grant(&successor, "newsletter", method)).await.expect(201).json();
        assert_eq!(consent["state"], "pending", "{method}");
    }
    assert!(service.audience("newsletter").await.is_empty());
    assert_eq!(service.checked(&successor, "newsletter").await, "pending");
    // Dan's own grants, at his own address, need no mailbox.
    assert_eq!(service.give(&dan, "blogs_and_articles").await["state"], "given");
    let first = service.history(&successor, "newsletter").await.pop().unwrap();
    service.follow("POST", &service.link(&text(&first, "id")).await).await.expect(200);
    assert_eq!(service.audience("newsletter").await, ["desk@example.org"]);
}

async fn a_mailbox_that_has_confirmed_is_its_new_owners_alone(service: Service) {
    let (dan, successor) = at_dans_former_address(&service).await;
    assert_eq!(service.give(&successor, "newsletter").await["state"], "pending");
    let waiting = service.newest_decision(&successor, "newsletter").await;
    service.follow("POST", &service.link(&text(&waiting, "id")).await).await.expect(200);
    assert_eq!(service.give(&successor, "trade_articles").await["state"], "given", "the mailbox has spoken once");
    let found = service.post("/v1/contacts/search", json!({ "email": "desk@example.org" })).await.expect(200).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    // Dan's erasure does not suppress what is no longer his.
    assert!(service.erase(&dan, Vec::new()).await.erased);
    assert_eq!(service.checked(&successor, "newsletter").await, "given");
    let rows = service.import("name,email\nSuccessor,desk@example.org\nDan,dan@example.org\n").await;
    assert_eq!((&rows[0]["result"], &rows[0]["contact_id"]), (&json!("unchanged"), &json!(successor)));
    assert_eq!(rows[1]["result"], "suppressed");
}

async fn a_search_by_a_former_address_or_number_finds_the_person(service: Service) {
    let ann = service.sign_up("Ann", "desk@example.org").await;
    service.correct(&ann, json!({ "email": "ann@example.org", "telephone": "01905 765765" })).await;
    service.correct(&ann, json!({ "telephone": null })).await;
    let ben = service.sign_up("Ben", "desk@example.org").await;
    service.correct(&ben, json!({ "telephone": "01905 765765" })).await;
    let old = service.sign_up("Ann", "ann.old@example.org").await;
    service.merge(&ann, &old).await;
    let found = async |wanted: &Value, query: &str| -> Value {
        service.post(&format!("/v1/contacts/search{query}"), wanted.clone()).await.expect(200).json()
    };
    for wanted in [json!({ "email": "DESK@example.org" }), json!({ "telephone": "+44 1905 765765" })] {
        let all = found(&wanted, "").await;
        let told: Vec<_> =
            all["items"].as_array().unwrap().iter().map(|it| (it["id"].clone(), it["former"].clone())).collect();
        assert_eq!(told, [(json!(ben), Value::Null), (json!(ann), json!(true))], "newest first: {wanted}");
        let first = found(&wanted, "?limit=1").await;
        assert_eq!(first["items"][0], all["items"][0]);
        let second = found(&wanted, &format!("?limit=1&cursor={}", text(&first, "next_cursor"))).await;
        assert_eq!((&second["items"][0], &second["next_cursor"]), (&all["items"][1], &Value::Null));
    }
    let merged = found(&json!({ "email": "ann.old@example.org" }), "").await;
    assert_eq!((&merged["items"][0]["id"], &merged["items"][0]["former"]), (&json!(ann), &json!(true)));
    assert_eq!(found(&json!({ "email": "nobody@example.org" }), "").await["items"], json!([]));
}
