//! The service a story talks to.
//!
//! So far only its database: fresh, empty, and gone when the service is dropped.

use tempfile::TempDir;

use super::{Engine, postgres};

/// A service of the story's own.
pub(crate) struct Service {
    /// The engine its database runs on.
    pub(crate) engine: Engine,
    /// Where its database is, as the configuration would name it.
    pub(crate) database_url: String,
    _home: Home,
}

/// What holds the database, and removes it when dropped.
enum Home {
    Directory { _directory: TempDir },
    Database { _database: postgres::Database },
}

impl Service {
    /// A service on a fresh database of `engine`, or `None` if this machine has no such engine.
    #[expect(clippy::unused_async, reason = "starting the server, when it is there, awaits")]
    pub(crate) async fn start(engine: Engine) -> Option<Self> {
        let (database_url, home) = match engine {
            Engine::Sqlite => {
                let directory = tempfile::tempdir().expect("a temporary directory");
                let file = directory.path().join("iewm.sqlite");
                (file.to_str().expect("a path in UTF-8").to_owned(), Home::Directory { _directory: directory })
            }
            Engine::Postgres => {
                // The schema's migrations run here, once.
                postgres::template(|_url| {});
                let database = postgres::database()?;
                (database.url.clone(), Home::Database { _database: database })
            }
        };
        Some(Self { engine, database_url, _home: home })
    }
}
