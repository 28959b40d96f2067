//! SQLite's disk is full, a file of its cannot be written, or it is damaged. `database_disk` has PostgreSQL's.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use super::small_disk::{Disk, is_not_ready, is_taken_again, nothing_more_is_taken};
use super::{Ground, nothing_is_lost};
use crate::harness::Engine;
use crate::harness::people::person;
use crate::harness::served::Served;

fn on_disk(story: impl AsyncFnOnce(&Disk, Served)) {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::of(folder.path(), "8m") else { return };
    let launcher = disk.launcher();
    let launcher: Vec<&str> = launcher.iter().map(String::as_str).collect();
    let url = format!("sqlite://{}", disk.place.join("iewm.db").display());
    let served = Served::start_in(folder, &launcher, &url, &[]);
    actix_web::rt::System::new().block_on(story(&disk, served));
}

/// The log is on the full disk as well.
#[test]
fn a_full_disk_refuses_writes_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::of(folder.path(), "8m") else { return };
    let url = format!("sqlite://{}", disk.place.join("iewm.db").display());
    let mut served = disk.serve(folder, &url, &[]);
    actix_web::rt::System::new().block_on(async {
        let acknowledged = RefCell::new(Vec::new());
        let ada = served.post("/v1/contacts", &person("Ada Lovelace", "ada@example.org")).send().await.expect(201);
        for round in 0..2 {
            disk.fill();
            nothing_more_is_taken(&served, round, &acknowledged).await;
            is_not_ready(&disk, &served, round).await;
            // What is there can be read.
            served.get(&ada.header("location")).send().await.expect(200);
            disk.free();
            is_taken_again(&served, round).await;
            nothing_is_lost(&served, &acknowledged).await;
        }
        served.again("KILL");
        nothing_is_lost(&served, &acknowledged).await;
        assert!(served.process.stop("TERM").success());
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
        assert!(said.contains("holds the keys of a database"), "{said}");
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
