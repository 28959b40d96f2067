//! The ground the stories stand on: that each has a database of its own, on either engine.

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Integer};

use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    a_story_has_a_database_of_its_own,
}

/// One number.
#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Integer)]
    count: i32,
}

async fn a_story_has_a_database_of_its_own(service: Service) {
    let another = Service::start(service.engine).await.expect("an engine that was there a moment ago");

    for url in [&service.database_url, &another.database_url] {
        // Would fail on the second database, were it the first.
        execute(service.engine, url, "CREATE TABLE promise (id INTEGER PRIMARY KEY)");
        execute(service.engine, url, "INSERT INTO promise VALUES (1)");
        let counted = count(service.engine, url, "SELECT CAST(count(*) AS INTEGER) AS count FROM promise");
        assert_eq!(counted, 1);
    }
}

fn execute(engine: Engine, url: &str, statement: &str) {
    match engine {
        Engine::Sqlite => sql_query(statement).execute(&mut SqliteConnection::establish(url).unwrap()),
        Engine::Postgres => sql_query(statement).execute(&mut PgConnection::establish(url).unwrap()),
    }
    .unwrap();
}

fn count(engine: Engine, url: &str, query: &str) -> i32 {
    let row: Count = match engine {
        Engine::Sqlite => sql_query(query).get_result(&mut SqliteConnection::establish(url).unwrap()),
        Engine::Postgres => sql_query(query).get_result(&mut PgConnection::establish(url).unwrap()),
    }
    .unwrap();
    row.count
}
