//! The disk of PostgreSQL's files is full: it refuses what needs space, and dies when its journal needs some.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::nothing_is_lost;
use super::small_disk::{Disk, is_not_ready, is_taken_again, nothing_more_is_taken, skipped};
use crate::harness::choice;
use crate::harness::cluster::{self, Cluster};
use crate::harness::people::person;
use crate::harness::postgres;

/// A server whose files are on a small disk; the rest of the machine does not see them.
struct Small {
    cluster: Cluster,
    disk: Disk,
    files: PathBuf,
}

impl Small {
    /// `None` where there is no PostgreSQL or the machine forbids mounts, which the story prints.
    fn start(folder: &Path) -> Option<Self> {
        let disk = Disk::of(folder, "160m")?;
        if !owner(&disk, "true").stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
            return skipped();
        }
        let files = disk.place.join("data");
        let start = || Cluster::start_by(owner(&disk, "sh"), Some(&files), postgres::SETTINGS);
        let cluster = choice::postgres("Stories of a full disk under PostgreSQL", start)?;
        Some(Self { cluster, disk, files })
    }

    fn url(&self) -> String {
        self.cluster.url("postgres")
    }

    /// Its next entry into the journal needs a new file of it, for which there is no space: that is its end, and it
    /// cannot begin again.
    async fn dies(&self) {
        let asked = Instant::now();
        while let Ok(mut connection) = PgConnection::establish(&self.url()) {
            // The second may be the end of it, or what is written next.
            for statement in ["CREATE TABLE more ()", "SELECT pg_switch_wal()"] {
                let _ = connection.batch_execute(statement);
            }
            assert!(asked.elapsed() < Duration::from_secs(20), "it goes on without a journal");
            sleep(Duration::from_millis(50)).await;
        }
        while self.cluster.home.join(".s.PGSQL.5432").exists() {
            assert!(asked.elapsed() < Duration::from_secs(20), "it begins again without a journal");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Its operator starts it again.
    fn begin(&self) {
        let programs = cluster::programs().expect("it was started");
        let mut command = owner(&self.disk, programs.join("pg_ctl").to_str().unwrap());
        command.args(["start", "-w", "-D"]).arg(&self.files).arg("-l").arg(self.cluster.home.join("server.log"));
        command.current_dir(&self.cluster.home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success(), "it does not begin again");
    }
}

/// A program that sees the disk, and is not told that it runs as its root, which PostgreSQL refuses to.
fn owner(disk: &Disk, program: &str) -> Command {
    let mut command = disk.command("unshare");
    command.args(["--user", "--map-user=65534", "--map-group=65534", program]);
    command
}

/// The service's log is on the full disk as well.
#[test]
fn a_full_disk_refuses_writes_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let Some(small) = Small::start(folder.path()) else { return };
    let mut served = small.disk.serve(tempfile::tempdir().unwrap(), &small.url(), &[]);
    actix_web::rt::System::new().block_on(async {
        let acknowledged = RefCell::new(Vec::new());
        let ada = served.post("/v1/contacts", &person("Ada Lovelace", "ada@example.org")).send().await.expect(201);
        let ada = ada.header("location");
        for round in 0..2 {
            small.disk.fill();
            nothing_more_is_taken(&served, round, &acknowledged).await;
            is_not_ready(&small.disk, &served, round).await;
            // What is there can be read.
            served.get(&ada).send().await.expect(200);
            small.disk.free();
            is_taken_again(&served, round).await;
            nothing_is_lost(&served, &acknowledged).await;
        }

        small.disk.fill();
        small.dies().await;
        nothing_more_is_taken(&served, 2, &acknowledged).await;
        assert!(!served.get(&ada).send().await.expect(503).header("retry-after").is_empty());
        served.request("GET", "/health/live").send().await.expect(200);
        small.disk.free();
        small.begin();
        is_taken_again(&served, 2).await;
        nothing_is_lost(&served, &acknowledged).await;
        assert!(served.process.stop("TERM").success());
    });
}
