//! Many contacts at once: a file in, and all of them out.

use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    every_row_has_its_own_fate,
    a_row_changes_what_it_gives_and_nothing_else,
    an_import_again_does_no_harm,
    json_lines_are_read_as_strictly_as_bodies,
    a_dry_run_tells_the_same_and_changes_nothing,
    an_erased_address_stays_away,
    an_import_never_touches_a_consent,
    a_file_in_another_encoding_is_told_where_and_what_to_do,
    a_file_that_is_wrong_as_a_whole_is_refused,
    a_file_may_be_larger_than_a_body_but_not_endless,
    a_key_keeps_the_answer_to_a_file,
    more_rows_than_a_chunk_holds,
    results_come_as_rows_are_settled,
    contacts_are_exported_to_staff_alone,
    contacts_are_listed_by_when_they_changed,
}

const IMPORTS: &str = "/v1/contacts/imports";

async fn import(service: &Service, path: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    service.request("POST", path).token(&service.staff()).body(media_type, body).send().await
}

async fn rows(service: &Service, csv: &str) -> Vec<Value> {
    let answer = import(service, IMPORTS, "text/csv", csv).await.expect(200);
    answer.json()["results"].as_array().unwrap().clone()
}

/// The outcomes, in the order of the rows.
fn outcomes(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["result"].as_str().unwrap()).collect()
}

async fn contact(service: &Service, row: &Value) -> Value {
    service.get(&format!("/v1/contacts/{}", row["contact_id"].as_str().unwrap())).await.expect(200).json()
}

async fn every_row_has_its_own_fate(service: Service) {
    let csv = "email,name,telephone\r\n\
               ada@example.org,Ada Lovelace,01905 765765\r\n\
               not an address,Bob,12345\r\n\
               ,,01905 765765\r\n\
               \"carol@example.org,Carol,\r\n\
               ADA@example.org,Ada Lovelace,\r\n\
               dan@example.org,Dan\r\n\
               ,Erin,01905 765766\r\n";
    let rows = rows(&service, csv).await;
    assert_eq!(outcomes(&rows), ["created", "rejected", "rejected", "rejected", "unchanged", "rejected", "created"]);
    let numbers: Vec<_> = rows.iter().map(|row| row["row"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    let faults = |at: usize| -> Vec<String> {
        let errors = rows[at]["errors"].as_array().unwrap();
        let told = errors.iter().map(|e| format!("{} {}", e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()));
        told.collect()
    };
    assert_eq!(faults(1), ["/email email", "/telephone telephone"]);
    assert_eq!(faults(2), ["/name missing"]);
    assert_eq!(faults(3), [" malformed_csv"]);
    assert_eq!(faults(5), [" columns"]);
    assert!(!rows[1].to_string().contains("not an address"));

    let ada = contact(&service, &rows[0]).await;
    assert_eq!(ada["name"], "Ada Lovelace");
    assert_eq!(ada["telephone"], "+441905765765");
    assert_eq!(ada["source"], json!({ "kind": "import", "obtained_on": "2026-11-24" }));
    assert_eq!(rows[4]["contact_id"], rows[0]["contact_id"]);
    let found = service.post("/v1/contacts/search", json!({ "name": "lovel" })).await.expect(200).json();
    assert_eq!(found["items"][0]["id"], ada["id"]);
}

async fn a_row_changes_what_it_gives_and_nothing_else(service: Service) {
    let asked = json!({
        "name": "Ada Byron", "email": "ada@example.org", "job_title": "Countess",
        "source": { "kind": "self", "obtained_on": "2020-02-29" },
    });
    let made = service.post("/v1/contacts", asked).await.expect(201).json();
    let csv = "name,email,organisation,job_title\nAda Lovelace,ada@example.org,Analytical Engines,\n";
    let changed = rows(&service, csv).await;
    assert_eq!(outcomes(&changed), ["updated"]);
    assert_eq!(changed[0]["contact_id"], made["id"]);
    let ada = contact(&service, &changed[0]).await;
    assert_eq!(ada["name"], "Ada Lovelace");
    assert_eq!(ada["organisation"], "Analytical Engines");
    assert_eq!(ada["job_title"], "Countess");
    assert_eq!(ada["version"], 2);
    assert_eq!(ada["source"], made["source"]);
    let csv = "name,email,source_detail,obtained_on\nAda Lovelace,ada@example.org,The spring list,2026-05-01\n\
               Bob,bob@example.org,,2026-11-25\n";
    let changed = rows(&service, csv).await;
    assert_eq!(outcomes(&changed), ["updated", "rejected"]);
    assert_eq!(changed[1]["errors"][0]["code"], "future");
    let source = json!({ "kind": "import", "detail": "The spring list", "obtained_on": "2026-05-01" });
    assert_eq!(contact(&service, &changed[0]).await["source"], source);
}

async fn an_import_again_does_no_harm(service: Service) {
    let csv = "name,email,telephone\nAda,ada@example.org,\nBob,,01905 765765\nBob,,01905765765\nBo,,01905 765765\n";
    let first = rows(&service, csv).await;
    assert_eq!(outcomes(&first), ["created", "created", "unchanged", "created"]);
    let second = rows(&service, csv).await;
    assert_eq!(outcomes(&second), ["unchanged"; 4]);
    assert_eq!(second[2]["contact_id"], first[1]["contact_id"]);
    let twice = rows(&service, "name,email\nAda B,ada@example.org\nAda C,ada@example.org\n").await;
    assert_eq!(outcomes(&twice), ["updated", "updated"]);
    let ada = contact(&service, &twice[0]).await;
    assert_eq!((&ada["name"], &ada["version"]), (&json!("Ada C"), &json!(3)));
}

async fn json_lines_are_read_as_strictly_as_bodies(service: Service) {
    let lines = "{\"name\":\"Ada\",\"email\":\"ada@example.org\"}\n\n\
                 {\"name\":\"Bob\",\"email\":\"bob@example.org\",\"newsletter\":true}\r\n\
                 {\"name\":\"Carol\",\"name\":\"C\",\"email\":\"carol@example.org\"}\n\
                 nonsense\n[]\n{\"name\":\"Dan\",\"telephone\":\"+441905765765\"}";
    let answer = import(&service, IMPORTS, "application/x-ndjson", lines).await.expect(200).json();
    let rows = answer["results"].as_array().unwrap();
    assert_eq!(outcomes(rows), ["created", "rejected", "rejected", "rejected", "rejected", "created"]);
    assert_eq!(rows[1]["errors"][0]["pointer"], "/newsletter");
    assert_eq!(rows[1]["errors"][0]["code"], "unknown");
    assert_eq!(rows[2]["errors"][0]["code"], "duplicate_member");
    assert_eq!(rows[3]["errors"][0]["code"], "malformed_json");
    assert_eq!(rows[4]["errors"][0]["code"], "type");
}

async fn a_dry_run_tells_the_same_and_changes_nothing(service: Service) {
    let csv = "name,email,telephone,job_title\n\
               Ada,ada@example.org,01905 765765,\nAda,ada@example.org,,\nAda,ADA@example.org,,Countess\n\
               Ada,ada@example.org,,Countess\nAda,,01905 765765,\nBob,bob@,,\n";
    let dry = import(&service, &format!("{IMPORTS}?dry_run=true"), "text/csv", csv).await.expect(200).json();
    let dry = dry["results"].as_array().unwrap().clone();
    assert_eq!(outcomes(&dry), ["created", "unchanged", "updated", "unchanged", "unchanged", "rejected"]);
    assert_eq!(dry[0].get("contact_id"), None);
    let listed = service.get("/v1/contacts").await.expect(200).json();
    assert_eq!(listed["items"], json!([]));
    let wet = rows(&service, csv).await;
    assert_eq!(outcomes(&wet), outcomes(&dry));
}

async fn an_erased_address_stays_away(service: Service) {
    let made = rows(&service, "name,email\nAda,ada@example.org\n").await;
    let path = format!("/v1/contacts/{}", made[0]["contact_id"].as_str().unwrap());
    service.request("DELETE", &path).token(&service.staff()).if_match("\"1\"").send().await.expect(204);
    for path in [format!("{IMPORTS}?dry_run=true"), IMPORTS.to_owned()] {
        let csv = "name,email\nAda,Ada@Example.org\nBob,bob@example.org\n";
        let answer = import(&service, &path, "text/csv", csv).await.expect(200).json();
        let rows = answer["results"].as_array().unwrap();
        assert_eq!(outcomes(rows), ["suppressed", "created"]);
        assert_eq!(rows[0].get("contact_id"), None);
    }
    let found = service.post("/v1/contacts/search", json!({ "email": "ada@example.org" })).await.expect(200).json();
    assert_eq!(found["items"], json!([]));
}

async fn an_import_never_touches_a_consent(service: Service) {
    let made = rows(&service, "name,email\nAda,ada@example.org\n").await;
    let decide = |decision: &str| {
        json!({
            "contact_id": made[0]["contact_id"], "purpose": "newsletter", "decision": decision, "method": "telephone",
            "wording": "Yes", "evidence_ref": "Call 1",
        })
    };
    service.post("/v1/consents", decide("given")).await.expect(201);
    let withdrawn = service.post("/v1/consents", decide("withdrawn")).await.expect(201).json();
    rows(&service, "name,email,job_title\nAda,ada@example.org,Countess\n").await;
    let path = format!("/v1/consents/{}", withdrawn["id"].as_str().unwrap());
    assert_eq!(service.get(&path).await.expect(200).json()["state"], "withdrawn");
    let column = import(&service, IMPORTS, "text/csv", "name,email,consent\nAda,ada@example.org,yes\n").await;
    assert_eq!(column.problem(422, "invalid").faults(), ["/header/2 unknown"]);
}

async fn a_file_in_another_encoding_is_told_where_and_what_to_do(service: Service) {
    // "Müller" as Windows-1252 has it.
    let rows = b"name,email\nAda,ada@example.org\nM\xfcller,m@example.org\n".to_vec();
    for media_type in ["text/csv", "application/x-ndjson"] {
        let refused = import(&service, IMPORTS, media_type, rows.clone()).await.problem(400, "not_utf8").json();
        let detail = refused["detail"].as_str().unwrap();
        assert!(
            detail.contains("line 3 has another encoding, at byte 33 of the file. Save the file as UTF-8"),
            "{detail}"
        );
        assert!(!detail.contains("ller"), "{detail}");
    }
    assert_eq!(service.get("/v1/contacts").await.expect(200).json()["items"], json!([]), "nothing was imported");
}

async fn a_file_that_is_wrong_as_a_whole_is_refused(service: Service) {
    for (csv, faults) in [
        ("", vec!["/header missing"]),
        ("name\nAda\n", vec!["/email missing"]),
        ("email\nada@example.org\n", vec!["/name missing"]),
        ("name,email,name\nAda,ada@example.org,Ada\n", vec!["/header/2 repeated"]),
        ("Ada,ada@example.org\n", vec!["/header/0 unknown", "/header/1 unknown"]),
    ] {
        let refused = import(&service, IMPORTS, "text/csv", csv).await.problem(422, "invalid");
        assert_eq!(refused.faults(), faults);
        assert!(!refused.text().contains("ada@"));
    }
    let only_a_header = import(&service, IMPORTS, "text/csv", "\u{feff}name,email\r\n").await.expect(200);
    assert_eq!(only_a_header.json(), json!({ "results": [] }));
    let other = import(&service, IMPORTS, "application/json", "[]").await.problem(415, "unsupported_media_type");
    assert_eq!(other.header("accept-post"), "text/csv, application/x-ndjson");
    import(&service, &format!("{IMPORTS}?dry_run=perhaps"), "text/csv", "name,email\n")
        .await
        .problem(400, "invalid_query");
    let council = service.request("POST", IMPORTS).token(&service.council()).body("text/csv", "name,email\n");
    assert_eq!(council.send().await.problem(403, "forbidden").json()["permission"], "contacts:import");
    let get = service.get(IMPORTS).await;
    assert!([404, 405].contains(&get.status), "{}", get.status);
}

async fn a_file_may_be_larger_than_a_body_but_not_endless(service: Service) {
    let padding = "#".repeat(2 * 1024 * 1024);
    let answer =
        import(&service, IMPORTS, "text/csv", format!("name,email\nAda,{padding}\nBob,bob@example.org\n")).await;
    let answer = answer.expect(200).json();
    assert_eq!(outcomes(answer["results"].as_array().unwrap()), ["rejected", "created"]);
    let keyed = service.request("POST", IMPORTS).token(&service.staff()).header("Idempotency-Key", "a-large-file");
    keyed.body("text/csv", format!("name,email\nAda,{padding}\n")).send().await.expect(200);
    let huge = vec![b'x'; 20 * 1024 * 1024 + 1];
    import(&service, IMPORTS, "text/csv", huge).await.problem(413, "too_large");
    let lines = format!("name,email\n{}", "x\n".repeat(250_001));
    assert_eq!(import(&service, IMPORTS, "text/csv", lines).await.problem(422, "invalid").faults(), [" too_many"]);
}

async fn a_key_keeps_the_answer_to_a_file(service: Service) {
    let send = async |csv: &str| {
        let request =
            service.request("POST", IMPORTS).token(&service.staff()).header("Idempotency-Key", "key-of-a-file");
        request.body("text/csv", csv).send().await
    };
    let first = send("name,email\nAda,ada@example.org\n").await.expect(200);
    let again = send("name,email\nAda,ada@example.org\n").await.expect(200);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json(), first.json());
    send("name,email\nBob,bob@example.org\n").await.problem(422, "idempotency_key_reused");
}

async fn more_rows_than_a_chunk_holds(service: Service) {
    let lines = (0..450).map(|number| format!("Person {number},person{}@example.org", number % 430));
    let csv = std::iter::once("name,email".to_owned()).chain(lines).collect::<Vec<_>>().join("\n");
    let dry = import(&service, &format!("{IMPORTS}?dry_run=true"), "text/csv", csv.as_str()).await.expect(200).json();
    let wet = rows(&service, &csv).await;
    let dry = dry["results"].as_array().unwrap().clone();
    assert_eq!(outcomes(&dry), outcomes(&wet));
    assert_eq!(outcomes(&wet).iter().filter(|&&outcome| outcome == "created").count(), 430);
    assert_eq!(outcomes(&wet)[430..], ["updated"; 20]);
    assert_eq!(wet[449]["row"], 450);
    let exported = service.request("GET", "/v1/contacts").token(&service.staff()).header("Accept", "text/csv");
    let exported = exported.send().await.expect(200).text();
    assert_eq!(exported.lines().count(), 431);
}

async fn results_come_as_rows_are_settled(service: Service) {
    let lines = (0..450).map(|number| format!("Person {number},person{number}@example.org"));
    let csv = std::iter::once("name,email".to_owned()).chain(lines).collect::<Vec<_>>().join("\n");
    let staff = service.staff();
    let ask = |path: &str, csv: &str| {
        let request = service.request("POST", path).token(&staff).header("Accept", "application/x-ndjson");
        request.body("text/csv", csv)
    };
    let dry = format!("{IMPORTS}?dry_run=true");
    for (path, outcome) in [(dry.as_str(), "created"), (IMPORTS, "created"), (IMPORTS, "unchanged")] {
        let pieces = ask(path, &csv).pieces().await;
        let first = pieces[0].split(|byte| *byte == b'\n').count();
        assert!(pieces.len() >= 3 && first <= 201, "two hundred rows at a time: {} pieces", pieces.len());
        let told: Vec<Value> = pieces
            .concat()
            .split_inclusive(|byte| *byte == b'\n')
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(outcomes(&told), [outcome; 450]);
        assert_eq!(
            told.iter().map(|row| row["row"].as_u64().unwrap()).collect::<Vec<_>>(),
            (1..=450).collect::<Vec<_>>()
        );
    }
    assert!(ask(IMPORTS, "name,email\n").pieces().await.is_empty(), "a file without rows has no results");
    // What is wrong with the whole file is still a problem of its own.
    ask(IMPORTS, "name,shoe_size\nAda,38\n").send().await.problem(422, "invalid");
    let whole =
        service.request("POST", IMPORTS).token(&staff).header("Accept", "application/json, application/x-ndjson");
    let whole = whole.body("text/csv", "name,email\nAda,ada@example.org\n").send().await.expect(200).json();
    assert_eq!(whole["results"][0]["result"], "created");
}

async fn contacts_are_exported_to_staff_alone(service: Service) {
    let csv = "name,email,telephone,job_title\n=1+1,ada@example.org,01905 765765,\"Countess, of \"\"Lovelace\"\"\"\n";
    let made = rows(&service, csv).await;
    let get = |token: String, query: &str| {
        service.request("GET", &format!("/v1/contacts{query}")).token(&token).header("Accept", "text/csv")
    };
    let exported = get(service.staff(), "").send().await.expect(200);
    assert_eq!(exported.header("content-type"), "text/csv; charset=utf-8");
    let text = exported.text();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(
        lines[0].starts_with("id,name,email,telephone,telephone_extension,organisation,job_title,status,source_kind,")
    );
    let id = made[0]["contact_id"].as_str().unwrap();
    let begins = format!(
        "{id},'=1+1,ada@example.org,+441905765765,,,\"Countess, of \"\"Lovelace\"\"\",active,import,,2026-11-24,"
    );
    assert!(lines[1].starts_with(&begins), "{text}");
    assert_eq!(lines[2..], [""]);
    assert_eq!(get(service.staff(), "?status=erased").send().await.expect(200).text().lines().count(), 1);

    // The permission is judged before the query.
    let refused = get(service.council(), "?nonsense=1").send().await.problem(403, "forbidden");
    assert_eq!(refused.json()["permission"], "contacts:export");
    service.request("GET", "/v1/contacts").token(&service.council()).send().await.expect(200);
    service.state.flush_looks().await;
    let audit = service.request("GET", "/v1/audit?action=contacts.export").token(&service.council()).send().await;
    if audit.status == 200 {
        assert_eq!(audit.json()["items"][0]["outcome"], "looked");
    }
}

async fn contacts_are_listed_by_when_they_changed(service: Service) {
    let made = rows(&service, "name,email\nAda,ada@example.org\nBob,bob@example.org\n").await;
    service.hands.advance(chrono::Duration::hours(1));
    let since = service.now();
    rows(&service, "name,email,job_title\nAda,ada@example.org,Countess\nBob,bob@example.org,\n").await;
    let listed = service.get(&format!("/v1/contacts?updated_since={since}")).await.expect(200).json();
    let ids: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|contact| &contact["id"]).collect();
    assert_eq!(ids, [&made[0]["contact_id"]]);
}
