//! The schema of a database, as a list of texts: two databases with equal lists have equal schemas and histories.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

#[derive(QueryableByName)]
struct Object {
    #[diesel(sql_type = Text)]
    object: String,
}

/// What Diesel keeps of the migrations that it has applied.
pub(super) const HISTORY: &str = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY \
                                  NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);";

/// A SQLite database in a folder, opened as the migrations open it.
pub(super) fn sqlite(folder: &Path) -> SqliteConnection {
    let file = |name: &str| folder.join(name).display().to_string();
    let mut connection = SqliteConnection::establish(&file("iewm.db")).unwrap();
    let attach = format!("PRAGMA journal_mode = WAL; ATTACH DATABASE '{}' AS vault; {HISTORY}", file("iewm-vault.db"));
    connection.batch_execute(&attach).unwrap();
    connection
}

/// The vault of a SQLite database in a folder, alone.
pub(super) fn vault(folder: &Path) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(&folder.join("iewm-vault.db").display().to_string()).unwrap();
    connection.batch_execute(&format!("PRAGMA journal_mode = WAL; {HISTORY}")).unwrap();
    connection
}

/// Tables, columns in their order, types, checks, indexes and triggers of both files: SQLite keeps the text that made each.
/// Each statement is written without comments, quotation marks and the white space between words.
pub(super) fn of_sqlite(folder: &Path) -> Vec<String> {
    let objects = |mut connection: SqliteConnection| -> Vec<String> {
        let all = "SELECT type || ' ' || name || ': ' || coalesce(sql, '') AS object FROM main.sqlite_master \
                   WHERE name NOT LIKE '%__diesel_schema_migrations%' ORDER BY object";
        let history = "SELECT version AS object FROM main.__diesel_schema_migrations ORDER BY version";
        let [all, history] = [all, history].map(|query| sql_query(query).load::<Object>(&mut connection).unwrap());
        all.into_iter().chain(history).map(|Object { object }| plain(&object)).collect()
    };
    [objects(sqlite(folder)), objects(vault(folder))].concat()
}

fn plain(statement: &str) -> String {
    let code = statement.lines().map(|line| line.split("--").next().unwrap_or_default());
    let code: Vec<&str> = code.flat_map(str::split_whitespace).collect();
    // SQLite quotes the names of tables and columns that were renamed, and of the tables beneath an index of words.
    let code = code.join(" ").replace('"', "").replace("CREATE TABLE '", "CREATE TABLE ").replace("'(", "(");
    ["(", ")", ","]
        .iter()
        .fold(code, |code, mark| code.replace(&format!(" {mark}"), mark).replace(&format!("{mark} "), mark))
}

/// Columns in their order with types and defaults, indexes, triggers, constraints with their names, functions.
pub(super) fn of_postgres(url: &str) -> Vec<String> {
    let all = "
        WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'vault'))
        SELECT format('%s column %s %s %s, not null %s, default %s', attrelid::regclass,
                   row_number() OVER (PARTITION BY attrelid ORDER BY attnum), attname, format_type(atttypid, atttypmod),
                   attnotnull, pg_get_expr(adbin, adrelid)) AS object
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
             LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace IN (SELECT oid FROM ours) AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'vault')
        UNION ALL SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT format('%s constraint %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE connamespace IN (SELECT oid FROM ours)
        UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace IN (SELECT oid FROM ours)
        UNION ALL SELECT version FROM __diesel_schema_migrations ORDER BY object";
    let all: Vec<Object> = sql_query(all).load(&mut PgConnection::establish(url).unwrap()).unwrap();
    all.into_iter().map(|Object { object }| object).collect()
}
