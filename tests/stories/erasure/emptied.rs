//! What an erasure and a merge leave in the row of a contact: one list for both, held against the live schema.

use std::collections::BTreeSet;

use iewm::platform::db::{Target, columns};
use serde_json::json;

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    an_erasure_and_a_merge_empty_the_same_columns_of_a_contact,
}

/// What tells about the person. `restricted_ground` and `restricted_at` are here too, and bar a merge.
const EMPTIED: &[&str] = &[
    "particulars",
    "email_index",
    "telephone_index",
    "search_tokens",
    "named_number",
    "email_bounced_at",
    "address_check",
];
const RESTRICTION: &[&str] = &["restricted_ground", "restricted_at"];

/// Ids, dates and states, so that the records about what happened keep their place.
const KEPT: &[&str] =
    &["id", "status", "obtained_on", "created_at", "updated_at", "last_activity_on", "version", "merged_into"];

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

fn names(lists: &[&[&str]]) -> BTreeSet<String> {
    lists.concat().into_iter().map(str::to_owned).collect()
}

async fn an_erasure_and_a_merge_empty_the_same_columns_of_a_contact(service: Service) {
    let schema = columns(&Target::parse(&service.database_url).unwrap()).unwrap();
    let schema = schema.into_iter().filter(|column| column.table_name == "contacts").map(|column| column.column_name);
    let decided = names(&[EMPTIED, RESTRICTION, KEPT]);
    assert_eq!(schema.collect::<BTreeSet<_>>(), decided, "each column of contacts is emptied, or kept: say which");

    let into = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let from = service.sign_up("A. Byron", "byron@example.org").await;
    service.correct(&from, json!({ "telephone": "01905 765765" })).await;
    let noted = "email_bounced_at = created_at, address_check = 'impossible_email'";
    service.sql(&format!("UPDATE contacts SET {noted} WHERE telephone_index IS NOT NULL")).unwrap();
    let kept_of_one = names(&[KEPT]).into_iter().filter(|column| column != "merged_into").collect::<BTreeSet<_>>();
    let before = &kept_of_one | &names(&[EMPTIED]);
    assert_eq!(service.filled("telephone_index IS NOT NULL"), before, "each is filled before");
    service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
    assert_eq!(service.filled("merged_into IS NOT NULL"), names(&[KEPT]), "after the merge");

    let restricted = format!("{noted}, restricted_ground = 'accuracy_contested', restricted_at = created_at");
    service.sql(&format!("UPDATE contacts SET {restricted} WHERE status = 'active'")).unwrap();
    assert_eq!(service.filled("status = 'active'"), &before | &names(&[RESTRICTION]), "each is filled before");
    service.erase(&into, Vec::new()).await;
    assert_eq!(service.filled("status = 'erased' AND merged_into IS NULL"), kept_of_one, "after the erasure");
}
