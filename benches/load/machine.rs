//! What was measured on.

use std::fs;

use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = sql_types::Text)]
    version: String,
}

/// The value of the first line of a file under `/proc` that begins with `key`.
fn told(file: &str, key: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.map_or("unknown", |line| line.trim_start_matches([':', ' ', '\t'])).to_owned()
}

/// The machine: processors, memory, system, and how busy it is with other things.
pub(crate) fn described() -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let model = told("/proc/cpuinfo", "model name");
    let memory = told("/proc/meminfo", "MemTotal");
    let system = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let busy = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let busy = busy.split(' ').next().unwrap_or_default().to_owned();
    format!("{processors} processors ({model}), memory {memory}, Linux {}; load before {busy}", system.trim())
}

/// The version of the SQLite that is compiled in.
pub(crate) fn sqlite() -> String {
    let mut connection = SqliteConnection::establish(":memory:").expect("SQLite");
    let Version { version } =
        sql_query("SELECT sqlite_version() AS version").get_result(&mut connection).expect("a version");
    format!("SQLite {version}")
}

/// The version of the PostgreSQL at `url`.
pub(crate) fn postgres(url: &str) -> String {
    let mut connection = PgConnection::establish(url).expect("PostgreSQL");
    let Version { version } = sql_query("SELECT current_setting('server_version') AS version")
        .get_result(&mut connection)
        .expect("a version");
    format!("PostgreSQL {version}")
}
