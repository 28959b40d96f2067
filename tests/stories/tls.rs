//! TLS to PostgreSQL: a server that a private authority vouches for, and what is refused.

use std::collections::HashMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use diesel::sql_types::Bool;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use iewm::platform::vault::{MasterKeys, SystemEntropy};
use tempfile::TempDir;

use crate::harness::choice;
use crate::harness::cluster::Cluster;
use crate::harness::https::{identity, identity_by};
use crate::harness::process::{Ended, run};

/// A server that speaks TLS with a certificate for 127.0.0.1.
struct Server {
    port: u16,
    folder: TempDir,
    _cluster: Cluster,
}

/// The number of a user, or of a group with `-g`.
fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

impl Server {
    /// `None` where there is no PostgreSQL.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let own = identity();
        fs::write(path("authority.pem"), own.authority).unwrap();
        fs::write(path("another.pem"), identity_by("Another authority").authority).unwrap();
        fs::write(path("namesake.pem"), identity().authority).unwrap();
        fs::write(path("server.pem"), own.leaf.pem()).unwrap();
        fs::write(path("server.key"), own.key.serialize_pem()).unwrap();
        fs::set_permissions(path("server.key"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        if id(&["-u"]) == Some(0) {
            // As cluster.sh has it: the server does not run as root.
            let owner = id(&["-u", "postgres"]).or_else(|| id(&["-u", "nobody"]));
            chown(path("server.key"), owner, None).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\n\
             fsync = off\nautovacuum = off\n",
            path("server.pem").display(),
            path("server.key").display(),
        );
        let cluster = choice::cluster("Stories of TLS to PostgreSQL", &settings)?;
        Some(Self { port, folder, _cluster: cluster })
    }

    fn url(&self, host: &str, more: &str) -> String {
        format!("postgres://postgres@{host}:{}/postgres?{more}", self.port)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[derive(QueryableByName)]
struct Encrypted {
    #[diesel(sql_type = Bool)]
    encrypted: bool,
}

fn migrate(folder: &Path, url: &str) -> Ended {
    let set = |name: &str, value: &str| (format!("IEWM__{name}"), value.to_owned());
    let variables = HashMap::from([
        set("AUTH__ISSUER", "https://issuer.example"),
        set("AUTH__JWKS", "jwks.json"),
        set("VAULT__MASTER_KEY_FILE", "master.key"),
        set("DATABASE__URL", url),
    ]);
    run(folder, &variables, &["migrate"])
}

#[test]
fn the_server_is_checked_against_a_private_authority_and_by_its_name() {
    let Some(server) = Server::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    MasterKeys::generate_file(&folder.path().join("master.key"), &SystemEntropy).unwrap();
    fs::write(folder.path().join("jwks.json"), "{\"keys\": []}").unwrap();
    let verified = |file: &str| format!("sslmode=verify-full&sslrootcert={}", server.file(file).display());
    let right = server.url("127.0.0.1", &verified("authority.pem"));
    let migrated = migrate(folder.path(), &right);
    assert_eq!((migrated.code, migrated.err.as_str()), (0, ""), "{migrated:?}");
    let mut connection = PgConnection::establish(&right).unwrap();
    let asked = sql_query("SELECT ssl AS encrypted FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    assert!(asked.get_result::<Encrypted>(&mut connection).unwrap().encrypted);
    for (url, told) in [
        (server.url("127.0.0.1", &verified("another.pem")), "certificate verify failed"),
        // Another authority of the same name: OpenSSL has other words for it.
        (server.url("127.0.0.1", &verified("namesake.pem")), "SSL error"),
        (server.url("localhost", &verified("authority.pem")), "does not match host name \"localhost\""),
        (server.url("127.0.0.1", &verified("missing.pem")), "missing.pem"),
        (server.url("127.0.0.1", "sslmode=verify-full"), "root certificate file"),
    ] {
        let refused = migrate(folder.path(), &url);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.err.contains("the database could not be opened"), "{refused:?}");
        assert!(refused.err.contains(told), "{told}: {refused:?}");
        assert!(!refused.err.contains("postgres://"), "{refused:?}");
    }
}
