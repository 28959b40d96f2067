//! PostgreSQL with two roles: one owns the schemas and migrates, the other serves and can create nothing. The grants are
//! those of docs/OPERATIONS.md.

use std::collections::HashMap;
use std::path::Path;

use chrono::Duration;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use iewm::jobs::{Purge, Upkeep};
use iewm::platform::vault::{MasterKeys, SystemEntropy};
use url::Url;

use crate::erasure::canaries::plant;
use crate::harness::Service;
use crate::harness::postgres::{self, Database};
use crate::harness::process::{Ended, run};

/// The block of SQL that follows a line of the page.
fn documented(after: &str) -> String {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/OPERATIONS.md")).unwrap();
    let (_, rest) = page.split_once(after).unwrap_or_else(|| panic!("{after:?} is not in the page"));
    let (_, block) = rest.split_once("```sql\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

/// A database with its two roles, named after it.
struct Roles {
    database: Database,
    owner: String,
    serves: String,
}

impl Roles {
    fn new() -> Option<Self> {
        let database = postgres::empty()?;
        let name = Url::parse(&database.url).unwrap().path().trim_start_matches('/').to_owned();
        let (owner, serves) = (format!("{name}_owner"), format!("{name}_serve"));
        let roles = Self { database, owner, serves };
        let Roles { owner, serves, .. } = &roles;
        roles.run(
            None,
            &format!(
                "CREATE ROLE {owner} LOGIN PASSWORD 'story'; CREATE ROLE {serves} LOGIN PASSWORD 'story'; \
                 ALTER DATABASE {name} OWNER TO {owner};"
            ),
        );
        Some(roles)
    }

    /// Where a role connects; the superuser of the tests, where none is named.
    fn url(&self, role: Option<&str>) -> String {
        let mut url = Url::parse(&self.database.url).unwrap();
        if let Some(role) = role {
            url.set_username(role).unwrap();
            url.set_password(Some("story")).unwrap();
        }
        url.into()
    }

    fn run(&self, role: Option<&str>, statements: &str) {
        let mut connection = PgConnection::establish(&self.url(role)).unwrap();
        connection.batch_execute(statements).unwrap_or_else(|error| panic!("{error}: {statements}"));
    }

    /// Runs the documented statements with the names of these roles.
    fn grant(&self, role: Option<&str>, after: &str) {
        let statements = documented(after).replace("iewm_owner", &self.owner).replace("iewm_serve", &self.serves);
        self.run(role, &statements);
    }

    fn migrate(&self, folder: &Path, role: &str) -> Ended {
        let set = |name: &str, value: &str| (format!("IEWM__{name}"), value.to_owned());
        let variables = HashMap::from([
            set("AUTH__ISSUER", "https://issuer.example"),
            set("AUTH__JWKS", "jwks.json"),
            set("VAULT__MASTER_KEY_FILE", "master.key"),
            set("DATABASE__URL", &self.url(Some(role))),
        ]);
        run(folder, &variables, &["migrate"])
    }
}

/// Roles belong to the server, which may outlive the database.
impl Drop for Roles {
    fn drop(&mut self) {
        let Roles { owner, serves, .. } = self;
        let drop = format!(
            "DROP OWNED BY {owner}, {serves} CASCADE; REASSIGN OWNED BY {owner} TO CURRENT_USER; DROP ROLE {owner}, {serves}"
        );
        if let Ok(mut connection) = PgConnection::establish(&self.url(None)) {
            let _ = connection.batch_execute(&drop);
        }
    }
}

#[actix_web::test]
async fn a_role_that_can_create_nothing_serves_what_the_owner_has_migrated() {
    let Some(roles) = Roles::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    MasterKeys::generate_file(&folder.path().join("master.key"), &SystemEntropy).unwrap();
    std::fs::write(folder.path().join("jwks.json"), "{\"keys\": []}").unwrap();
    // Before the owner has migrated, the other role reads what to do.
    let refused = roles.migrate(folder.path(), &roles.serves);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("lacks migration 20261130000001"), "{refused:?}");
    assert!(refused.err.contains("run iewm migrate as the role that owns it"), "{refused:?}");
    let migrated = roles.migrate(folder.path(), &roles.owner);
    assert_eq!(migrated.code, 0, "{migrated:?}");
    roles.grant(Some(&roles.owner), "**Two roles.**");
    let url = roles.url(Some(&roles.serves));
    let mut serving = PgConnection::establish(&url).unwrap();
    for forbidden in [
        "CREATE TABLE public.anything (id int)",
        "DROP TABLE contacts",
        "ALTER TABLE vault.data_keys ADD COLUMN more int",
        "DELETE FROM __diesel_schema_migrations",
        "TRUNCATE audit_entries",
    ] {
        assert!(serving.batch_execute(forbidden).is_err(), "{forbidden}");
    }
    drop(serving);
    let now = iewm::domain::Instant::parse("2026-11-24T10:00:00Z").unwrap();
    let service = Service::restored_at(folder, &url, now).await;
    // Everything that a person can leave behind, and their erasure.
    let canary = plant(&service).await;
    assert!(service.erase(&canary.contact, Vec::new()).await.erased);
    service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    service.get(&format!("/v1/contacts/{}", canary.contact)).await.problem(410, "erased");
    // The table of keys is the owner's: it is left as it is, and that is no failure each five minutes.
    service.hands.advance(Duration::hours(2));
    let purge = Purge::new(service.state.clone());
    for _ in 0..3 {
        assert_eq!(service.tick(&purge).await, Ok(0));
    }
    assert!(service.count("key_remnants") > 0);
    roles.grant(None, "**Destroyed keys with two roles.**");
    assert!(service.purged().await.unwrap() > 0);
    assert_eq!(service.count("key_remnants"), 0);
    // A newer program's migrations wait for the owner, who may still change every table.
    roles.run(Some(&roles.owner), "DELETE FROM __diesel_schema_migrations WHERE version = '20261130000015'");
    let refused = roles.migrate(&service.directory(), &roles.serves);
    assert!(refused.code == 1 && refused.err.contains("lacks migration 20261130000015"), "{refused:?}");
    roles.run(Some(&roles.owner), "ALTER TABLE vault.data_keys ADD COLUMN more int");
}
