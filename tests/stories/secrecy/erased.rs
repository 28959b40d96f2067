//! A person who was deleted: key, blob and indexes are gone, and an old copy of the row is of no use.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use serde_json::json;

use super::dump::files_without;
use super::needles::contains;
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    nothing_of_a_deleted_person_can_be_read,
}

#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = Text)]
    cell: String,
}

/// A connection beside the service's own.
enum Beside {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Beside {
    fn of(service: &Service) -> Self {
        match service.engine {
            Engine::Postgres => Self::Postgres(PgConnection::establish(&service.database_url).unwrap()),
            Engine::Sqlite => {
                let folder = service.directory();
                let file = folder.join("iewm.db");
                let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
                let vault = folder.join("iewm-vault.db");
                let attach = format!("PRAGMA busy_timeout = 5000; ATTACH '{}' AS vault", vault.display());
                connection.batch_execute(&attach).unwrap();
                Self::Sqlite(connection)
            }
        }
    }

    /// A value of one column as hexadecimal, of every row.
    fn cells(&mut self, column: &str, table: &str, filter: &str) -> Vec<String> {
        let cells = match self {
            Self::Sqlite(connection) => {
                sql_query(format!("SELECT hex({column}) AS cell FROM {table} WHERE {filter}")).load::<Cell>(connection)
            }
            Self::Postgres(connection) => {
                let query = format!("SELECT upper(encode({column}, 'hex')) AS cell FROM {table} WHERE {filter}");
                sql_query(query).load::<Cell>(connection)
            }
        };
        cells.unwrap().into_iter().map(|cell| cell.cell).collect()
    }

    fn execute(&mut self, statement: &str) {
        match self {
            Self::Sqlite(connection) => connection.batch_execute(statement).unwrap(),
            Self::Postgres(connection) => connection.batch_execute(statement).unwrap(),
        }
    }

    /// Bytes as the engine writes them in SQL.
    fn bytes(&self, hex: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("X'{hex}'"),
            Self::Postgres(_) => format!("'\\x{hex}'::bytea"),
        }
    }
}

fn decoded(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

async fn nothing_of_a_deleted_person_can_be_read(service: Service) {
    let person = json!({
        "name": "Zebulon Quagmire", "email": "zebulon@quagga.example",
        "source": { "kind": "self", "obtained_on": "2026-01-05" },
    });
    let made = service.post("/v1/contacts", person).await.expect(201);
    let (path, id) = (made.header("location"), made.json()["id"].as_str().unwrap().to_owned());
    let mut beside = Beside::of(&service);
    let id = beside.bytes(&id.replace('-', ""));
    let of_person = match service.engine {
        Engine::Sqlite => format!("id = {id}"),
        Engine::Postgres => format!("id = encode({id}, 'hex')::uuid"),
    };
    let of_owner = of_person.replace("id =", "owner_id =");
    let [sealed] = <[String; 1]>::try_from(beside.cells("particulars", "contacts", &of_person)).unwrap();
    let [index] = <[String; 1]>::try_from(beside.cells("email_index", "contacts", &of_person)).unwrap();
    let [wrapped] = <[String; 1]>::try_from(beside.cells("wrapped", "vault.data_keys", &of_owner)).unwrap();

    service.request("DELETE", &path).token(&service.staff()).if_match("\"1\"").send().await.expect(204);
    assert!(beside.cells("wrapped", "vault.data_keys", &of_owner).is_empty(), "the data key is still there");
    assert_eq!(
        beside.cells(
            "coalesce(particulars, email_index)",
            "contacts",
            &format!("{of_person} AND particulars IS NOT NULL")
        ),
        [""; 0]
    );
    service.state.flush_looks().await;
    if service.engine == Engine::Sqlite {
        for (name, bytes) in files_without(&service.directory(), &[decoded(&sealed), decoded(&wrapped)]) {
            assert!(!contains(&bytes, b"quagga"), "{name}");
        }
    }

    // The row comes back from an old backup; the key does not.
    let (blob, index) = (beside.bytes(&sealed), beside.bytes(&index));
    beside.execute(&format!(
        "UPDATE contacts SET status = 'active', particulars = {blob}, email_index = {index} WHERE {of_person}"
    ));
    let refused = service.get(&path).await.problem(503, "key_missing");
    assert!(!refused.text().contains("Zebulon"));
    // Not even under another living person's key.
    let other = json!({
        "name": "Ada Lovelace", "email": "ada@quagga.example", "source": { "kind": "self", "obtained_on": "2026-01-05" },
    });
    let other = service.post("/v1/contacts", other).await.expect(201);
    let other_id = other.json()["id"].as_str().unwrap().replace('-', "");
    let of_other = of_person.replace(&id, &beside.bytes(&other_id));
    beside.execute(&format!("UPDATE contacts SET particulars = {blob} WHERE {of_other}"));
    service.get(&other.header("location")).await.problem(500, "internal");
}
