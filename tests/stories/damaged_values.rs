//! A stored value that cannot be read: the caller gets 500 `internal` without a detail, and the log says what and where, but
//! never the value.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::{Value, json};

use crate::harness::people::{grant, person, text};
use crate::harness::postgres;
use crate::harness::served::Served;

/// Part of each damaged value.
const CANARY: &str = "Rumpelstiltskin";

/// Asks for a damaged value, and returns the line of the log.
async fn logged(served: &mut Served, path: &str) -> Value {
    let problem = served.get(path).send().await.problem(500, "internal").json();
    let request_id = text(&problem, "instance");
    let members = problem.as_object().unwrap().len();
    assert_eq!((members, &problem["detail"]), (6, &json!("The service failed and changed nothing.")), "{problem}");
    let line = served.process.until(&request_id);
    let heard = served.process.heard().concat();
    assert!(!heard.contains(CANARY), "{heard}");
    serde_json::from_str(&line).unwrap()
}

async fn is_logged(url: &str, execute: &dyn Fn(&str), characters: &str) {
    let mut served = Served::start(url, &[]);
    let ada =
        text(&served.post("/v1/contacts", &person("Ada", "ada@example.org")).send().await.expect(201).json(), "id");
    let consent = text(
        &served.post("/v1/consents", &grant(&ada, "newsletter", "telephone")).send().await.expect(201).json(),
        "id",
    );
    let venue = json!({ "name": "Council House", "kind": "venue" });
    let venue = text(&served.post("/v1/organisations", &venue).send().await.expect(201).json(), "id");
    let sealed = if characters == "char" { "X'0100'" } else { "'\\x0100'" };
    for (table, column, row, path, value, cause, place) in [
        (
            "consents",
            "method",
            &consent,
            format!("/v1/consents?contact_id={ada}"),
            format!("'{CANARY}'"),
            "it is none of the known words",
            "src/resources/consents/store.rs:",
        ),
        (
            "organisations",
            "name",
            &venue,
            format!("/v1/organisations/{venue}"),
            format!("'{CANARY}' || {characters}(7)"),
            "the text must not contain control characters",
            "src/resources/organisations/store.rs:",
        ),
        (
            "contacts",
            "particulars",
            &ada,
            format!("/v1/contacts/{ada}"),
            sealed.to_owned(),
            "it does not open",
            "src/resources/contacts/particulars.rs:",
        ),
    ] {
        execute(&format!("UPDATE {table} SET {column} = {value}"));
        let line = logged(&mut served, &path).await;
        let said = text(&line, "cause");
        assert!(said.starts_with(&format!("{table}.{column} of {row} cannot be read: {cause}")), "{said}");
        assert!(text(&line, "place").starts_with(place), "{line}");
    }
}

#[actix_web::test]
async fn the_log_says_which_value_cannot_be_read_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("iewm.db").display().to_string();
    let execute = |statement: &str| {
        let mut connection = SqliteConnection::establish(&file).unwrap();
        connection.batch_execute(&format!("PRAGMA busy_timeout = 5000; {statement}")).unwrap();
    };
    is_logged(&format!("sqlite://{file}"), &execute, "char").await;
}

#[actix_web::test]
async fn the_log_says_which_value_cannot_be_read_on_postgres() {
    let Some(database) = postgres::empty() else { return };
    let execute = |statement: &str| PgConnection::establish(&database.url).unwrap().batch_execute(statement).unwrap();
    is_logged(&database.url, &execute, "chr").await;
}
