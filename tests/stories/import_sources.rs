//! Rows of an import that could mean more than one contact, or tell of another source.

use serde_json::{Value, json};

use crate::harness::people::{person, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_row_that_means_several_contacts_changes_none,
    a_row_replaces_the_source_whole_or_leaves_it,
    a_row_tells_which_members_it_changes,
}

impl Service {
    /// Imports rows for good, after a rehearsal that tells the same.
    async fn imported(&self, csv: &str) -> Vec<Value> {
        let mut told = Vec::new();
        for query in ["?dry_run=true", ""] {
            let import = self.request("POST", &format!("/v1/contacts/imports{query}")).token(&self.staff());
            let results = import.body("text/csv", csv).send().await.expect(200).json()["results"].clone();
            told.push(results.as_array().unwrap().clone());
        }
        let [dry, wet] = told.try_into().unwrap();
        let seen = |rows: &[Value]| -> Vec<Value> {
            rows.iter().map(|row| json!([row["result"], row["code"], row["changed_members"]])).collect()
        };
        assert_eq!(seen(&dry), seen(&wet));
        wet
    }

    async fn contact(&self, id: &str) -> Value {
        self.get(&format!("/v1/contacts/{id}")).await.expect(200).json()
    }
}

async fn a_row_that_means_several_contacts_changes_none(service: Service) {
    let mut ids = Vec::new();
    for email in ["jan@example.org", "tel@example.org"] {
        let mut asked = person("Jan Tel", email);
        asked["telephone"] = json!("01905 765765");
        ids.push(text(&service.post("/v1/contacts", asked).await.expect(201).json(), "id"));
    }
    let before = [service.contact(&ids[0]).await, service.contact(&ids[1]).await];
    let csv =
        "name,telephone,email,job_title\njan t\u{e9}l,01905 765765,,Clerk\nJan Tel,01905 765765,tel@example.org,\n";
    let rows = service.imported(csv).await;
    assert_eq!(rows[0], json!({ "row": 1, "result": "unchanged", "code": "several_contacts" }));
    assert_eq!((&rows[1]["result"], &rows[1]["contact_id"]), (&json!("unchanged"), &json!(ids[1])));
    assert_eq!([service.contact(&ids[0]).await, service.contact(&ids[1]).await], before);
    // So it is where the rows before made or changed the contacts.
    let csv = "name,telephone,email\nBob,01905 765766,bob@example.org\nBob,01905 765766,b@example.org\n\
               Bob,01905 765766,\nRob,01905 765766,b@example.org\nBob,01905 765766,\n";
    let rows = service.imported(csv).await;
    let results: Vec<_> = rows.iter().map(|row| row["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["created", "created", "unchanged", "updated", "unchanged"]);
    assert_eq!((&rows[2]["code"], rows[2].get("contact_id")), (&json!("several_contacts"), None));
    assert_eq!((rows[4].get("code"), &rows[4]["contact_id"]), (None, &rows[0]["contact_id"]), "one is left");
    // With a merge, the row means one contact again.
    service.merge(&ids[0], &ids[1]).await;
    let rows = service.imported("name,telephone,job_title\nJan Tel,01905 765765,Clerk\n").await;
    assert_eq!((&rows[0]["result"], &rows[0]["contact_id"]), (&json!("updated"), &json!(ids[0])));
}

async fn a_row_replaces_the_source_whole_or_leaves_it(service: Service) {
    let mut asked = person("Ada", "ada@example.org");
    asked["source"] = json!({ "kind": "event", "detail": "Spring fair", "obtained_on": "2026-10-02" });
    let ada = text(&service.post("/v1/contacts", asked).await.expect(201).json(), "id");
    let source = |kind: &str, detail: Option<&str>, day: &str| {
        let mut source = json!({ "kind": kind, "obtained_on": day });
        if let Some(detail) = detail {
            source["detail"] = json!(detail);
        }
        source
    };
    for (detail, day, result, expected) in [
        // What names no other source leaves it.
        ("", "", "unchanged", source("event", Some("Spring fair"), "2026-10-02")),
        ("Spring fair", "", "unchanged", source("event", Some("Spring fair"), "2026-10-02")),
        ("", "2026-10-02", "unchanged", source("event", Some("Spring fair"), "2026-10-02")),
        // Another source is that of the row in everything: today, where the row gives no day.
        ("Old list", "", "updated", source("import", Some("Old list"), "2026-11-24")),
        ("Old list", "", "unchanged", source("import", Some("Old list"), "2026-11-24")),
        ("Old list", "2026-05-01", "updated", source("import", Some("Old list"), "2026-05-01")),
        ("", "2026-06-01", "updated", source("import", None, "2026-06-01")),
        ("New list", "2026-06-01", "updated", source("import", Some("New list"), "2026-06-01")),
    ] {
        let csv = format!("name,email,source_detail,obtained_on\nAda,ada@example.org,{detail},{day}\n");
        let rows = service.imported(&csv).await;
        assert_eq!(rows[0]["result"], result, "{detail} {day}");
        assert_eq!(service.contact(&ada).await["source"], expected, "{detail} {day}");
    }
    // A file again, on another day, changes nothing.
    service.hands.advance(chrono::Duration::days(3));
    let rows = service.imported("name,email,source_detail\nAda,ada@example.org,New list\n").await;
    assert_eq!(rows[0]["result"], "unchanged");
}

async fn a_row_tells_which_members_it_changes(service: Service) {
    service.sign_up("Ada", "ada@example.org").await;
    let csv = "name,email,telephone,organisation,job_title,source_detail\n\
               Ada,ada@example.org,,,,\n\
               Ada,ada@example.org,01905 765765,,Countess,\n\
               Ada Lovelace,ada@example.org,01905 765765,Engines,Countess,The list\n";
    let rows = service.imported(csv).await;
    let changed: Vec<Value> = rows.iter().map(|row| row["changed_members"].clone()).collect();
    assert_eq!(
        changed,
        [Value::Null, json!(["telephone", "job_title"]), json!(["name", "organisation", "source"])],
        "names, and no values"
    );
}
