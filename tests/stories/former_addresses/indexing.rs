//! After an upgrade the next start computes the keyed indexes that a migration could not.

use diesel::connection::SimpleConnection;
use iewm::domain::FromKept;
use iewm::platform::http::Change;
use iewm::resources::contacts::model::PatchContact;
use iewm::resources::contacts::store::changes;
use serde_json::json;

use crate::harness::people::{grant, text};
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    contacts_of_an_older_version_are_indexed_by_the_next_start,
    two_contacts_with_one_mailbox_are_listed_for_merging,
    numbers_and_addresses_that_were_stored_wrong_are_listed,
}

impl Service {
    /// Leaves the database as an older version did, and starts again.
    async fn upgrade_from(&mut self, older: &str) {
        let older = format!("{older}; INSERT INTO records_to_index SELECT 'contacts', id FROM contacts");
        match self.engine {
            Engine::Sqlite => self.sqlite().batch_execute(&older).unwrap(),
            Engine::Postgres => self.postgres().batch_execute(&older).unwrap(),
        }
        self.restart().await;
        assert_eq!(self.left_to_index(), 0);
    }

    /// The ids of the contacts whose address needs this check.
    async fn to_check(&self, check: &str) -> Vec<String> {
        let found = self.items(&format!("/v1/contacts?address_check={check}")).await;
        found.iter().map(|contact| text(contact, "id")).collect()
    }
}

async fn two_contacts_with_one_mailbox_are_listed_for_merging(mut service: Service) {
    let mut older = Vec::new();
    for _ in 0..2 {
        older.push(service.sign_up("Mia", "mia@bücher.example").await);
        // As an older version indexed it: by another form of the domain.
        let index = if service.engine == Engine::Sqlite { "randomblob(32)" } else { "sha256(id::text::bytea)" };
        let index = format!("UPDATE contacts SET email_index = {index}");
        match service.engine {
            Engine::Sqlite => service.sqlite().batch_execute(&index).unwrap(),
            Engine::Postgres => service.postgres().batch_execute(&index).unwrap(),
        }
    }
    service.object(&older[0], None).await.unwrap();
    let mia = service.sign_up("Mia", "mia@xn--bcher-kva.example").await;
    service.upgrade_from("SELECT 1").await;
    let mut listed = service.to_check("same_mailbox").await;
    listed.sort();
    assert_eq!(listed, older);
    let found = service.post("/v1/contacts/search", json!({ "email": "mia@bücher.example" })).await.expect(200).json();
    assert_eq!((found["items"].as_array().unwrap().len(), &found["items"][0]["id"]), (1, &json!(mia)));
    let consent = service.decide(grant(&mia, "newsletter", "paper")).await.expect(201).json();
    assert_eq!(consent["state"], "pending", "the mailbox has objected in the other form");
    // A contact that waits to be merged can be corrected, and stays listed.
    let corrected = service.correct(&older[0], json!({ "job_title": "Clerk" })).await;
    assert_eq!(corrected["address_check"], "same_mailbox");
    // Whichever way they are merged, the one that stays has the mailbox.
    service.merge(&mia, &older[0]).await;
    service.merge(&older[1], &mia).await;
    assert!(service.to_check("same_mailbox").await.is_empty());
    for form in ["mia@bücher.example", "mia@xn--bcher-kva.example"] {
        let found = service.post("/v1/contacts/search", json!({ "email": form })).await.expect(200).json();
        assert_eq!((&found["items"][0]["id"], found["items"][0].get("former")), (&json!(older[1]), None));
    }
    assert!(service.erase(&older[1], Vec::new()).await.erased);
    assert_eq!(service.import("name,email\nMia,mia@bücher.example\n").await[0]["result"], "suppressed");
}

async fn numbers_and_addresses_that_were_stored_wrong_are_listed(mut service: Service) {
    let gabon = service.sign_up_by_number("Gil", "+2416031234").await;
    let right = service.sign_up_by_number("Ida", "+390669812345").await;
    let same = service.sign_up_by_number("Jan", "+39 342 123456").await;
    let odd = service.sign_up("Odd", "odd@example.org").await;
    let contact = odd.parse().unwrap();
    let kept: PatchContact = PatchContact {
        name: Some(FromKept::from_kept("\u{200b}".to_owned())),
        email: Change::Set(FromKept::from_kept("odd@192.168.0.1".to_owned())),
        telephone: Change::Keep,
        telephone_extension: Change::Keep,
        organisation: Change::Keep,
        job_title: Change::Keep,
    };
    service.state.job("story").run(move |tx| changes::rectify(tx, contact, kept)).await.unwrap();
    service.upgrade_from("SELECT 1").await;
    let mut listed = service.to_check("telephone_zero").await;
    listed.sort();
    assert_eq!(listed, [gabon.clone(), same.clone()]);
    assert_eq!(service.to_check("impossible_email").await, [odd.as_str()]);
    let odd = service.get(&format!("/v1/contacts/{odd}")).await.expect(200).json();
    assert_eq!(odd["email"], "odd@192.168.0.1", "what was kept stays readable");
    service.correct(&gabon, json!({ "telephone": "+24106031234" })).await;
    service.correct(&same, json!({ "telephone": "+39 342 123456" })).await;
    assert!(service.to_check("telephone_zero").await.is_empty());
    let right = service.get(&format!("/v1/contacts/{right}")).await.expect(200).json();
    assert!(right.get("address_check").is_none());
}

async fn contacts_of_an_older_version_are_indexed_by_the_next_start(mut service: Service) {
    let hal = service.sign_up_by_number("Hal Tel", "01905 765765").await;
    let ann = service.sign_up("Ann", "ann@example.org").await;
    let before = (service.cells("contacts", "named_number"), service.get(&format!("/v1/contacts/{hal}")).await.etag());
    service.upgrade_from("UPDATE contacts SET named_number = NULL, email_index = NULL").await;
    let after = (service.cells("contacts", "named_number"), service.get(&format!("/v1/contacts/{hal}")).await.etag());
    assert_eq!(before, after, "as if they had just come, in the same version");
    let rows = service.import("name,email\nAnn,ann@example.org\n").await;
    assert_eq!(rows[0]["contact_id"].as_str(), Some(ann.as_str()));
    assert!(service.erase(&hal, Vec::new()).await.erased);
    assert_eq!(service.import("name,telephone\nHal Tel,01905 765765\n").await[0]["result"], "suppressed");
}
