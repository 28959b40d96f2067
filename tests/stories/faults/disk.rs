//! The disk is full, the file cannot be written, or it is damaged. SQLite alone: PostgreSQL keeps its own.

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::{Ground, nothing_is_lost, sign_up_until_refused};
use crate::harness::Engine;
use crate::harness::people::person;
use crate::harness::served::Served;

/// A small disk in memory, mounted for those that are started by its launcher alone.
struct Disk {
    keeper: Child,
    place: PathBuf,
}

impl Disk {
    /// `None` where this machine lets nobody mount anything, which is said aloud.
    fn of(folder: &Path) -> Option<Self> {
        let place = folder.join("disk");
        fs::create_dir(&place).unwrap();
        let mount = "mount -t tmpfs -o size=8m tmpfs \"$1\" && echo ready && exec cat";
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", mount, "sh"]).arg(&place).stdin(Stdio::piped()).stdout(Stdio::piped());
        let Ok(mut keeper) = command.stderr(Stdio::null()).spawn() else { return skipped() };
        let mut said = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let disk = Self { keeper, place };
        if said == "ready\n" { Some(disk) } else { skipped() }
    }

    fn launcher(&self) -> Vec<String> {
        let target = self.keeper.id().to_string();
        let words = ["nsenter", "--preserve-credentials", "--user", "--mount", "--target", &target];
        words.iter().map(|&word| word.to_owned()).collect()
    }

    fn run(&self, commands: &str) {
        let launcher = self.launcher();
        let mut command = Command::new(&launcher[0]);
        command.args(&launcher[1..]).args(["sh", "-c", commands, "sh"]).arg(&self.place);
        assert!(command.stderr(Stdio::null()).status().unwrap().success(), "{commands}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

fn skipped<T>() -> Option<T> {
    let why = "this machine does not let a user mount a file system of its own (unshare -rm)";
    let _ = writeln!(std::io::stderr(), "\n*** A story of a full disk is SKIPPED: {why}.\n");
    None
}

fn on_disk(story: impl AsyncFnOnce(&Disk, Served)) {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::of(folder.path()) else { return };
    let launcher = disk.launcher();
    let launcher: Vec<&str> = launcher.iter().map(String::as_str).collect();
    let url = format!("sqlite://{}", disk.place.join("iewm.db").display());
    let served = Served::start_in(folder, &launcher, &url, &[]);
    actix_web::rt::System::new().block_on(story(&disk, served));
}

#[test]
fn a_full_disk_refuses_writes_and_loses_none() {
    on_disk(async |disk, mut served| {
        let acknowledged = RefCell::new(Vec::new());
        let told = |done| acknowledged.borrow_mut().push(done);
        let ada = served.post("/v1/contacts", &person("Ada Lovelace", "ada@example.org")).send().await.expect(201);
        let ada = ada.header("location");
        for round in 0..2 {
            disk.run("cat /dev/zero > \"$1/filler\" || true");
            let names: Vec<_> = (0..4).map(|caller| format!("r{round}c{caller}")).collect();
            for answer in join_all(names.iter().map(|name| sign_up_until_refused(&served, name, told))).await {
                let answer = answer.expect("an answer").expect(503);
                assert!(!answer.header("retry-after").is_empty());
            }
            // What is there can be read.
            served.get(&ada).send().await.expect(200);
            disk.run("rm \"$1/filler\"");
            let freed = Instant::now();
            loop {
                let body = person("Back", &format!("back-{round}@example.org"));
                let answer = served.post("/v1/contacts", &body).send().await;
                if answer.status == 201 {
                    break;
                }
                answer.expect(503);
                assert!(freed.elapsed() < Duration::from_secs(10), "there is space and nothing is written");
                actix_web::rt::time::sleep(Duration::from_millis(50)).await;
            }
            nothing_is_lost(&served, &acknowledged).await;
        }
        served.again("KILL");
        nothing_is_lost(&served, &acknowledged).await;
    });
}

#[test]
fn a_file_that_cannot_be_written_is_refused() {
    on_disk(async |disk, mut served| {
        served.post("/v1/contacts", &person("Ada Lovelace", "ada@example.org")).send().await.expect(201);
        for file in ["iewm.db", "iewm-vault.db"] {
            assert!(served.process.stop("TERM").success());
            let bind = format!("mount --bind \"$1/{file}\" \"$1/{file}\" && mount -o remount,bind,ro \"$1/{file}\"");
            disk.run(&bind);
            let said = served.refuses();
            assert!(said.contains("readonly") && said.contains(&format!("{file} cannot be written")), "{said}");
            disk.run(&format!("umount \"$1/{file}\""));
            served.begin();
            assert_eq!(served.all("/v1/contacts").await.len(), 1);
        }
    });
}

/// A service on SQLite that has a contact, and its file and that of its vault.
async fn with_one_contact() -> (Ground, Served, [PathBuf; 2]) {
    let ground = Ground::of(Engine::Sqlite).unwrap();
    let Ground::Sqlite(folder) = &ground else { unreachable!() };
    let files = ["iewm.db", "iewm-vault.db"].map(|name| folder.path().join(name));
    let mut served = Served::start(&ground.url(), &[]);
    served.post("/v1/contacts", &person("Ada Lovelace", "ada@example.org")).send().await.expect(201);
    // Killed, so that nothing is tidied up, and once more in good order.
    served.again("KILL");
    assert!(served.process.stop("TERM").success());
    (ground, served, files)
}

#[test]
fn an_empty_file_is_not_taken_for_a_new_database() {
    actix_web::rt::System::new().block_on(async {
        let (_ground, mut served, files) = with_one_contact().await;
        for file in &files {
            let whole = fs::read(file).unwrap();
            fs::write(file, b"").unwrap();
            let said = served.refuses();
            assert!(said.contains(file.to_str().unwrap()) && said.contains("belong together"), "{said}");
            assert_eq!(fs::metadata(file).unwrap().len(), 0, "something was made of it");
            fs::write(file, whole).unwrap();
        }
        served.begin();
        assert_eq!(served.all("/v1/contacts").await.len(), 1);
    });
}

#[test]
fn a_new_database_is_not_taken_for_the_one_whose_keys_are_there() {
    actix_web::rt::System::new().block_on(async {
        let (_ground, mut served, [file, _]) = with_one_contact().await;
        let empty = "PRAGMA user_version = 1;";
        let _ = fs::remove_file(&file);
        for beside in ["db-wal", "db-shm"] {
            let _ = fs::remove_file(file.with_extension(beside));
        }
        let mut made = <diesel::SqliteConnection as diesel::Connection>::establish(file.to_str().unwrap()).unwrap();
        diesel::connection::SimpleConnection::batch_execute(&mut made, empty).unwrap();
        drop(made);
        let said = served.refuses();
        assert!(said.contains("already exists"), "{said}");
    });
}

#[test]
fn a_damaged_file_is_never_read_as_an_empty_one() {
    actix_web::rt::System::new().block_on(async {
        let (_ground, mut served, files) = with_one_contact().await;
        for file in &files {
            let whole = fs::read(file).unwrap();
            for kept in [100, 4096, whole.len() / 2] {
                // What follows is overwritten; then it is gone.
                let spoilt = fs::OpenOptions::new().write(true).open(file).unwrap();
                spoilt.write_all_at(&vec![0xA5; whole.len() - kept], kept as u64).unwrap();
                told_or_right(&mut served).await;
                fs::write(file, &whole[..kept]).unwrap();
                told_or_right(&mut served).await;
                fs::write(file, &whole).unwrap();
            }
        }
        served.begin();
        assert_eq!(served.all("/v1/contacts").await.len(), 1);
    });
}

/// The service says that its database is damaged, when it starts or when it is asked; or the damage is not
/// where the contact is, which is then there.
async fn told_or_right(served: &mut Served) {
    let mut begun = served.try_begin();
    if begun.is_empty() {
        let answer = served.get("/v1/contacts").send().await;
        match answer.status {
            200 => assert_eq!(answer.json()["items"][0]["email"], "ada@example.org"),
            500 | 503 => assert!(answer.header("content-type").contains("problem")),
            status => panic!("{status}: {}", answer.text()),
        }
        served.process.stop("KILL");
        begun = served.process.said.join("\n");
        if answer.status == 200 {
            return;
        }
    }
    let told = ["malformed", "not a database", "unable to open database", "disk I/O error", "missing", "data key"];
    assert!(told.iter().any(|words| begun.contains(words)), "{begun}");
}
