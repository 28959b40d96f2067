//! What an erasure and a merge leave in the row of a contact: both empty the columns that its card names.

use std::collections::BTreeSet;

use iewm::domain::Column;
use iewm::inventory::CARDS;
use iewm::platform::db::{Target, columns};
use serde_json::json;

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    an_erasure_and_a_merge_empty_the_same_columns_of_a_contact,
}

/// A restriction bars a merge.
const RESTRICTION: &[&str] = &["restricted_ground", "restricted_at"];

impl Service {
    /// The columns of the only contact for which `filter` holds that have a value.
    fn filled(&self, filter: &str) -> BTreeSet<String> {
        let all = columns(&Target::parse(&self.database_url).unwrap()).unwrap();
        let all = all.into_iter().filter(|column| column.table_name == "contacts").map(|column| column.column_name);
        let has_value = |column: &String| {
            let found =
                self.lines(&format!("SELECT '' AS line FROM contacts WHERE ({filter}) AND {column} IS NOT NULL"));
            assert!(found.len() <= 1, "{filter} names several contacts");
            !found.is_empty()
        };
        all.filter(has_value).collect()
    }
}

fn names(columns: &[Column]) -> BTreeSet<String> {
    columns.iter().map(|(name, _)| (*name).to_owned()).collect()
}

async fn an_erasure_and_a_merge_empty_the_same_columns_of_a_contact(service: Service) {
    // A column that its card does not name fails the story of the inventory.
    let card = CARDS.of("contacts").unwrap();
    let (kept, emptied) = (names(card.columns), names(card.emptied));
    let without = |columns: &BTreeSet<String>, others: &[&str]| -> BTreeSet<String> {
        columns.iter().filter(|column| !others.contains(&column.as_str())).cloned().collect()
    };
    let into = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let from = service.sign_up("A. Byron", "byron@example.org").await;
    service.correct(&from, json!({ "telephone": "01905 765765" })).await;
    let noted = "email_bounced_at = created_at, address_check = 'impossible_email'";
    service.sql(&format!("UPDATE contacts SET {noted} WHERE telephone_index IS NOT NULL")).unwrap();
    let own = without(&kept, &["merged_into"]);
    let before = &own | &without(&emptied, RESTRICTION);
    assert_eq!(service.filled("telephone_index IS NOT NULL"), before, "each is filled before");
    service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
    assert_eq!(service.filled("merged_into IS NOT NULL"), kept, "after the merge");

    let restricted = format!("{noted}, restricted_ground = 'accuracy_contested', restricted_at = created_at");
    service.sql(&format!("UPDATE contacts SET {restricted} WHERE status = 'active'")).unwrap();
    assert_eq!(service.filled("status = 'active'"), &own | &emptied, "each is filled before");
    service.erase(&into, Vec::new()).await;
    assert_eq!(service.filled("status = 'erased' AND merged_into IS NULL"), own, "after the erasure");
}
